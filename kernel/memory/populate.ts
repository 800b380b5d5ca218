import { PAGE_SIZE } from '../../emulator/index.js';
import { type BringInResult, bringIn, isOutOfMemory } from './bring-in.js';
import type { Access } from './fault.js';
import type { Region } from './mapper.js';
import { PROT_EXEC, PROT_READ, PROT_WRITE, REGION_SHARED } from './mman.js';
import { withRoom } from './reclaim.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * MAP_POPULATE and mlock: brings in what can be brought in, as the first access would. Compare
 * Linux's populate_vma_page_range in mm/gup.c: private writable pages are broken out of COW at once.
 *
 * @returns false at the first page that cannot be brought in
 */
export function populate(memory: VirtualMemory, address: number, length: number): boolean {
  const end = address + length;
  let result: BringInResult = 'present';
  for (const region of memory.space.regions({ start: address, end })) {
    const access = populatingAccess(region);
    if (access === undefined) continue;
    const from = Math.max(region.start, address);
    result = bringInRange(memory, region, from, Math.min(region.end, end), access);
    if (result !== 'present') break;
  }
  memory.fences.settle();
  return result === 'present';
}

/** Brings in [start, end) of one region, which allows the access; stops at the first failure. */
export function bringInRange(
  memory: VirtualMemory,
  region: Region,
  start: number,
  end: number,
  access: Access,
): BringInResult {
  for (let page = start / PAGE_SIZE; page < end / PAGE_SIZE; page++) {
    const result = withRoom(
      memory.system.frames,
      () => bringIn(memory, region, page, access),
      isOutOfMemory,
      { memory, va: page * PAGE_SIZE },
    );
    if (result !== 'present') return result;
  }
  return 'present';
}

function populatingAccess(region: Region): Access | undefined {
  if (region.prot & PROT_WRITE && (region.flags & REGION_SHARED) === 0) return 'store';
  if (region.prot & (PROT_READ | PROT_WRITE)) return 'load';
  return region.prot & PROT_EXEC ? 'fetch' : undefined;
}
