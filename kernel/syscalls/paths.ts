import { bytesOf } from '../bytes.js';
import type { Timestamp } from '../clock.js';
import { Errno } from '../errno.js';
import { checkName, Directory, isInside } from '../files/directory.js';
import type { Inode } from '../files/inode.js';
import type { ParentLookup } from '../files/lookup.js';
import { F_SEAL_EXEC, MAY_EXECUTE, MAY_WRITE, S_IFMT } from '../files/mode.js';
import { Pipe } from '../files/pipe.js';
import { RegularFile } from '../files/regular-file.js';
import { Symlink } from '../files/symlink.js';
import type { Call } from './call.js';

export const AT_SYMLINK_NOFOLLOW = 0x100;
export const AT_REMOVEDIR = 0x200;
export const AT_SYMLINK_FOLLOW = 0x400;
export const AT_EMPTY_PATH = 0x1000;

/** Finds what a *at call names; an empty path means the descriptor itself if `flags` allow it. */
export function resolveAt(
  call: Call,
  dirfd: number,
  pathAt: number,
  flags: number,
): Inode | number {
  const path = pathAt === 0 && (flags & AT_EMPTY_PATH) !== 0 ? '' : call.path(pathAt);
  if (typeof path === 'number') return path;
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0) {
    if (dirfd === -100) return call.process.directory;
    return call.namedFile(dirfd)?.inode ?? -Errno.EBADF;
  }
  const base = call.base(dirfd, path);
  if (typeof base === 'number') return base;
  const by = call.process.credentials;
  const followLast = (flags & AT_SYMLINK_NOFOLLOW) === 0;
  return call.kernel.files.resolve(path, { base, by, followLast, call });
}

export function resolveParentAt(call: Call, dirfd: number, pathAt: number): ParentLookup | number {
  const path = call.path(pathAt);
  if (typeof path === 'number') return path;
  const base = call.base(dirfd, path);
  if (typeof base === 'number') return base;
  const by = call.process.credentials;
  return call.kernel.files.resolveParent(path, { base, by, call });
}

/** Whether the caller may add and remove names in a directory. */
function mayChange(call: Call, directory: Directory): boolean {
  return directory.permits(call.process.credentials, MAY_WRITE | MAY_EXECUTE);
}

/** A sticky directory's names belong to the owners of the files. inode(7), S_ISVTX. */
function maySteal(call: Call, directory: Directory, inode: Inode): boolean {
  const { uid } = call.process.credentials;
  if (uid === 0 || (directory.permissions & 0o1000) === 0) return true;
  return inode.uid === uid || directory.uid === uid;
}

/** Where a new name goes. @returns a negative errno when the name is taken or refused */
export function newName(call: Call, dirfd: number, pathAt: number): ParentLookup | number {
  const parent = resolveParentAt(call, dirfd, pathAt);
  if (typeof parent === 'number') return parent;
  const problem = checkName(parent.name);
  if (problem < 0) return problem;
  if (parent.directory.lookup(parent.name) !== undefined) return -Errno.EEXIST;
  if (parent.directory.linkCount < 2) return -Errno.ENOENT;
  if (!mayChange(call, parent.directory)) return -Errno.EACCES;
  return parent.directory.hasRoom ? parent : -Errno.ENOSPC;
}

export function sysMkdirat(call: Call, dirfd: number, pathAt: number, mode: number): number {
  const parent = newName(call, dirfd, pathAt);
  if (typeof parent === 'number') return parent;
  const permissions = mode & 0o1777 & ~call.process.umask;
  const directory = new Directory(parent.directory.owner, permissions, call.process.credentials);
  parent.directory.link(parent.name, directory);
  return 0;
}

/** mknodat(2): regular files and FIFOs; devices need privileges. */
export function sysMknodat(call: Call, dirfd: number, pathAt: number, mode: number): number {
  const type = mode & S_IFMT;
  const [FIFO, REGULAR] = [0o010000, 0o100000];
  if (type !== FIFO && type !== REGULAR && type !== 0) return -Errno.EPERM;
  const parent = newName(call, dirfd, pathAt);
  if (typeof parent === 'number') return parent;
  if (parent.hasTrailingSlash) return -Errno.ENOENT;
  const permissions = mode & 0o7777 & ~call.process.umask;
  const { credentials } = call.process;
  const { owner } = parent.directory;
  const inode =
    type === FIFO
      ? new Pipe(owner, credentials, permissions)
      : owner.createFile(permissions, credentials);
  parent.directory.link(parent.name, inode);
  return 0;
}

