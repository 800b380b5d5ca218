import {
  leafPages,
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_SIZE,
  PTE_V,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
  ppnOf,
  pteHigh,
  pteLow,
  type Ram,
} from '../../emulator/index.js';
import type { Fences } from './fences.js';
import { PAGE_TABLE, type PhysicalMemory } from './physical-memory.js';
import type { SwapDevice } from './swap-device.js';

const LEVELS = 3;
const PTE_LEAF = PTE_R | PTE_W | PTE_X;
/** In the lower half of a leaf stands its whole page number, since RAM ends below page 2^22. */
const PTE_PPN_SHIFT = 10;
const PTE_USED = PTE_A | PTE_D;
/** A slot number stands in bits 31..12 of an entry whose V is 0, as Linux has it for swap area 0. */
const SWAP_SLOT_SHIFT = 12;

/** Called with the entry of each valid leaf, ascending; `page` is the first that the leaf maps. */
export type LeafVisitor = (pteAddress: number, page: number, level: number) => void;

/** Called with the address of an entry that names a swap slot, ascending. */
export type SwapVisitor = (pteAddress: number, page: number, slot: number) => void;

/**
 * One address space's Sv39 page table in guest RAM: the only code that writes user PTEs. Every
 * write is a physical store, so the hart's walk sees it as it would see a store of a real kernel.
 * Pages are virtual page numbers, 0 <= page < 2^26: the lower half, user space. The upper half stays
 * empty, since the kernel does not run on the hart.
 *
 * Table frames are allocated when the first entry below them is set and freed with the last one;
 * `liveEntries` counts a table's entries, those that name swap slots too. Fences that a change owes are noted, not issued.
 */
export class PageTable {
  readonly rootPpn: number;
  private readonly frames: PhysicalMemory;
  private readonly ram: Ram;
  private readonly fences: Fences;
  private readonly ownerId: number;
  private readonly swap: SwapDevice | undefined;
  /** Entries that name a swap slot. */
  swappedPages = 0;
  /** Pages that leaves map, those of the shared zero frame excepted; and the most there ever were. */
  residentPages = 0;
  peakResidentPages = 0;
  /** Frames of tables below the root. */
  tables = 0;
  /** The leaf table used last: address of its first entry, and page >>> 9. */
  private cachedTable = 0;
  private cachedPrefix = -1;

  private constructor(
    frames: PhysicalMemory,
    fences: Fences,
    ownerId: number,
    rootPpn: number,
    swap: SwapDevice | undefined,
  ) {
    this.swap = swap;
    this.frames = frames;
    this.ram = frames.ram;
    this.fences = fences;
    this.ownerId = ownerId;
    this.rootPpn = rootPpn;
  }

  /** @returns undefined when there is no frame for the root */
  static create(
    frames: PhysicalMemory,
    fences: Fences,
    ownerId: number,
    swap?: SwapDevice,
  ): PageTable | undefined {
    const root = frames.allocateZeroed(PAGE_TABLE, ownerId, 0);
    return root === 0 ? undefined : new PageTable(frames, fences, ownerId, root, swap);
  }

  /**
   * The address of the entry that maps `page` or would map it at level 0.
   *
   * @returns the entry's physical address: a leaf of any level, or an entry of level 0; 0 when the
   *   table that would hold it does not exist
   */
  find(page: number): number {
    if (page >>> 9 === this.cachedPrefix) return this.cachedTable + (page & 511) * PTE_SIZE;
    let table = this.rootPpn * PAGE_SIZE;
    for (let level = LEVELS - 1; level > 0; level--) {
      const entry = table + indexAt(page, level) * PTE_SIZE;
      const low = this.ram.readPteLow(entry);
      if ((low & PTE_V) === 0) return 0;
      if (low & PTE_LEAF) return entry;
      table = ppnOf(low, this.ram.readPteHigh(entry)) * PAGE_SIZE;
    }
    this.cachedPrefix = page >>> 9;
    this.cachedTable = table;
    return table + (page & 511) * PTE_SIZE;
  }

  /** Level of the leaf at an address that `find` returned for `page`. */
  levelOf(pteAddress: number, page: number): number {
    const root = this.rootPpn * PAGE_SIZE;
    if (pteAddress === root + indexAt(page, 2) * PTE_SIZE) return 2;
    const inRoot = root + indexAt(page, 2) * PTE_SIZE;
    const middle = ppnOf(this.ram.readPteLow(inRoot), this.ram.readPteHigh(inRoot)) * PAGE_SIZE;
    return pteAddress === middle + indexAt(page, 1) * PTE_SIZE ? 1 : 0;
  }

