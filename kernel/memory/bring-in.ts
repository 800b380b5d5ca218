import { leafPages, PAGE_SIZE, PTE_A, PTE_D, PTE_V, PTE_W } from '../../emulator/index.js';
import { FRAME_STEPS, PAGE_STEPS } from './costs.js';
import type { Access } from './fault.js';
import { leafFlags } from './leaf-flags.js';
import type { Region } from './mapper.js';
import { bringInMegapage } from './megapage.js';
import { PROT_WRITE, REGION_SHARED } from './mman.js';
import { ANONYMOUS, type PhysicalMemory } from './physical-memory.js';
import { swapIn } from './swap-in.js';
import type { VirtualMemory } from './virtual-memory.js';

/** How bringing in a page ended. Out of memory and past the file's end, nothing has changed. */
export type BringInResult = 'present' | 'past-end' | 'out-of-memory';

export function isOutOfMemory(result: BringInResult): boolean {
  return result === 'out-of-memory';
}

/**
 * Makes `page` of `region` present for an access that its protection allows. Fences that are owed
 * stay owed.
 */
export function bringIn(
  memory: VirtualMemory,
  region: Region,
  page: number,
  access: Access,
): BringInResult {
  const { table, system } = memory;
  system.host.charge(PAGE_STEPS);
  let pteAddress = table.find(page);
  if (pteAddress !== 0 && system.ram.readPteLow(pteAddress) & PTE_V) {
    return touchPresent(memory, region, page, pteAddress, access);
  }
  const slot = pteAddress === 0 ? 0 : table.swapSlot(pteAddress);
  if (slot !== 0) {
    if (!swapIn(memory, page, slot)) return 'out-of-memory';
    return touchPresent(memory, region, page, pteAddress, access);
  }
  if (region.file !== undefined && !isInFile(region, page)) return 'past-end';
  if (pteAddress === 0 && bringInMegapage(memory, region, page, access)) return 'present';
  pteAddress = table.ensure(page);
  if (pteAddress === 0) return 'out-of-memory';
  const isPresent =
    region.file === undefined
      ? bringInAnonymous(memory, region, page, pteAddress, access)
      : bringInFile(memory, region, page, pteAddress, access);
  if (isPresent) return 'present';
  table.prune(page, page + 1);
  return 'out-of-memory';
}

/** Whether a page of a file mapping lies wholly past the file's end. */
export function isPastEnd(region: Region, page: number): boolean {
  return indexInFile(region, page) * PAGE_SIZE >= region.file!.pages.sizeBytes;
}

/**
 * Whether the file has the page, or has room for it where it is a hole. One that a shared mapping may
 * write to must have room on the file's disk, too.
 */
function isInFile(region: Region, page: number): boolean {
  if (isPastEnd(region, page)) return false;
  const index = indexInFile(region, page);
  const { pages } = region.file!;
  const mayBeWritten = (region.flags & REGION_SHARED) !== 0 && (region.prot & PROT_WRITE) !== 0;
  return pages.hasRoomFor(index) && (!mayBeWritten || pages.reserve(index));
}

/** Index in the file of the page that a file mapping has at `page`. */
export function indexInFile(region: Region, page: number): number {
  return region.offset / PAGE_SIZE + page - region.base / PAGE_SIZE;
}

/** Anonymous memory: the shared zero frame until it is written. */
function bringInAnonymous(
  memory: VirtualMemory,
  region: Region,
  page: number,
  pteAddress: number,
  access: Access,
): boolean {
  const { frames, host } = memory.system;
  if (access !== 'store') {
    const flags = leafFlags(region.prot, false) | adBits(memory, access);
    memory.table.install(pteAddress, frames.zeroPpn, flags);
    return true;
  }
  const ppn = frames.allocateZeroed(ANONYMOUS, memory.id, page);
  if (ppn === 0) return false;
  host.charge(FRAME_STEPS);
  memory.table.install(pteAddress, ppn, leafFlags(region.prot, true) | adBits(memory, access));
  return true;
}

/** A file's page: the page cache's own frame, or a copy where a private mapping is written. */
function bringInFile(
  memory: VirtualMemory,
  region: Region,
  page: number,
  pteAddress: number,
  access: Access,
): boolean {
  const { frames, host } = memory.system;
  const cache = region.file!.pages;
  const index = indexInFile(region, page);
  const isShared = (region.flags & REGION_SHARED) !== 0;
  const isCopy = !isShared && access === 'store';
  const flags = leafFlags(region.prot, isShared || isCopy) | adBits(memory, access);
  // As on Linux's tmpfs a hole is filled before it is copied, which mincore shows.
  const cached = cache.ensurePage(index);
  if (cached === 0) return false;
  if (isCopy) {
    const ppn = copyOf(frames, cached, memory.id, page);
    if (ppn === 0) return false;
    host.charge(FRAME_STEPS);
    memory.table.install(pteAddress, ppn, flags);
    return true;
  }
  frames.retain(cached);
  memory.table.install(pteAddress, cached, flags);
  return true;
}

/** The leaf is there: a store may need a frame of its own; else A or D, or only a fence, is missing. */
function touchPresent(
  memory: VirtualMemory,
  region: Region,
  page: number,
  pteAddress: number,
  access: Access,
): BringInResult {
  const { table, system } = memory;
  const low = system.ram.readPteLow(pteAddress);
  if (access === 'store' && (low & PTE_W) === 0) {
    return makeWritable(memory, region, page, pteAddress);
  }
  const missing = adBits(memory, access) & ~low;
  if (missing !== 0) table.setFlags(pteAddress, page, (low & 0xff) | missing);
  else memory.fences.owe(page * PAGE_SIZE);
  return 'present';
}

/**
 * Copy on write. The last owner of an anonymous frame gets it back without a copy; a shared mapping
 * needs none.
 */
function makeWritable(
  memory: VirtualMemory,
  region: Region,
  page: number,
  pteAddress: number,
): BringInResult {
  const { table, system } = memory;
  const { frames } = system;
  const level = table.levelOf(pteAddress, page);
  const low = system.ram.readPteLow(pteAddress);
  const flags = leafFlags(region.prot, true) | adBits(memory, 'store');
  const old = table.ppn(pteAddress);
  if (region.flags & REGION_SHARED || frames.areOwn(old, leafPages(level))) {
    table.setFlags(pteAddress, page, flags | (low & (PTE_A | PTE_D)));
    return 'present';
  }
  if (level > 0) {
    // Only the page that is written gets a copy.
    if (!table.demote(page)) return 'out-of-memory';
    return makeWritable(memory, region, page, table.find(page));
  }
  const ppn = copyOf(frames, old, memory.id, page);
  if (ppn === 0) return 'out-of-memory';
  system.host.charge(FRAME_STEPS);
  table.replace(pteAddress, page, ppn, flags);
  frames.release(old);
  return 'present';
}

/** A new anonymous frame with the contents of `source`; 0 when no frame is left. */
function copyOf(frames: PhysicalMemory, source: number, ownerId: number, page: number): number {
  const ppn = frames.allocate(ANONYMOUS, ownerId, page);
  if (ppn === 0) return 0;
  if (source === frames.zeroPpn) frames.ram.fill(ppn, 0);
  else frames.ram.copyFrame(source, ppn);
  return ppn;
}

/** The bits that the kernel must set itself where the walk does not (Svade). */
export function adBits(memory: VirtualMemory, access: Access): number {
  if (memory.system.adBits === 'svadu') return 0;
  return access === 'store' ? PTE_A | PTE_D : PTE_A;
}
