import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { pageFloor } from './layout.js';
import type { Region } from './mapper.js';
import {
  MAP_FIXED,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_POPULATE,
  MAP_SHARED,
  REGION_LOCKED,
  REGION_NEVER_WRITABLE,
  REGION_SHARED,
} from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * remap_file_pages(2), which Linux emulates by a mapping of its own. Compare Linux's
 * remap_file_pages in mm/mmap.c.
 *
 * @param pageOffset in the file, in pages
 * @returns 0; -EINVAL where prot is not 0, the range is empty, or no shared mapping of one file covers
 *   it; what mmap answers
 */
export function remapFilePages(
  memory: VirtualMemory,
  address: number,
  size: number,
  prot: number,
  pageOffset: number,
  flags: number,
): number {
  if (prot !== 0 || address < 0 || size < 0 || pageOffset < 0) return -Errno.EINVAL;
  const start = pageFloor(address);
  const length = pageFloor(size);
  if (length === 0 || start + length > 2 ** 53) return -Errno.EINVAL;
  const region = memory.space.queryPage(start);
  if (region === undefined || (region.flags & REGION_SHARED) === 0) return -Errno.EINVAL;
  if (!isCovered(memory, region, start, start + length)) return -Errno.EINVAL;
  const isLocked = (region.flags & REGION_LOCKED) !== 0;
  const how =
    MAP_SHARED | MAP_FIXED | MAP_POPULATE | (flags & MAP_NONBLOCK) | (isLocked ? MAP_LOCKED : 0);
  const offset = pageOffset * PAGE_SIZE;
  const result = memory.map(start, length, region.prot, how, region.file, offset, {
    mayWrite: (region.flags & REGION_NEVER_WRITABLE) === 0,
  });
  return result < 0 ? result : 0;
}

/** Whether regions like the first one, of the same file, cover the range without a hole. */
function isCovered(memory: VirtualMemory, first: Region, start: number, end: number): boolean {
  let covered = start;
  for (const { file, flags, prot, ...region } of memory.space.regions({ start, end })) {
    if (region.start > covered || file !== first.file) return false;
    if (flags !== first.flags || prot !== first.prot) return false;
    covered = region.end;
  }
  return covered >= end;
}
