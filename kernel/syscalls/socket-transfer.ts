import { Errno } from '../errno.js';
import { WOULD_BLOCK } from '../files/open-file.js';
import { type Received, releaseFiles } from '../files/socket-message.js';
import { credentialsOf, type UnixSocket } from '../files/unix-socket.js';
import { UserBuffer, type UserRange } from '../io-buffer.js';
import { BLOCKED, type Call } from './call.js';
import { attemptWrite, blockOn, readVector, single } from './io.js';
import {
  encodeAddress,
  findSocket,
  readAddress,
  type SocketAddress,
  unixName,
  writeAddress,
} from './socket-address.js';
import {
  MSG_CMSG_CLOEXEC,
  MSG_CTRUNC,
  readControl,
  type SentControl,
  writeControl,
} from './socket-control.js';
import { socketOf } from './sockets.js';

const MSG_OOB = 1;
const MSG_PEEK = 2;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_WAITALL = 0x100;
const MSG_NOSIGNAL = 0x4000;

/** struct msghdr, 56 bytes. */
const MSGHDR_BYTES = 56;
interface MessageHeader {
  readonly nameAt: number;
  readonly nameLength: number;
  readonly ranges: readonly UserRange[];
  readonly controlAt: number;
  readonly controlLength: number;
}

/** sendto(2). */
export function sysSendto(
  call: Call,
  fd: number,
  bufferAt: number,
  length: number,
  flags: number,
  addressAt: number,
  addressLength: number,
): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const address = addressAt === 0 ? undefined : readAddress(call, addressAt, addressLength);
  if (typeof address === 'number') return address;
  return send(call, socket, { ranges: single(bufferAt, length), flags, address, files: [] });
}

/** sendmsg(2). */
export function sysSendmsg(call: Call, fd: number, headerAt: number, flags: number): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const header = readHeader(call, headerAt);
  if (typeof header === 'number') return header;
  const { nameAt, nameLength, ranges } = header;
  const address =
    nameAt === 0 || nameLength === 0 ? undefined : readAddress(call, nameAt, nameLength);
  if (typeof address === 'number') return address;
  const control = readControl(call, header.controlAt, header.controlLength);
  if (typeof control === 'number') return control;
  return send(call, socket, { ranges, flags, address, ...control });
}

interface Sending extends SentControl {
  readonly ranges: readonly UserRange[];
  readonly flags: number;
  readonly address: SocketAddress | undefined;
}

function send(call: Call, socket: UnixSocket, o: Sending): number {
  if ((o.flags & MSG_OOB) !== 0) return -Errno.EOPNOTSUPP;
  const to = destination(call, socket, o.address);
  if (typeof to === 'number') return to;
  const waits = !socket.isNonblocking && (o.flags & MSG_DONTWAIT) === 0;
  const isQuiet = (o.flags & MSG_NOSIGNAL) !== 0;
  // Files travel with the first bytes.
  const hasSent = (call.wait?.progress ?? 0) > 0;
  let unsent = hasSent ? [] : o.files.map((file) => file.retain());
  const result = attemptWrite(call, socket, new UserBuffer(call.memory, o.ranges), {
    waits,
    write: (buffer) => {
      const request = {
        to,
        files: unsent,
        credentials: o.credentials,
        sender: credentialsOf(call),
      };
      const count = isQuiet
        ? socket.send(buffer, request)
        : socket.sendOrSignal(buffer, request, call);
      const isEmptyStream = count === 0 && socket.type === 'stream';
      if (count >= 0 && !isEmptyStream) unsent = [];
      return count;
    },
  });
  releaseFiles(unsent);
  return result;
}

/** Where sendto's address leads; undefined: to the peer. */
function destination(
  call: Call,
  socket: UnixSocket,
  address: SocketAddress | undefined,
): UnixSocket | undefined | number {
  if (address === undefined || socket.type === 'seqpacket') return undefined;
  if (socket.type === 'stream') {
    return socket.status === 'connected' ? -Errno.EISCONN : -Errno.EOPNOTSUPP;
  }
  const name = unixName(address);
  return typeof name === 'number' ? name : findSocket(call, name, socket.type);
}

/** recvfrom(2). */
export function sysRecvfrom(
  call: Call,
  fd: number,
  bufferAt: number,
  length: number,
  flags: number,
  addressAt: number,
  lengthAt: number,
): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const received = receive(call, socket, single(bufferAt, length), flags);
  if (typeof received === 'number') {
    if (received !== 0 || addressAt === 0) return received;
    return writeAddress(call, undefined, addressAt, lengthAt);
  }
  releaseFiles(received.files);
  if (addressAt !== 0) {
    const problem = writeAddress(call, received.name, addressAt, lengthAt);
    if (problem < 0) return problem;
  }
  return (flags & MSG_TRUNC) !== 0 ? received.length : received.count;
}

