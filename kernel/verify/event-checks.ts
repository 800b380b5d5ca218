import { hex } from '../bytes.js';
import type { Region } from '../memory/mapper.js';
import type { MemorySystem } from '../memory/memory-system.js';
import { REGION_NO_FORK, REGION_SHARED, REGION_WIPE_ON_FORK } from '../memory/mman.js';
import type { VirtualMemory } from '../memory/virtual-memory.js';
import { A, D, ENTRIES, ENTRY_BYTES, leafPages, PAGE_BYTES, R, V, W, X } from './decode.js';
import type { History } from './history.js';
import type { RawMemory } from './raw-walk.js';
import { ppnOf, type Shadow, type ShadowTable, vaOf } from './shadow.js';

const LEAF = R | W | X;
/** Calls by which a program gives the contents of pages up. */
const DROPPING =
  /^(munmap|mmap|mremap|madvise|brk|execve|exit|exit_group|shmdt|ftruncate|truncate)/;
/** Flags that decide what a child gets. */
const INHERITED = REGION_SHARED | REGION_WIPE_ON_FORK;

/** A violation that only the moment shows: a full pass over the state would not find it. */
export interface EventFinding {
  readonly rule: string;
  /** The address space, by its root table. */
  readonly rootPpn: number | undefined;
  readonly va: number;
  readonly frame: number | undefined;
  /** The entry whose change it is about. */
  readonly pteAddress?: number;
  readonly observed: string;
  readonly expected: string;
  readonly remedy: string;
}

type Table = ShadowTable<VirtualMemory>;

/** What changed in one leaf: the halves before and after. */
export interface LeafChange {
  readonly table: Table;
  readonly index: number;
  readonly pteAddress: number;
  readonly oldLow: number;
  readonly oldHigh: number;
  readonly low: number;
  readonly high: number;
  /** It was without V in between: what stands there now is another leaf. */
  readonly isNew: boolean;
}

/** Judges changes, where only before and after together show what is wrong. */
export class EventChecks {
  private readonly findings: EventFinding[] = [];
  private readonly memory: RawMemory & { frameWords(ppn: number): Uint32Array };
  private readonly system: MemorySystem;
  private readonly history: History;
  /** Entries, by address / 8, that an access has marked since the last look, with A or A and D. */
  private readonly marked = new Map<number, number>();

  constructor(
    memory: RawMemory & { frameWords(ppn: number): Uint32Array },
    system: MemorySystem,
    history: History,
  ) {
    this.memory = memory;
    this.system = system;
    this.history = history;
  }

  take(): EventFinding[] {
    if (this.marked.size > 0) this.marked.clear();
    return this.findings.length === 0 ? this.findings : this.findings.splice(0);
  }

  report(finding: EventFinding): void {
    this.findings.push(finding);
  }

  /** An access has set A, or A and D: by now the entry must have them. Rule D1. */
  accessMarked(pteAddress: number, access: 'fetch' | 'load' | 'store'): void {
    const needed = access === 'store' ? A | D : A;
    this.marked.set(
      pteAddress / ENTRY_BYTES,
      (this.marked.get(pteAddress / ENTRY_BYTES) ?? 0) | needed,
    );
    const low = this.memory.word(pteAddress);
    if ((low & needed) === needed) return;
    this.findings.push({
      rule: 'D1',
      rootPpn: undefined,
      va: pteAddress,
      frame: Math.floor(pteAddress / PAGE_BYTES),
      observed: `after a ${access} the entry at ${hex(pteAddress)} has A ${low & A ? 1 : 0} and D ${low & D ? 1 : 0}`,
      expected: access === 'store' ? 'A and D set' : 'A set',
      remedy: 'Mmu.markUsed (emulator/mmu/mmu.ts) writes both to memory and to the TLB',
    });
  }

