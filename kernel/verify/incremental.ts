import { AddressSpace, type Journal, type Mutation } from '../../mm/index.js';
import { hex } from '../bytes.js';
import type { Region } from '../memory/mapper.js';
import type { MemorySystem } from '../memory/memory-system.js';
import { REGION_SHARED } from '../memory/mman.js';
import type { PageCache } from '../memory/page-cache.js';
import { ANONYMOUS, FILE, PAGE_TABLE } from '../memory/physical-memory.js';
import type { VirtualMemory } from '../memory/virtual-memory.js';
import { A, D, ENTRIES, ENTRY_BYTES, G, leafPages, PAGE_BYTES, R, U, V, W, X } from './decode.js';
import { EventChecks } from './event-checks.js';
import type { History } from './history.js';
import {
  ppnOf,
  Shadow,
  type ShadowObserver,
  type ShadowTable,
  vaOf,
  type WatchedMemory,
} from './shadow.js';
import { SpaceCheck } from './space-check.js';

const LEAF = R | W | X;
/** Where an entry whose V is 0 has the number of its swap slot. */
const SWAP_SLOT_SHIFT = 12;

type Table = ShadowTable<VirtualMemory>;

/** satp, as numbers; it changes with the hart's. */
export interface Satp {
  readonly levels: number;
  readonly rootPpn: number;
  readonly asid: number;
}

/**
 * Judges after a trap what the trap has touched: entries that were stored to, frames that won or
 * lost a mapper, ranges whose regions changed, address spaces that came and went. Whatever is
 * suspect goes to a full pass; only what no later look could find is reported from here.
 */
export class Incremental implements ShadowObserver<VirtualMemory> {
  /** Set when only a full pass can tell. */
  isSuspect = false;
  readonly events: EventChecks;
  private readonly shadow: Shadow<VirtualMemory>;
  private readonly memory: WatchedMemory;
  private readonly context: Satp;
  private readonly system: MemorySystem;
  private readonly history: History;
  private readonly spaces = new Set<VirtualMemory>();
  private readonly caches = new Map<number, PageCache>();
  /** Bytes that each space had mapped after the last look. */
  private readonly sizes = new Map<VirtualMemory, number>();
  private readonly spaceCheck = new SpaceCheck();
  private readonly touched: number[] = [];
  private readonly isTouched: Uint8Array;
  /** Kind of each frame when it got its first mapper, and how often it had been filled by then. */
  private readonly kinds: Uint8Array;
  private readonly fillCounts: Uint32Array;
  /** Leaves that a frame got since it was last looked at. */
  private readonly addedCounts: Uint32Array;
  /** Frames that several private leaves share, and the zero frame: nobody may write to them. */
  private readonly isGuarded: Uint8Array;
  /** Entries that name each swap slot; slots whose entries changed. */
  private readonly slotNames = new Map<number, number>();
  private readonly touchedSlots = new Set<number>();
  /** Frames that were filled from the swap device since the last look, before anybody mapped them. */
  private readonly refilled = new Set<number>();
  /** Address spaces and first addresses of the superpages that gave way to small pages in this trap. */
  private readonly split = new Set<string>();
  /** Stores that left an entry without V, in this trap; a set of them once somebody asks. */
  private invalidStores: readonly number[] = [];
  private invalidated: Set<number> | undefined;
  private isBuilding = false;
  private wasValid = false;
  /** The slot that the entry named before it changed; 0 = none. */
  private oldSlot = 0;

  constructor(memory: WatchedMemory, context: Satp, system: MemorySystem, history: History) {
    this.context = context;
    this.memory = memory;
    this.system = system;
    this.history = history;
    this.events = new EventChecks(memory, system, history);
    this.shadow = new Shadow(memory, this);
    this.isTouched = new Uint8Array(memory.frameCount);
    this.kinds = new Uint8Array(memory.frameCount);
    this.fillCounts = new Uint32Array(memory.frameCount);
    this.addedCounts = new Uint32Array(memory.frameCount);
    this.isGuarded = new Uint8Array(memory.frameCount);
  }

  /** From now on stores into what must not be written are seen. */
  start(): void {
    this.guard(this.system.frames.zeroPpn - this.memory.firstPpn, true);
    // Frames are filled when they come into use, and when they go out of it.
    this.memory.tellOfFills((ppn) => this.touch(ppn - this.memory.firstPpn));
  }

