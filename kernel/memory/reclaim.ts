import { leafPages, PAGE_SIZE, PTE_A, PTE_D, PTE_RSW } from '../../emulator/index.js';
import { SWAP_STEPS } from './costs.js';
import { FrameQueue } from './frame-queue.js';
import type { MemorySystem } from './memory-system.js';
import { REGION_LOCKED, REGION_SHARED } from './mman.js';
import {
  ANONYMOUS,
  type FrameNeed,
  type FrameWatcher,
  type PhysicalMemory,
} from './physical-memory.js';
import type { ReclaimableCache } from './reclaimable-cache.js';
import { leavesOf, type MappedEntry, regionOf } from './reverse-map.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Marks a leaf of MADV_FREE, in the bits that the hardware leaves to software. */
export const LEAF_LAZY_FREE = PTE_RSW & 0x100;
/** Frames kept back with swap: splitting a megapage, so that its pages can go, takes a table. */
const RESERVED_FRAMES = 8;

/** Which page goes: the one that has been in longest, or the first of those not used lately. */
export type Replacement = 'clock' | 'fifo';

/**
 * Makes an attempt again for as long as it fails for want of a frame and frames can be had: by
 * reclaim, then by the OOM killer. A failed attempt leaves everything as it was. Compare Linux's
 * __alloc_pages_slowpath in mm/page_alloc.c, which does not give up on single pages either.
 */
export function withRoom<T>(
  frames: PhysicalMemory,
  attempt: () => T,
  isShort: (result: T) => boolean,
  need?: FrameNeed,
): T {
  // A page that an attempt brings in may be all that can be taken after it, for ever.
  let isAllTaken = false;
  for (let wanted = 1; ; wanted *= 2) {
    const { refusals } = frames;
    const result = attempt();
    if (!isShort(result) || frames.refusals === refusals) return result;
    const freed: number = isAllTaken ? 0 : frames.makeRoom(wanted);
    isAllTaken = freed < wanted;
    if (freed > 0) continue;
    if (!frames.isExhausted || !frames.whenExhausted(need)) return result;
    isAllTaken = false;
  }
}

/**
 * Takes frames back when none is left: first what programs have offered with MADV_FREE and not
 * written since, then, with a swap device, anonymous pages and those of files in memory, and those of
 * files with a backing store.
 * They stand in the order in which they came in. 'fifo' takes the first; 'clock' gives a page whose A bit is set a second chance: the bit is
 * cleared and the page goes to the end, which is the clock's hand passing it.
 */
export class Reclaimer implements FrameWatcher {
  readonly replacement: Replacement;
  private readonly system: MemorySystem;
  private readonly queue: FrameQueue;
  /** Leaves marked by MADV_FREE since they were last looked for. */
  offered = 0;

  /** The frames in the queue that hold pages of files. */
  private readonly caches = new Map<number, ReclaimableCache>();

  constructor(system: MemorySystem, replacement: Replacement, hasDisk: boolean) {
    this.system = system;
    this.replacement = replacement;
    const isNeeded = hasDisk || system.swap !== undefined;
    this.queue = new FrameQueue(isNeeded ? system.ram.frameCount : 0);
    system.frames.makeRoom = (wanted) => this.makeRoom(wanted);
    if (isNeeded) system.frames.watcher = this;
    if (system.swap !== undefined) system.frames.reserved = RESERVED_FRAMES;
  }

  taken(ppn: number, kind: number): void {
    if (kind !== ANONYMOUS || this.system.swap === undefined) return;
    this.queue.append(ppn - this.system.ram.firstPpn);
  }

  cached(ppn: number, cache: ReclaimableCache): void {
    this.queue.append(ppn - this.system.ram.firstPpn);
    this.caches.set(ppn, cache);
  }

  freed(ppn: number): void {
    this.queue.remove(ppn - this.system.ram.firstPpn);
    this.caches.delete(ppn);
    this.system.swap?.detach(ppn);
  }

  /** MADV_FREE has marked so many leaves. */
  noteOffered(pages: number): void {
    this.offered += pages;
  }

  /** Frames in the order in which they are looked at, as indices from the start of RAM. */
  order(): Iterable<number> {
    return this.queue;
  }