  leafChanged(change: LeafChange): void {
    const { oldLow, oldHigh, low, high } = change;
    if ((oldLow & V) === 0 || (oldLow & LEAF) === 0) return;
    const isLeaf = (low & V) !== 0 && (low & LEAF) !== 0;
    if (isLeaf && ppnOf(low, high) === ppnOf(oldLow, oldHigh)) this.bitsChanged(change);
    else if (isLeaf) this.copied(change);
    // A page that went to the swap device is compared when it comes back.
    else if (low === 0 && oldLow & D) this.dropped(change);
  }

  /** A and D come from accesses alone, and D goes only at the program's request. Rules D1, D3. */
  private bitsChanged({ table, index, pteAddress, oldLow, low, high, isNew }: LeafChange): void {
    const appeared = low & (isNew ? A | D : ~oldLow & (A | D));
    const isAccessed = (appeared & ~(this.marked.get(pteAddress / ENTRY_BYTES) ?? 0)) === 0;
    const finding = {
      rootPpn: table.space.table.rootPpn,
      va: vaOf(table, index),
      frame: ppnOf(low, high),
    };
    // A move brings the bits of the entry that it moves, over one that may map the same frame.
    const isMoved = isNew && this.history.event.name === 'mremap';
    if (!isAccessed && !isMoved && this.system.adBits === 'svadu') {
      this.findings.push({
        ...finding,
        rule: 'D1',
        observed: `${appeared & D ? 'D' : 'A'} was set, and the program made no such access`,
        expected: 'A only after an access, D only after a store',
        remedy: 'look at who writes leaf flags: leafFlags has neither A nor D',
      });
    }
    // MADV_FREE gives the contents up, and keeps the leaf.
    const isGivenUp = isNew || this.history.event.name === 'madvise';
    const isCleared = (oldLow & ~low & D) !== 0 && !isGivenUp;
    if (isCleared && !this.isWrittenBack(table, index, low, high)) {
      this.findings.push({
        ...finding,
        rule: 'D3',
        observed:
          'D was cleared: whoever asks later takes the page for clean, and its contents are lost',
        expected: 'D kept until the page is written back or given up',
        remedy: `keep A and D of the old entry: ${lookAt(this.history.event.name)}`,
      });
    }
  }

  /** Whether the leaf maps a page of a shared file that a backing store has by now. */
  private isWrittenBack(table: Table, index: number, low: number, high: number): boolean {
    const va = vaOf(table, index);
    const region = va < 0 ? undefined : table.space.mapper.queryPage(va);
    if (region === undefined || (region.flags & REGION_SHARED) === 0) return false;
    const pages = region.file?.pages;
    if (!pages?.hasStore) return false;
    const offset = region.offset + va - region.base;
    const block = pages.stored(offset / PAGE_BYTES);
    const words = this.memory.frameWords(ppnOf(low, high));
    const bytes = new Uint8Array(words.buffer, words.byteOffset, PAGE_BYTES);
    const inFile = bytes.subarray(0, Math.min(PAGE_BYTES, pages.sizeBytes - offset));
    return inFile.every((byte, i) => byte === block?.[i]);
  }

  /** A dirty private page goes only when the program gives it up. Rule D3. */
  private dropped({ table, index, pteAddress, oldLow, oldHigh }: LeafChange): void {
    const ppn = ppnOf(oldLow, oldHigh);
    const { name } = this.history.event;
    const isGivenUp = DROPPING.test(name) && (name !== 'munmap' || table.level === 0);
    if (isGivenUp) return;
    const va = vaOf(table, index);
    const end = va + PAGE_BYTES * leafPages(table.level);
    // What munmap leaves mapped of a superpage was not given up.
    const region = va < 0 ? undefined : table.space.mapper.regions({ start: va, end }).next().value;
    if (region === undefined || region.flags & REGION_SHARED) return;
    this.findings.push({
      rule: 'D3',
      rootPpn: table.space.table.rootPpn,
      va,
      frame: ppn,
      pteAddress,
      observed: `dirty page lost: the leaf of frame ${hex(ppn)} went during ${this.history.event.what()}, with D set`,
      expected: 'the page kept: the program wrote to it and has not given it up',
      remedy: 'reclaim (kernel/memory/reclaim.ts) takes only pages whose D is clear',
    });
  }

