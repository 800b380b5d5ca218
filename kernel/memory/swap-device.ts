import { PAGE_SIZE } from '../../emulator/index.js';

/** Entries hold slot numbers in 20 bits. */
export const MAX_SWAP_BYTES = (2 ** 20 - 1) * PAGE_SIZE;

/** A page of a file in memory. */
export interface CachedPage {
  readonly cacheId: number;
  readonly index: number;
}

/** A slot in use. */
export interface SlotUse {
  readonly slot: number;
  /** Page-table entries that name it. */
  readonly names: number;
  /** The frame that it is a copy of, or 0. */
  readonly ppn: number;
  /** The page of a file that is kept there. */
  readonly kept: CachedPage | undefined;
}

/**
 * Where the contents of anonymous pages go when frames run out: slots of a page each, numbered from
 * 1, since slot 0 of a swap area is its header (mkswap(8)).
 *
 * A slot in use is either named by page-table entries, and then no frame holds the page, or it is
 * the copy of a frame that was brought back: while that frame's leaf stays clean it can go again
 * without being written. All entries that name a slot are brought back together, so it is never both.
 * Or it keeps a page of a file in memory, whose cache alone knows it, until that page comes back.
 */
export class SwapDevice {
  readonly slotCount: number;
  /** Pages read and written since the start: pswpin and pswpout of /proc/vmstat. */
  pagesIn = 0;
  pagesOut = 0;
  private readonly contents: (Uint8Array | undefined)[] = [];
  /** Entries that name each slot in use; 0 for the copy of a frame and for a file's page. */
  private readonly names = new Map<number, number>();
  private readonly slotOfFrame = new Map<number, number>();
  private readonly frameOfSlot = new Map<number, number>();
  private readonly kept = new Map<number, CachedPage>();
  private readonly freed: number[] = [];
  /** Slots above this one were never used. */
  private highest = 0;

  /** @param sizeBytes a multiple of 4096, at most MAX_SWAP_BYTES */
  constructor(sizeBytes: number) {
    this.slotCount = sizeBytes / PAGE_SIZE;
  }

  /** Slots that hold a page. */
  get usedSlots(): number {
    return this.names.size;
  }

  /** Slots in use, ascending. */
  *uses(): IterableIterator<SlotUse> {
    for (const slot of [...this.names.keys()].sort((a, b) => a - b)) {
      const ppn = this.frameOfSlot.get(slot) ?? 0;
      yield { slot, names: this.names.get(slot)!, ppn, kept: this.kept.get(slot) };
    }
  }

  /** Which slots are handed out next: for the state hash. */
  state(): string {
    return `${this.highest} ${this.freed}`;
  }

  namesOf(slot: number): number {
    return this.names.get(slot) ?? 0;
  }

  /** The slot that holds a copy of the frame; 0 = none. */
  slotOf(ppn: number): number {
    return this.slotOfFrame.get(ppn) ?? 0;
  }

  /** The page in a slot in use. Read only. */
  page(slot: number): Uint8Array {
    const page = this.contents[slot];
    if (page === undefined) throw new Error(`swap slot ${slot} is empty: name only slots in use`);
    return page;
  }

  /**
   * Writes a page into the slot that is the frame's copy, or else into a free one.
   *
   * @returns the slot, or 0 when all are named
   */
  write(ppn: number, page: Uint8Array): number {
    const slot = this.slotOf(ppn) || this.takeSlot();
    if (slot === 0) return 0;
    this.names.set(slot, 0);
    this.attach(slot, ppn);
    this.contents[slot] = page.slice();
    this.pagesOut++;
    return slot;
  }

  /** Writes a page of a file into a free slot. @returns the slot, or 0 when there is none */
  keep(page: Uint8Array, of: CachedPage): number {
    const slot = this.takeSlot();
    if (slot === 0) return 0;
    this.names.set(slot, 0);
    this.kept.set(slot, of);
    this.contents[slot] = page.slice();
    this.pagesOut++;
    return slot;
  }

  /** Reads a page of a file. */
  read(slot: number): Uint8Array {
    this.pagesIn++;
    return this.page(slot);
  }

  /** Bytes [start, end) of a file's page become zeros. */
  zero(slot: number, start: number, end: number): void {
    this.page(slot).fill(0, start, end);
  }

  /** The page of a file is in a frame again, or gone. */
  giveUp(slot: number): void {
    this.kept.delete(slot);
    this.free(slot);
  }

  /** A page-table entry names the slot from now on. */
  addName(slot: number): void {
    this.names.set(slot, this.namesOf(slot) + 1);
  }

  /** One entry names it no longer; without the last one the slot is free. */
  dropName(slot: number): void {
    const names = this.namesOf(slot) - 1;
    if (names < 0) throw new Error(`swap slot ${slot} is named by nobody; drop each name once`);
    if (names > 0) this.names.set(slot, names);
    else this.free(slot);
  }

  /** The page is in the frame again, and all entries that named the slot map it. */
  broughtBack(slot: number, ppn: number): void {
    this.names.set(slot, 0);
    this.attach(slot, ppn);
    this.pagesIn++;
  }

  /** The frame is free, or will differ from its copy without its leaf telling. */
  detach(ppn: number): void {
    const slot = this.slotOf(ppn);
    if (slot === 0) return;
    this.slotOfFrame.delete(ppn);
    this.frameOfSlot.delete(slot);
    if (this.namesOf(slot) === 0) this.free(slot);
  }

  private attach(slot: number, ppn: number): void {
    this.slotOfFrame.set(ppn, slot);
    this.frameOfSlot.set(slot, ppn);
  }

  /** A slot that holds nothing; when there is none, that of the frame which was brought back first. */
  private takeSlot(): number {
    const freed = this.freed.pop();
    if (freed !== undefined) return freed;
    if (this.highest < this.slotCount) return ++this.highest;
    const oldest = this.slotOfFrame.keys().next();
    if (oldest.done) return 0;
    this.detach(oldest.value);
    return this.freed.pop() ?? 0;
  }

  private free(slot: number): void {
    this.names.delete(slot);
    this.contents[slot] = undefined;
    this.freed.push(slot);
  }
}