  /**
   * Looks at what the trap has touched.
   *
   * @param invalid those of the stores that left an entry whose V is 0
   * @param current whose trap it was
   */
  check(
    stores: readonly number[],
    invalid: readonly number[],
    current: VirtualMemory | undefined,
  ): void {
    this.invalidStores = invalid;
    this.invalidated = undefined;
    // First: the frames of spaces that are gone may hold anything by now.
    const { spaces } = this.system;
    for (const space of this.spaces) if (!spaces.has(space)) this.removeSpace(space);
    if (stores.length > 0 && this.shadow.apply(stores)) this.checkGuarded(stores);
    this.checkSpaces(current);
    for (const space of this.spaces) {
      const journal = journalOf(space);
      if (journal === undefined) continue;
      if (journal.mutations.length > 0) this.checkMutations(space, journal.take());
      else if (space === current) this.checkSilence(space);
    }
    this.checkFiles();
    this.shadow.eachChanged(this.checkCount);
    for (const frame of this.touched) this.checkFrame(frame);
    this.touched.length = 0;
    this.checkSlots();
    const { active } = this.system;
    if (active !== undefined && !this.isTranslating(active)) this.isSuspect = true;
  }

  /** Whether the hart uses the page table of the space. Rule E8. */
  private isTranslating(space: VirtualMemory): boolean {
    const { levels, rootPpn, asid } = this.context;
    return levels === 3 && rootPpn === space.table.rootPpn && asid === space.asid;
  }

  /** Begins anew from the present state, without judging it. */
  rebuild(): void {
    this.isBuilding = true;
    this.shadow.dropAll();
    this.slotNames.clear();
    const zero = this.system.frames.zeroPpn - this.memory.firstPpn;
    for (let frame = 0; frame < this.isGuarded.length; frame++) {
      if (this.isGuarded[frame] === 1 && frame !== zero) this.guard(frame, false);
    }
    this.spaces.clear();
    for (const space of this.system.spaces) this.addSpace(space);
    for (const frame of this.touched) {
      this.isTouched[frame] = 0;
      this.addedCounts[frame] = 0;
      this.guardIfShared(frame);
    }
    this.touched.length = 0;
    this.isBuilding = false;
    this.isSuspect = false;
  }

  suspect(): void {
    if (!this.isBuilding) this.isSuspect = true;
  }

  changed(pteAddress: number, table: Table, index: number): void {
    const oldLow = table.words[index * 2]!;
    const oldHigh = table.words[index * 2 + 1]!;
    this.wasValid = (oldLow & V) !== 0;
    this.oldSlot = this.wasValid ? 0 : oldLow >>> SWAP_SLOT_SHIFT;
    if (this.isBuilding) return;
    const low = table.live[index * 2]!;
    const high = table.live[index * 2 + 1]!;
    const isMark = high === oldHigh && ((low ^ oldLow) & ~(A | D)) === 0;
    // What the hart marks is no change of whoever wrote the entry.
    if (!isMark || this.history.event.name !== 'between') {
      this.history.entryChanged(pteAddress, oldLow, oldHigh, low, high);
    }
    if (oldLow & V && oldLow & LEAF) {
      const isNew = (low & V) !== 0 && this.takeInvalid(table, index);
      this.events.leafChanged({ table, index, pteAddress, oldLow, oldHigh, low, high, isNew });
      if (isNew && isMark) this.renewed(table.level, low, high);
    }
  }

  unchanged(table: Table, index: number, low: number, high: number): void {
    if (this.isBuilding || !this.takeInvalid(table, index)) return;
    const pteAddress = table.ppn * PAGE_BYTES + index * ENTRY_BYTES;
    const halves = { oldLow: low, oldHigh: high, low, high };
    this.events.leafChanged({ table, index, pteAddress, ...halves, isNew: true });
    this.renewed(table.level, low, high);
  }

  /** Whether the entry was without V at some time in this trap: then its leaf is a new one. Once. */
  private takeInvalid(table: Table, index: number): boolean {
    if (this.invalidStores.length === 0) return false;
    this.invalidated ??= new Set(this.invalidStores);
    return this.invalidated.delete((table.ppn - this.memory.firstPpn) * ENTRIES + index);
  }

  /** A new leaf has taken the place of one that mapped the same frames. */
  private renewed(level: number, low: number, high: number): void {
    const first = ppnOf(low, high) - this.memory.firstPpn;
    const end = first + leafPages(level);
    if (first < 0 || end > this.memory.frameCount) return;
    for (let frame = first; frame < end; frame++) {
      this.touch(frame);
      this.addedCounts[frame]!++;
    }
  }

