import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { indexInFile } from './bring-in.js';
import { MMAP_MIN_ADDRESS, roundLength } from './layout.js';
import { MS_ASYNC, MS_INVALIDATE, MS_SYNC, REGION_LOCKED, REGION_SHARED } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * msync(2). A file with a backing store gets what is dirty of the range, by any of its mappings or by
 * write(2), with MS_SYNC; MS_ASYNC does nothing, as on Linux. The others' pages are the file. The
 * checks are Linux's (mm/msync.c).
 *
 * @returns 0, -EINVAL for bad flags or an unaligned address, -ENOMEM if a part is not mapped, -EBUSY
 *   for MS_INVALIDATE of locked pages
 */
export function synchronise(
  memory: VirtualMemory,
  address: number,
  length: number,
  flags: number,
): number {
  if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) return -Errno.EINVAL;
  if (address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  if (flags & MS_ASYNC && flags & MS_SYNC) return -Errno.EINVAL;
  const end = address + roundLength(length);
  if (end > 2 ** 53) return -Errno.ENOMEM;
  if (end === address) return 0;
  let covered = address;
  let hasHole = address < MMAP_MIN_ADDRESS;
  for (const region of memory.space.regions({ start: address, end })) {
    if (flags & MS_INVALIDATE && region.flags & REGION_LOCKED) return -Errno.EBUSY;
    if (region.start > covered) hasHole = true;
    covered = region.end;
    if (flags & MS_SYNC && region.flags & REGION_SHARED) {
      const first = indexInFile(region, Math.max(region.start, address) / PAGE_SIZE);
      region.file?.pages.writeBack(first, indexInFile(region, Math.min(covered, end) / PAGE_SIZE));
    }
  }
  return hasHole || covered < end ? -Errno.ENOMEM : 0;
}
