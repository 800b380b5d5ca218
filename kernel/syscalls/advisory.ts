import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { PipeEnd } from '../files/pipe.js';
import { RegularFile } from '../files/regular-file.js';
import type { Call } from './call.js';
import { AT_SYMLINK_NOFOLLOW, resolveAt } from './paths.js';

const POSIX_FADV_DONTNEED = 4;

/** posix_fadvise(2): POSIX_FADV_DONTNEED drops what can be read from a disk again. */
export function sysFadvise64(
  call: Call,
  fd: number,
  offset: number,
  length: number,
  advice: number,
): number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (file instanceof PipeEnd) return -Errno.ESPIPE;
  if (advice < 0 || advice > 5 || length < 0) return -Errno.EINVAL;
  if (advice === POSIX_FADV_DONTNEED && file.inode instanceof RegularFile) {
    const end = length === 0 ? Number.POSITIVE_INFINITY : offset + length;
    file.inode.pages.dropUnused(Math.ceil(offset / PAGE_SIZE), Math.floor(end / PAGE_SIZE));
  }
  return 0;
}

/** readahead(2). */
export function sysReadahead(call: Call, fd: number): number {
  const file = call.file(fd);
  if (file === undefined || !file.isReadable) return -Errno.EBADF;
  return file.inode instanceof RegularFile ? 0 : -Errno.EINVAL;
}

/** sync(2): for the disk; the other files' page cache is the file. */
export function sysSync(call: Call): number {
  call.kernel.disk?.synchronise();
  return 0;
}

/** getxattr(2), setxattr(2), removexattr(2): this file system has no extended attributes. */
export function sysXattr(call: Call, pathAt: number): number {
  return withoutAttributes(resolveAt(call, -100, pathAt, 0));
}

export function sysLxattr(call: Call, pathAt: number): number {
  return withoutAttributes(resolveAt(call, -100, pathAt, AT_SYMLINK_NOFOLLOW));
}

export function sysFxattr(call: Call, fd: number): number {
  return withoutAttributes(call.file(fd)?.inode ?? -Errno.EBADF);
}

function withoutAttributes(inode: object | number): number {
  return typeof inode === 'number' ? inode : -Errno.EOPNOTSUPP;
}