  /** From now on the frame is of this kind, as long as somebody maps it. */
  private setKind(frame: number, kind: number): void {
    this.kinds[frame] = kind;
    this.fillCounts[frame] = this.memory.fillCount(frame + this.memory.firstPpn);
  }

  vanished(table: Table, index: number, oldLow: number, oldHigh: number): void {
    if (this.isBuilding || !this.spaces.has(table.space)) return;
    const pteAddress = table.ppn * PAGE_BYTES + index * ENTRY_BYTES;
    this.history.entryChanged(pteAddress, oldLow, oldHigh, 0, 0);
    const gone = { low: 0, high: 0, isNew: false };
    this.events.leafChanged({ table, index, pteAddress, oldLow, oldHigh, ...gone });
  }

  leafAdded(table: Table, index: number, low: number, high: number): void {
    const ppn = ppnOf(low, high);
    const va = vaOf(table, index);
    const { frames } = this.system;
    const first = ppn - this.memory.firstPpn;
    const end = first + leafPages(table.level);
    if (first < 0 || end > this.memory.frameCount) return;
    for (let frame = first; frame < end; frame++) {
      this.touch(frame);
      this.addedCounts[frame]!++;
      if (this.shadow.leafCounts[frame] === 1) {
        this.setKind(frame, frames.kindNumber(frame + this.memory.firstPpn));
      }
    }
    if (this.isBuilding) return;
    const region = va < 0 ? undefined : table.space.mapper.queryPage(va);
    if (!isPlain(low, high, table.level, ppn) || !this.agrees(region, va, table.level, low, ppn)) {
      this.isSuspect = true;
      return;
    }
    // A page of a superpage that was split has been there before.
    const isOld = this.split.size > 0 && this.split.has(superpageName(table, va));
    if (!this.wasValid && !isOld) this.events.added(table, index, low, ppn);
    if (this.oldSlot !== 0 && table.level === 0) {
      this.refilled.add(first);
      this.events.broughtBack(table, index, this.oldSlot, ppn);
      return;
    }
    const isNew = !this.wasValid && this.kinds[first] === ANONYMOUS && frames.refcount(ppn) === 1;
    if (isNew && !isOld) this.events.fresh(table, index, region!, ppn);
  }

  tableDropped(ppn: number): void {
    this.touch(ppn - this.memory.firstPpn);
  }

  leafDropped(table: Table, index: number, low: number, high: number): void {
    if (table.level === 1) this.split.add(superpageName(table, vaOf(table, index)));
    const first = ppnOf(low, high) - this.memory.firstPpn;
    const end = first + leafPages(table.level);
    if (first < 0 || end > this.memory.frameCount) return;
    for (let frame = first; frame < end; frame++) this.touch(frame);
  }

  /** A page went to the swap device, or its entry was given up. Rule F7. */
  swapEntry(table: Table, index: number, low: number, high: number, sign: 1 | -1): void {
    const slot = low >>> SWAP_SLOT_SHIFT;
    this.slotNames.set(slot, (this.slotNames.get(slot) ?? 0) + sign);
    this.touchedSlots.add(slot);
    if (this.isBuilding || sign < 0) return;
    const region = table.space.mapper.queryPage(vaOf(table, index));
    const isPlain = high === 0 && low % 2 ** SWAP_SLOT_SHIFT === 0;
    if (!isPlain || region === undefined || region.flags & REGION_SHARED) this.isSuspect = true;
  }

  /** Whether the slots whose entries changed count as many. Rule F7. */
  private checkSlots(): void {
    // An empty set is not cleared: that takes as long as filling it.
    if (this.refilled.size > 0) this.refilled.clear();
    if (this.split.size > 0) this.split.clear();
    if (this.touchedSlots.size === 0) return;
    for (const slot of this.touchedSlots) {
      const names = this.slotNames.get(slot) ?? 0;
      if (names === 0) this.slotNames.delete(slot);
      if (this.system.swap?.namesOf(slot) !== names) this.isSuspect = true;
    }
    this.touchedSlots.clear();
  }

