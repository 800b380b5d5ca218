import { Errno } from '../errno.js';
import { PipeEnd } from '../files/pipe.js';
import { RegularFile } from '../files/regular-file.js';
import type { Call } from './call.js';
import { AT_SYMLINK_NOFOLLOW, resolveAt } from './paths.js';

/** posix_fadvise(2): every file is in memory already. */
export function sysFadvise64(
  call: Call,
  fd: number,
  _offset: number,
  length: number,
  advice: number,
): number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (file instanceof PipeEnd) return -Errno.ESPIPE;
  return advice < 0 || advice > 5 || length < 0 ? -Errno.EINVAL : 0;
}

/** readahead(2). */
export function sysReadahead(call: Call, fd: number): number {
  const file = call.file(fd);
  if (file === undefined || !file.isReadable) return -Errno.EBADF;
  return file.inode instanceof RegularFile ? 0 : -Errno.EINVAL;
}

/** sync(2): the page cache is the file. */
export function sysSync(): number {
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