  /**
   * As `find`, but makes the tables that are missing down to `level`. No leaf may stand in the way.
   *
   * @returns the address of the entry of that level, or 0 when no frame is left; then nothing changed
   */
  ensure(page: number, level = 0): number {
    if (level === 0 && page >>> 9 === this.cachedPrefix) {
      return this.cachedTable + (page & 511) * PTE_SIZE;
    }
    let table = this.rootPpn;
    for (let at = LEVELS - 1; at > level; at--) {
      const entry = table * PAGE_SIZE + indexAt(page, at) * PTE_SIZE;
      const low = this.ram.readPteLow(entry);
      if (low & PTE_V) {
        table = ppnOf(low, this.ram.readPteHigh(entry));
        continue;
      }
      const made = this.frames.allocateZeroed(PAGE_TABLE, this.ownerId, page);
      if (made === 0) {
        this.pruneIfEmpty(page, table, at);
        return 0;
      }
      this.ram.writePte(entry, pteLow(made, PTE_V), pteHigh(made));
      this.frames.addLiveEntries(table, 1);
      this.tables++;
      table = made;
    }
    if (level === 0) {
      this.cachedPrefix = page >>> 9;
      this.cachedTable = table * PAGE_SIZE;
    }
    return table * PAGE_SIZE + indexAt(page, level) * PTE_SIZE;
  }

