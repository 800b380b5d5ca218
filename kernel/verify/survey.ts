import {
  ENTRIES,
  ENTRY_BYTES,
  type Entry,
  flagsField,
  isLeaf,
  isPointer,
  leafPages,
  PAGE_BYTES,
  ppnField,
  readEntry,
  spanOf,
} from './decode.js';
import type {
  FileView,
  KernelView,
  MachineView,
  RegionView,
  SpaceView,
  TlbEntryView,
} from './views.js';

const TOP_LEVEL = 2;
const HALF = 2 ** 38;

/** An address space with everything that its page table says. */
export interface SurveyedSpace {
  readonly index: number;
  /** Undefined for a machine whose kernel is not known. */
  readonly view: SpaceView | undefined;
  readonly name: string;
  readonly rootPpn: number;
  readonly asid: number;
  readonly regions: readonly RegionView[];
  /** Entries that are not zero, in walk order. */
  readonly entries: Entry[];
  /** Valid leaves, ascending by address. */
  readonly leaves: Entry[];
  /** Leaves of level 0 by address. */
  readonly leafByPage: Map<number, Entry>;
  /** Leaves of levels 1 and 2. */
  readonly superpages: Entry[];
  /** Tables other than the root: the entry that points to it, and how many entries are in use. */
  readonly tables: { readonly ppn: number; readonly pointer: Entry; readonly used: number }[];
}

/** What a full pass over raw memory found; the rules judge it. */
export class Survey {
  readonly machine: MachineView;
  readonly kernel: KernelView | undefined;
  readonly spaces: SurveyedSpace[] = [];
  readonly files: readonly FileView[];
  /** For each table frame: the entries that point to it, over all spaces; a root has none. */
  readonly tablePointers = new Map<number, Entry[]>();
  /** Pointers to a table that the walk was already inside of. */
  readonly cycles: Entry[] = [];
  readonly tlb: readonly TlbEntryView[];
  /** How many leaves map each frame, counted from the start of RAM. */
  readonly leafCounts: Int32Array;
  private readonly leavesByFrame = new Map<number, Entry[]>();
  /** Leaves of levels 1 and 2, of all spaces: too large to be listed by frame. */
  private readonly large: Entry[] = [];

  constructor(machine: MachineView, kernel?: KernelView) {
    this.machine = machine;
    this.kernel = kernel;
    this.leafCounts = new Int32Array(machine.frameCount);
    this.tlb = [...machine.tlb()];
    this.files = kernel === undefined ? [] : [...kernel.files()];
    if (kernel === undefined) {
      const { asid, rootPpn, mode } = machine.satp();
      if (mode === 8) this.addSpace(undefined, `asid ${asid}`, rootPpn, asid);
    } else {
      for (const space of kernel.spaces()) {
        this.addSpace(space, space.name, space.rootPpn, space.asid);
      }
    }
  }

  hasFrame(ppn: number): boolean {
    const { firstPpn, frameCount } = this.machine;
    return ppn >= firstPpn && ppn < firstPpn + frameCount;
  }

  /** Leaves, of any space, that map the frame, as a page or within a superpage. */
  leavesOf(ppn: number): readonly Entry[] {
    const small = this.leavesByFrame.get(ppn) ?? [];
    if (this.large.length === 0) return small;
    const around = this.large.filter(
      (leaf) => ppn >= leaf.ppn && ppn < leaf.ppn + leafPages(leaf.level),
    );
    return around.length === 0 ? small : [...small, ...around];
  }

  /** Frames that some leaf maps, each once; of superpages those in RAM. */
  *mappedFrames(): Iterable<number> {
    yield* this.leavesByFrame.keys();
    const seen = new Set<number>();
    for (const { ppn, level } of this.large) {
      for (let frame = ppn; frame < ppn + leafPages(level); frame++) {
        if (!this.hasFrame(frame)) break;
        if (seen.has(frame) || this.leavesByFrame.has(frame)) continue;
        seen.add(frame);
        yield frame;
      }
    }
  }