  /** Whether leaf and region fit together: rules R1, R2, R3, R6, R8, R9, R10. */
  private agrees(
    region: Region | undefined,
    va: number,
    level: number,
    low: number,
    ppn: number,
  ): boolean {
    if (region === undefined || va < PAGE_BYTES) return false;
    const { frames } = this.system;
    const { prot, file, flags } = region;
    if (va + PAGE_BYTES * leafPages(level) > region.end && level > 0) return false;
    const allowed = (prot & 3 ? R : 0) | (prot & 2 ? W : 0) | (prot & 4 ? X : 0);
    const isOpen = (low & U) !== 0;
    if (isOpen ? prot === 0 || (low & LEAF & ~allowed) !== 0 : prot !== 0) return false;
    const kind = frames.kindNumber(ppn);
    const isShared = (flags & REGION_SHARED) !== 0;
    if (kind === PAGE_TABLE || kind === 0) return false;
    if (low & W && !isShared && kind !== ANONYMOUS) return false;
    if (file === undefined) return kind !== FILE;
    const offset = region.offset + (va - region.base);
    if (offset >= file.pages.sizeBytes) return false;
    this.caches.set(file.pages.id, file.pages);
    return kind === FILE ? file.pages.page(offset / PAGE_BYTES) === ppn : !isShared;
  }

  private checkMutations(space: VirtualMemory, mutations: readonly Mutation[]): void {
    mutations.forEach(({ kind, start, end }, i) => {
      this.history.rangeChanged(space.table.rootPpn, start, end);
      this.checkRange(space, start, end);
      const isMappedAgain = mutations.slice(i + 1).some((later) => later.kind === 'map');
      if (kind === 'unmap' && !isMappedAgain) this.events.unmapped(space, start, end);
    });
    this.sizes.set(space, space.mapper.stats().mappedBytes);
    if (!this.spaceCheck.isSound(space, mutations.length)) this.isSuspect = true;
  }

  /** Whether a table counts the entries that it has. Rules L2 and F3. */
  private readonly checkCount = ({ ppn, level, used }: Table): void => {
    // Nobody counts what the root has: it stays.
    if (level < 2 && this.system.frames.liveEntries(ppn) !== used) this.isSuspect = true;
  };

  /** Whether pages that a file has lost are mapped by nobody. Rules R6 and R10. */
  private checkFiles(): void {
    if (!/truncate|^open/.test(this.history.event.name)) return; // which alone cut off files
    for (const space of this.spaces) {
      for (const { start, end, file } of space.mapper.regions()) {
        if (file !== undefined) this.checkRange(space, start, end);
      }
    }
  }

  /** Nothing was journalled, so nothing may have changed. Rule T6. */
  private checkSilence(space: VirtualMemory): void {
    const before = this.sizes.get(space);
    const { mappedBytes } = space.mapper.stats();
    if (before === mappedBytes) return;
    this.sizes.set(space, mappedBytes);
    if (before !== undefined) this.events.changedSilently(space, before, mappedBytes);
  }

  /** Regions of [start, end) changed: do the leaves there still fit? */
  private checkRange(space: VirtualMemory, start: number, end: number): void {
    this.shadow.eachLeaf(space.table.rootPpn, start, end, (table, index, low, high) => {
      const va = vaOf(table, index);
      const region = space.mapper.queryPage(Math.max(va, 0));
      if (!this.agrees(region, va, table.level, low, ppnOf(low, high))) this.isSuspect = true;
    });
  }

  /** Rules F1, F2, F3 and R4 for one frame. */
  private checkFrame(frame: number): void {
    this.isTouched[frame] = 0;
    const added = this.addedCounts[frame]!;
    this.addedCounts[frame] = 0;
    const { frames } = this.system;
    const ppn = frame + this.memory.firstPpn;
    if (ppn === frames.zeroPpn) return;
    if (this.history.event.name !== 'between') this.history.frameChanged(ppn);
    const leaves = this.shadow.leafCounts[frame]!;
    const kind = frames.kindNumber(ppn);
    if (leaves > 0 && this.kinds[frame] !== kind && kind !== 0) {
      // Where all leaves are new and the frame was filled, it was free between the old ones and these.
      const isReused = added >= leaves && this.fillCounts[frame] !== this.memory.fillCount(ppn);
      if (isReused) this.setKind(frame, kind);
      else this.reportKind(ppn, frame);
    }
    let references = leaves;
    if (kind === FILE) {
      const cache = this.caches.get(frames.ownerId(ppn));
      if (cache === undefined || cache.page(frames.ownerPage(ppn)) === ppn) references++;
    } else if (kind === PAGE_TABLE && this.shadow.isTable(ppn)) references++;
    const count = frames.refcount(ppn);
    const isFree = frames.isMarkedFree(ppn);
    const isShared = leaves > 1 && kind === ANONYMOUS;
    if (
      count !== references ||
      isFree !== (count === 0) ||
      (isShared && this.shadow.writableCounts[frame]! > 0)
    ) {
      this.isSuspect = true;
    }
    this.guardIfShared(frame);
  }