  /** Makes an empty entry, which `ensure` found, a leaf. `flags` are bits 7..0, with V. */
  install(pteAddress: number, ppn: number, flags: number, level = 0): void {
    this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn));
    this.frames.addLiveEntries(pageNumber(pteAddress), 1);
    this.countResident(ppn, leafPages(level));
  }

  /** Changes a valid leaf; the frame's references are the caller's affair. */
  replace(pteAddress: number, page: number, ppn: number, flags: number): void {
    this.countResident(this.ppn(pteAddress), -1);
    this.countResident(ppn, 1);
    this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn));
    this.fences.owe(page * PAGE_SIZE);
  }

  /** Changes only bits 9..0 of a valid leaf: those for software are cleared unless given. */
  setFlags(pteAddress: number, page: number, flags: number): void {
    const low = this.ram.readPteLow(pteAddress);
    this.ram.writePte(pteAddress, ((low & ~0x3ff) | flags) >>> 0, this.ram.readPteHigh(pteAddress));
    this.fences.owe(page * PAGE_SIZE);
  }

  /**
   * Gives the valid leaves of pages [start, end) other permissions, table by table. A and D stay.
   *
   * @param own bits 7..0 of a leaf whose frames are anonymous and nobody else's
   * @param others the same for every other leaf
   * @returns the number of pages that the leaves map
   */
  changeFlags(start: number, end: number, own: number, others: number): number {
    const { frames, ram } = this;
    const isUniform = own === others;
    let pages = 0;
    this.eachTable(
      start,
      end,
      (pteAddress, page, level) => {
        pages += leafPages(level);
        const isOwn = isUniform || frames.areOwn(this.ppn(pteAddress), leafPages(level));
        const used = ram.readPteLow(pteAddress) & PTE_USED;
        this.setFlags(pteAddress, page, (isOwn ? own : others) | used);
      },
      (table, from, to) => {
        const first = from & 511;
        const flagsOf = (low: number) =>
          (isUniform || frames.isOwn(low >>> PTE_PPN_SHIFT) ? own : others) | (low & PTE_USED);
        const changed = ram.changePteFlags(table, first, first + to - from, flagsOf);
        if (changed > 0) this.fences.oweRange(from * PAGE_SIZE, to * PAGE_SIZE);
        pages += changed;
      },
    );
    return pages;
  }

  /** Invalidates a leaf. Tables left empty stay until `prune`. */
  erase(pteAddress: number, page: number, level: number): void {
    this.countResident(this.ppn(pteAddress), -leafPages(level));
    this.ram.writePte(pteAddress, 0, 0);
    this.frames.addLiveEntries(pageNumber(pteAddress), -1);
    if (level === 0) this.fences.owe(page * PAGE_SIZE);
    else this.fences.oweAll();
  }

  /** The slot that an entry of level 0 names; 0 for a leaf and for an entry that is zero. */
  swapSlot(pteAddress: number): number {
    const low = this.ram.readPteLow(pteAddress);
    return (low & PTE_V) === 0 ? low >>> SWAP_SLOT_SHIFT : 0;
  }

  /** The leaf of a page names a slot instead; frame and slot count their references elsewhere. */
  swapOut(pteAddress: number, page: number, slot: number): void {
    this.countResident(this.ppn(pteAddress), -1);
    this.ram.writePte(pteAddress, (slot << SWAP_SLOT_SHIFT) >>> 0, 0);
    this.swappedPages++;
    this.fences.owe(page * PAGE_SIZE);
  }

  /** The counterpart of `swapOut`. */
  bringBack(pteAddress: number, ppn: number, flags: number): void {
    this.swappedPages--;
    this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn));
    this.countResident(ppn, 1);
  }

  /** Makes an empty entry, which `ensure` found, name a slot. */
  installSwapped(pteAddress: number, slot: number): void {
    this.ram.writePte(pteAddress, (slot << SWAP_SLOT_SHIFT) >>> 0, 0);
    this.frames.addLiveEntries(pageNumber(pteAddress), 1);
    this.swappedPages++;
  }

  /** Clears an entry that names a slot. Tables left empty stay until `prune`. */
  eraseSwapped(pteAddress: number): void {
    this.ram.writePte(pteAddress, 0, 0);
    this.frames.addLiveEntries(pageNumber(pteAddress), -1);
    this.swappedPages--;
  }

  /** Visits the entries of pages [start, end) that name swap slots; the visitor may erase them. */
  eachSwapped(start: number, end: number, visit: SwapVisitor): void {
    if (this.swappedPages === 0) return;
    for (let page = start; page < end; page = ((page >>> 9) + 1) * 512) {
      const entry = this.find(page);
      if (entry === 0 || this.levelOf(entry, page) > 0) continue;
      const next = Math.min(end, ((page >>> 9) + 1) * 512);
      for (let at = page; at < next; at++) {
        const pteAddress = entry + (at - page) * PTE_SIZE;
        const slot = this.swapSlot(pteAddress);
        if (slot !== 0) visit(pteAddress, at, slot);
      }
    }
  }

  /** The frame that a leaf maps first. */
  ppn(pteAddress: number): number {
    return ppnOf(this.ram.readPteLow(pteAddress), this.ram.readPteHigh(pteAddress));
  }

  /**
   * Visits the valid leaves of pages [start, end), table by table. The visitor may change or erase
   * the leaf that it is shown. A superpage is visited once, even if only part of it is in the range.
   */
  eachLeaf(start: number, end: number, visit: LeafVisitor): void {
    this.eachTable(start, end, visit, (table, from, to) => {
      const first = table * PAGE_SIZE;
      for (let page = from; page < to; page++) {
        const leaf = first + (page & 511) * PTE_SIZE;
        if (this.ram.readPteLow(leaf) & PTE_V) visit(leaf, page, 0);
      }
    });
  }

  /** Visits what maps pages [start, end): superpages, and tables of leaves with the pages [from, to) of each. */
  private eachTable(
    start: number,
    end: number,
    visitSuperpage: LeafVisitor,
    visitTable: (table: number, from: number, to: number) => void,
  ): void {
    const root = this.rootPpn * PAGE_SIZE;
    for (let page = start; page < end; ) {
      const entry = root + indexAt(page, 2) * PTE_SIZE;
      const next = Math.min(end, ((page >>> 18) + 1) * 2 ** 18);
      const low = this.ram.readPteLow(entry);
      if (low & PTE_LEAF) visitSuperpage(entry, (page >>> 18) * 2 ** 18, 2);
      else if (low & PTE_V) {
        const middle = ppnOf(low, this.ram.readPteHigh(entry));
        this.eachTableOfMiddle(middle, page, next, visitSuperpage, visitTable);
      }
      page = next;
    }
  }

  /**
   * Invalidates the leaves of pages [start, end), drops their references and those to swap slots,
   * frees empty tables.
   *
   * @returns the number of entries
   */
  clear(start: number, end: number): number {
    let count = 0;
    this.eachTable(
      start,
      end,
      (pteAddress, page, level) => {
        const ppn = this.ppn(pteAddress);
        this.erase(pteAddress, page, level);
        count++;
        for (let i = 0; i < leafPages(level); i++) this.frames.release(ppn + i);
      },
      (table, from, to) => {
        count += this.clearLeaves(table, from, to);
      },
    );
    count += this.clearSwapped(start, end);
    if (count > 0) this.prune(start, end);
    return count;
  }

  /** `clear` for the leaves of pages [from, to), which hang off one table; the table stays. */
  private clearLeaves(table: number, from: number, to: number): number {
    const { fences, frames, ram } = this;
    const firstIndex = from & (PTES_PER_TABLE - 1);
    let pteAddress = table * PAGE_SIZE + firstIndex * PTE_SIZE;
    let count = 0;
    for (let page = from; page < to; page++, pteAddress += PTE_SIZE) {
      const low = ram.readPteLow(pteAddress);
      if ((low & PTE_V) === 0) continue;
      const ppn = low >>> PTE_PPN_SHIFT;
      if (low & PTE_D) frames.setDirty(ppn, true);
      this.countResident(ppn, -1);
      fences.owe(page * PAGE_SIZE);
      frames.release(ppn);
      count++;
    }
    if (count === 0) return 0;
    ram.clearValidPtes(table, firstIndex, firstIndex + to - from);
    frames.addLiveEntries(table, -count);
    return count;
  }

  /** Gives up the swap slots that pages [start, end) name. @returns how many */
  clearSwapped(start: number, end: number): number {
    let count = 0;
    this.eachSwapped(start, end, (pteAddress, _page, slot) => {
      this.eraseSwapped(pteAddress);
      this.swap?.dropName(slot);
      count++;
    });
    return count;
  }

  /**
   * Replaces a superpage by a table of the next level with the same frames and permissions.
   *
   * @returns false when no frame is left; then nothing changed
   */
  demote(page: number): boolean {
    const entry = this.find(page);
    if (entry === 0 || (this.ram.readPteLow(entry) & PTE_V) === 0) return true;
    const level = this.levelOf(entry, page);
    if (level === 0) return true;
    const table = this.frames.allocate(PAGE_TABLE, this.ownerId, page);
    if (table === 0) return false;
    const first = this.ppn(entry);
    const flags = this.ram.readPteLow(entry) & 0xff;
    for (let i = 0; i < PTES_PER_TABLE; i++) {
      const ppn = first + i * leafPages(level - 1);
      this.ram.writePte(table * PAGE_SIZE + i * PTE_SIZE, pteLow(ppn, flags), pteHigh(ppn));
    }
    this.frames.addLiveEntries(table, PTES_PER_TABLE);
    this.tables++;
    this.ram.writePte(entry, pteLow(table, PTE_V), pteHigh(table));
    this.fences.oweAll();
    return true;
  }

  /** Frees the tables under pages [start, end) that hold no entry. */
  prune(start: number, end: number): void {
    for (let page = start; page < end; ) {
      const next = Math.min(end, ((page >>> 18) + 1) * 2 ** 18);
      const inRoot = this.rootPpn * PAGE_SIZE + indexAt(page, 2) * PTE_SIZE;
      const low = this.ram.readPteLow(inRoot);
      if (low & PTE_V && (low & PTE_LEAF) === 0) {
        const middle = ppnOf(low, this.ram.readPteHigh(inRoot));
        this.pruneMiddle(middle, page, next);
        if (this.frames.liveEntries(middle) === 0) this.freeTable(inRoot, middle);
      }
      page = next;
    }
  }

  private pruneMiddle(middle: number, start: number, end: number): void {
    for (let page = start; page < end; page = ((page >>> 9) + 1) * 512) {
      const entry = middle * PAGE_SIZE + indexAt(page, 1) * PTE_SIZE;
      const low = this.ram.readPteLow(entry);
      if ((low & PTE_V) === 0 || low & PTE_LEAF) continue;
      const table = ppnOf(low, this.ram.readPteHigh(entry));
      if (this.frames.liveEntries(table) === 0) this.freeTable(entry, table);
    }
  }

  /** Frees the root; every leaf has been cleared before. */
  release(): void {
    this.cachedPrefix = -1;
    this.frames.release(this.rootPpn);
  }

  private eachTableOfMiddle(
    table: number,
    start: number,
    end: number,
    visitSuperpage: LeafVisitor,
    visitTable: (table: number, from: number, to: number) => void,
  ): void {
    for (let page = start; page < end; ) {
      const entry = table * PAGE_SIZE + indexAt(page, 1) * PTE_SIZE;
      const next = Math.min(end, ((page >>> 9) + 1) * 512);
      const low = this.ram.readPteLow(entry);
      if (low & PTE_LEAF) visitSuperpage(entry, (page >>> 9) * 512, 1);
      else if (low & PTE_V) visitTable(ppnOf(low, this.ram.readPteHigh(entry)), page, next);
      page = next;
    }
  }

  /** After a failed `ensure`: the table of level `at` may be one that it had just made. */
  private pruneIfEmpty(page: number, table: number, at: number): void {
    if (at < LEVELS - 1 && this.frames.liveEntries(table) === 0) this.prune(page, page + 1);
  }

  private countResident(ppn: number, pages: number): void {
    if (ppn === this.frames.zeroPpn) return;
    this.residentPages += pages;
    if (this.residentPages > this.peakResidentPages) this.peakResidentPages = this.residentPages;
  }

  private freeTable(parentEntry: number, table: number): void {
    this.ram.writePte(parentEntry, 0, 0);
    this.frames.addLiveEntries(pageNumber(parentEntry), -1);
    this.cachedPrefix = -1;
    this.tables--;
    this.fences.oweAll();
    this.frames.release(table);
  }
}

function indexAt(page: number, level: number): number {
  return (page >>> (9 * level)) & 511;
}

function pageNumber(address: number): number {
  return Math.floor(address / PAGE_SIZE);
}
