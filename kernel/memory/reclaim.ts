import { PAGE_SIZE, PTE_D, PTE_RSW } from '../../emulator/index.js';
import type { MemorySystem } from './memory-system.js';
import { REGION_SHARED } from './mman.js';

/** Marks a leaf of MADV_FREE, in the bits that the hardware leaves to software. */
export const LEAF_LAZY_FREE = PTE_RSW & 0x100;

/**
 * Takes back what programs have offered: pages of MADV_FREE that were not written since. To be
 * called when frames have run out.
 *
 * @returns the number of pages freed
 */
export function reclaim(system: MemorySystem): number {
  let freed = 0;
  for (const memory of system.spaces) {
    const { table } = memory;
    for (const region of memory.space.regions()) {
      if (region.file !== undefined || region.flags & REGION_SHARED) continue;
      const start = region.start / PAGE_SIZE;
      const end = region.end / PAGE_SIZE;
      table.eachLeaf(start, end, (pteAddress, page, level) => {
        const low = system.ram.readPteLow(pteAddress);
        if ((low & LEAF_LAZY_FREE) === 0 || low & PTE_D || level > 0) return;
        const ppn = table.ppn(pteAddress);
        table.erase(pteAddress, page, level);
        system.frames.release(ppn);
        freed++;
      });
      table.prune(start, end);
    }
    memory.fences.settle();
  }
  return freed;
}