  /** The region of the leaf's space that holds `va`. */
  regionAt(space: number, va: number): RegionView | undefined {
    const { regions } = this.spaces[space]!;
    let low = 0;
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (regions[middle]!.end <= va) low = middle + 1;
      else high = middle;
    }
    const region = regions[low];
    return region !== undefined && region.start <= va ? region : undefined;
  }

  /** The valid leaf that a walk for `va` ends at. */
  leafAt(space: number, va: number): Entry | undefined {
    const { leafByPage, superpages } = this.spaces[space]!;
    const page = va - (((va % PAGE_BYTES) + PAGE_BYTES) % PAGE_BYTES);
    return (
      leafByPage.get(page) ??
      superpages.find((leaf) => va >= leaf.va && va < leaf.va + spanOf(leaf.level))
    );
  }

  /** Entries from the root to this one. */
  chain(entry: Entry): Entry[] {
    return entry.parent === undefined ? [entry] : [...this.chain(entry.parent), entry];
  }

  private addSpace(view: SpaceView | undefined, name: string, rootPpn: number, asid: number): void {
    const regions = view === undefined ? [] : [...view.regions()];
    const index = this.spaces.length;
    const space: SurveyedSpace = {
      index,
      view,
      name,
      rootPpn,
      asid,
      regions,
      entries: [],
      leaves: [],
      leafByPage: new Map(),
      superpages: [],
      tables: [],
    };
    this.spaces.push(space);
    if (!this.tablePointers.has(rootPpn)) this.tablePointers.set(rootPpn, []);
    this.readTable(space, rootPpn, TOP_LEVEL, 0, undefined, [rootPpn]);
  }

  /** @returns how many entries of the table are in use */
  private readTable(
    space: SurveyedSpace,
    tablePpn: number,
    level: number,
    firstVa: number,
    parent: Entry | undefined,
    path: readonly number[],
  ): number {
    const bytes = this.machine.frameBytes(tablePpn);
    if (bytes === undefined) return 0;
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
    const halves = new Int32Array(aligned.buffer, aligned.byteOffset, ENTRIES * 2);
    let used = 0;
    for (let i = 0; i < ENTRIES; i++) {
      if (halves[i * 2] === 0 && halves[i * 2 + 1] === 0) continue;
      used++;
      const value = readEntry(bytes, i * ENTRY_BYTES);
      const unsigned = firstVa + i * spanOf(level);
      const entry: Entry = {
        space: space.index,
        level,
        va: unsigned >= HALF ? unsigned - 2 * HALF : unsigned,
        pteAddress: tablePpn * PAGE_BYTES + i * ENTRY_BYTES,
        value,
        flags: flagsField(value),
        ppn: ppnField(value),
        parent,
      };
      space.entries.push(entry);
      if (isLeaf(entry)) this.addLeaf(space, entry);
      else if (isPointer(entry) && level > 0) this.follow(space, entry, unsigned, path);
    }
    return used;
  }

  private addLeaf(space: SurveyedSpace, entry: Entry): void {
    space.leaves.push(entry);
    if (entry.level === 0) space.leafByPage.set(entry.va, entry);
    else space.superpages.push(entry);
    const first = Math.max(0, entry.ppn - this.machine.firstPpn);
    const end = entry.ppn + leafPages(entry.level) - this.machine.firstPpn;
    for (let frame = first; frame < Math.min(end, this.leafCounts.length); frame++) {
      this.leafCounts[frame] = this.leafCounts[frame]! + 1;
    }
    if (entry.level > 0) {
      this.large.push(entry);
      return;
    }
    const others = this.leavesByFrame.get(entry.ppn);
    if (others === undefined) this.leavesByFrame.set(entry.ppn, [entry]);
    else others.push(entry);
  }

  private follow(
    space: SurveyedSpace,
    pointer: Entry,
    firstVa: number,
    path: readonly number[],
  ): void {
    const { ppn } = pointer;
    if (!this.hasFrame(ppn)) return;
    const pointers = this.tablePointers.get(ppn);
    if (pointers === undefined) this.tablePointers.set(ppn, [pointer]);
    else pointers.push(pointer);
    if (path.includes(ppn)) {
      this.cycles.push(pointer);
      return;
    }
    const used = this.readTable(space, ppn, pointer.level - 1, firstVa, pointer, [...path, ppn]);
    space.tables.push({ ppn, pointer, used });
  }
}
