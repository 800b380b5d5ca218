import { Errno } from '../errno.js';
import { Directory } from '../files/directory.js';
import type { Inode } from '../files/inode.js';
import {
  RESOLVE_BENEATH,
  RESOLVE_CACHED,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
} from '../files/lookup.js';
import {
  F_SEAL_EXEC,
  MAY_EXECUTE,
  MAY_READ,
  MAY_WRITE,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_TMPFILE,
  O_TRUNC,
  O_WRONLY,
} from '../files/mode.js';
import { OpenFile } from '../files/open-file.js';
import { RegularFile } from '../files/regular-file.js';
import { Symlink } from '../files/symlink.js';
import type { PathOptions } from '../files/tree.js';
import { TtyFile } from '../tty/tty.js';
import type { Call } from './call.js';
import { descriptorLimit, installNew } from './descriptors.js';

/** Flags that matter only while opening; the rest is what F_GETFL shows. */
const TRANSIENT = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC;
/** All that counts besides O_PATH. open(2). */
const NAMING = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/** struct open_how of openat2(2): flags, mode, RESOLVE_*. */
interface OpenHow {
  readonly flags: number;
  readonly mode: number;
  readonly resolve: number;
}

/** openat(2). */
export function sysOpenat(
  call: Call,
  dirfd: number,
  pathAt: number,
  flags: number,
  mode: number,
): number {
  return openAt(call, dirfd, pathAt, { flags, mode, resolve: 0 });
}

const HOW_BYTES = 24;
/** Access modes and every flag that has a meaning. Linux include/linux/fcntl.h, VALID_OPEN_FLAGS. */
const KNOWN_FLAGS = O_ACCMODE | 0o37777700;
const RESOLVE_KNOWN =
  RESOLVE_NO_XDEV |
  RESOLVE_NO_MAGICLINKS |
  RESOLVE_NO_SYMLINKS |
  RESOLVE_BENEATH |
  RESOLVE_IN_ROOT |
  RESOLVE_CACHED;

/** openat2(2): unlike openat(2) it refuses what it does not know. */
export function sysOpenat2(
  call: Call,
  dirfd: number,
  pathAt: number,
  howAt: number,
  size: number,
): number {
  if (size < HOW_BYTES) return -Errno.EINVAL;
  if (size > 4096) return -Errno.E2BIG;
  const bytes = call.read(howAt, size);
  if (typeof bytes === 'number') return bytes;
  if (bytes.subarray(HOW_BYTES).some((byte) => byte !== 0)) return -Errno.E2BIG;
  const [flags, mode, resolve] = [...new BigUint64Array(bytes.buffer, 0, 3)].map(Number);
  const how: OpenHow = { flags: flags!, mode: mode!, resolve: resolve! };
  return isSound(how) ? openAt(call, dirfd, pathAt, how) : -Errno.EINVAL;
}

/** Compare Linux fs/open.c, build_open_flags. */
function isSound({ flags, mode, resolve }: OpenHow): boolean {
  if (flags > KNOWN_FLAGS || (flags & ~KNOWN_FLAGS) !== 0) return false;
  if (resolve > RESOLVE_KNOWN) return false;
  if ((resolve & RESOLVE_BENEATH) !== 0 && (resolve & RESOLVE_IN_ROOT) !== 0) return false;
  if ((flags & O_PATH) !== 0 && (flags & ~NAMING) !== 0) return false;
  const makes = (flags & O_CREAT) !== 0 || (flags & O_TMPFILE) === O_TMPFILE;
  return makes ? mode <= 0o7777 : mode === 0;
}

function openAt(call: Call, dirfd: number, pathAt: number, how: OpenHow): number {
  const path = call.path(pathAt);
  if (typeof path === 'number') return path;
  // Before anything is made or cut off. Linux fs/open.c, do_sys_openat2.
  if (!call.process.descriptors.hasRoom(descriptorLimit(call))) return -Errno.EMFILE;
  const { flags, resolve } = how;
  const isScoped = (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) !== 0;
  const base = isScoped && path !== '' ? call.folder(dirfd) : call.base(dirfd, path);
  if (typeof base === 'number') return base;
  const from = { base, by: call.process.credentials, call, resolve };
  const opened = openPath(path, from, how);
  return typeof opened === 'number' ? opened : installNew(call, opened, flags);
}

/** Where a path starts, and who asks. */
type From = Required<Pick<PathOptions, 'base' | 'by' | 'call' | 'resolve'>>;

function openPath(path: string, from: From, { flags, mode }: OpenHow): OpenFile | number {
  const { call } = from;
  if ((flags & O_TMPFILE) === O_TMPFILE) return openTemporary(path, from, flags, mode);
  const followLast =
    (flags & O_NOFOLLOW) === 0 && (flags & (O_CREAT | O_EXCL)) !== (O_CREAT | O_EXCL);
  const found = call.kernel.files.resolve(path, { ...from, followLast });
  if (found === -Errno.ENOENT && (flags & O_CREAT) !== 0) {
    const created = create(path, from, mode, 0);
    return typeof created === 'number' ? created : openInode(call, created, flags);
  }
  if (typeof found === 'number') return found;
  if ((flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL)) return -Errno.EEXIST;
  if ((flags & O_PATH) !== 0) return new PathFile(found, flags & NAMING);
  if (found instanceof Symlink) return -Errno.ELOOP;
  const problem = checkAccess(call, found, flags);
  return problem < 0 ? problem : openInode(call, found, flags);
}

