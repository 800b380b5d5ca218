import { A, D, ENTRIES, ENTRY_BYTES, leafPages, PAGE_BYTES, R, V, W, X } from './decode.js';
import type { RawMemory } from './raw-walk.js';

const TWO_22 = 2 ** 22;
const LEAF = R | W | X;
const WORDS = ENTRIES * 2;

/** RAM as the shadow reads it, and has it watched. */
export interface WatchedMemory extends RawMemory {
  /** The 1024 words of a frame, live. */
  frameWords(ppn: number): Uint32Array;
  watch(ppn: number, isOn: boolean): void;
  /** How often the frame was filled as a whole: a kernel with poison does so when it is freed. */
  fillCount(ppn: number): number;
  /** From now on `filled` is told of each frame that is filled as a whole. */
  tellOfFills(filled: (ppn: number) => void): void;
}

/** Told what the shadow sees change. `low` and `high` are the entry's halves. */
export interface ShadowObserver<Space> {
  changed(pteAddress: number, table: ShadowTable<Space>, index: number): void;
  /** A valid leaf was stored to, and is what it was before. */
  unchanged(table: ShadowTable<Space>, index: number, low: number, high: number): void;
  /** A frame was a table of a known root, and is none any more. */
  tableDropped(ppn: number): void;
  /** The leaf's table was freed, with or without the leaf. */
  vanished(table: ShadowTable<Space>, index: number, low: number, high: number): void;
  leafAdded(table: ShadowTable<Space>, index: number, low: number, high: number): void;
  leafDropped(table: ShadowTable<Space>, index: number, low: number, high: number): void;
  /** An entry of level 0 that is neither valid nor zero came (1) or went (-1). */
  swapEntry(
    table: ShadowTable<Space>,
    index: number,
    low: number,
    high: number,
    sign: 1 | -1,
  ): void;
  /** Something that only a full pass can judge. */
  suspect(): void;
}

/** A page table as it was when it was last looked at. */
export interface ShadowTable<Space> {
  readonly ppn: number;
  readonly level: number;
  /** First address that the table stands for, as an unsigned 39-bit number. */
  readonly firstVa: number;
  readonly space: Space;
  /** Pairs of halves, low first. */
  readonly words: Uint32Array;
  readonly live: Uint32Array;
  /** Entries that are not zero. */
  used: number;
  /** Whether `used` was looked at since an entry changed. */
  isCounted: boolean;
}

/**
 * A copy of every page table that hangs off known roots, kept up to date from the log of stores into
 * the frames that it found to be tables, whoever made them.
 */
export class Shadow<Space> {
  /** Leaves that map each frame, counted from the start of RAM; and those of them with W. */
  readonly leafCounts: Int32Array;
  readonly writableCounts: Int32Array;
  private readonly memory: WatchedMemory;
  private readonly observer: ShadowObserver<Space>;
  /** Tables that lost their last entry and may not have been freed. */
  private readonly emptied: ShadowTable<Space>[] = [];
  /** Tables of which an entry has changed. */
  private readonly uncounted: ShadowTable<Space>[] = [];
  private tables: (ShadowTable<Space> | undefined)[] = [];

  constructor(memory: WatchedMemory, observer: ShadowObserver<Space>) {
    this.memory = memory;
    this.observer = observer;
    this.leafCounts = new Int32Array(memory.frameCount);
    this.writableCounts = new Int32Array(memory.frameCount);
  }

  isTable(ppn: number): boolean {
    return this.tables[ppn - this.memory.firstPpn] !== undefined;
  }

  table(ppn: number): ShadowTable<Space> | undefined {
    return this.tables[ppn - this.memory.firstPpn];
  }

  /** From now on follows the tables below this one. */
  adopt(ppn: number, level: number, firstVa: number, space: Space): void {
    const { memory } = this;
    const frame = ppn - memory.firstPpn;
    if (frame < 0 || frame >= memory.frameCount || this.tables[frame] !== undefined) {
      this.observer.suspect();
      return;
    }
    const table: ShadowTable<Space> = {
      ppn,
      level,
      firstVa,
      space,
      words: new Uint32Array(WORDS),
      live: memory.frameWords(ppn),
      used: 0,
      isCounted: true,
    };
    this.tables[frame] = table;
    memory.watch(ppn, true);
    const { live } = table;
    for (let i = 0; i < ENTRIES; i++) {
      if (live[i * 2] !== 0 || live[i * 2 + 1] !== 0) this.update(table, i);
    }
  }

  /** Forgets the table and those below it. */
  drop(ppn: number): void {
    const frame = ppn - this.memory.firstPpn;
    const table = this.tables[frame];
    if (table === undefined) return;
    this.tables[frame] = undefined;
    this.memory.watch(ppn, false);
    this.observer.tableDropped(ppn);
    const { words } = table;
    for (let i = 0; i < ENTRIES; i++) {
      const low = words[i * 2]!;
      const high = words[i * 2 + 1]!;
      if (low === 0 && high === 0) continue;
      if ((low & V) === 0) {
        this.swapEntry(table, i, low, high, -1);
        continue;
      }
      if (low & LEAF) this.observer.vanished(table, i, low, high);
      this.forgetEntry(table, i, low, high);
    }
  }

  dropAll(): void {
    this.tables.forEach((table, frame) => {
      if (table !== undefined) this.memory.watch(frame + this.memory.firstPpn, false);
    });
    this.tables = [];
    this.leafCounts.fill(0);
    this.writableCounts.fill(0);
  }

