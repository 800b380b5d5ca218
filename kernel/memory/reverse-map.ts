import { leafPages, PAGE_SIZE, PTE_V } from '../../emulator/index.js';
import type { MemorySystem } from './memory-system.js';
import type { VirtualMemory } from './virtual-memory.js';

const USER_PAGES = 2 ** 26;

/** An entry of some address space: a leaf, or one that names a swap slot. */
export interface MappedEntry {
  readonly memory: VirtualMemory;
  readonly pteAddress: number;
  /** First page that it maps. */
  readonly page: number;
  readonly level: number;
}

/**
 * The leaves that map a frame. fork leaves a page at its address, so they are looked for at the page
 * that the frame was made for; only where mremap has moved some are all page tables searched.
 *
 * @returns undefined when something else refers to the frame too
 */
export function leavesOf(system: MemorySystem, ppn: number): MappedEntry[] | undefined {
  const { frames, ram } = system;
  const wanted = frames.refcount(ppn);
  const page = frames.ownerPage(ppn);
  const found: MappedEntry[] = [];
  for (const memory of system.spaces) {
    const { table } = memory;
    const pteAddress = table.find(page);
    if (pteAddress === 0 || (ram.readPteLow(pteAddress) & PTE_V) === 0) continue;
    const level = table.levelOf(pteAddress, page);
    const inLeaf = page % leafPages(level);
    if (table.ppn(pteAddress) + inLeaf !== ppn) continue;
    found.push({ memory, pteAddress, page: page - inLeaf, level });
    if (found.length === wanted) return found;
  }
  found.length = 0;
  for (const memory of system.spaces) {
    const { table } = memory;
    table.eachLeaf(0, USER_PAGES, (pteAddress, first, level) => {
      const start = table.ppn(pteAddress);
      if (ppn < start || ppn >= start + leafPages(level)) return;
      found.push({ memory, pteAddress, page: first, level });
    });
  }
  return found.length === wanted ? found : undefined;
}

/** The entries that name a swap slot; `page` is where one of them stands. */
export function entriesNaming(system: MemorySystem, slot: number, page: number): MappedEntry[] {
  const wanted = system.swap!.namesOf(slot);
  const found: MappedEntry[] = [];
  for (const memory of system.spaces) {
    const pteAddress = memory.table.find(page);
    if (pteAddress === 0 || memory.table.swapSlot(pteAddress) !== slot) continue;
    found.push({ memory, pteAddress, page, level: 0 });
    if (found.length === wanted) return found;
  }
  found.length = 0;
  for (const memory of system.spaces) {
    memory.table.eachSwapped(0, USER_PAGES, (pteAddress, at, named) => {
      if (named === slot) found.push({ memory, pteAddress, page: at, level: 0 });
    });
  }
  return found;
}

/** The region that an entry stands for. */
export function regionOf({ memory, page }: MappedEntry) {
  return memory.space.queryPage(page * PAGE_SIZE);
}
