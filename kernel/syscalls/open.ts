import { Errno } from '../errno.js';
import { Directory } from '../files/directory.js';
import type { Inode } from '../files/inode.js';
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
import { TtyFile } from '../tty/tty.js';
import type { Call } from './call.js';
import { descriptorLimit, installNew } from './descriptors.js';

/** Flags that matter only while opening; the rest is what F_GETFL shows. */
const TRANSIENT = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC;
/** All that counts besides O_PATH. open(2). */
const NAMING = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/** openat(2). */
export function sysOpenat(
  call: Call,
  dirfd: number,
  pathAt: number,
  flags: number,
  mode: number,
): number {
  const path = call.path(pathAt);
  if (typeof path === 'number') return path;
  // Before anything is made or cut off. Linux fs/open.c, do_sys_openat2.
  if (!call.process.descriptors.hasRoom(descriptorLimit(call))) return -Errno.EMFILE;
  const base = call.base(dirfd, path);
  if (typeof base === 'number') return base;
  const opened = openPath(call, path, base, flags, mode);
  if (typeof opened === 'number') return opened;
  return installNew(call, opened, flags);
}

/** openat2(2) with the flags and mode of struct open_how; its resolve bits are refused. */
export function sysOpenat2(
  call: Call,
  dirfd: number,
  pathAt: number,
  howAt: number,
  size: number,
): number {
  if (size < 24) return -Errno.EINVAL;
  if (size > 4096) return -Errno.E2BIG;
  const view = call.view(howAt, size);
  if (view === undefined) return -Errno.EFAULT;
  const field = (index: number) => Number(view.getBigUint64(8 * index, true));
  if (field(0) > 0x7fff_ffff || field(1) > 0o7777 || field(2) !== 0) return -Errno.EINVAL;
  return sysOpenat(call, dirfd, pathAt, field(0), field(1));
}

function openPath(
  call: Call,
  path: string,
  base: Directory,
  flags: number,
  mode: number,
): OpenFile | number {
  if ((flags & O_TMPFILE) === O_TMPFILE) return openTemporary(call, path, base, flags, mode);
  const by = call.process.credentials;
  const followLast =
    (flags & O_NOFOLLOW) === 0 && (flags & (O_CREAT | O_EXCL)) !== (O_CREAT | O_EXCL);
  const found = call.kernel.files.resolve(path, { base, by, followLast, call });
  if (found === -Errno.ENOENT && (flags & O_CREAT) !== 0) {
    const created = create(call, path, base, mode, 0);
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
function create(
  call: Call,
  path: string,
  base: Directory,
  mode: number,
  depth: number,
): Inode | number {
  const by = call.process.credentials;
  const parent = call.kernel.files.resolveParent(path, { base, by, call });
  if (typeof parent === 'number') return parent;
  const { directory, name } = parent;
  if (parent.hasTrailingSlash) return -Errno.EISDIR;
  const existing = directory.lookup(name);
  if (existing instanceof Symlink) {
    const target = existing.target(call);
    if (typeof target === 'number') return target;
    return depth >= 40 ? -Errno.ELOOP : create(call, target, directory, mode, depth + 1);
  }
  if (directory.linkCount < 2) return -Errno.ENOENT;
  if (!directory.permits(by, MAY_WRITE | MAY_EXECUTE)) return -Errno.EACCES;
  const file = directory.owner.createFile(mode & 0o7777 & ~call.process.umask, by);
  directory.link(name, file);
  return file;
}

/** O_TMPFILE: a file without a name. */
function openTemporary(
  call: Call,
  path: string,
  base: Directory,
  flags: number,
  mode: number,
): OpenFile | number {
  if ((flags & O_ACCMODE) === O_RDONLY) return -Errno.EINVAL;
  const by = call.process.credentials;
  const directory = call.kernel.files.resolve(path, { base, by, call });
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