export function sysSymlinkat(call: Call, targetAt: number, dirfd: number, pathAt: number): number {
  const target = call.path(targetAt);
  if (typeof target === 'number') return target;
  if (target === '') return -Errno.ENOENT;
  const parent = newName(call, dirfd, pathAt);
  if (typeof parent === 'number') return parent;
  if (parent.hasTrailingSlash) return -Errno.ENOENT;
  const link = new Symlink(parent.directory.owner, call.process.credentials, target);
  parent.directory.link(parent.name, link);
  return 0;
}

export function sysLinkat(
  call: Call,
  oldFd: number,
  oldPathAt: number,
  newFd: number,
  newPathAt: number,
  flags: number,
): number {
  if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) !== 0) return -Errno.EINVAL;
  const follow = (flags & AT_SYMLINK_FOLLOW) !== 0 ? 0 : AT_SYMLINK_NOFOLLOW;
  const inode = resolveAt(call, oldFd, oldPathAt, follow | (flags & AT_EMPTY_PATH));
  if (typeof inode === 'number') return inode;
  if (inode instanceof Directory) return -Errno.EPERM;
  const parent = newName(call, newFd, newPathAt);
  if (typeof parent === 'number') return parent;
  if (parent.directory.owner !== inode.owner) return -Errno.EXDEV;
  parent.directory.link(parent.name, inode);
  inode.changed = call.kernel.clock.realtime();
  return 0;
}

/** unlinkat(2): also rmdir with AT_REMOVEDIR. */
export function sysUnlinkat(call: Call, dirfd: number, pathAt: number, flags: number): number {
  if ((flags & ~AT_REMOVEDIR) !== 0) return -Errno.EINVAL;
  const isRmdir = (flags & AT_REMOVEDIR) !== 0;
  const parent = resolveParentAt(call, dirfd, pathAt);
  if (typeof parent === 'number') return parent;
  const { directory, name } = parent;
  if (name === '' || name === '..') return name === '' ? -Errno.EBUSY : -Errno.ENOTEMPTY;
  if (name === '.') return isRmdir ? -Errno.EINVAL : -Errno.EISDIR;
  const inode = directory.lookup(name);
  if (inode === undefined) return -Errno.ENOENT;
  if (!mayChange(call, directory)) return -Errno.EACCES;
  if (!maySteal(call, directory, inode)) return -Errno.EPERM;
  if (isRmdir) {
    if (!(inode instanceof Directory)) return -Errno.ENOTDIR;
    if (inode.owner !== directory.owner) return -Errno.EBUSY;
    if (!inode.isEmpty) return -Errno.ENOTEMPTY;
  } else {
    if (inode instanceof Directory) return -Errno.EISDIR;
    if (parent.hasTrailingSlash) return -Errno.ENOTDIR;
  }
  directory.unlink(name);
  return 0;
}

const RENAME_NOREPLACE = 1;
const RENAME_EXCHANGE = 2;

/** renameat2(2) without whiteouts. */
export function sysRenameat2(
  call: Call,
  oldFd: number,
  oldPathAt: number,
  newFd: number,
  newPathAt: number,
  flags: number,
): number {
  if ((flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) !== 0 || flags === 3) return -Errno.EINVAL;
  const from = resolveParentAt(call, oldFd, oldPathAt);
  if (typeof from === 'number') return from;
  const to = resolveParentAt(call, newFd, newPathAt);
  if (typeof to === 'number') return to;
  if (from.directory.owner !== to.directory.owner) return -Errno.EXDEV;
  if (checkName(from.name) < 0 || checkName(to.name) < 0) return -Errno.EBUSY;
  const inode = from.directory.lookup(from.name);
  if (inode === undefined) return -Errno.ENOENT;
  const existing = to.directory.lookup(to.name);
  const problem = checkRename(call, from, to, inode, existing, flags);
  if (problem < 0) return problem;
  if (existing === inode) return 0;
  if ((flags & RENAME_EXCHANGE) !== 0) {
    const aside = '\0exchange';
    to.directory.rename(to.name, to.directory, aside);
    from.directory.rename(from.name, to.directory, to.name);
    to.directory.rename(aside, from.directory, from.name);
    return 0;
  }
  if (existing !== undefined) to.directory.unlink(to.name);
  from.directory.rename(from.name, to.directory, to.name);
  return 0;
}