function checkAccess(call: Call, inode: Inode, flags: number): number {
  const access = flags & O_ACCMODE;
  const isDirectory = inode instanceof Directory;
  const writes = access === O_WRONLY || access === O_RDWR || (flags & O_TRUNC) !== 0;
  if ((flags & O_DIRECTORY) !== 0 && !isDirectory) return -Errno.ENOTDIR;
  if (isDirectory && (writes || (flags & O_CREAT) !== 0)) return -Errno.EISDIR;
  const wanted = (access === O_WRONLY ? 0 : MAY_READ) | (writes ? MAY_WRITE : 0);
  if (!inode.permits(call.process.credentials, wanted)) return -Errno.EACCES;
  return writes && inode instanceof RegularFile && inode.executing > 0 ? -Errno.ETXTBSY : 0;
}

function openInode(call: Call, inode: Inode, flags: number): OpenFile | number {
  if ((flags & O_TRUNC) !== 0 && inode instanceof RegularFile) {
    const refusal = inode.resize(0);
    if (refusal < 0) return refusal;
  }
  const opened = inode.open({ flags: flags & ~TRANSIENT & ~O_CLOEXEC, call });
  if (opened instanceof TtyFile && (flags & O_NOCTTY) === 0) opened.openedBy(call);
  return opened;
}

/** A new regular file; a dangling symbolic link is followed to where it points. */
function create(path: string, from: From, mode: number, depth: number): Inode | number {
  const { call, by } = from;
  const parent = call.kernel.files.resolveParent(path, from);
  if (typeof parent === 'number') return parent;
  const { directory, name } = parent;
  if (parent.hasTrailingSlash) return -Errno.EISDIR;
  const existing = directory.lookup(name);
  if (existing instanceof Symlink) {
    const target = existing.target(call);
    if (typeof target === 'number') return target;
    const next = { ...from, base: directory };
    return depth >= 40 ? -Errno.ELOOP : create(target, next, mode, depth + 1);
  }
  if (directory.linkCount < 2) return -Errno.ENOENT;
  if (!directory.permits(by, MAY_WRITE | MAY_EXECUTE)) return -Errno.EACCES;
  if (!directory.hasRoom) return -Errno.ENOSPC;
  const file = directory.owner.createFile(mode & 0o7777 & ~call.process.umask, by);
  directory.link(name, file);
  return file;
}

/** O_TMPFILE: a file without a name. */
function openTemporary(path: string, from: From, flags: number, mode: number): OpenFile | number {
  const { call, by } = from;
  if ((flags & O_ACCMODE) === O_RDONLY) return -Errno.EINVAL;
  const directory = call.kernel.files.resolve(path, from);
  if (typeof directory === 'number') return directory;
  if (!(directory instanceof Directory)) return -Errno.ENOTDIR;
  if (!directory.permits(by, MAY_WRITE | MAY_EXECUTE)) return -Errno.EACCES;
  const file = directory.owner.createFile(mode & 0o7777 & ~call.process.umask, by);
  file.name = `${directory.path}/#${file.number} (deleted)`;
  return openInode(call, file, flags & ~O_TMPFILE);
}

/** O_PATH: names a file without opening it. Every transfer is EBADF. */
class PathFile extends OpenFile {
  override get path(): string {
    return this.inode instanceof Directory || this.inode instanceof RegularFile
      ? this.inode.path
      : super.path;
  }
}

/** memfd_create(2). */
export function sysMemfdCreate(call: Call, nameAt: number, flags: number): number {
  const CLOEXEC = 1;
  const ALLOW_SEALING = 2;
  const NOEXEC_SEAL = 8;
  const EXEC = 16;
  if ((flags & ~(CLOEXEC | ALLOW_SEALING | NOEXEC_SEAL | EXEC)) !== 0) return -Errno.EINVAL;
  if ((flags & NOEXEC_SEAL) !== 0 && (flags & EXEC) !== 0) return -Errno.EINVAL;
  const name = call.path(nameAt);
  if (typeof name === 'number') return name === -Errno.ENAMETOOLONG ? -Errno.EINVAL : name;
  if (name.length > 249) return -Errno.EINVAL;
  const permissions = (flags & NOEXEC_SEAL) !== 0 ? 0o666 : 0o777;
  const title = `/memfd:${name} (deleted)`;
  const file = call.kernel.files.createNamelessFile(permissions, call.process.credentials, title);
  if ((flags & NOEXEC_SEAL) !== 0) file.seals = F_SEAL_EXEC;
  else if ((flags & ALLOW_SEALING) !== 0) file.seals = 0;
  const opened = file.open({ flags: O_RDWR });
  if (typeof opened === 'number') return opened;
  const options = { closeOnExec: (flags & CLOEXEC) !== 0, limit: descriptorLimit(call) };
  return call.process.descriptors.install(opened, options);
}
