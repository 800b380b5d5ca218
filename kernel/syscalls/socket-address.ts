import { byteString, bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import { MAY_WRITE } from '../files/mode.js';
import { SocketInode, type SocketType, type UnixSocket } from '../files/unix-socket.js';
import type { Call } from './call.js';

export const AF_UNSPEC = 0;
export const AF_UNIX = 1;
/** sizeof(struct sockaddr_storage). */
const MAX_ADDRESS_BYTES = 128;
/** struct sockaddr_un: a family of 2 bytes, then the path. */
const FAMILY_BYTES = 2;
const MAX_UNIX_ADDRESS_BYTES = 110;

export interface SocketAddress {
  readonly family: number;
  /** sun_path: a path without its NUL, or an abstract name, which begins with NUL; '' = none given. */
  readonly name: string;
}

/** A struct sockaddr of user memory, or a negative errno. */
export function readAddress(call: Call, at: number, length: number): SocketAddress | number {
  if (length < 0 || length > MAX_ADDRESS_BYTES) return -Errno.EINVAL;
  const bytes = call.read(at, length);
  if (typeof bytes === 'number') return bytes;
  if (length < FAMILY_BYTES) return { family: AF_UNSPEC, name: '' };
  const family = bytes[0]! | (bytes[1]! << 8);
  if (length > MAX_UNIX_ADDRESS_BYTES) return -Errno.EINVAL;
  const text = byteString(bytes.subarray(FAMILY_BYTES));
  const end = text.startsWith('\0') ? text.length : text.indexOf('\0');
  return { family, name: end < 0 ? text : text.slice(0, end) };
}

/** Checks that an address names a socket of AF_UNIX. */
export function unixName({ family, name }: SocketAddress): string | number {
  return family === AF_UNIX && name !== '' ? name : -Errno.EINVAL;
}

/**
 * Writes an address as far as there is room, and its whole length.
 *
 * @param address undefined where there is none to tell; a name of '' is the family alone
 */
export function writeAddress(
  call: Call,
  name: string | undefined,
  at: number,
  lengthAt: number,
): number {
  const room = call.readU32(lengthAt);
  if (room === undefined) return -Errno.EFAULT;
  if ((room | 0) < 0) return -Errno.EINVAL;
  const bytes = encodeAddress(name);
  if (call.write(at, bytes.subarray(0, room)) < 0) return -Errno.EFAULT;
  return call.writeU32(lengthAt, bytes.length);
}

/** struct sockaddr_un; nothing for no address, the family alone for the name ''. */
export function encodeAddress(name: string | undefined): Uint8Array {
  if (name === undefined) return new Uint8Array(0);
  const isPath = name !== '' && !name.startsWith('\0');
  return bytesOf(`${String.fromCharCode(AF_UNIX, 0)}${name}${isPath ? '\0' : ''}`);
}

/** The socket that listens or receives under a name, or a negative errno. unix(7). */
export function findSocket(call: Call, name: string, type: SocketType): UnixSocket | number {
  if (name.startsWith('\0')) {
    return call.kernel.sockets.abstract.get(`${type}${name}`) ?? -Errno.ECONNREFUSED;
  }
  const by = call.process.credentials;
  const { files } = call.kernel;
  const inode = files.resolve(name, { base: call.process.directory, by, call });
  if (typeof inode === 'number') return inode;
  if (!inode.permits(by, MAY_WRITE)) return -Errno.EACCES;
  const socket = inode instanceof SocketInode ? inode.socket : undefined;
  if (socket === undefined) return -Errno.ECONNREFUSED;
  return socket.type === type ? socket : -Errno.EPROTOTYPE;
}
