import { PAGE_SIZE, PTE_D } from '../../emulator/index.js';
import { indexInFile } from './bring-in.js';
import type { Region } from './mapper.js';
import { REGION_SHARED } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * Before pages of a shared file leave the address space: writes those whose leaf has D here, and no
 * others, where the file has a backing store. [start, end) is a part of the region.
 */
export function writeBackLeaves(
  memory: VirtualMemory,
  region: Region,
  start: number,
  end: number,
): void {
  const { file, flags } = region;
  if (file === undefined || !file.pages.hasStore || (flags & REGION_SHARED) === 0) return;
  const { ram } = memory.system;
  const dirty: number[] = [];
  memory.table.eachLeaf(start / PAGE_SIZE, end / PAGE_SIZE, (pteAddress, page) => {
    const low = ram.readPteLow(pteAddress);
    if ((low & PTE_D) === 0) return;
    memory.table.setFlags(pteAddress, page, low & 0x3ff & ~PTE_D);
    dirty.push(indexInFile(region, page));
  });
  file.pages.writePages(dirty);
}
