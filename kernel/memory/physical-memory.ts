import { PAGE_SIZE, type Ram } from '../../emulator/index.js';
import type { ReclaimableCache } from './reclaimable-cache.js';
import type { VirtualMemory } from './virtual-memory.js';

/** What a frame is used for. */
export type FrameKind = 'free' | 'anonymous' | 'file' | 'page-table' | 'kernel';

const KINDS: readonly FrameKind[] = ['free', 'anonymous', 'file', 'page-table', 'kernel'];
const FREE = 0;
export const ANONYMOUS = 1;
export const FILE = 2;
export const PAGE_TABLE = 3;
export const KERNEL = 4;
/** Numbers of `KINDS`, for the code that asks for every page. */
export type KindNumber = typeof ANONYMOUS | typeof FILE | typeof PAGE_TABLE | typeof KERNEL;

const FRAMES_PER_BLOCK = 512;
const WORDS_PER_BLOCK = FRAMES_PER_BLOCK / 32;
/** Freed frames are filled with this when poison is on. */
export const POISON = 0xa5;

/** Told of frames that come into use and go out of it. */
export interface FrameWatcher {
  taken(ppn: number, kind: number): void;
  /** The frame holds a page of a file that has another place to go. */
  cached(ppn: number, cache: ReclaimableCache): void;
  freed(ppn: number): void;
}

/** What a frame was asked for in vain, where that is the page at an address and not a call's own need. */
export type FrameNeed = { readonly memory: VirtualMemory; readonly va: number } | undefined;

export interface PhysicalMemoryOptions {
  /** Fills freed frames and checks, when they are handed out again, that nobody wrote to them. */
  readonly poison?: boolean;
}

/**
 * The frames of guest RAM. A frame in use has a kind, a reference count (leaf PTEs, the page cache
 * that holds it, pins) and an owner: for a page of a file the cache and page index, for an
 * anonymous page and a page table the address space and page that it was made for.
 *
 * Free frames stand in a bitmap; the lowest is handed out first. 2 MiB blocks have counts of their
 * own, so that a whole block is found for a megapage.
 *
 * Page numbers (ppn) are those of guest physical addresses; 0 is never one and means "none".
 */
export class PhysicalMemory {
  readonly ram: Ram;
  /** Always zero, mapped read-only wherever anonymous memory is read before it is written. */
  readonly zeroPpn: number;
  readonly poisons: boolean;
  /** Frames whose poison was found damaged when they were handed out. Rule F6. */
  readonly damagedPoison: number[] = [];
  /** Frees frames when none is left. @returns how many, 0 when there is none to be had */
  makeRoom: (wanted: number) => number = () => 0;
  /** Nothing is left to be had. @returns whether somebody was made to give memory up */
  whenExhausted: (need: FrameNeed) => boolean = () => false;
  /** For tests: asked before a frame, or the frames of a megapage, are handed out. */
  mayAllocate: () => boolean = () => true;
  watcher: FrameWatcher | undefined;
  /** Frames that are not handed out. */
  reserved = 0;
  /** How often a single frame was asked for in vain. */
  refusals = 0;
  /** Whether none was left the last time that one was asked for in vain: a test may refuse, too. */
  isExhausted = false;

  private readonly kinds: Uint8Array;
  private readonly counts: Int32Array;
  private readonly ownerIds: Uint32Array;
  private readonly ownerPages: Uint32Array;
  /** Entries in use of a frame that is a page table. */
  private readonly entryCounts: Uint16Array;
  /** Frames of files: whether they differ from the file's backing store, and were read or written lately. */
  private readonly dirty: Uint8Array;
  private readonly referenced: Uint8Array;
  private readonly isPoisoned: Uint8Array;
  /** One bit per frame, 1 = free. */
  private readonly bitmap: Uint32Array;
  private readonly blockFree: Uint16Array;
  /** No block below this one has a free frame. */
  private lowestBlock = 0;
  private free: number;
  private heldBytes = 0;
  private lastOwnerId = 0;

  constructor(ram: Ram, options: PhysicalMemoryOptions = {}) {
    this.ram = ram;
    this.poisons = options.poison ?? false;
    const blocks = Math.ceil(ram.frameCount / FRAMES_PER_BLOCK);
    this.kinds = new Uint8Array(ram.frameCount);
    this.counts = new Int32Array(ram.frameCount);
    this.ownerIds = new Uint32Array(ram.frameCount);
    this.ownerPages = new Uint32Array(ram.frameCount);
    this.entryCounts = new Uint16Array(ram.frameCount);
    this.dirty = new Uint8Array(ram.frameCount);
    this.referenced = new Uint8Array(ram.frameCount);
    this.isPoisoned = new Uint8Array(ram.frameCount);
    this.bitmap = new Uint32Array(blocks * WORDS_PER_BLOCK);
    this.blockFree = new Uint16Array(blocks);
    const wholeBlocks = Math.floor(ram.frameCount / FRAMES_PER_BLOCK);
    this.bitmap.fill(0xffff_ffff, 0, wholeBlocks * WORDS_PER_BLOCK);
    this.blockFree.fill(FRAMES_PER_BLOCK, 0, wholeBlocks);
    for (let frame = wholeBlocks * FRAMES_PER_BLOCK; frame < ram.frameCount; frame++) {
      this.setFree(frame);
    }
    this.free = ram.frameCount;
    this.zeroPpn = this.allocateZeroed(KERNEL);
  }