  /**
   * Looks again at these entries, counted in 8 bytes from the start of RAM. Upper levels come first: what hangs off
   * a pointer that is gone is not looked at, since its frame may hold anything by now.
   *
   * @returns whether an entry lies outside every table
   */
  apply(stores: readonly number[]): boolean {
    let isForeign = false;
    for (let level = 2; level >= 0; level--) {
      for (let i = 0; i < stores.length; i++) {
        const store = stores[i]!;
        const table = this.tables[store >>> 9];
        if (table === undefined) isForeign = true;
        else if (table.level === level) this.update(table, store & (ENTRIES - 1));
      }
    }
    if (this.emptied.length > 0) this.checkEmptied();
    return isForeign;
  }

  private checkEmptied(): void {
    for (const table of this.emptied.splice(0)) {
      if (table.used === 0 && this.table(table.ppn) === table) this.observer.suspect();
    }
  }

  /** Visits each table that is left and of which an entry has changed since the last call. */
  eachChanged(visit: (table: ShadowTable<Space>) => void): void {
    for (const table of this.uncounted) {
      table.isCounted = true;
      if (this.table(table.ppn) === table) visit(table);
    }
    this.uncounted.length = 0;
  }

  /** Visits the valid leaves of [start, end), addresses of the lower half. */
  eachLeaf(
    rootPpn: number,
    start: number,
    end: number,
    visit: (table: ShadowTable<Space>, index: number, low: number, high: number) => void,
  ): void {
    const table = this.table(rootPpn);
    if (table === undefined) return;
    const span = PAGE_BYTES * leafPages(table.level);
    const first = Math.max(0, Math.floor((start - table.firstVa) / span));
    const last = Math.min(ENTRIES, Math.ceil((end - table.firstVa) / span));
    for (let i = first; i < last; i++) {
      const low = table.words[i * 2]!;
      if ((low & V) === 0) continue;
      const high = table.words[i * 2 + 1]!;
      if (low & LEAF || table.level === 0) visit(table, i, low, high);
      else this.eachLeaf(ppnOf(low, high), start, end, visit);
    }
  }

  private update(table: ShadowTable<Space>, index: number): void {
    const { words, live } = table;
    const at = index * 2;
    const oldLow = words[at]!;
    const oldHigh = words[at + 1]!;
    const low = live[at]!;
    const high = live[at + 1]!;
    if (low === oldLow && high === oldHigh) {
      if (low & V && low & LEAF) this.observer.unchanged(table, index, low, high);
      return;
    }
    if (table.isCounted) {
      table.isCounted = false;
      this.uncounted.push(table);
    }
    this.observer.changed(table.ppn * PAGE_BYTES + index * ENTRY_BYTES, table, index);
    words[at] = low;
    words[at + 1] = high;
    // A and D change neither what is mapped nor how often.
    if (high === oldHigh && ((low ^ oldLow) & ~(A | D)) === 0 && low & V && low & LEAF) return;
    if (oldLow === 0 && oldHigh === 0) table.used++;
    if (low === 0 && high === 0 && --table.used === 0 && table.level < 2) this.emptied.push(table);
    if (oldLow & V) this.forgetEntry(table, index, oldLow, oldHigh);
    else if (oldLow !== 0 || oldHigh !== 0) this.swapEntry(table, index, oldLow, oldHigh, -1);
    if (low & V) this.rememberEntry(table, index, low, high);
    else if (low !== 0 || high !== 0) this.swapEntry(table, index, low, high, 1);
  }

  private swapEntry(
    table: ShadowTable<Space>,
    index: number,
    low: number,
    high: number,
    sign: 1 | -1,
  ): void {
    if (table.level > 0) this.observer.suspect();
    else this.observer.swapEntry(table, index, low, high, sign);
  }

  private rememberEntry(table: ShadowTable<Space>, index: number, low: number, high: number): void {
    const { level } = table;
    if ((low & LEAF) === 0) {
      if (level === 0 || (low & ~1 & 0x3ff) !== 0 || high >>> 22 !== 0) this.observer.suspect();
      else {
        const firstVa = table.firstVa + index * PAGE_BYTES * leafPages(level);
        this.adopt(ppnOf(low, high), level - 1, firstVa, table.space);
      }
      return;
    }
    this.count(level, low, high, 1);
    this.observer.leafAdded(table, index, low, high);
  }

  private forgetEntry(table: ShadowTable<Space>, index: number, low: number, high: number): void {
    const { level } = table;
    if ((low & LEAF) === 0) {
      if (level > 0) this.drop(ppnOf(low, high));
      return;
    }
    this.count(level, low, high, -1);
    this.observer.leafDropped(table, index, low, high);
  }

  private count(level: number, low: number, high: number, change: number): void {
    const first = ppnOf(low, high) - this.memory.firstPpn;
    const end = first + leafPages(level);
    if (first < 0 || end > this.memory.frameCount) {
      this.observer.suspect();
      return;
    }
    for (let frame = first; frame < end; frame++) {
      this.leafCounts[frame] = this.leafCounts[frame]! + change;
      if (low & W) this.writableCounts[frame] = this.writableCounts[frame]! + change;
    }
  }
}

/** Address of an entry's first page, signed. */
export function vaOf(table: ShadowTable<unknown>, index: number): number {
  const unsigned = table.firstVa + index * PAGE_BYTES * leafPages(table.level);
  return unsigned >= 2 ** 38 ? unsigned - 2 ** 39 : unsigned;
}

export function ppnOf(low: number, high: number): number {
  return (high & 0x3f_ffff) * TWO_22 + (low >>> 10);
}
