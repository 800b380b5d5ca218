import { RLIMIT_FSIZE } from '../process/limits.js';
import { SIGXFSZ } from '../signals/numbers.js';
import type { Call } from '../syscalls/call.js';

/**
 * Whether a file that ends at `end` is larger than the caller may make one; it is then told by
 * SIGXFSZ, and the answer is -EFBIG. Compare Linux fs/attr.c, inode_newsize_ok.
 */
export function exceedsSizeLimit(call: Call, end: number): boolean {
  if (end <= call.process.limits[RLIMIT_FSIZE]!.soft) return false;
  call.raise(SIGXFSZ);
  return true;
}
