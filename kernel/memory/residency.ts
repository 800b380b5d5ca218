import { leafPages, PAGE_SIZE, PTE_A, PTE_D } from '../../emulator/index.js';
import { indexInFile } from './bring-in.js';
import { SharedAnonymousFile } from './mapped-file.js';
import type { Region } from './mapper.js';
import { ANONYMOUS, FILE, type PhysicalMemory } from './physical-memory.js';
import { LEAF_LAZY_FREE } from './reclaim.js';
import type { VirtualMemory } from './virtual-memory.js';

/** What is present of a range, in bytes. The shared zero frame counts nowhere, as on Linux. */
export interface Residency {
  resident: number;
  /** Each page's size divided by the number of leaves that map its frame. */
  proportional: number;
  proportionalDirty: number;
  /** `proportional`, by what the frames are: of nobody's file, of a file, of nameless shared memory. */
  proportionalAnonymous: number;
  proportionalFile: number;
  proportionalShared: number;
  sharedClean: number;
  sharedDirty: number;
  privateClean: number;
  privateDirty: number;
  referenced: number;
  anonymous: number;
  lazyFree: number;
  /** Anonymous memory under megapages. */
  huge: number;
  /** Pages of files, without those of nameless shared memory. */
  file: number;
  /** Shared anonymous memory. */
  sharedAnonymous: number;
  /** On the swap device; the second divides each page by the number of entries that name its slot. */
  swapped: number;
  proportionalSwapped: number;
}

/** What one present page is, for whoever lists or counts pages. */
export interface PresentPage {
  readonly page: number;
  readonly ppn: number;
  readonly level: number;
  /** The leaf's lower half. */
  readonly low: number;
}

export function noResidency(): Residency {
  return {
    resident: 0,
    proportional: 0,
    proportionalDirty: 0,
    proportionalAnonymous: 0,
    proportionalFile: 0,
    proportionalShared: 0,
    sharedClean: 0,
    sharedDirty: 0,
    privateClean: 0,
    privateDirty: 0,
    referenced: 0,
    anonymous: 0,
    lazyFree: 0,
    huge: 0,
    file: 0,
    sharedAnonymous: 0,
    swapped: 0,
    proportionalSwapped: 0,
  };
}

/** Visits every page of [start, end), page numbers, that a leaf of the page table maps. */
export function eachPresentPage(
  memory: VirtualMemory,
  start: number,
  end: number,
  visit: (present: PresentPage) => void,
): void {
  const { table, system } = memory;
  table.eachLeaf(start, end, (pteAddress, first, level) => {
    const low = system.ram.readPteLow(pteAddress);
    const ppn = table.ppn(pteAddress);
    const last = Math.min(end, first + leafPages(level));
    for (let page = Math.max(start, first); page < last; page++) {
      visit({ page, ppn: ppn + page - first, level, low });
    }
  });
}

/** Leaves that map the frame, in whatever address space. A page cache's own reference is none. */
export function mapCount(frames: PhysicalMemory, ppn: number): number {
  const held = frames.kindNumber(ppn) === FILE ? 1 : 0;
  return Math.max(1, frames.refcount(ppn) - held);
}

/** Counts the region's present pages into `sum`. Compare Linux fs/proc/task_mmu.c, smaps_account. */
export function addResidency(memory: VirtualMemory, region: Region, sum: Residency): void {
  const { frames, swap } = memory.system;
  const isNameless = region.file instanceof SharedAnonymousFile;
  const end = region.end / PAGE_SIZE;
  eachPresentPage(memory, region.start / PAGE_SIZE, end, ({ ppn, level, low }) => {
    if (ppn === frames.zeroPpn) return;
    const isAnonymous = frames.kindNumber(ppn) === ANONYMOUS;
    const isLazy = isAnonymous && (low & LEAF_LAZY_FREE) !== 0 && (low & PTE_D) === 0;
    // An anonymous frame has no other home: what it holds differs from everything stored elsewhere.
    // What write(2) or another mapping stored into a file counts for all who map it.
    const isDirty = (low & PTE_D) !== 0 || (isAnonymous ? !isLazy : frames.isDirty(ppn));
    const leaves = mapCount(frames, ppn);
    const share = PAGE_SIZE / leaves;
    sum.resident += PAGE_SIZE;
    sum.proportional += share;
    if (isDirty) sum.proportionalDirty += share;
    if (low & PTE_A) sum.referenced += PAGE_SIZE;
    if (leaves > 1) sum[isDirty ? 'sharedDirty' : 'sharedClean'] += PAGE_SIZE;
    else sum[isDirty ? 'privateDirty' : 'privateClean'] += PAGE_SIZE;
    if (isAnonymous) {
      sum.anonymous += PAGE_SIZE;
      sum.proportionalAnonymous += share;
      if (isLazy) sum.lazyFree += PAGE_SIZE;
      if (level > 0) sum.huge += PAGE_SIZE;
    } else if (isNameless) {
      sum.sharedAnonymous += PAGE_SIZE;
      sum.proportionalShared += share;
    } else {
      sum.file += PAGE_SIZE;
      sum.proportionalFile += share;
    }
  });
  memory.table.eachSwapped(region.start / PAGE_SIZE, end, (_pteAddress, _page, slot) => {
    sum.swapped += PAGE_SIZE;
    sum.proportionalSwapped += PAGE_SIZE / swap!.namesOf(slot);
  });
  sum.swapped += swappedOfFile(memory, region) * PAGE_SIZE;
}

/** Of the whole address space. */
export function residency(memory: VirtualMemory): Residency {
  const sum = noResidency();
  for (const region of memory.space.regions()) addResidency(memory, region, sum);
  return sum;
}

/** Pages of the region's file that are on the swap device and not replaced by a copy. Linux smaps_pte_hole. */
function swappedOfFile({ table, system }: VirtualMemory, region: Region): number {
  const swapped = region.file?.pages.swapped();
  if (swapped === undefined || swapped.size === 0) return 0;
  let count = 0;
  for (let page = region.start / PAGE_SIZE; page < region.end / PAGE_SIZE; page++) {
    if (!swapped.has(indexInFile(region, page))) continue;
    const entry = table.find(page);
    if (entry === 0 || system.ram.readPteLow(entry) === 0) count++;
  }
  return count;
}
