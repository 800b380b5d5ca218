import { PAGE_SIZE, PTE_V } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { indexInFile } from './bring-in.js';
import { roundLength, TASK_SIZE } from './layout.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * mincore(2). A page is resident when it has a frame, or when the file's page cache holds it.
 * Compare Linux's do_mincore in mm/mincore.c.
 *
 * @returns one byte per page, or -EINVAL for an unaligned address, -ENOMEM for a hole
 */
export function mincore(
  memory: VirtualMemory,
  address: number,
  length: number,
): Uint8Array | number {
  if (address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  const end = address + (length === 0 ? 0 : roundLength(length) || TASK_SIZE);
  if (address < 0 || end > TASK_SIZE) return -Errno.ENOMEM;
  const result = new Uint8Array((end - address) / PAGE_SIZE);
  if (result.length === 0) return result;
  let covered = address;
  for (const region of memory.space.regions({ start: address, end })) {
    if (region.start > covered) break;
    const stop = Math.min(region.end, end);
    for (; covered < stop; covered += PAGE_SIZE) {
      const page = covered / PAGE_SIZE;
      const pteAddress = memory.table.find(page);
      const isPresent =
        pteAddress !== 0 && (memory.system.ram.readPteLow(pteAddress) & PTE_V) !== 0;
      const isCached =
        region.file !== undefined && region.file.pages.page(indexInFile(region, page)) !== 0;
      result[(covered - address) / PAGE_SIZE] = isPresent || isCached ? 1 : 0;
    }
  }
  return covered < end ? -Errno.ENOMEM : result;
}