  get freeFrames(): number {
    return this.free;
  }

  /** Frames that can still be handed out: those that stand for buffers are no longer among them. */
  get availableFrames(): number {
    return Math.max(0, this.free - this.heldFrames);
  }

  get usedFrames(): number {
    return this.ram.frameCount - this.free;
  }

  /**
   * Hands out a frame with one reference. Its contents are whatever they were.
   *
   * @returns the page number, or 0 when no frame is left
   */
  allocate(kind: KindNumber, ownerId = 0, ownerPage = 0): number {
    if (this.isRefused(1)) return 0;
    while (this.blockFree[this.lowestBlock] === 0) this.lowestBlock++;
    let word = this.lowestBlock * WORDS_PER_BLOCK;
    while (this.bitmap[word] === 0) word++;
    const frame = word * 32 + (31 - Math.clz32(this.bitmap[word]! & -this.bitmap[word]!));
    this.take(frame, kind, ownerId, ownerPage);
    return frame + this.ram.firstPpn;
  }

  /** As `allocate`, filled with zeros. */
  allocateZeroed(kind: KindNumber, ownerId = 0, ownerPage = 0): number {
    const ppn = this.allocate(kind, ownerId, ownerPage);
    if (ppn !== 0) this.ram.fill(ppn, 0);
    return ppn;
  }

  /**
   * Hands out 512 frames that a megapage can map, each zero and with one reference of its own.
   *
   * @returns the first page number, a multiple of 512, or 0 when no block is wholly free
   */
  allocateMegapage(kind: KindNumber, ownerId: number, ownerPage: number): number {
    if (this.availableFrames < FRAMES_PER_BLOCK + this.reserved || !this.mayAllocate()) return 0;
    // From the top, since single frames are taken from the bottom.
    let block = this.blockFree.length - 1;
    while (block >= 0 && this.blockFree[block] !== FRAMES_PER_BLOCK) block--;
    if (block < 0) return 0;
    for (let i = 0; i < FRAMES_PER_BLOCK; i++) {
      const frame = block * FRAMES_PER_BLOCK + i;
      this.take(frame, kind, ownerId, ownerPage + i);
      this.ram.fill(frame + this.ram.firstPpn, 0);
    }
    return block * FRAMES_PER_BLOCK + this.ram.firstPpn;
  }

  /**
   * Takes frames out of circulation for bytes that the kernel keeps elsewhere, in pipes and sockets, as
   * if they stood in them.
   *
   * @returns false when there are not so many
   */
  holdBytes(bytes: number): boolean {
    const more = Math.ceil((this.heldBytes + bytes) / PAGE_SIZE) - this.heldFrames;
    if (more > 0 && this.isRefused(more)) return false;
    this.heldBytes += bytes;
    return true;
  }

  /** They are gone again. */
  giveBackBytes(bytes: number): void {
    this.heldBytes -= bytes;
  }

  private get heldFrames(): number {
    return Math.ceil(this.heldBytes / PAGE_SIZE);
  }

  /** Whether so many frames are not to be had. */
  private isRefused(count: number): boolean {
    const isExhausted = this.availableFrames < count + this.reserved;
    if (!isExhausted && this.mayAllocate()) return false;
    this.isExhausted = isExhausted;
    this.refusals++;
    return true;
  }

  /** Adds a reference. The shared zero frame is not counted. */
  retain(ppn: number): void {
    if (ppn === this.zeroPpn) return;
    const frame = ppn - this.ram.firstPpn;
    if (this.kinds[frame] === FREE) throw frameError('retain of a free frame', ppn);
    this.counts[frame] = this.counts[frame]! + 1;
  }

  /** Takes a reference away; without the last one the frame is free. */
  release(ppn: number): void {
    if (ppn === this.zeroPpn) return;
    const frame = ppn - this.ram.firstPpn;
    const count = this.counts[frame]! - 1;
    if (count < 0) throw frameError('release of a free frame', ppn);
    this.counts[frame] = count;
    if (count > 0) return;
    this.kinds[frame] = FREE;
    this.free++;
    this.setFree(frame);
    if (this.poisons) {
      this.ram.fill(ppn, POISON);
      this.isPoisoned[frame] = 1;
    }
    this.watcher?.freed(ppn);
  }

  refcount(ppn: number): number {
    return this.counts[ppn - this.ram.firstPpn]!;
  }

