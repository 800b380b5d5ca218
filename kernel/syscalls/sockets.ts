import { Errno } from '../errno.js';
import { checkName } from '../files/directory.js';
import { MAY_EXECUTE, MAY_WRITE, O_CLOEXEC, O_NONBLOCK } from '../files/mode.js';
import { WOULD_BLOCK } from '../files/open-file.js';
import { PacketSocket } from '../files/packet-socket.js';
import { StreamSocket } from '../files/stream-socket.js';
import { credentialsOf, SocketInode, type SocketType, UnixSocket } from '../files/unix-socket.js';
import type { Call } from './call.js';
import { installNew } from './descriptors.js';
import { blockOn } from './io.js';
import {
  AF_UNIX,
  AF_UNSPEC,
  findSocket,
  readAddress,
  unixName,
  writeAddress,
} from './socket-address.js';

const TYPE_MASK = 0xf;
const PF_UNIX = 1;
const MAX_TYPE = 10;
const TYPES: Readonly<Record<number, SocketType>> = {
  1: 'stream',
  2: 'dgram',
  3: 'dgram', // SOCK_RAW is the same here. Linux net/unix/af_unix.c, unix_create.
  5: 'seqpacket',
};

/** The socket behind a descriptor, -EBADF or -ENOTSOCK. */
export function socketOf(call: Call, fd: number): UnixSocket | number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  return file instanceof UnixSocket ? file : -Errno.ENOTSOCK;
}

/** socket(2): AF_UNIX; there is no network. */
export function sysSocket(call: Call, family: number, type: number, protocol: number): number {
  const socket = create(call, family, type, protocol);
  return typeof socket === 'number' ? socket : installNew(call, socket, type);
}

/** socketpair(2). */
export function sysSocketpair(
  call: Call,
  family: number,
  type: number,
  protocol: number,
  fdsAt: number,
): number {
  const one = create(call, family, type, protocol);
  const two = create(call, family, type, protocol);
  if (typeof one === 'number' || typeof two === 'number') return one as number;
  one.peerCredentials = two.peerCredentials = credentialsOf(call);
  one.joinWith(two);
  two.joinWith(one);
  const { descriptors } = call.process;
  const first = installNew(call, one, type);
  const second = installNew(call, two, type);
  if (first >= 0 && second >= 0) {
    const fds = new Uint8Array(new Int32Array([first, second]).buffer);
    if (call.write(fdsAt, fds) === 0) return 0;
  }
  if (first >= 0) descriptors.close(first);
  if (second >= 0) descriptors.close(second);
  return first < 0 || second < 0 ? -Errno.EMFILE : -Errno.EFAULT;
}

function create(call: Call, family: number, type: number, protocol: number): UnixSocket | number {
  const kind = type & TYPE_MASK;
  if ((type & ~(TYPE_MASK | O_CLOEXEC | O_NONBLOCK)) !== 0) return -Errno.EINVAL;
  if (family < 0 || kind > MAX_TYPE) return family < 0 ? -Errno.EAFNOSUPPORT : -Errno.EINVAL;
  if (family !== AF_UNIX) return -Errno.EAFNOSUPPORT;
  if (protocol !== 0 && protocol !== PF_UNIX) return -Errno.EPROTONOSUPPORT;
  const named = TYPES[kind];
  if (named === undefined) return -Errno.ESOCKTNOSUPPORT;
  const { sockets, files } = call.kernel;
  const options = { space: sockets, type: named, flags: type & O_NONBLOCK };
  const { credentials } = call.process;
  return named === 'stream'
    ? new StreamSocket(files, credentials, options)
    : new PacketSocket(files, credentials, options);
}

/** bind(2): to a path, which it makes, or an abstract name; without one it makes a name up. */
export function sysBind(call: Call, fd: number, addressAt: number, length: number): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const address = readAddress(call, addressAt, length);
  if (typeof address === 'number') return address;
  const { abstract } = call.kernel.sockets;
  if (address.family === AF_UNIX && length === 2) {
    if (socket.name === undefined) bindAbstract(call, socket, freeName(call, socket.type));
    return 0;
  }
  const name = unixName(address);
  if (typeof name === 'number') return name;
  if (!name.startsWith('\0')) return bindPath(call, socket, name);
  if (socket.name !== undefined) return -Errno.EINVAL;
  if (abstract.has(`${socket.type}${name}`)) return -Errno.EADDRINUSE;
  bindAbstract(call, socket, name);
  return 0;
}

function bindAbstract(call: Call, socket: UnixSocket, name: string): void {
  socket.name = name;
  call.kernel.sockets.abstract.set(`${socket.type}${name}`, socket);
}

