import { RAM_BASE, RAM_OFFSET } from './layout.js';
import { PAGE_SIZE, PTE_LOW_BITS, PTE_V, PTES_PER_TABLE } from './pte.js';

/** The frame holds decoded instructions: a store must reach DecodedPages. */
export const FRAME_CODE = 1;
/** The frame was read as a page table by a walk: a store must reach the TLBs. */
export const FRAME_TABLE = 2;
/** Somebody asked for a log of every store into the frame. */
export const FRAME_WATCHED = 4;
/** Somebody acts on stores to certain addresses of the frame. */
export const FRAME_INTERCEPTED = 8;

/** Who must hear of a store into a flagged frame. Frames are counted from the start of RAM. */
export interface StoreListener {
  /** Bytes [pa, pa + size) of a frame with FRAME_CODE were written; a whole frame when size is 4096. */
  codeStored(frame: number, pa: number, size: number): void;
  /** The entry of this index in a frame with FRAME_TABLE changed, and was valid before. */
  validPteStored(frame: number, index: number): void;
  /** As `validPteStored`, for the valid ones of the entries [first, end). */
  validPtesStored(frame: number, first: number, end: number): void;
  /** A whole frame with FRAME_TABLE was overwritten. */
  tableOverwritten(frame: number): void;
  /** From now on the hart must not store into the frame unseen. */
  storesWatched(ppn: number): void;
}

/**
 * Guest physical memory, starting at guest physical address 0x8000_0000. Physical addresses and
 * page numbers are numbers; every address handed in must lie inside RAM (`hasFrame`).
 *
 * Every write made through this class reaches the decoded code, the cached translations and the
 * watchers that depend on the frame. The hart's own fast stores do not come through here: a frame
 * with a flag never has an entry in the fast write TLB.
 */
export class Ram {
  readonly base = RAM_BASE;
  readonly firstPpn = RAM_BASE / PAGE_SIZE;
  readonly sizeBytes: number;
  readonly frameCount: number;
  /** FRAME_* bits of each frame. */
  readonly frameFlags: Uint8Array;
  /** 1 for each frame written since `drainDirtyFrames`. The hart sets it when it lets stores through. */
  readonly dirty: Uint8Array;

  /** How often each frame was filled as a whole, modulo 2^32. */
  readonly fillCounts: Uint32Array;

  /** Told of each frame that is filled as a whole. */
  onFill: ((ppn: number) => void) | undefined;

  /** Told at once of what `drainWatchedStores` gives later. */
  onWatchedStore: ((pa: number) => void) | undefined;

  private readonly bytes: Uint8Array;
  private readonly words: Uint32Array;
  private readonly view: DataView;
  /** Counted in 8 bytes from the start of RAM: small integers, which take no room of their own. */
  private watchedStores: number[] = [];
  private invalidStores: number[] = [];
  private readonly interceptors = new Map<number, () => void>();
  private listener: StoreListener | undefined;
  private onDrain: (() => void) | undefined;

  /**
   * @param buffer the machine's linear memory
   * @param sizeBytes size of guest RAM, a multiple of the page size
   */
  constructor(buffer: ArrayBuffer, sizeBytes: number) {
    this.sizeBytes = sizeBytes;
    this.frameCount = sizeBytes / PAGE_SIZE;
    this.frameFlags = new Uint8Array(this.frameCount);
    this.dirty = new Uint8Array(this.frameCount);
    this.fillCounts = new Uint32Array(this.frameCount);
    this.bytes = new Uint8Array(buffer, RAM_OFFSET, sizeBytes);
    this.words = new Uint32Array(buffer, RAM_OFFSET, sizeBytes / 4);
    this.view = new DataView(buffer, RAM_OFFSET, sizeBytes);
  }

  /** Joins the hart; `onDrain` makes it report stores anew after `drainDirtyFrames`. */
  connect(listener: StoreListener, onDrain: () => void): void {
    this.listener = listener;
    this.onDrain = onDrain;
  }

  hasFrame(ppn: number): boolean {
    return ppn >= this.firstPpn && ppn < this.firstPpn + this.frameCount;
  }

  /** A view of one frame's bytes, for reading only: a write through it would go unnoticed. */
  frame(ppn: number): Uint8Array {
    const start = (ppn - this.firstPpn) * PAGE_SIZE;
    return this.bytes.subarray(start, start + PAGE_SIZE);
  }

  /** Copies from RAM; the range may span frames. */
  read(pa: number, target: Uint8Array): void {
    const start = pa - RAM_BASE;
    target.set(this.bytes.subarray(start, start + target.length));
  }

  /** Copies into RAM; the range may span frames. */
  write(pa: number, source: Uint8Array): void {
    this.bytes.set(source, pa - RAM_BASE);
    this.noteRange(pa, source.length);
  }

  fill(ppn: number, byte: number): void {
    const start = (ppn - this.firstPpn) * PAGE_SIZE;
    this.bytes.fill(byte, start, start + PAGE_SIZE);
    this.fillCounts[ppn - this.firstPpn]!++;
    this.onFill?.(ppn);
    this.noteRange(ppn * PAGE_SIZE, PAGE_SIZE);
  }