  kind(ppn: number): FrameKind {
    return KINDS[this.kindNumber(ppn)]!;
  }

  /** ANONYMOUS, FILE, PAGE_TABLE, KERNEL, or 0 for a free frame. */
  kindNumber(ppn: number): number {
    return this.kinds[ppn - this.ram.firstPpn]!;
  }

  /** A number for an address space or page cache, to tell owners of frames apart. */
  newOwnerId(): number {
    return ++this.lastOwnerId;
  }

  /** The id given out last. */
  get lastOwner(): number {
    return this.lastOwnerId;
  }

  /** Whether all of these frames are anonymous with one reference: their mapper may write to them. */
  areOwn(ppn: number, count: number): boolean {
    for (let at = ppn; at < ppn + count; at++) if (!this.isOwn(at)) return false;
    return true;
  }

  /** `areOwn` for one frame. */
  isOwn(ppn: number): boolean {
    const frame = ppn - this.ram.firstPpn;
    return this.kinds[frame] === ANONYMOUS && this.counts[frame] === 1;
  }

  /** Id of the address space or page cache that the frame was made for; 0 = nobody's. */
  ownerId(ppn: number): number {
    return this.ownerIds[ppn - this.ram.firstPpn]!;
  }

  /** The owner's page: index in the file, or virtual page number. */
  ownerPage(ppn: number): number {
    return this.ownerPages[ppn - this.ram.firstPpn]!;
  }

  /** The frame now stands for another page of the same or another address space (mremap). */
  setOwner(ppn: number, ownerId: number, ownerPage: number): void {
    this.ownerIds[ppn - this.ram.firstPpn] = ownerId;
    this.ownerPages[ppn - this.ram.firstPpn] = ownerPage;
  }

  /** Entries in use of the page table in this frame; PageTable keeps the count. */
  liveEntries(ppn: number): number {
    return this.entryCounts[ppn - this.ram.firstPpn]!;
  }

  addLiveEntries(ppn: number, change: number): void {
    const frame = ppn - this.ram.firstPpn;
    this.entryCounts[frame] = this.entryCounts[frame]! + change;
  }

  /** Whether the frame of a file is marked as different from the file's backing store. */
  isDirty(ppn: number): boolean {
    return this.dirty[ppn - this.ram.firstPpn] === 1;
  }

  setDirty(ppn: number, isDirty: boolean): void {
    this.dirty[ppn - this.ram.firstPpn] = isDirty ? 1 : 0;
  }

  /** read(2) or write(2) used the frame of a file. */
  setReferenced(ppn: number): void {
    this.referenced[ppn - this.ram.firstPpn] = 1;
  }

  /** Whether they did since this was last asked. */
  takeReferenced(ppn: number): boolean {
    const frame = ppn - this.ram.firstPpn;
    const was = this.referenced[frame] === 1;
    this.referenced[frame] = 0;
    return was;
  }

  isMarkedFree(ppn: number): boolean {
    const frame = ppn - this.ram.firstPpn;
    return ((this.bitmap[frame >>> 5]! >>> (frame & 31)) & 1) === 1;
  }

  /** Whether a free frame was poisoned and still is, byte for byte; true also where there is none. */
  isPoisonIntact(ppn: number): boolean {
    return this.isPoisoned[ppn - this.ram.firstPpn] === 0 || this.ram.isFilled(ppn, POISON);
  }

  private take(frame: number, kind: number, ownerId: number, ownerPage: number): void {
    if (this.isPoisoned[frame] === 1) {
      const ppn = frame + this.ram.firstPpn;
      if (!this.isPoisonIntact(ppn)) this.damagedPoison.push(ppn);
      this.isPoisoned[frame] = 0;
    }
    const word = frame >>> 5;
    const block = Math.floor(frame / FRAMES_PER_BLOCK);
    this.bitmap[word] = this.bitmap[word]! & ~(1 << (frame & 31));
    this.blockFree[block] = this.blockFree[block]! - 1;
    this.kinds[frame] = kind;
    this.counts[frame] = 1;
    this.ownerIds[frame] = ownerId;
    this.ownerPages[frame] = ownerPage;
    this.entryCounts[frame] = 0;
    this.dirty[frame] = 0;
    this.referenced[frame] = 0;
    this.free--;
    this.watcher?.taken(frame + this.ram.firstPpn, kind);
  }

  private setFree(frame: number): void {
    const word = frame >>> 5;
    const block = Math.floor(frame / FRAMES_PER_BLOCK);
    this.bitmap[word] = this.bitmap[word]! | (1 << (frame & 31));
    this.blockFree[block] = this.blockFree[block]! + 1;
    if (block < this.lowestBlock) this.lowestBlock = block;
  }
}

function frameError(what: string, ppn: number): Error {
  return new Error(
    `${what}: 0x${ppn.toString(16)}; every reference is taken once and given up once`,
  );
}
