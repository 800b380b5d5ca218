import { Errno } from '../errno.js';
import type { UnixSocket } from '../files/unix-socket.js';
import type { Call } from './call.js';
import { AF_UNIX } from './socket-address.js';
import { SOL_SOCKET } from './socket-control.js';
import { socketOf } from './sockets.js';

const SO_TYPE = 3;
const SO_ERROR = 4;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_LINGER = 13;
const SO_PASSCRED = 16;
const SO_PEERCRED = 17;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const SO_ACCEPTCONN = 30;
const SO_PROTOCOL = 38;
const SO_DOMAIN = 39;
/** REUSEADDR, DONTROUTE, BROADCAST, KEEPALIVE, OOBINLINE: kept, 0 or 1, and without effect here. */
const SWITCHES = new Set([2, 5, 6, 9, 10]);
const TYPE_NUMBERS = { stream: 1, dgram: 2, seqpacket: 5 } as const;

/** SO_SNDBUF and SO_RCVBUF: Linux counts its own structures too, so it doubles what is asked. */
const MAX_BUFFER_BYTES = 212_992;
const MIN_SEND_BYTES = 4608;
const MIN_RECEIVE_BYTES = 2304;

/** getsockopt(2). */
export function sysGetsockopt(
  call: Call,
  fd: number,
  level: number,
  option: number,
  valueAt: number,
  lengthAt: number,
): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  if (level !== SOL_SOCKET) return -Errno.EOPNOTSUPP;
  const room = call.readU32(lengthAt);
  if (room === undefined) return -Errno.EFAULT;
  if ((room | 0) < 0) return -Errno.EINVAL;
  const value = optionValue(socket, option);
  if (value === undefined) return -Errno.ENOPROTOOPT;
  const shown = value.subarray(0, room);
  if (call.write(valueAt, shown) < 0) return -Errno.EFAULT;
  return call.writeU32(lengthAt, shown.length);
}

function optionValue(socket: UnixSocket, option: number): Uint8Array | undefined {
  const words = (...values: number[]) => new Uint8Array(new Int32Array(values).buffer);
  switch (option) {
    case SO_TYPE:
      return words(TYPE_NUMBERS[socket.type]);
    case SO_ERROR:
      return words(socket.takeError());
    case SO_SNDBUF:
      return words(socket.sendBytes);
    case SO_RCVBUF:
      return words(socket.receiveBytes);
    case SO_LINGER:
      return words(0, 0);
    case SO_PASSCRED:
      return words(socket.passesCredentials ? 1 : 0);
    case SO_PEERCRED: {
      const { pid, uid, gid } = socket.peerCredentials;
      return words(pid, uid, gid);
    }
    case SO_RCVTIMEO:
      return encodeTimeval(socket.readTimeout);
    case SO_SNDTIMEO:
      return encodeTimeval(socket.writeTimeout);
    case SO_ACCEPTCONN:
      return words(socket.status === 'listening' ? 1 : 0);
    case SO_PROTOCOL:
      return words(0);
    case SO_DOMAIN:
      return words(AF_UNIX);
    default:
      return SWITCHES.has(option) ? words(socket.options.get(option) ?? 0) : undefined;
  }
}

/** setsockopt(2). */
export function sysSetsockopt(
  call: Call,
  fd: number,
  level: number,
  option: number,
  valueAt: number,
  length: number,
): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  if (level !== SOL_SOCKET) return -Errno.EOPNOTSUPP;
  if (length < 4) return -Errno.EINVAL;
  const word = call.readU32(valueAt);
  if (word === undefined) return -Errno.EFAULT;
  switch (option) {
    case SO_SNDBUF:
      socket.sendBytes = Math.max(MIN_SEND_BYTES, 2 * Math.min(word, MAX_BUFFER_BYTES));
      return 0;
    case SO_RCVBUF:
      socket.receiveBytes = Math.max(MIN_RECEIVE_BYTES, 2 * Math.min(word, MAX_BUFFER_BYTES));
      return 0;
    case SO_LINGER:
      return length < 8 ? -Errno.EINVAL : 0;
    case SO_PASSCRED:
      socket.passesCredentials = word !== 0;
      return 0;
    case SO_RCVTIMEO:
    case SO_SNDTIMEO:
      return setTimeout(call, socket, option, valueAt, length);
    case SO_TYPE:
    case SO_ERROR:
    case SO_DOMAIN:
    case SO_PROTOCOL:
      return -Errno.ENOPROTOOPT;
    default:
      if (!SWITCHES.has(option)) return -Errno.ENOPROTOOPT;
      socket.options.set(option, word === 0 ? 0 : 1);
      return 0;
  }
}

/** A struct timeval; 0 is for ever. */
function setTimeout(
  call: Call,
  socket: UnixSocket,
  option: number,
  at: number,
  length: number,
): number {
  const view = length < 16 ? undefined : call.view(at, 16);
  if (view === undefined) return length < 16 ? -Errno.EINVAL : -Errno.EFAULT;
  const seconds = Number(view.getBigInt64(0, true));
  const microseconds = Number(view.getBigInt64(8, true));
  if (microseconds < 0 || microseconds >= 1_000_000) return -Errno.EDOM;
  // A negative time is none at all: the shortest there is.
  const timeout = seconds < 0 ? 1 : seconds * 1e9 + microseconds * 1000;
  if (option === SO_RCVTIMEO) socket.readTimeout = timeout;
  else socket.writeTimeout = timeout;
  return 0;
}

function encodeTimeval(nanoseconds: number): Uint8Array {
  const seconds = Math.floor(nanoseconds / 1e9);
  const microseconds = Math.floor((nanoseconds % 1e9) / 1000);
  return new Uint8Array(new BigInt64Array([BigInt(seconds), BigInt(microseconds)]).buffer);
}