  /** Whether every byte of the frame has this value. */
  isFilled(ppn: number, byte: number): boolean {
    const word = byte * 0x0101_0101;
    const start = ((ppn - this.firstPpn) * PAGE_SIZE) / 4;
    const { words } = this;
    for (let i = start; i < start + PAGE_SIZE / 4; i += 4) {
      const different =
        (words[i]! ^ word) |
        (words[i + 1]! ^ word) |
        (words[i + 2]! ^ word) |
        (words[i + 3]! ^ word);
      if (different !== 0) return false;
    }
    return true;
  }

  copyFrame(fromPpn: number, toPpn: number): void {
    const from = (fromPpn - this.firstPpn) * PAGE_SIZE;
    this.bytes.copyWithin((toPpn - this.firstPpn) * PAGE_SIZE, from, from + PAGE_SIZE);
    this.noteRange(toPpn * PAGE_SIZE, PAGE_SIZE);
  }

  readU8(pa: number): number {
    return this.bytes[pa - RAM_BASE]!;
  }

  readU16(pa: number): number {
    return this.view.getUint16(pa - RAM_BASE, true);
  }

  readU32(pa: number): number {
    return this.view.getUint32(pa - RAM_BASE, true);
  }

  /** `pa` and the 8 bytes behind it may be misaligned but must lie inside RAM. */
  readU64(pa: number): bigint {
    return this.view.getBigUint64(pa - RAM_BASE, true);
  }

  writeU8(pa: number, value: number): void {
    this.store(pa, 1, BigInt(value & 0xff));
  }

  writeU16(pa: number, value: number): void {
    this.store(pa, 2, BigInt(value & 0xffff));
  }

  writeU32(pa: number, value: number): void {
    this.store(pa, 4, BigInt(value >>> 0));
  }

  /** Stores 1, 2, 4 or 8 bytes that lie inside one frame. */
  store(pa: number, size: number, value: bigint): void {
    const at = pa - RAM_BASE;
    const frame = at >>> 12;
    const flags = this.frameFlags[frame]!;
    const pteWasValid = (this.words[(at >>> 3) << 1]! & PTE_V) !== 0;
    if (size === 8) this.view.setBigUint64(at, value, true);
    else if (size === 4) this.view.setUint32(at, Number(value & 0xffff_ffffn), true);
    else if (size === 2) this.view.setUint16(at, Number(value & 0xffffn), true);
    else this.bytes[at] = Number(value & 0xffn);
    this.dirty[frame] = 1;
    if (flags !== 0) {
      this.noteFlagged(frame, pa, size, pteWasValid);
      // A misaligned store may reach into the next entry.
      if (flags & ~FRAME_CODE && (at & 7) + size > 8) {
        this.noteFlagged(frame, pa + size - 1, 1, true);
      }
    }
  }

  /** Low half of the entry at `pa`, which is 8-byte aligned; unsigned. */
  readPteLow(pa: number): number {
    return this.words[(pa - RAM_BASE) >>> 2]!;
  }

  readPteHigh(pa: number): number {
    return this.words[((pa - RAM_BASE) >>> 2) + 1]!;
  }

  /** Writes the entry at `pa`, which is 8-byte aligned; the halves are taken modulo 2^32. */
  writePte(pa: number, low: number, high: number): void {
    const at = (pa - RAM_BASE) >>> 2;
    const wasValid = (this.words[at]! & PTE_V) !== 0;
    this.words[at] = low;
    this.words[at + 1] = high;
    const frame = at >>> 10;
    this.dirty[frame] = 1;
    if (this.frameFlags[frame] !== 0) this.noteFlagged(frame, pa, 8, wasValid);
  }

  /**
   * Changes bits 9..0 of the valid entries [first, end) of a page table. Who caches what the table
   * says is told once.
   *
   * @param flagsOf gets an entry's lower half and returns its new bits 9..0, with V
   * @returns how many are valid
   */
  changePteFlags(
    ppn: number,
    first: number,
    end: number,
    flagsOf: (low: number) => number,
  ): number {
    const { words } = this;
    const frame = ppn - this.firstPpn;
    const isSeen = (this.frameFlags[frame]! & ~FRAME_TABLE) !== 0;
    const table = frame * (PAGE_SIZE / 4);
    let count = 0;
    for (let at = table + first * 2; at < table + end * 2; at += 2) {
      const low = words[at]!;
      if ((low & PTE_V) === 0) continue;
      count++;
      const changed = (low & ~PTE_LOW_BITS) | flagsOf(low);
      if (isSeen) this.writePte(RAM_BASE + at * 4, changed, words[at + 1]!);
      else words[at] = changed;
    }
    this.dirty[frame] = 1;
    if (!isSeen && this.frameFlags[frame] !== 0) {
      this.listener?.validPtesStored(frame, first, end);
    }
    return count;
  }