  private reportKind(ppn: number, frame: number): void {
    this.setKind(frame, this.system.frames.kindNumber(ppn));
    this.events.report({
      rule: 'F3',
      rootPpn: undefined,
      va: ppn * PAGE_BYTES,
      frame: ppn,
      observed: `frame ${hex(ppn)} became ${this.system.frames.kind(ppn)} while a leaf maps it`,
      expected: 'one kind from the first mapper to the last',
      remedy: 'clear the leaf before the frame is released and handed out again',
    });
  }

  /** A store outside every table: into a frame that nobody may write to? Rules L8 and R7. */
  private checkGuarded(stores: readonly number[]): void {
    const { frames } = this.system;
    for (const store of stores) {
      const frame = store >>> 9;
      const ppn = frame + this.memory.firstPpn;
      const pa = ppn * PAGE_BYTES + (store & (ENTRIES - 1)) * ENTRY_BYTES;
      if (this.isGuarded[frame] !== 1 || this.refilled.has(frame)) continue;
      const isShared = this.shadow.leafCounts[frame]! > 1 && frames.kindNumber(ppn) === ANONYMOUS;
      if (ppn !== frames.zeroPpn && !isShared) continue;
      this.events.report({
        rule: ppn === frames.zeroPpn ? 'R7' : 'L8',
        rootPpn: this.system.active?.table.rootPpn,
        va: pa,
        frame: ppn,
        observed: `frame ${hex(ppn)} was written at ${hex(pa)}, ${ppn === frames.zeroPpn ? 'and it is the zero frame' : `while ${this.shadow.leafCounts[frame]} private leaves share it`}`,
        expected: 'a copy first: the kernel writes user memory by the rules of user code',
        remedy: 'copyOut, reach (kernel/memory/copy.ts): translate for a store, fault, then write',
      });
      return;
    }
  }

  private checkSpaces(current: VirtualMemory | undefined): void {
    const { spaces } = this.system;
    if (spaces.size === this.spaces.size) return;
    for (const space of spaces) {
      if (this.spaces.has(space)) continue;
      this.addSpace(space);
      const isFork = this.history.event.name === 'clone' && current !== undefined;
      if (isFork) this.events.forked(current, space, this.shadow);
      else if (this.history.event.name === 'execve') this.events.executed(space, this.shadow);
    }
  }

  private addSpace(space: VirtualMemory): void {
    this.spaces.add(space);
    this.shadow.adopt(space.table.rootPpn, 2, 0, space);
    journalOf(space)?.take();
    if (!this.isBuilding && !this.spaceCheck.isSound(space, Number.POSITIVE_INFINITY)) {
      this.isSuspect = true;
    }
  }

  private removeSpace(space: VirtualMemory): void {
    this.spaces.delete(space);
    this.sizes.delete(space);
    this.spaceCheck.forget(space);
    this.shadow.drop(space.table.rootPpn);
  }

  private touch(frame: number): void {
    if (this.isTouched[frame] === 1) return;
    this.isTouched[frame] = 1;
    this.touched.push(frame);
  }

  private guardIfShared(frame: number): void {
    const ppn = frame + this.memory.firstPpn;
    if (ppn === this.system.frames.zeroPpn || this.shadow.isTable(ppn)) return;
    const isShared =
      this.shadow.leafCounts[frame]! > 1 && this.system.frames.kindNumber(ppn) === ANONYMOUS;
    if (isShared !== (this.isGuarded[frame] === 1)) this.guard(frame, isShared);
  }

  private guard(frame: number, isOn: boolean): void {
    this.isGuarded[frame] = isOn ? 1 : 0;
    this.memory.watch(frame + this.memory.firstPpn, isOn);
  }
}

/** Reserved bits, W without R, G on a user page, misaligned superpages: rules E1, E2, E5, E9. */
function isPlain(low: number, high: number, level: number, ppn: number): boolean {
  return (
    high >>> 22 === 0 &&
    (low & (R | W)) !== W &&
    (low & LEAF) !== 0 &&
    (low & G) === 0 &&
    ppn % leafPages(level) === 0
  );
}

function journalOf(memory: VirtualMemory): Journal | undefined {
  return memory.mapper instanceof AddressSpace ? memory.mapper.journal : undefined;
}

function superpageName({ space }: Table, va: number): string {
  return `${space.id} ${Math.floor(va / (PAGE_BYTES * ENTRIES))}`;
}
