import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { FILE, type PhysicalMemory } from './physical-memory.js';
import { withRoom } from './reclaim.js';

/** Whether private copies go, too: they do where the file ends, and stay where it gets a hole. */
export type DropExtent = 'with copies' | 'without copies';

/** Who must drop its leaves when the file loses pages: an address space that maps it. */
export interface CacheMapper {
  /** Drops what stands for pages [firstPage, endPage) of the cache. */
  dropFilePages(cache: PageCache, firstPage: number, endPage: number, extent: DropExtent): void;
}

/**
 * A file's contents, held in frames of kind 'file': the page cache is the file, as on tmpfs. Pages
 * never written are holes and have no frame; they read as zeros. The cache holds one reference to
 * each of its frames, each leaf PTE another one.
 */
export class PageCache {
  /** Tells caches apart in `PhysicalMemory.ownerId`. */
  readonly id: number;
  private readonly frames: PhysicalMemory;
  private readonly ppns = new Map<number, number>();
  private readonly mappers = new Set<CacheMapper>();
  private size = 0;

  constructor(frames: PhysicalMemory) {
    this.frames = frames;
    this.id = frames.newOwnerId();
  }

  get sizeBytes(): number {
    return this.size;
  }

  /** Number of pages that have a frame. */
  get residentPages(): number {
    return this.ppns.size;
  }

  /** The frame that holds page `index`, or 0 for a hole. */
  page(index: number): number {
    return this.ppns.get(index) ?? 0;
  }

  /** As `page`, filling a hole with a zeroed frame. @returns 0 when no frame is left */
  ensurePage(index: number): number {
    const present = this.ppns.get(index);
    if (present !== undefined) return present;
    const ppn = this.frames.allocateZeroed(FILE, this.id, index);
    if (ppn !== 0) this.ppns.set(index, ppn);
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
    for (const index of this.ppns.keys()) if (index >= first) next = Math.min(next, index);
    const found = Math.max(offset, next * PAGE_SIZE);
    return found < this.size ? found : undefined;
  }

  /** Offset of the first byte at or behind `offset` that has none: the end of the file at the latest. */
  nextHole(offset: number): number {
    let index = Math.floor(offset / PAGE_SIZE);
    if (this.page(index) === 0) return offset;
    while (this.page(index) !== 0) index++;
    return Math.min(this.size, index * PAGE_SIZE);
  }

  /** @returns the number of bytes read, less than asked for at the end of the file */
  read(offset: number, target: Uint8Array): number {
    const length = Math.max(0, Math.min(target.length, this.size - offset));
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const inPage = at % PAGE_SIZE;
      const chunk = target.subarray(done, done + Math.min(PAGE_SIZE - inPage, length - done));
      const ppn = this.page(Math.floor(at / PAGE_SIZE));
      if (ppn === 0) chunk.fill(0);
      else this.frames.ram.read(ppn * PAGE_SIZE + inPage, chunk);
      done += chunk.length;
    }
    return length;
  }

  /**
   * Writes, lengthening the file if it ends past the old end.
   *
   * @returns the number of bytes written, fewer when frames run out, or -ENOSPC for none at all
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
      const ppn = this.ensureRoomyPage(Math.floor(at / PAGE_SIZE));
      if (ppn === 0) break;
      this.frames.ram.write(ppn * PAGE_SIZE + inPage, chunk);
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
   * @returns false when frames run out; then no page has one that it did not have before
   */
  allocate(offset: number, length: number): boolean {
    const end = Math.ceil((offset + length) / PAGE_SIZE);
    const added: number[] = [];
    for (let index = Math.floor(offset / PAGE_SIZE); index < end; index++) {
      if (this.page(index) !== 0) continue;
      if (this.ensureRoomyPage(index) === 0) {
        for (const page of added) this.punch(page, page + 1, 'without copies');
        return false;
      }
      added.push(index);
    }
    return true;
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

  /** Gives all frames up: the file is gone and nobody maps it. */
  release(): void {
    this.truncate(0);
  }

  /** Frees the frames of pages [first, end), after every mapper has let go of them. */
  private punch(first: number, end: number, extent: DropExtent): void {
    for (const mapper of this.mappers) mapper.dropFilePages(this, first, end, extent);
    for (const [index, ppn] of this.ppns) {
      if (index < first || index >= end) continue;
      this.ppns.delete(index);
      this.frames.release(ppn);
    }
  }

  /** As `ensurePage`, with what can be reclaimed. */
  private ensureRoomyPage(index: number): number {
    return withRoom(
      this.frames,
      () => this.ensurePage(index),
      (ppn) => ppn === 0,
    );
  }

  /** Zeroes bytes inside one page, if it has a frame. */
  private zero(offset: number, length: number): void {
    const ppn = this.page(Math.floor(offset / PAGE_SIZE));
    if (ppn === 0 || length === 0) return;
    this.frames.ram.write(ppn * PAGE_SIZE + (offset % PAGE_SIZE), new Uint8Array(length));
  }
}