  /** Writes 0 to the valid entries [first, end) of a page table. Who caches what it says is told once. */
  clearValidPtes(ppn: number, first: number, end: number): void {
    const { words } = this;
    const frame = ppn - this.firstPpn;
    const isSeen = (this.frameFlags[frame]! & ~FRAME_TABLE) !== 0;
    const table = frame * (PAGE_SIZE / 4);
    let [firstValid, endValid] = [end, first];
    for (let index = first; index < end; index++) {
      const at = table + index * 2;
      if ((words[at]! & PTE_V) === 0) continue;
      if (isSeen) {
        this.writePte(RAM_BASE + at * 4, 0, 0);
        continue;
      }
      words[at] = 0;
      words[at + 1] = 0;
      if (firstValid === end) firstValid = index;
      endValid = index + 1;
    }
    this.dirty[frame] = 1;
    if (firstValid < endValid && this.frameFlags[frame] !== 0) {
      this.listener?.validPtesStored(frame, firstValid, endValid);
    }
  }

  /** The walk's own update of A and D: what is cached of this entry stays right. */
  setPteBits(pa: number, bits: number): void {
    const at = (pa - RAM_BASE) >>> 2;
    this.words[at] = this.words[at]! | bits;
    const frame = at >>> 10;
    this.dirty[frame] = 1;
    if (this.frameFlags[frame]! & FRAME_WATCHED) this.logStore(pa);
  }

  /** Starts or stops the log of stores into a frame. */
  watch(ppn: number, isOn: boolean): void {
    const frame = ppn - this.firstPpn;
    if (isOn) {
      this.frameFlags[frame] = this.frameFlags[frame]! | FRAME_WATCHED;
      this.listener?.storesWatched(ppn);
    } else {
      this.frameFlags[frame] = this.frameFlags[frame]! & ~FRAME_WATCHED;
    }
  }

  /**
   * What was stored to in watched frames since the last call: the 8 bytes' index, counted from the
   * start of RAM, in order, repeats possible.
   */
  drainWatchedStores(): number[] {
    if (this.watchedStores.length === 0) return this.watchedStores;
    const stores = this.watchedStores;
    this.watchedStores = [];
    return stores;
  }

  /** Those of the stores since the last call that left an entry whose V is 0. */
  drainInvalidStores(): number[] {
    if (this.invalidStores.length === 0) return this.invalidStores;
    const stores = this.invalidStores;
    this.invalidStores = [];
    return stores;
  }

  /** Calls `onStore` after each single store by the hart to the 8 bytes at `pa`, which is aligned. */
  intercept(pa: number, onStore: () => void): void {
    const frame = (pa - RAM_BASE) >>> 12;
    this.interceptors.set(pa, onStore);
    this.frameFlags[frame] = this.frameFlags[frame]! | FRAME_INTERCEPTED;
    this.onDrain?.();
  }

  /** Page numbers of the frames written since the last call, ascending. */
  drainDirtyFrames(): number[] {
    const frames: number[] = [];
    for (let frame = this.dirty.indexOf(1); frame >= 0; frame = this.dirty.indexOf(1, frame + 1)) {
      frames.push(frame + this.firstPpn);
      this.dirty[frame] = 0;
    }
    this.onDrain?.();
    return frames;
  }

  private logStore(pa: number): void {
    const store = (pa - RAM_BASE) >>> 3;
    this.watchedStores.push(store);
    if ((this.words[store * 2]! & PTE_V) === 0) this.invalidStores.push(store);
    this.onWatchedStore?.(pa);
  }

  private noteRange(pa: number, length: number): void {
    const end = pa - RAM_BASE + length;
    for (let at = pa - RAM_BASE; at < end; ) {
      const frame = at >>> 12;
      const next = Math.min(end, (frame + 1) * PAGE_SIZE);
      this.dirty[frame] = 1;
      const flags = this.frameFlags[frame]!;
      if (flags !== 0) {
        if (flags & FRAME_CODE) this.listener?.codeStored(frame, at + RAM_BASE, next - at);
        if (flags & FRAME_TABLE) this.listener?.tableOverwritten(frame);
        if (flags & FRAME_WATCHED) {
          for (let word = at & ~7; word < next; word += 8) this.logStore(word + RAM_BASE);
        }
      }
      at = next;
    }
  }

  private noteFlagged(frame: number, pa: number, size: number, pteWasValid: boolean): void {
    const flags = this.frameFlags[frame]!;
    if (flags & FRAME_CODE) this.listener?.codeStored(frame, pa, size);
    if (flags & FRAME_TABLE && pteWasValid) {
      this.listener?.validPteStored(frame, ((pa - RAM_BASE) >>> 3) & (PTES_PER_TABLE - 1));
    }
    if (flags & FRAME_WATCHED) this.logStore(doubleword(pa));
    if (flags & FRAME_INTERCEPTED) this.interceptors.get(pa - (pa % 8))?.();
  }
}

/** The address of the 8 bytes around `pa`; without a remainder, which is slow past 31 bits. */
function doubleword(pa: number): number {
  return ((pa - RAM_BASE) >>> 3) * 8 + RAM_BASE;
}
