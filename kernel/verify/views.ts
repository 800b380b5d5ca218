/**
 * What the verifier looks at. It is given raw memory and plain facts, never a walk or a decoded
 * entry: those it works out for itself.
 */

/** A machine, with or without a kernel that is known. */
export interface MachineView {
  /** The bytes of one frame of RAM, or undefined where there is none. Read only. */
  frameBytes(ppn: number): Uint8Array | undefined;
  readonly firstPpn: number;
  readonly frameCount: number;
  /** The hart's satp: mode 8 is Sv39. */
  satp(): { mode: number; asid: number; rootPpn: number };
  /** What the hart's TLB holds. */
  tlb(): Iterable<TlbEntryView>;
  /** Extensions that give meaning to bits which are reserved otherwise. */
  readonly hasSvnapot?: boolean;
  readonly hasSvpbmt?: boolean;
  /** Whether a device may answer there: a leaf may name such frames on a machine without KernelView. */
  hasDevice?(ppn: number): boolean;
  /** What the arrays hold that the hart looks translations up in first, for the present ASID. */
  fastTlb?(): Iterable<{ access: 'fetch' | 'load' | 'store'; va: number; ppn: number | undefined }>;
  /** Instructions that will be executed as they were decoded: 16 or 32 bits each. */
  decoded?(): Iterable<{ pa: number; bits: number }>;
  /** The last change of an entry, where somebody keeps such a log. */
  lastWriteOf?(pteAddress: number): EntryWrite | undefined;
  /** When the frame last got or lost a mapper, or came into use or went out of it. */
  lastFrameChange?(ppn: number): Writer | undefined;
  /** When the regions around an address of the space with this root table were last changed. */
  lastRegionChange?(rootPpn: number, va: number): Writer | undefined;
}

/** Who changed something. */
export interface Writer {
  /** 'munmap', 'page fault (store) at 0x40002000', … */
  readonly what: string;
  /** Name of the system call, or 'fault'. */
  readonly name: string;
  /** 0 where no process did. */
  readonly pid: number;
  /** Instructions retired before it. */
  readonly instruction: number;
  /**
   * The guest's pc at the trap, its symbol as `fill+0x8`, and its line of source, where known; no pc
   * where a jump went to an address that no number holds.
   */
  readonly pc: number | undefined;
  readonly symbol?: string | undefined;
  readonly source?: { readonly file: string; readonly line: number } | undefined;
  /** Where a system call's wrapper was called from, as ra tells. */
  readonly caller?: Omit<Writer, 'what' | 'name' | 'pid' | 'instruction' | 'caller'> | undefined;
}

export interface EntryWrite {
  readonly before: bigint;
  readonly after: bigint;
  readonly by: Writer;
  /** The function of the kernel that does such work. */
  readonly function?: string;
}

export interface TlbEntryView {
  readonly vpn: number;
  readonly asid: number;
  readonly ppn: number;
  /** Bits 7..0 of the entry that was cached. */
  readonly flags: number;
}

/** A kernel: its address spaces, frames and files. */
export interface KernelView {
  spaces(): Iterable<SpaceView>;
  files(): Iterable<FileView>;
  readonly frames: FramesView;
  /** Where pages go that find no room. */
  readonly swap?: SwapView | undefined;
  /** A frame of zeros that may be mapped anywhere, read-only, without a reference; 0 = none. */
  readonly zeroPpn: number;
  /** The lowest address that user space may map. */
  readonly lowestAddress: number;
}

export interface SwapView {
  /** Slots are numbered from 1 to this. */
  readonly slotCount: number;
  /** Slots in use, with the number of entries that are said to name them. */
  uses(): Iterable<{
    readonly slot: number;
    readonly names: number;
    /** The frame in memory that the slot is a copy of; 0 = none. */
    readonly ppn: number;
    /** The page of a file in memory that it is said to keep. */
    readonly kept?: { readonly index: number } | undefined;
  }>;
}

export interface SpaceView {
  /** "pid 3", as a report names it. */
  readonly name: string;
  readonly rootPpn: number;
  readonly asid: number;
  /** Whether the hart runs in this space now. */
  readonly isRunning: boolean;
  /** Ascending, disjoint. */
  regions(): Iterable<RegionView>;
  /** What `FramesView.owner` says of frames that were made for this space. */
  readonly ownerId?: number;
  /** The trees that keep the regions, as plain data, and the counts that are kept beside them. */
  trees?(): TreesView | undefined;
  /** What /proc/PID/maps says. */
  mapsText?(): string;
  /** Files that the space holds on to, with the pages that it believes to have mapped of each. */
  heldFiles?(): Iterable<{ file: FileView; pages: number; isToldOfTruncation: boolean }>;
  /** "munmap(0x3f7f0000, 0x3000) returned 0": the last call that spoke of the address. */
  lastCallAbout?(va: number): string | undefined;
}

export interface TreeNodeView {
  readonly id: number;
  readonly left: number;
  readonly right: number;
  readonly height: number;
  readonly start: number;
  readonly end: number;
}

export interface TreesView {
  readonly start: number;
  readonly end: number;
  readonly regions: {
    readonly root: number;
    readonly nodes: readonly (TreeNodeView & {
      readonly base: number;
      readonly length: number;
      readonly prot: number;
      readonly flags: number;
      readonly file: unknown;
      readonly offset: number;
    })[];
  };
  readonly gaps: {
    readonly root: number;
    readonly nodes: readonly (TreeNodeView & { readonly largest: number })[];
  };
  readonly stats: {
    readonly regions: number;
    readonly gaps: number;
    readonly mappedBytes: number;
    readonly freeBytes: number;
  };
}

export interface RegionView {
  readonly start: number;
  readonly end: number;
  /** PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4. */
  readonly prot: number;
  readonly isShared: boolean;
  readonly file: FileView | undefined;
  /** Offset in the file of the region's first byte. */
  readonly fileOffset: number;
}

export interface FileView {
  /** Equal for two views of one file. */
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  /** The frame that holds a page of the file, or 0. */
  page(index: number): number;
  /** What a backing store has of a page, and undefined for a hole; only for files that have one. */
  readonly stored?: ((index: number) => Uint8Array | undefined) | undefined;
  /** The pages that are on the swap device, and their slots. */
  readonly swapped?: (() => Iterable<readonly [index: number, slot: number]>) | undefined;
  /** The pages that have a frame. */
  pages(): Iterable<readonly [index: number, ppn: number]>;
}

export interface FramesView {
  kind(ppn: number): 'free' | 'anonymous' | 'file' | 'page-table' | 'kernel';
  refcount(ppn: number): number;
  isOnFreeList(ppn: number): boolean;
  /** False where a freed frame was written to. */
  isPoisonIntact(ppn: number): boolean;
  readonly freeCount: number;
  /** Whom the frame was made for: an address space or a file, by its number, and the page there. */
  owner?(ppn: number): { id: number; page: number };
  /** For a page of a file: whether it is said to differ from the backing store. */
  isDirty?(ppn: number): boolean;
  /** For a page table: how many of its entries are said to be in use. */
  liveEntries?(ppn: number): number;
  /** Frames whose fill pattern was damaged when they were handed out again. */
  readonly damaged?: readonly number[];
  /** References that are neither a leaf nor a page cache: frames that the kernel holds on to. */
  pins(ppn: number): number;
}
