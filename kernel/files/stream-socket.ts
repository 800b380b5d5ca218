import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { WOULD_BLOCK } from './open-file.js';
import { MAX_STREAM_MESSAGE, type Received } from './socket-message.js';
import { type ReceiveRequest, type SendRequest, UnixSocket } from './unix-socket.js';

/** SOCK_STREAM: bytes without boundaries, except around files that travel with them. */
export class StreamSocket extends UnixSocket {
  override receive(buffer: IoBuffer, { peeks }: ReceiveRequest): Received | number {
    if (this.status !== 'connected') return -Errno.EINVAL;
    const [first] = this.messages;
    if (first === undefined) {
      if (this.error !== 0) return -this.takeError();
      return this.isReceiveShut ? 0 : WOULD_BLOCK;
    }
    const result = { name: first.sender.name, credentials: first.credentials };
    let count = 0;
    for (let index = 0; buffer.remaining > 0 || count === 0; ) {
      const message = this.messages[index];
      if (message === undefined) break;
      const isOfAnother = message.credentials !== first.credentials;
      if (this.passesCredentials && isOfAnother && !sameSender(message, first)) break;
      const part = message.bytes.subarray(message.start, message.start + buffer.remaining);
      // What does not go over whole stays, all of it. Linux unix_stream_read_generic.
      if (buffer.put(part) < part.length) return count > 0 ? done(count) : -Errno.EFAULT;
      count += part.length;
      if (!peeks) message.start += part.length;
      const files = this.takeFiles(message, peeks);
      const isRead = message.start === message.bytes.length;
      if (!peeks && isRead) this.dropFirst();
      if (files.length > 0) return { ...done(count), files };
      if (peeks) index++;
      else if (!isRead) break;
    }
    return done(count);

    function done(length: number): Received {
      return { ...result, count: length, length, files: [] };
    }
  }

  override send(buffer: IoBuffer, o: SendRequest): number {
    const { peer } = this;
    if (this.status === 'listening' || peer === undefined) return -Errno.ENOTCONN;
    if (this.isSendShut || peer.isClosed || peer.isReceiveShut) return -Errno.EPIPE;
    let total = 0;
    while (buffer.remaining > 0) {
      if (this.error !== 0) return total > 0 ? total : -this.takeError();
      if (this.sentCost >= this.sendBytes) return total > 0 ? total : WOULD_BLOCK;
      const half = Math.floor(this.sendBytes / 2) - 64;
      const length = Math.min(buffer.remaining, half, MAX_STREAM_MESSAGE);
      const bytes = buffer.peek(length);
      if (bytes.length < length) return total > 0 ? total : -Errno.EFAULT;
      const request = total === 0 ? o : { ...o, files: [] };
      if (!this.deliver(peer, bytes, request)) return total > 0 ? total : -Errno.ENOBUFS;
      buffer.advance(length);
      total += length;
    }
    return total;
  }

  protected override sibling(): StreamSocket {
    const { owner, uid, gid } = this.inode;
    return new StreamSocket(owner, { uid, gid }, { space: this.space, type: 'stream', flags: 0 });
  }
}

function sameSender(
  a: { credentials: Received['credentials'] },
  b: { credentials: Received['credentials'] },
): boolean {
  const { pid, uid, gid } = a.credentials;
  return pid === b.credentials.pid && uid === b.credentials.uid && gid === b.credentials.gid;
}