  /** Copy on write: the new frame holds what the old one does. Rule D3. */
  private copied({ table, index, pteAddress, oldLow, oldHigh, low, high }: LeafChange): void {
    if ((this.marked.get(pteAddress / ENTRY_BYTES) ?? 0) & D) return; // the kernel has stored through it since
    const [from, to] = [ppnOf(oldLow, oldHigh), ppnOf(low, high)];
    const { frames } = this.system;
    const isCopy = this.history.event.name === 'fault' && table.level === 0;
    if (!isCopy || frames.refcount(from) === 0 || frames.refcount(to) !== 1) return;
    const at = difference(this.memory.frameWords(to), this.memory.frameWords(from));
    if (at < 0) return;
    this.findings.push({
      rule: 'D3',
      rootPpn: table.space.table.rootPpn,
      va: vaOf(table, index),
      frame: to,
      observed: `the copy in frame ${hex(to)} differs from frame ${hex(from)} at byte ${at}`,
      expected: 'the same contents: nothing has been stored through the new leaf yet',
      remedy:
        'copyOf (kernel/memory/bring-in.ts) copies the whole frame before the leaf is replaced',
    });
  }

  /** A page came back from the swap device: it is what went there. Rule D3. */
  broughtBack(table: Table, index: number, slot: number, ppn: number): void {
    const { swap } = this.system;
    const marked = this.marked.get(table.ppn * ENTRIES + index) ?? 0;
    if (marked & D || swap === undefined || swap.slotOf(ppn) !== slot) return;
    const page = swap.page(slot);
    const model = new Uint32Array(page.buffer, page.byteOffset, page.length / 4);
    const at = difference(this.memory.frameWords(ppn), model);
    if (at < 0) return;
    this.findings.push({
      rule: 'D3',
      rootPpn: table.space.table.rootPpn,
      va: vaOf(table, index),
      frame: ppn,
      observed: `the page brought back from swap slot ${slot} differs from the slot at byte ${at}`,
      expected: 'what the program wrote before the page went to the swap device',
      remedy: 'swapIn (kernel/memory/swap-in.ts)',
    });
  }

  /** A leaf that was not there has neither A nor D, unless an access made them. Rule D1. */
  added(table: Table, index: number, low: number, ppn: number): void {
    // The kernel itself may use the page in the same trap: a signal's frame is pushed through it.
    const early = low & (A | D) & ~(this.marked.get(table.ppn * ENTRIES + index) ?? 0);
    // A move brings the bits of the entry that it moves.
    const isMoved = this.history.event.name === 'mremap';
    if (early === 0 || isMoved || this.system.adBits !== 'svadu') return;
    this.findings.push({
      rule: 'D1',
      rootPpn: table.space.table.rootPpn,
      va: vaOf(table, index),
      frame: ppn,
      observed: `the new leaf has ${low & D ? 'D' : 'A'} set before any access was made through it`,
      expected: 'A and D clear: the walk sets them',
      remedy: 'leafFlags (kernel/memory/leaf-flags.ts), adBits (kernel/memory/bring-in.ts)',
    });
  }

  /** A page that was never written reads as zeros, or as its file does. Rule R7. */
  fresh(table: Table, index: number, region: Region, ppn: number): void {
    if (this.history.event.name !== 'fault') return;
    if ((this.marked.get(table.ppn * ENTRIES + index) ?? 0) & D) return; // written to since
    const { rootPpn } = table.space.table;
    const va = vaOf(table, index);
    for (let i = 0; i < ENTRIES ** table.level; i++) {
      this.freshPage(rootPpn, va + i * PAGE_BYTES, region, ppn + i);
    }
  }

