import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import type { Fences } from './fences.js';
import type { Region } from './mapper.js';
import type { PageTable } from './page-table.js';
import { FILE, type PhysicalMemory } from './physical-memory.js';
import { withRoom } from './reclaim.js';

/** Whether private copies go, too: they do where the file ends, and stay where it gets a hole. */
export type DropExtent = 'with copies' | 'without copies';

const NONE_SWAPPED: ReadonlyMap<number, number> = new Map();

/** Called with pages [from, to) of a region that map pages [from - shift, to - shift) of a file. */
export type FilePageVisitor = (region: Region, from: number, to: number, shift: number) => void;

/** An address space that maps the file. It must drop its leaves when the file loses pages. */
export interface CacheMapper {
  readonly table: PageTable;
  readonly fences: Fences;
  /** Visits what stands for pages [firstPage, endPage) of the cache. */
  eachFilePage(cache: PageCache, firstPage: number, endPage: number, visit: FilePageVisitor): void;
  /** Drops what stands for pages [firstPage, endPage) of the cache. */
  dropFilePages(cache: PageCache, firstPage: number, endPage: number, extent: DropExtent): void;
}

/** Pages that the files of a file system may have together. */
export interface Room {
  used: number;
  limit: number;
}

/**
 * A file's contents, held in frames of kind 'file': the page cache is the file, as on tmpfs. Pages
 * never written are holes and have no frame; they read as zeros. The cache holds one reference to
 * each of its frames, each leaf PTE another one. `SwapCache` is the same where there is a swap device,
 * `DiskCache` that of a file with a backing store.
 */
export class PageCache {
  /** Tells caches apart in `PhysicalMemory.ownerId`. */
  readonly id: number;
  protected readonly frames: PhysicalMemory;
  protected readonly ppns = new Map<number, number>();
  readonly mappers = new Set<CacheMapper>();
  /** SHM_LOCK: its frames stay. */
  isLocked = false;
  private readonly room: Room | undefined;
  private size = 0;

  /** @param room what the file shares with others; without it, as much as there are frames */
  constructor(frames: PhysicalMemory, room?: Room) {
    this.frames = frames;
    this.room = room;
    this.id = frames.newOwnerId();
  }

  get sizeBytes(): number {
    return this.size;
  }

  /** The pages that stand on the swap device instead, and the slot of each. */
  swapped(): ReadonlyMap<number, number> {
    return NONE_SWAPPED;
  }

  /** Number of pages that have a frame. */
  get residentPages(): number {
    return this.ppns.size;
  }

  /** Pages that take room where the file is kept: st_blocks of stat(2). */
  get usedPages(): number {
    return this.ppns.size;
  }

  /** The frame that holds page `index`, or 0 for a hole. */
  page(index: number): number {
    return this.ppns.get(index) ?? 0;
  }

  /**
   * As `page`, filling a hole with a zeroed frame.
   *
   * @param isOverwritten whether the caller writes all of the page: then it need not be read
   * @returns 0 when no frame is left
   */
  ensurePage(index: number, isOverwritten = false): number {
    const present = this.ppns.get(index);
    if (present !== undefined) return present;
    const ppn = this.frames.allocate(FILE, this.id, index);
    if (ppn === 0) return 0;
    if (this.room !== undefined && !this.hasData(index)) this.room.used++;
    this.ppns.set(index, ppn);
    this.fill(index, ppn, isOverwritten);
    return ppn;
  }

  /** Pages that have a frame, in the order in which they got it. */
  pages(): IterableIterator<[index: number, ppn: number]> {
    return this.ppns.entries();
  }

  /** Offset of the first byte at or behind `offset` that has a frame; undefined when there is none. */
  nextData(offset: number): number | undefined {
    const first = Math.floor(offset / PAGE_SIZE);
    let next = Number.POSITIVE_INFINITY;
    for (const index of this.dataPages()) if (index >= first) next = Math.min(next, index);
    const found = Math.max(offset, next * PAGE_SIZE);
    return found < this.size ? found : undefined;
  }

