import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { WOULD_BLOCK } from './open-file.js';
import type { Received } from './socket-message.js';
import { type ReceiveRequest, type SendRequest, UnixSocket } from './unix-socket.js';

/** A queue that holds more than this many messages takes no more. Linux net.unix.max_dgram_qlen. */
const MAX_QUEUE = 10;
/** What the longest message leaves of the buffer. Linux net/unix/af_unix.c, unix_dgram_sendmsg. */
const RESERVED_BYTES = 32;

/** SOCK_DGRAM and SOCK_SEQPACKET: messages that arrive whole, the latter between two ends only. */
export class PacketSocket extends UnixSocket {
  override receive(buffer: IoBuffer, { peeks, waits }: ReceiveRequest): Received | number {
    if (this.type === 'seqpacket' && this.status !== 'connected') return -Errno.ENOTCONN;
    if (this.error !== 0) return -this.takeError();
    const [message] = this.messages;
    if (message === undefined) return this.isReceiveShut ? this.atEnd(waits) : WOULD_BLOCK;
    const part = message.bytes.subarray(0, buffer.remaining);
    const count = buffer.put(part);
    const files = this.takeFiles(message, peeks);
    if (!peeks) this.dropFirst();
    if (count < part.length) return -Errno.EFAULT;
    const { credentials, sender, bytes } = message;
    return { count, length: bytes.length, name: sender.name, credentials, files };
  }

  override send(buffer: IoBuffer, o: SendRequest): number {
    if (this.type === 'seqpacket' && this.status !== 'connected') return -Errno.ENOTCONN;
    const target = (this.type === 'dgram' ? o.to : undefined) ?? this.peer;
    if (target === undefined) return -Errno.ENOTCONN;
    const length = buffer.remaining;
    if (length > this.sendBytes - RESERVED_BYTES) return -Errno.EMSGSIZE;
    if (this.error !== 0) return -this.takeError();
    if (this.isSendShut) return -Errno.EPIPE;
    if (this.sentCost >= this.sendBytes) return WOULD_BLOCK;
    if (!mayReach(this, target)) return -Errno.EPERM;
    if (target.isClosed) return this.losePeer(target);
    if (target.isReceiveShut) return -Errno.EPIPE;
    if (target !== this && target.peer !== this && (target as PacketSocket).isQueueFull) {
      this.wantRoomIn(target);
      return WOULD_BLOCK;
    }
    const bytes = buffer.peek(length);
    if (bytes.length < length) return -Errno.EFAULT;
    if (!this.deliver(target, bytes, o)) return -Errno.ENOBUFS;
    buffer.advance(length);
    return length;
  }

  /** connect(2) of a dgram socket: where messages go, and from where they may come. */
  aimAt(target: UnixSocket | undefined): number {
    if (target !== undefined && !mayReach(this, target)) return -Errno.EPERM;
    const old = this.peer;
    this.peer = target;
    this.status = target === undefined ? 'closed' : 'connected';
    if (old !== undefined && old !== target && this.messages.length > 0) {
      // What came from elsewhere is lost, and who sent it hears of that. unix_dgram_disconnected.
      this.dropMessages();
      if (old.peer === this && !old.isClosed) old.error = Errno.ECONNRESET;
    }
    this.waitQueue.wake();
    return 0;
  }

  protected override get isQueueFull(): boolean {
    return this.messages.length > MAX_QUEUE;
  }

  protected override isPeerFull(): boolean {
    const { peer } = this;
    if (this.type !== 'dgram' || peer === undefined || peer === this || peer.peer === this) {
      return false;
    }
    const isFull = (peer as PacketSocket).isQueueFull;
    if (isFull) this.wantRoomIn(peer);
    return isFull;
  }

  protected override sibling(): PacketSocket {
    const { owner, uid, gid } = this.inode;
    const { space, type } = this;
    return new PacketSocket(owner, { uid, gid }, { space, type, flags: 0 });
  }

  /** Nothing more comes. A dgram socket that does not wait is told so only by poll(2). */
  private atEnd(waits: boolean): number {
    return this.type === 'dgram' && !waits ? WOULD_BLOCK : 0;
  }

  private losePeer(target: UnixSocket): number {
    if (this.type === 'seqpacket') return -Errno.EPIPE;
    if (this.peer === target) this.aimAt(undefined);
    return -Errno.ECONNREFUSED;
  }
}

/** A socket that has a peer takes messages from nobody else. */
function mayReach(from: UnixSocket, to: UnixSocket): boolean {
  return to.peer === undefined || to.peer === from;
}