  private freshPage(rootPpn: number, va: number, region: Region, ppn: number): void {
    const { file } = region;
    const source = file?.pages.page((region.offset + (va - region.base)) / PAGE_BYTES) ?? 0;
    const { memory } = this;
    if (source === 0 && this.system.ram.isFilled(ppn, 0)) return;
    const model = source === 0 ? undefined : memory.frameWords(source);
    const at = difference(memory.frameWords(ppn), model);
    if (at < 0) return;
    this.findings.push({
      rule: 'R7',
      rootPpn,
      va,
      frame: ppn,
      observed: `a page that was never written differs from ${model === undefined ? 'zeros' : 'its file'} at byte ${at}`,
      expected:
        model === undefined
          ? '4096 zeros'
          : `the contents of frame ${hex(source)}, the page of ${file!.path}`,
      remedy:
        'bringInAnonymous and copyOf (kernel/memory/bring-in.ts) fill a frame before it is mapped',
    });
  }

  /** The journal says that [start, end) was unmapped: no region may lie there. Rule T7. */
  unmapped(space: VirtualMemory, start: number, end: number): void {
    const left = space.mapper.regions({ start, end }).next();
    if (left.done) return;
    this.findings.push({
      rule: 'T7',
      rootPpn: space.table.rootPpn,
      va: left.value.start,
      frame: undefined,
      observed: `a region [${hex(left.value.start)}, ${hex(left.value.end)}) is left in a range that was reported as unmapped`,
      expected: `no region in [${hex(start)}, ${hex(end)})`,
      remedy: 'journal and callbacks tell of exactly the pages that an edit changes (mm/core.ts)',
    });
  }

  /** Nothing was journalled, and the space has another size. Rule T6. */
  changedSilently(space: VirtualMemory, before: number, after: number): void {
    this.findings.push({
      rule: 'T6',
      rootPpn: space.table.rootPpn,
      va: 0,
      frame: undefined,
      observed: `${this.history.event.what()} changed nothing by mm's journal, and ${before} bytes mapped became ${after}`,
      expected: 'a call that fails, or says nothing, leaves the trees as they were',
      remedy: 'reserve nodes before the first edit (mm/core.ts, reserve)',
    });
  }

  /** execve(2): nothing private is shared with a space that was there before. Rule L4. */
  executed(space: VirtualMemory, shadow: Shadow<VirtualMemory>): void {
    const { frames, ram } = this.system;
    shadow.eachLeaf(space.table.rootPpn, 0, 2 ** 38, (table, index, low, high) => {
      const ppn = ppnOf(low, high);
      if (ppn === frames.zeroPpn || frames.kind(ppn) !== 'anonymous') return;
      if (shadow.leafCounts[ppn - ram.firstPpn] === 1) return;
      this.findings.push({
        rule: 'L4',
        rootPpn: space.table.rootPpn,
        va: vaOf(table, index),
        frame: ppn,
        observed: `the new program maps frame ${hex(ppn)}, which is mapped elsewhere too`,
        expected: 'frames of its own, and pages of files',
        remedy: 'loadProgram (kernel/exec/load.ts) begins with VirtualMemory.create',
      });
    });
  }