  /** Offset of the first byte at or behind `offset` that has none: the end of the file at the latest. */
  nextHole(offset: number): number {
    let index = Math.floor(offset / PAGE_SIZE);
    if (!this.hasData(index)) return offset;
    while (this.hasData(index)) index++;
    return Math.min(this.size, index * PAGE_SIZE);
  }

  /** @returns the number of bytes read, less than asked for at the end of the file */
  read(offset: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.size - offset));
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const inPage = at % PAGE_SIZE;
      const chunk = target.subarray(done, done + Math.min(PAGE_SIZE - inPage, length - done));
      const index = Math.floor(at / PAGE_SIZE);
      const ppn = this.page(index);
      if (ppn === 0) this.readAbsent(index, inPage, chunk);
      else this.frames.ram.read(ppn * PAGE_SIZE + inPage, chunk);
      if (ppn !== 0) this.frames.setReferenced(ppn);
      done += chunk.length;
    }
    return length;
  }

  /**
   * Writes, lengthening the file if it ends past the old end.
   *
   * @returns the number of bytes written, fewer when the room or frames run out, or -ENOSPC for none
   */
  write(offset: number, source: Uint8Array): number {
    let done = 0;
    while (done < source.length) {
      const at = offset + done;
      const inPage = at % PAGE_SIZE;
      const chunk = source.subarray(
        done,
        done + Math.min(PAGE_SIZE - inPage, source.length - done),
      );
      const index = Math.floor(at / PAGE_SIZE);
      const ppn = this.ensureRoomyPage(index, chunk.length === PAGE_SIZE);
      if (ppn === 0 || !this.reserve(index)) break;
      this.frames.ram.write(ppn * PAGE_SIZE + inPage, chunk);
      this.frames.setReferenced(ppn);
      this.written(ppn);
      done += chunk.length;
    }
    if (done === 0 && source.length > 0) return -Errno.ENOSPC;
    if (done > 0) this.size = Math.max(this.size, offset + done);
    return done;
  }

  /** Sets the length. What lies past a new, lower end is gone from every mapper too. */
  truncate(size: number): void {
    const oldSize = this.size;
    this.size = size;
    if (size >= oldSize) return;
    this.punch(Math.ceil(size / PAGE_SIZE), Number.POSITIVE_INFINITY, 'with copies');
    const inPage = size % PAGE_SIZE;
    if (inPage !== 0) this.zero(size, PAGE_SIZE - inPage);
  }

  /** FALLOC_FL_PUNCH_HOLE: bytes [offset, offset + length) read as zeros; whole pages are freed. */
  punchHole(offset: number, length: number): void {
    const end = offset + length;
    const firstWhole = Math.ceil(offset / PAGE_SIZE);
    const endWhole = Math.floor(end / PAGE_SIZE);
    if (firstWhole > endWhole) {
      this.zero(offset, length);
      return;
    }
    this.zero(offset, firstWhole * PAGE_SIZE - offset);
    this.zero(endWhole * PAGE_SIZE, end - endWhole * PAGE_SIZE);
    this.punch(firstWhole, endWhole, 'without copies');
  }

  /**
   * Gives every page that [offset, offset + length) touches a frame, also past the file's end.
   *
   * @returns false when the room or frames run out; then no page has one that it did not have before
   */
  allocate(offset: number, length: number): boolean {
    const end = Math.ceil((offset + length) / PAGE_SIZE);
    const added: number[] = [];
    for (let index = Math.floor(offset / PAGE_SIZE); index < end; index++) {
      if (this.hasData(index)) continue;
      if (this.ensureRoomyPage(index) === 0) {
        for (const page of added) this.punch(page, page + 1, 'without copies');
        return false;
      }
      added.push(index);
    }
    for (const page of added) this.written(this.page(page));
    return true;
  }

  /** Whether the file may have the page, as far as its room goes. */
  hasRoomFor(index: number): boolean {
    const { room } = this;
    return room === undefined || room.used < room.limit || this.hasData(index);
  }

  /** Whoever maps the file is told when pages go. */
  addMapper(mapper: CacheMapper): void {
    this.mappers.add(mapper);
  }

  hasMapper(mapper: CacheMapper): boolean {
    return this.mappers.has(mapper);
  }

  removeMapper(mapper: CacheMapper): void {
    this.mappers.delete(mapper);
  }

  /** Whether pages that have no frame are kept somewhere else. */
  get hasStore(): boolean {
    return false;
  }

  /** What is kept of a page besides its frame; undefined for a hole. */
  stored(_index: number): Uint8Array | undefined {
    return undefined;
  }

  /** Makes sure that a page can be kept. @returns false when there is no room for it */
  reserve(_index: number): boolean {
    return true;
  }

  /** Whether the frame differs from what is kept elsewhere. */
  isDirty(_index: number): boolean {
    return false;
  }

  /** Writes what is dirty of pages [first, end). @returns how many were */
  writeBack(_first: number, _end: number): number {
    return 0;
  }

  /** Writes these pages, which have frames. */
  writePages(_indices: number[]): void {}

  /** Gives up frames of [first, end) that can be had again and are not in use. */
  dropUnused(_first: number, _end: number): void {}

  /** Gives all frames up: the file is gone and nobody maps it. */
  release(): void {
    this.truncate(0);
  }

  /** The file loses pages [first, end): their frames are freed after every mapper has let go of them. */
  private punch(first: number, end: number, extent: DropExtent): void {
    const before = this.usedPages;
    this.drop(first, end, extent);
    this.forget(first, end);
    if (this.room !== undefined) this.room.used -= before - this.usedPages;
  }

  protected drop(first: number, end: number, extent: DropExtent): void {
    for (const mapper of this.mappers) mapper.dropFilePages(this, first, end, extent);
    for (const index of this.cachedPages(first, end)) {
      const ppn = this.page(index);
      this.ppns.delete(index);
      this.frames.release(ppn);
    }
  }

  /** Gives a new frame the page's contents. */
  protected fill(_index: number, ppn: number, _isOverwritten: boolean): void {
    this.frames.ram.fill(ppn, 0);
  }

  /** Reads part of a page that has no frame. */
  protected readAbsent(_index: number, _inPage: number, target: Uint8Array): void {
    target.fill(0);
  }

  /** write(2) has changed the frame. */
  protected written(ppn: number): void {
    this.frames.setDirty(ppn, true);
  }

  /** Pages that are no holes, in any order. */
  protected dataPages(): Iterable<number> {
    return this.ppns.keys();
  }

  protected hasData(index: number): boolean {
    return this.page(index) !== 0;
  }

  /** Pages [first, end) are holes from now on. */
  protected forget(_first: number, _end: number): void {}

  /** The pages of [first, end) that have a frame. */
  protected cachedPages(first: number, end: number): number[] {
    if (end - first > this.ppns.size) {
      return [...this.ppns.keys()].filter((index) => index >= first && index < end);
    }
    const indices: number[] = [];
    for (let index = first; index < end; index++) if (this.page(index) !== 0) indices.push(index);
    return indices;
  }

  /** As `ensurePage`, with what can be reclaimed, and 0 where the file may not have the page. */
  protected ensureRoomyPage(index: number, isOverwritten = false): number {
    if (!this.hasRoomFor(index)) return 0;
    return withRoom(
      this.frames,
      () => this.ensurePage(index, isOverwritten),
      (ppn) => ppn === 0,
    );
  }

  /** Zeroes bytes inside one page, if it has a frame. */
  protected zero(offset: number, length: number): void {
    const ppn = this.page(Math.floor(offset / PAGE_SIZE));
    if (ppn === 0 || length === 0) return;
    this.frames.ram.write(ppn * PAGE_SIZE + (offset % PAGE_SIZE), new Uint8Array(length));
  }
}