function checkRename(
  call: Call,
  from: ParentLookup,
  to: ParentLookup,
  inode: Inode,
  existing: Inode | undefined,
  flags: number,
): number {
  if (existing === undefined && (flags & RENAME_EXCHANGE) !== 0) return -Errno.ENOENT;
  if (existing !== undefined && (flags & RENAME_NOREPLACE) !== 0) return -Errno.EEXIST;
  const isMount = (at: Inode | undefined) => at !== undefined && at.owner !== to.directory.owner;
  if (isMount(inode) || isMount(existing)) return -Errno.EBUSY;
  const isDirectory = inode instanceof Directory;
  if (!isDirectory && (from.hasTrailingSlash || to.hasTrailingSlash)) return -Errno.ENOTDIR;
  if (isDirectory && isInside(to.directory, inode)) return -Errno.EINVAL;
  const isAncestor = existing instanceof Directory && isInside(from.directory, existing);
  if (isAncestor) return (flags & RENAME_EXCHANGE) !== 0 ? -Errno.EINVAL : -Errno.ENOTEMPTY;
  if (!mayChange(call, from.directory) || !mayChange(call, to.directory)) return -Errno.EACCES;
  if (!maySteal(call, from.directory, inode)) return -Errno.EPERM;
  if (existing === undefined) return 0;
  if (!maySteal(call, to.directory, existing)) return -Errno.EPERM;
  if ((flags & RENAME_EXCHANGE) !== 0) return 0;
  if (isDirectory && !(existing instanceof Directory)) return -Errno.ENOTDIR;
  if (!isDirectory && existing instanceof Directory) return -Errno.EISDIR;
  return existing instanceof Directory && !existing.isEmpty ? -Errno.ENOTEMPTY : 0;
}