  /** fork(2): the child has the parent's regions, and its frames. Rule L3. */
  forked(parent: VirtualMemory, child: VirtualMemory, shadow: Shadow<VirtualMemory>): void {
    const wanted = [...parent.space.regions()].filter(
      ({ flags }) => (flags & REGION_NO_FORK) === 0,
    );
    const got = [...child.space.regions()];
    const same = (a: Region, b: Region | undefined) =>
      a.start === b?.start &&
      a.end === b.end &&
      a.prot === b.prot &&
      a.file === b.file &&
      (a.flags & INHERITED) === (b.flags & INHERITED);
    const covered = (list: readonly Region[]) => list.reduce((sum, r) => sum + r.end - r.start, 0);
    const odd = wanted.find((region, i) => !same(region, got[i]));
    // Locks are not inherited, so that neighbours may merge: then only what is covered can be compared.
    if (odd !== undefined && (wanted.length === got.length || covered(wanted) !== covered(got))) {
      this.findings.push(
        forkFinding(
          child,
          odd.start,
          undefined,
          'a region of the parent is absent or different',
          'the same regions, but for MADV_DONTFORK',
        ),
      );
    }
    const leaves = new Map<number, number>();
    shadow.eachLeaf(child.table.rootPpn, 0, 2 ** 38, (table, index, low, high) => {
      leaves.set(vaOf(table, index), ppnOf(low, high));
      const region = child.space.queryPage(vaOf(table, index));
      if (!region || (region.flags & REGION_WIPE_ON_FORK) === 0 || low & W) return;
      this.findings.push(
        forkFinding(
          child,
          vaOf(table, index),
          ppnOf(low, high),
          'a page of a MADV_WIPEONFORK region was passed on',
          'no leaf: the child finds zeros',
        ),
      );
    });
    shadow.eachLeaf(parent.table.rootPpn, 0, 2 ** 38, (table, index, low, high) => {
      const va = vaOf(table, index);
      const region = child.space.queryPage(va);
      if (!region || region.flags & (REGION_WIPE_ON_FORK | REGION_SHARED) || low & W) return;
      if (leaves.has(va) && leaves.get(va) !== ppnOf(low, high) && low & V) return;
      if (leaves.has(va) || region.file !== undefined) return;
      this.findings.push(
        forkFinding(
          child,
          va,
          ppnOf(low, high),
          `the child has no leaf for the parent's frame ${hex(ppnOf(low, high))}`,
          'the same frame on both sides, without W',
        ),
      );
    });
  }
}

function forkFinding(
  child: VirtualMemory,
  va: number,
  frame: number | undefined,
  observed: string,
  expected: string,
): EventFinding {
  const rootPpn = child.table.rootPpn;
  return {
    rule: 'L3',
    rootPpn,
    va,
    frame,
    observed,
    expected,
    remedy: 'copyLeaves and leaveOut (kernel/memory/fork.ts)',
  };
}

/** First byte at which a frame differs from another, or from zeros; -1 where nowhere. */
function difference(words: Uint32Array, model: Uint32Array | undefined): number {
  for (let i = 0; i < words.length; i++) {
    if (words[i] !== (model === undefined ? 0 : model[i])) return i * 4;
  }
  return -1;
}

/** The function whose work a trap is. */
export function lookAt(name: string): string {
  return LOOK_AT[name] ?? 'VirtualMemory (kernel/memory/virtual-memory.ts)';
}

const LOOK_AT: Readonly<Record<string, string>> = {
  fault: 'bringIn, makeWritable (kernel/memory/bring-in.ts)',
  munmap: 'unmap (kernel/memory/unmap.ts), clearUnmapped (kernel/memory/virtual-memory.ts)',
  mmap: 'map (kernel/memory/map.ts)',
  mprotect: 'protect, changeLeaves (kernel/memory/protect.ts)',
  mremap: 'remap (kernel/memory/remap.ts), moveLeaves (kernel/memory/move-leaves.ts)',
  madvise: 'adviceHandlers (kernel/memory/advice-handlers.ts)',
  brk: 'setBreak (kernel/memory/break.ts)',
  clone: 'fork, copyLeaves (kernel/memory/fork.ts)',
  execve: 'replaceProgram (kernel/exec/execute.ts)',
  exit: 'VirtualMemory.release (kernel/memory/virtual-memory.ts)',
  exit_group: 'VirtualMemory.release (kernel/memory/virtual-memory.ts)',
  ftruncate: 'PageCache.truncate (kernel/memory/page-cache.ts)',
};