  /** MADV_PAGEOUT: the pages of [start, end) that nobody else maps go at once. */
  pageOut(memory: VirtualMemory, start: number, end: number): void {
    const { frames, swap } = this.system;
    const own: number[] = [];
    const cached: number[] = [];
    memory.table.eachLeaf(start, end, (pteAddress, _page, level) => {
      const ppn = memory.table.ppn(pteAddress);
      if (this.caches.has(ppn)) cached.push(ppn);
      for (let i = 0; i < leafPages(level); i++) if (frames.areOwn(ppn + i, 1)) own.push(ppn + i);
    });
    for (const ppn of cached) this.caches.get(ppn)?.evict(frames.ownerPage(ppn), false, 1);
    for (const ppn of swap === undefined ? [] : own) {
      if (!this.split(leavesOf(this.system, ppn) ?? [])) continue;
      const leaves = leavesOf(this.system, ppn) ?? [];
      const isInRange = leaves.every(({ page }) => page >= start && page < end);
      if (leaves.length > 0 && isInRange) this.evict(ppn, leaves);
    }
    memory.fences.settle();
  }

  /** @returns how many frames were freed, at least one unless there is none to be had */
  private makeRoom(wanted: number): number {
    let freed = 0;
    if (this.offered > 0) {
      this.offered = 0;
      freed = takeOffered(this.system);
    }
    // Once around clears every A bit, twice around takes what can be taken.
    let turns = 2 * this.queue.length + RESERVED_FRAMES;
    for (; freed < wanted && this.queue.length > 0 && turns > 0; turns--) {
      const frame = this.queue.first;
      const outcome = this.take(frame + this.system.ram.firstPpn);
      if (outcome === 'freed') freed++;
      else if (outcome === 'kept') this.queue.append(frame);
    }
    for (const memory of this.system.spaces) memory.fences.settle();
    return freed;
  }

  /** Tries to free the frame whose turn it is. 'again': it will go now that a megapage was split. */
  private take(ppn: number): 'freed' | 'kept' | 'again' {
    const cache = this.caches.get(ppn);
    if (cache !== undefined) {
      const index = this.system.frames.ownerPage(ppn);
      return cache.evict(index, this.replacement === 'clock') ? 'freed' : 'kept';
    }
    const leaves = leavesOf(this.system, ppn);
    if (leaves === undefined || leaves.some(isLocked) || this.isUsed(leaves)) return 'kept';
    if (leaves.some(({ level }) => level > 0)) return this.split(leaves) ? 'again' : 'kept';
    return this.evict(ppn, leaves) ? 'freed' : 'kept';
  }

  /** Whether a leaf was used since it was last asked; with 'fifo' that makes no difference. */
  private isUsed(leaves: readonly MappedEntry[]): boolean {
    if (this.replacement === 'fifo') return false;
    let isUsed = false;
    for (const { memory, pteAddress, page } of leaves) {
      const low = this.system.ram.readPteLow(pteAddress);
      if ((low & PTE_A) === 0) continue;
      isUsed = true;
      memory.table.setFlags(pteAddress, page, low & 0x3ff & ~PTE_A);
    }
    return isUsed;
  }

  /** Splits the megapages among the leaves. @returns false when there is no frame for a table */
  private split(leaves: readonly MappedEntry[]): boolean {
    const { frames } = this.system;
    const { reserved } = frames;
    frames.reserved = Math.max(0, reserved - RESERVED_FRAMES);
    const isDone = leaves.every(
      ({ memory, page, level }) => level === 0 || memory.table.demote(page),
    );
    frames.reserved = reserved;
    return isDone;
  }

  /** Writes the frame out unless its copy is still right, and frees it. @returns false: no slot left */
  private evict(ppn: number, leaves: readonly MappedEntry[]): boolean {
    const { frames, host, ram } = this.system;
    const swap = this.system.swap!;
    const isDirty = leaves.some(({ pteAddress }) => ram.readPteLow(pteAddress) & PTE_D);
    let slot = swap.slotOf(ppn);
    if (slot === 0 || isDirty) {
      slot = swap.write(ppn, ram.frame(ppn));
      if (slot === 0) return false;
      host.charge(SWAP_STEPS);
    }
    for (const { memory, pteAddress, page } of leaves) {
      memory.table.swapOut(pteAddress, page, slot);
      swap.addName(slot);
    }
    for (const _leaf of leaves) frames.release(ppn);
    return true;
  }
}

/** Frees the pages of MADV_FREE that were not written since. @returns how many */
function takeOffered(system: MemorySystem): number {
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

function isLocked(entry: MappedEntry): boolean {
  const region = regionOf(entry);
  return region === undefined || (region.flags & REGION_LOCKED) !== 0;
}