/** readlinkat(2): not NUL-terminated, cut to the buffer. */
export function sysReadlinkat(
  call: Call,
  dirfd: number,
  pathAt: number,
  address: number,
  size: number,
): number {
  if (size <= 0) return -Errno.EINVAL;
  const inode = resolveAt(call, dirfd, pathAt, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
  if (typeof inode === 'number') return inode;
  if (!(inode instanceof Symlink)) return -Errno.EINVAL;
  const target = inode.target(call);
  if (typeof target === 'number') return target;
  const bytes = bytesOf(target.slice(0, size));
  return call.write(address, bytes) || bytes.length;
}

/** faccessat2(2); faccessat is the same without flags. */
export function sysFaccessat2(
  call: Call,
  dirfd: number,
  pathAt: number,
  mode: number,
  flags: number,
): number {
  const AT_EACCESS = 0x200;
  if ((mode & ~7) !== 0) return -Errno.EINVAL;
  if ((flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -Errno.EINVAL;
  const inode = resolveAt(call, dirfd, pathAt, flags);
  if (typeof inode === 'number') return inode;
  return inode.permits(call.process.credentials, mode) ? 0 : -Errno.EACCES;
}

export function sysFaccessat(call: Call, dirfd: number, pathAt: number, mode: number): number {
  return sysFaccessat2(call, dirfd, pathAt, mode, 0);
}

export function sysFchmodat(call: Call, dirfd: number, pathAt: number, mode: number): number {
  return changeMode(call, resolveAt(call, dirfd, pathAt, 0), mode);
}

/** fchmodat2(2): a symbolic link itself has no mode to change. */
export function sysFchmodat2(
  call: Call,
  dirfd: number,
  pathAt: number,
  mode: number,
  flags: number,
): number {
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -Errno.EINVAL;
  const inode = resolveAt(call, dirfd, pathAt, flags);
  return inode instanceof Symlink ? -Errno.EOPNOTSUPP : changeMode(call, inode, mode);
}

export function sysFchmod(call: Call, fd: number, mode: number): number {
  return changeMode(call, call.file(fd)?.inode ?? -Errno.EBADF, mode);
}

function changeMode(call: Call, inode: Inode | number, mode: number): number {
  if (typeof inode === 'number') return inode;
  if (inode.uid !== call.process.credentials.uid) return -Errno.EPERM;
  const isSealed = inode instanceof RegularFile && ((inode.seals ?? 0) & F_SEAL_EXEC) !== 0;
  if (isSealed && ((inode.permissions ^ mode) & 0o111) !== 0) return -Errno.EPERM;
  inode.permissions = mode & 0o7777;
  inode.changed = call.kernel.clock.realtime();
  return 0;
}

export function sysFchownat(
  call: Call,
  dirfd: number,
  pathAt: number,
  uid: number,
  gid: number,
  flags: number,
): number {
  return changeOwner(call, resolveAt(call, dirfd, pathAt, flags), uid, gid);
}

export function sysFchown(call: Call, fd: number, uid: number, gid: number): number {
  return changeOwner(call, call.file(fd)?.inode ?? -Errno.EBADF, uid, gid);
}

/** Without privileges a file can only be "given" to whom it belongs. */
function changeOwner(call: Call, inode: Inode | number, uid: number, gid: number): number {
  if (typeof inode === 'number') return inode;
  const own = call.process.credentials;
  const isOwner = inode.uid === own.uid;
  const keepsUser = uid === -1 || (isOwner && uid === inode.uid);
  const keepsGroup = gid === -1 || (isOwner && gid === own.gid);
  if (!keepsUser || !keepsGroup) return -Errno.EPERM;
  if (gid !== -1) inode.gid = gid;
  inode.changed = call.kernel.clock.realtime();
  return 0;
}

export function sysTruncate(call: Call, pathAt: number, length: number): number {
  if (length < 0) return -Errno.EINVAL;
  const inode = resolveAt(call, -100, pathAt, 0);
  if (typeof inode === 'number') return inode;
  if (inode instanceof Directory) return -Errno.EISDIR;
  if (!(inode instanceof RegularFile)) return -Errno.EINVAL;
  if (!inode.permits(call.process.credentials, MAY_WRITE)) return -Errno.EACCES;
  return inode.executing > 0 ? -Errno.ETXTBSY : inode.resize(length, call);
}

export function sysGetcwd(call: Call, address: number, size: number): number {
  const bytes = bytesOf(`${call.process.directory.path}\0`);
  if (bytes.length > size) return -Errno.ERANGE;
  return call.write(address, bytes) || bytes.length;
}

export function sysChdir(call: Call, pathAt: number): number {
  return enter(call, resolveAt(call, -100, pathAt, 0));
}

export function sysFchdir(call: Call, fd: number): number {
  return enter(call, call.namedFile(fd)?.inode ?? -Errno.EBADF);
}

function enter(call: Call, inode: Inode | number): number {
  if (typeof inode === 'number') return inode;
  if (!(inode instanceof Directory)) return -Errno.ENOTDIR;
  if (!inode.permits(call.process.credentials, MAY_EXECUTE)) return -Errno.EACCES;
  call.process.directory = inode;
  return 0;
}

export function sysUmask(call: Call, mask: number): number {
  const old = call.process.umask;
  call.process.umask = mask & 0o777;
  return old;
}

const UTIME_NOW = 0x3fff_ffff;
const UTIME_OMIT = 0x3fff_fffe;

/** utimensat(2); a NULL path means the descriptor itself. */
export function sysUtimensat(
  call: Call,
  dirfd: number,
  pathAt: number,
  timesAt: number,
  flags: number,
): number {
  const inode =
    pathAt === 0
      ? (call.file(dirfd)?.inode ?? -Errno.EBADF)
      : resolveAt(call, dirfd, pathAt, flags);
  if (typeof inode === 'number') return inode;
  const now = call.kernel.clock.realtime();
  const times = timesAt === 0 ? [now, now] : readTimes(call, timesAt, now);
  if (typeof times === 'number') return times;
  const isOwner = inode.uid === call.process.credentials.uid;
  if (!isOwner && !(timesAt === 0 && inode.permits(call.process.credentials, MAY_WRITE))) {
    return timesAt === 0 ? -Errno.EACCES : -Errno.EPERM;
  }
  inode.accessed = times[0] ?? inode.accessed;
  inode.modified = times[1] ?? inode.modified;
  inode.changed = now;
  return 0;
}

function readTimes(
  call: Call,
  address: number,
  now: Timestamp,
): (Timestamp | undefined)[] | number {
  const view = call.view(address, 32);
  if (view === undefined) return -Errno.EFAULT;
  const times: (Timestamp | undefined)[] = [];
  for (const at of [0, 16]) {
    const seconds = Number(view.getBigInt64(at, true));
    const nanoseconds = Number(view.getBigInt64(at + 8, true));
    if (nanoseconds === UTIME_NOW) times.push(now);
    else if (nanoseconds === UTIME_OMIT) times.push(undefined);
    else if (nanoseconds < 0 || nanoseconds > 999_999_999) return -Errno.EINVAL;
    else times.push({ seconds, nanoseconds });
  }
  return times;
}