/** recvmsg(2). */
export function sysRecvmsg(call: Call, fd: number, headerAt: number, flags: number): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const header = readHeader(call, headerAt);
  if (typeof header === 'number') return header;
  const received = receive(call, socket, header.ranges, flags);
  if (typeof received === 'number' && received !== 0) return received;
  let shownFlags = flags & MSG_CMSG_CLOEXEC;
  let used = 0;
  if (typeof received === 'object') {
    const { controlAt: at, controlLength: room } = header;
    const { passesCredentials } = socket;
    const written = writeControl(call, received, { at, room, passesCredentials, flags });
    used = written.used;
    if (written.isCut) shownFlags |= MSG_CTRUNC;
    if (received.length > received.count) shownFlags |= MSG_TRUNC;
  }
  const name = encodeAddress(typeof received === 'object' ? received.name : undefined);
  const problem = writeHeader(call, headerAt, header, { name, used, flags: shownFlags });
  if (problem < 0 || typeof received === 'number') return problem;
  return (flags & MSG_TRUNC) !== 0 ? received.length : received.count;
}

/** Takes one message, or what is there of a stream; waits for it unless told not to. */
function receive(
  call: Call,
  socket: UnixSocket,
  ranges: readonly UserRange[],
  flags: number,
): Received | number {
  if ((flags & MSG_OOB) !== 0) {
    return socket.type === 'stream' ? -Errno.EINVAL : -Errno.EOPNOTSUPP;
  }
  const waits = !socket.isNonblocking && (flags & MSG_DONTWAIT) === 0;
  const peeks = (flags & MSG_PEEK) !== 0;
  const wantsAll = (flags & MSG_WAITALL) !== 0 && socket.type === 'stream' && !peeks && waits;
  const before = call.wait?.progress ?? 0;
  const buffer = new UserBuffer(call.memory, ranges);
  buffer.advance(before);
  const received = socket.receive(buffer, { peeks, waits });
  const now = typeof received === 'object' ? received.count : 0;
  const done = before + now;
  const isBlocked = received === WOULD_BLOCK && waits;
  const isShort = wantsAll && now > 0 && buffer.remaining > 0 && noFiles(received);
  if (isBlocked || isShort) {
    const blocked = blockOn(call, socket, socket.readTimeout, done);
    if (blocked === BLOCKED || done === 0) return blocked;
  }
  if (typeof received === 'object')
    return { ...received, count: done, length: received.length + before };
  return before > 0 ? readBefore(socket, before) : received;
}

/** MSG_WAITALL ends with less: what earlier attempts took. */
function readBefore({ peer, peerCredentials }: UnixSocket, count: number): Received {
  return { count, length: count, name: peer?.name, credentials: peerCredentials, files: [] };
}

function noFiles(received: Received | number): boolean {
  return typeof received === 'number' || received.files.length === 0;
}

function readHeader(call: Call, at: number): MessageHeader | number {
  const view = call.view(at, MSGHDR_BYTES);
  if (view === undefined) return -Errno.EFAULT;
  const word = (offset: number) => Number(view.getBigUint64(offset, true));
  const nameLength = view.getInt32(8, true);
  if (nameLength < 0) return -Errno.EINVAL;
  const count = word(24);
  if (count > 1024) return -Errno.EMSGSIZE;
  const ranges = readVector(call, word(16), count);
  if (typeof ranges === 'number') return ranges;
  const controlAt = word(32);
  const controlLength = controlAt === 0 ? 0 : word(40);
  return { nameAt: word(0), nameLength, ranges, controlAt, controlLength };
}

function writeHeader(
  call: Call,
  at: number,
  header: MessageHeader,
  o: { name: Uint8Array; used: number; flags: number },
): number {
  if (header.nameAt !== 0) {
    const name = o.name.subarray(0, header.nameLength);
    if (call.write(header.nameAt, name) < 0) return -Errno.EFAULT;
    if (call.writeU32(at + 8, o.name.length) < 0) return -Errno.EFAULT;
  }
  if (call.writeU64(at + 40, BigInt(o.used)) < 0) return -Errno.EFAULT;
  return call.writeU32(at + 48, o.flags);
}
