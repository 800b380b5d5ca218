import { PAGE_SIZE, PTE_D } from '../../emulator/index.js';
import type { PhysicalMemory } from './physical-memory.js';
import { ReclaimableCache } from './reclaimable-cache.js';

/** Where the pages of a file are kept while they have no frame: blocks of a page each. */
export interface BackingStore {
  /** Whether the page has a block; one that has none reads as zeros. */
  has(index: number): boolean;
  /** Pages that have a block. */
  readonly pageCount: number;
  indices(): Iterable<number>;
  /** As `read`, for who judges: nothing is counted. */
  peek(index: number): Uint8Array | undefined;
  /** Reads a block, at its price. */
  read(index: number): Uint8Array | undefined;
  /** Gives the page a block. @returns false when the disk is full */
  reserve(index: number): boolean;
  /** Writes a block, at its price; it is the store's from now on. */
  write(index: number, page: Uint8Array): void;
  /** Gives up the blocks of pages [first, end). */
  free(first: number, end: number): void;
  /** Bytes [start, end) of a block read as zeros from now on. */
  zero(index: number, start: number, end: number): void;
  /** The file is gone. */
  release(): void;
}

/**
 * The page cache of a file that has a backing store. A page is read into a frame when it is needed.
 * It is dirty when the frame is marked so, by write(2) or because a dirty leaf was given up, or while
 * a leaf of a shared mapping has D; a clean one equals its block. What lies past the end of the file
 * is never written.
 */
export class DiskCache extends ReclaimableCache {
  private readonly store: BackingStore;

  constructor(frames: PhysicalMemory, store: BackingStore) {
    super(frames);
    this.store = store;
  }

  override get usedPages(): number {
    return this.store.pageCount;
  }

  override get hasStore(): boolean {
    return true;
  }

  override stored(index: number): Uint8Array | undefined {
    return this.store.peek(index);
  }

  override reserve(index: number): boolean {
    return this.store.reserve(index);
  }

  override isDirty(index: number): boolean {
    const ppn = this.page(index);
    if (ppn === 0) return false;
    let isDirty = this.frames.isDirty(ppn);
    this.eachLeaf(index, index + 1, ({ low }) => {
      isDirty ||= (low & PTE_D) !== 0;
    });
    return isDirty;
  }

  override truncate(size: number): void {
    if (size > this.sizeBytes) this.zeroPastEnd();
    super.truncate(size);
  }

  override write(offset: number, source: Uint8Array): number {
    if (offset > this.sizeBytes) this.zeroPastEnd();
    return super.write(offset, source);
  }

  override allocate(offset: number, length: number): boolean {
    const end = Math.ceil((offset + length) / PAGE_SIZE);
    const added: number[] = [];
    for (let index = Math.floor(offset / PAGE_SIZE); index < end; index++) {
      if (this.store.has(index)) continue;
      if (!this.store.reserve(index)) {
        for (const page of added) this.store.free(page, page + 1);
        return false;
      }
      added.push(index);
    }
    return true;
  }

  override release(): void {
    super.release();
    this.store.release();
  }

  /** Writes what is dirty of pages [first, end); they are clean then. @returns how many */
  override writeBack(first: number, end: number): number {
    const dirty = new Set<number>();
    this.eachLeaf(first, end, ({ mapper, pteAddress, page, index, low }) => {
      if ((low & PTE_D) === 0) return;
      mapper.table.setFlags(pteAddress, page, low & 0x3ff & ~PTE_D);
      dirty.add(index);
    });
    for (const mapper of this.mappers) mapper.fences.settle();
    for (const index of this.cachedPages(first, end)) {
      if (this.frames.isDirty(this.page(index))) dirty.add(index);
    }
    this.writePages([...dirty]);
    return dirty.size;
  }

  /** Writes these pages, which are in the cache, as far as they belong to the file. */
  override writePages(indices: number[]): void {
    for (const index of indices.sort((a, b) => a - b)) {
      const ppn = this.page(index);
      const bytes = Math.min(PAGE_SIZE, this.sizeBytes - index * PAGE_SIZE);
      this.frames.setDirty(ppn, false);
      if (bytes <= 0) continue;
      const page = new Uint8Array(PAGE_SIZE);
      this.frames.ram.read(ppn * PAGE_SIZE, page.subarray(0, bytes));
      this.store.write(index, page);
    }
  }

  /** posix_fadvise(POSIX_FADV_DONTNEED): clean pages of [first, end) that nobody maps lose their frames. */
  override dropUnused(first: number, end: number): void {
    for (const index of this.cachedPages(first, end)) {
      const ppn = this.page(index);
      if (this.frames.refcount(ppn) === 1 && !this.frames.isDirty(ppn)) this.dropPage(index);
    }
  }

  protected override save(index: number, isDirty: boolean): boolean {
    if (isDirty) this.writePages([index]);
    return true;
  }

  protected override fill(index: number, ppn: number, isOverwritten: boolean): void {
    const block = isOverwritten ? undefined : this.store.read(index);
    if (block === undefined) super.fill(index, ppn, isOverwritten);
    else this.frames.ram.write(ppn * PAGE_SIZE, block);
    this.frames.watcher?.cached(ppn, this);
  }

  protected override readAbsent(index: number, inPage: number, target: Uint8Array): void {
    if (!this.store.has(index)) {
      target.fill(0);
      return;
    }
    const ppn = this.ensureRoomyPage(index);
    if (ppn !== 0) this.frames.ram.read(ppn * PAGE_SIZE + inPage, target);
    else target.set(this.store.read(index)!.subarray(inPage, inPage + target.length));
  }

  protected override *dataPages(): Iterable<number> {
    yield* this.ppns.keys();
    yield* this.store.indices();
  }

  protected override hasData(index: number): boolean {
    return this.page(index) !== 0 || this.store.has(index);
  }

  protected override forget(first: number, end: number): void {
    this.store.free(first, end);
  }

  protected override zero(offset: number, length: number): void {
    const start = offset % PAGE_SIZE;
    this.store.zero(Math.floor(offset / PAGE_SIZE), start, start + length);
    super.zero(offset, length);
  }

  /** Before the file grows: what a mapping has stored past its end is no part of it. */
  private zeroPastEnd(): void {
    const inPage = this.sizeBytes % PAGE_SIZE;
    if (inPage !== 0) this.zero(this.sizeBytes, PAGE_SIZE - inPage);
  }
}