/** Five hexadecimal digits. unix(7), "Autobind feature". */
function freeName({ kernel }: Call, type: SocketType): string {
  for (let number = 0; ; number++) {
    const name = `\0${number.toString(16).padStart(5, '0')}`;
    if (!kernel.sockets.abstract.has(`${type}${name}`)) return name;
  }
}

function bindPath(call: Call, socket: UnixSocket, path: string): number {
  const { files } = call.kernel;
  const { credentials: by, directory: base, umask } = call.process;
  const parent = files.resolveParent(path, { base, by, call });
  if (typeof parent === 'number') return parent;
  const problem = checkName(parent.name);
  if (problem < 0) return problem === -Errno.EEXIST ? -Errno.EADDRINUSE : problem;
  const { directory } = parent;
  if (directory.lookup(parent.name) !== undefined) return -Errno.EADDRINUSE;
  if (parent.hasTrailingSlash || directory.linkCount < 2) return -Errno.ENOENT;
  if (!directory.permits(by, MAY_WRITE | MAY_EXECUTE)) return -Errno.EACCES;
  if (socket.name !== undefined) return -Errno.EINVAL;
  if (!directory.hasRoom) return -Errno.ENOSPC;
  const inode = new SocketInode(files, by, 0o777 & ~umask);
  inode.socket = socket;
  socket.boundTo = inode;
  socket.name = path;
  directory.link(parent.name, inode);
  return 0;
}

/** listen(2). */
export function sysListen(call: Call, fd: number, backlog: number): number {
  const SOMAXCONN = 4096;
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  return socket.listen(Math.min(backlog >>> 0, SOMAXCONN), credentialsOf(call));
}

/** connect(2). */
export function sysConnect(call: Call, fd: number, addressAt: number, length: number): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const address = readAddress(call, addressAt, length);
  if (typeof address === 'number') return address;
  if (socket instanceof PacketSocket && socket.type === 'dgram' && address.family === AF_UNSPEC) {
    return length < 2 ? -Errno.EINVAL : socket.aimAt(undefined);
  }
  const name = unixName(address);
  if (typeof name === 'number') return name;
  if (socket.isConnectionBased && socket.status !== 'closed') {
    return socket.status === 'connected' ? -Errno.EISCONN : -Errno.EINVAL;
  }
  const target = findSocket(call, name, socket.type);
  if (typeof target === 'number') return target;
  if (socket instanceof PacketSocket && socket.type === 'dgram') return socket.aimAt(target);
  const result = socket.connectTo(target, credentialsOf(call));
  if (result !== WOULD_BLOCK || socket.isNonblocking) return result;
  return blockOn(call, socket, socket.writeTimeout);
}

export function sysAccept(call: Call, fd: number, addressAt: number, lengthAt: number): number {
  return sysAccept4(call, fd, addressAt, lengthAt, 0);
}

/** accept4(2). */
export function sysAccept4(
  call: Call,
  fd: number,
  addressAt: number,
  lengthAt: number,
  flags: number,
): number {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -Errno.EINVAL;
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  const accepted = socket.accept();
  if (accepted === WOULD_BLOCK && !socket.isNonblocking) {
    return blockOn(call, socket, socket.readTimeout);
  }
  if (typeof accepted === 'number') return accepted;
  accepted.flags |= flags & O_NONBLOCK;
  const name = accepted.peer?.name ?? '';
  const problem = addressAt === 0 ? 0 : writeAddress(call, name, addressAt, lengthAt);
  if (problem === 0) return installNew(call, accepted, flags);
  accepted.release();
  return problem;
}

/** getsockname(2). */
export function sysGetsockname(call: Call, fd: number, at: number, lengthAt: number): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  return writeAddress(call, socket.name ?? '', at, lengthAt);
}

/** getpeername(2). */
export function sysGetpeername(call: Call, fd: number, at: number, lengthAt: number): number {
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  if (socket.peer === undefined) return -Errno.ENOTCONN;
  return writeAddress(call, socket.peer.name ?? '', at, lengthAt);
}

/** shutdown(2). */
export function sysShutdown(call: Call, fd: number, how: number): number {
  const [RECEIVES, SENDS, BOTH] = [0, 1, 2];
  const socket = socketOf(call, fd);
  if (typeof socket === 'number') return socket;
  if (how !== RECEIVES && how !== SENDS && how !== BOTH) return -Errno.EINVAL;
  socket.shutdown({ receives: how !== SENDS, sends: how !== RECEIVES });
  return 0;
}
