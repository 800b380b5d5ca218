import { Errno } from '../errno.js';
import { type MemorySystem, REGION_NEVER_WRITABLE, REGION_SHARED } from '../memory/index.js';
import {
  F_SEAL_EXEC,
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
} from './mode.js';
import type { OpenFile } from './open-file.js';
import { RegularFile } from './regular-file.js';

const ALL_SEALS = 63;

/** F_GET_SEALS. @returns the seals, or -EINVAL for a file that has none */
export function getSeals({ inode }: OpenFile): number {
  return (inode instanceof RegularFile ? inode.seals : undefined) ?? -Errno.EINVAL;
}

/** F_ADD_SEALS. Compare Linux's memfd_add_seals in mm/memfd.c. @returns 0 or a negative errno */
export function addSeals(file: OpenFile, seals: number, system: MemorySystem): number {
  if (!file.isWritable) return -Errno.EPERM;
  if ((seals & ~ALL_SEALS) !== 0) return -Errno.EINVAL;
  const { inode } = file;
  if (!(inode instanceof RegularFile) || inode.seals === undefined) return -Errno.EINVAL;
  if ((inode.seals & F_SEAL_SEAL) !== 0) return -Errno.EPERM;
  const isNewWriteSeal = (seals & ~inode.seals & F_SEAL_WRITE) !== 0;
  if (isNewWriteSeal && isMappedWritable(inode, system)) return -Errno.EBUSY;
  const isForCode = (seals & F_SEAL_EXEC) !== 0 && (inode.permissions & 0o111) !== 0;
  const implied = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE;
  inode.seals |= isForCode ? seals | implied : seals;
  return 0;
}

/** Whether a shared mapping could still store into the file, now or after mprotect. */
function isMappedWritable(file: RegularFile, system: MemorySystem): boolean {
  const both = REGION_SHARED | REGION_NEVER_WRITABLE;
  for (const memory of system.spaces) {
    for (const region of memory.space.regions()) {
      if (region.file === file && (region.flags & both) === REGION_SHARED) return true;
    }
  }
  return false;
}
