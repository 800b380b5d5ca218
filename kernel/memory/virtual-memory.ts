import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { advise } from './advise.js';
import { setBreak } from './break.js';
import { Calls } from './calls.js';
import { copyIn, copyInString, copyOut } from './copy.js';
import { PAGE_STEPS } from './costs.js';
import { explainFault, type FaultPlace } from './explain-fault.js';
import type { Access, MemoryFault } from './fault.js';
import { Fences } from './fences.js';
import { fork } from './fork.js';
import { LastRegionMapper } from './last-region.js';
import { mmapBase, TASK_SIZE } from './layout.js';
import { lock, lockAll, unlock, unlockAll } from './lock.js';
import { type MapOptions, map } from './map.js';
import type { MappedFile } from './mapped-file.js';
import type { Mapper, RegionUpdate } from './mapper.js';
import { mapsText } from './maps-text.js';
import type { MemorySystem } from './memory-system.js';
import { mincore } from './mincore.js';
import type { CacheMapper, DropExtent, FilePageVisitor, PageCache } from './page-cache.js';
import { PageTable } from './page-table.js';
import { pageTablesText } from './page-tables-text.js';
import { FILE } from './physical-memory.js';
import { protect } from './protect.js';
import { withRoom } from './reclaim.js';
import { remap } from './remap.js';
import { remapFilePages } from './remap-file.js';
import { mapStack } from './stack.js';
import { synchronise } from './synchronise.js';
import { unmap } from './unmap.js';
import { walkText } from './walk-text.js';
import { writeBackLeaves } from './write-back.js';

const USER_PAGES = TASK_SIZE / PAGE_SIZE;
const DEFAULT_STACK_LIMIT = 8 * 2 ** 20;
/** Linux include/uapi/linux/resource.h, MLOCK_LIMIT. */
const DEFAULT_LOCKED_LIMIT = 8 * 2 ** 20;

export interface VirtualMemoryOptions {
  readonly placement: 'top-down' | 'bottom-up';
  /** Where top-down placement begins; default: below the stack's limit. */
  readonly mmapBase?: number;
}

/** setrlimit(2)'s limits on memory, in bytes; Infinity stands for RLIM_INFINITY. */
export interface MemoryLimits {
  /** RLIMIT_STACK. */
  stack: number;
  /** RLIMIT_DATA. */
  data: number;
  /** RLIMIT_DATA's hard limit. */
  dataAtMost: number;
  /** RLIMIT_AS. */
  addressSpace: number;
  /** RLIMIT_MEMLOCK. */
  lockedBytes: number;
}

/**
 * One address space: the mapper that decides where, the page table that says what is present, the
 * ASID under which the hart caches it. Each operation stands in a file of its own; together they are
 * the only code that turns the mapper's callbacks into PTE changes.
 *
 * Addresses are bytes; results are 0 or an address, or a negative errno.
 */
export class VirtualMemory implements CacheMapper {
  readonly system: MemorySystem;
  /** Tells address spaces apart in `PhysicalMemory.ownerId`. */
  readonly id: number;
  readonly asid: number;
  /** Where mappings stand, without a memory of what was asked: for the verifier, and for fork. */
  readonly mapper: Mapper;
  /** The same; every change goes through it. */
  readonly space: Mapper;
  readonly table: PageTable;
  readonly fences: Fences;
  readonly placement: 'top-down' | 'bottom-up';
  readonly mmapBase: number;
  readonly limits: MemoryLimits = {
    stack: DEFAULT_STACK_LIMIT,
    data: Number.POSITIVE_INFINITY,
    dataAtMost: Number.POSITIVE_INFINITY,
    addressSpace: Number.POSITIVE_INFINITY,
    lockedBytes: DEFAULT_LOCKED_LIMIT,
  };
  /** Registrations of membarrier(2), as its commands. */
  barriers = 0;
  /** REGION_LOCKED and REGION_LOCKED_ON_FAULT, as mlockall(MCL_FUTURE) wants them of new regions. */
  futureLocks = 0;
  readonly calls = new Calls();
  /** [breakStart, breakEnd) is the heap that brk moves; set by exec. */
  breakStart = 0;
  breakEnd = 0;
  /** End of the main stack, 0 before exec has made it. */
  stackTop = 0;
  private peakBytes = 0;
  /** Pages mapped of each file; the first takes a reference to the file, the last gives it up. */
  private readonly filePages = new Map<MappedFile, number>();

  private constructor(
    system: MemorySystem,
    parts: { id: number; asid: number; mapper: Mapper; table: PageTable; fences: Fences },
    o: VirtualMemoryOptions,
  ) {
    this.system = system;
    this.id = parts.id;
    this.asid = parts.asid;
    this.mapper = parts.mapper;
    this.space = new LastRegionMapper(parts.mapper);
    this.table = parts.table;
    this.fences = parts.fences;
    this.placement = o.placement;
    this.mmapBase = o.mmapBase ?? mmapBase(DEFAULT_STACK_LIMIT);
  }

  /**
   * @param mapper a fresh one by default
   * @returns undefined when frames or ASIDs have run out
   */
  static create(
    system: MemorySystem,
    o: VirtualMemoryOptions,
    mapper: Mapper = system.createMapper(o.placement),
  ): VirtualMemory | undefined {
    const asid = system.asids.take();
    if (asid === 0) return undefined;
    const id = system.frames.newOwnerId();
    const fences = new Fences(system.hart, asid);
    const table = withRoom(
      system.frames,
      () => PageTable.create(system.frames, fences, id, system.swap),
      (made) => made === undefined,
    );
    if (table === undefined) {
      system.asids.giveBack(asid);
      return undefined;
    }
    const memory = new VirtualMemory(system, { id, asid, mapper, table, fences }, o);
    system.spaces.add(memory);
    return memory;
  }

  /** Makes the hart translate with this address space. */
  activate(): void {
    if (this.system.active === this) return;
    this.system.active = this;
    this.system.hart.setAddressSpace(this.table.rootPpn, this.asid);
  }

  /** Whether `release` was called: there is no page table any more. */
  get isReleased(): boolean {
    return !this.system.spaces.has(this);
  }

  /** exec and exit: unmaps everything and gives back tables, files and the ASID. */
  release(): void {
    for (const region of this.space.regions()) {
      writeBackLeaves(this, region, region.start, region.end);
    }
    this.space.reset();
    this.clearPages(0, USER_PAGES);
    this.table.release();
    this.system.hart.fence({ asid: this.asid });
    this.system.asids.giveBack(this.asid);
    for (const file of this.filePages.keys()) {
      file.partUnmapped?.();
      this.letGo(file);
    }
    this.filePages.clear();
    this.system.spaces.delete(this);
    if (this.system.active === this) this.system.active = undefined;
  }

  /** The most bytes that were ever mapped at a time. */
  get peakMappedBytes(): number {
    this.notePeak();
    return this.peakBytes;
  }

  /** To be called once more has been mapped. */
  notePeak(): void {
    this.peakBytes = Math.max(this.peakBytes, this.space.stats().mappedBytes);
  }

  /** mmap(2) of a descriptor that is there. */
  map(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: MappedFile | undefined,
    offset: number,
    o: MapOptions = {},
  ): number {
    const result = this.withRoom(() => map(this, address, length, prot, flags, file, offset, o));
    this.notePeak();
    return this.calls.record('mmap', address, length, prot, result);
  }

  /** munmap(2). */
  unmap(address: number, length: number): number {
    const result = this.withRoom(() => unmap(this, address, length));
    return this.calls.record('munmap', address, length, 0, result);
  }

  /** mprotect(2). */
  protect(address: number, length: number, prot: number): number {
    const result = this.withRoom(() => protect(this, address, length, prot));
    return this.calls.record('mprotect', address, length, prot, result);
  }

  /** mremap(2). */
  remap(
    address: number,
    oldLength: number,
    newLength: number,
    flags: number,
    newAddress: number,
  ): number {
    const result = this.withRoom(() =>
      remap(this, address, oldLength, newLength, flags, newAddress),
    );
    this.notePeak();
    return this.calls.record('mremap', address, newLength, flags, result);
  }

  /** remap_file_pages(2). */
  remapFilePages(
    address: number,
    size: number,
    prot: number,
    pageOffset: number,
    flags: number,
  ): number {
    return remapFilePages(this, address, size, prot, pageOffset, flags);
  }

  /** madvise(2). */
  advise(address: number, length: number, advice: number): number {
    const result = this.withRoom(() => advise(this, address, length, advice));
    return this.calls.record('madvise', address, length, advice, result);
  }

  /** msync(2). */
  synchronise(address: number, length: number, flags: number): number {
    return synchronise(this, address, length, flags);
  }

  /** mlock(2), and mlock2(2) with MLOCK_ONFAULT. */
  lock(address: number, length: number, flags = 0): number {
    return this.withRoom(() => lock(this, address, length, flags));
  }

  /** munlock(2). */
  unlock(address: number, length: number): number {
    return this.withRoom(() => unlock(this, address, length));
  }

  /** mlockall(2). */
  lockAll(flags: number): number {
    return lockAll(this, flags);
  }

  /** munlockall(2). */
  unlockAll(): number {
    return unlockAll(this);
  }

  /** mincore(2): one byte per page, bit 0 set when the page is resident; or a negative errno. */
  mincore(address: number, length: number): Uint8Array | number {
    return mincore(this, address, length);
  }

  /** Where the heap begins; exec calls it once, with the end of the program's last segment. */
  setBreakStart(address: number): void {
    this.breakStart = address;
    this.breakEnd = address;
  }

  /** brk(2): moves the end of the heap. @returns the end, unchanged where the move is refused */
  setBreak(address: number): number {
    const before = this.breakEnd;
    const end = setBreak(this, address);
    this.notePeak();
    const start = Math.min(before, end);
    return this.calls.record('brk', start, Math.abs(end - before), address, end);
  }

  /**
   * Maps the main stack, which ends at `top` and grows down to `limit` bytes.
   *
   * @returns 0 or a negative errno
   */
  mapStack(top: number, limit: number): number {
    return mapStack(this, top, limit);
  }

  /** fork(2)'s copy. @returns undefined when frames or ASIDs have run out; then nothing changed */
  fork(): VirtualMemory | undefined {
    return withRoom(
      this.system.frames,
      () => fork(this),
      (child) => child === undefined,
    );
  }

  /** A page fault of the hart's. @returns undefined when the access can be made again */
  fault(va: number, access: Access): MemoryFault | undefined {
    return this.system.faultPolicy.resolve(this, va, access);
  }

  /** Reads user memory. @returns 0, or -EFAULT when a byte of it cannot be read */
  copyIn(va: number, target: Uint8Array): number {
    return copyIn(this, va, target);
  }

  /** Writes user memory. @returns 0, or -EFAULT; what lies before the bad page has been written */
  copyOut(va: number, source: Uint8Array): number {
    return copyOut(this, va, source);
  }

  /** Reads up to a NUL. @returns the bytes before it, -EFAULT, or -ENAMETOOLONG after `maxBytes` */
  copyInString(va: number, maxBytes: number): Uint8Array | number {
    return copyInString(this, va, maxBytes);
  }

  /** The text of /proc/PID/maps. */
  mapsText(): string {
    return mapsText(this);
  }

  /** The walk for `va`, a line per level, and a line that says how it ends. */
  walkText(va: number): string {
    return walkText(this, va);
  }

  /** Every valid entry of the page table, from raw memory. */
  pageTablesText(): string {
    return pageTablesText(this);
  }

  /** Tells a reader why the access faulted. */
  explainFault(va: number, access: Access, at: FaultPlace): string {
    return explainFault(this, va, access, at);
  }

  /** A region of `file` was mapped. */
  countMapped(file: MappedFile | undefined, lengthBytes: number): void {
    if (file === undefined) return;
    const pages = this.filePages.get(file);
    this.filePages.set(file, (pages ?? 0) + lengthBytes / PAGE_SIZE);
    if (pages !== undefined) return;
    file.retain();
    file.pages.addMapper(this);
  }

  /** Part of a region of `file` was unmapped. */
  countUnmapped(file: MappedFile | undefined, lengthBytes: number): void {
    if (file === undefined) return;
    file.partUnmapped?.();
    const pages = (this.filePages.get(file) ?? 0) - lengthBytes / PAGE_SIZE;
    this.filePages.set(file, pages);
    if (pages > 0) return;
    this.filePages.delete(file);
    this.letGo(file);
  }

  /** The files mapped, each with the number of its pages that are. */
  files(): IterableIterator<[MappedFile, number]> {
    return this.filePages.entries();
  }

  /** For the mapper's callbacks: what was mapped there leaves the page table. */
  readonly clearUnmapped: RegionUpdate = (start, length, region) => {
    writeBackLeaves(this, region, start, start + length);
    this.clearPages(start / PAGE_SIZE, (start + length) / PAGE_SIZE);
    this.countUnmapped(region.file, length);
  };

  /** The file got shorter or got a hole: pages [first, end) of its cache leave the page table. */
  dropFilePages(cache: PageCache, first: number, end: number, extent: DropExtent): void {
    this.eachFilePage(cache, first, end, (_region, from, to) => {
      if (extent === 'with copies') this.clearPages(from, to);
      else this.clearCachedPages(from, to);
    });
    this.fences.settle();
  }

  /** See CacheMapper. */
  eachFilePage(cache: PageCache, first: number, end: number, visit: FilePageVisitor): void {
    for (const region of this.space.regions()) {
      if (region.file?.pages !== cache) continue;
      const firstInFile = (region.offset + (region.start - region.base)) / PAGE_SIZE;
      const shift = region.start / PAGE_SIZE - firstInFile;
      const from = Math.max(region.start / PAGE_SIZE, first + shift);
      const to = Math.min(region.end / PAGE_SIZE, end + shift);
      if (from < to) visit(region, from, to, shift);
    }
  }

  /** Takes the leaves of pages [start, end) away, at their price. */
  clearPages(start: number, end: number): void {
    this.system.host.charge(this.table.clear(start, end) * PAGE_STEPS);
  }

  /** As `clearPages`, but copies of a file's pages stay. */
  private clearCachedPages(start: number, end: number): void {
    const { frames } = this.system;
    const cached: number[] = [];
    this.table.eachLeaf(start, end, (pteAddress, page) => {
      if (frames.kindNumber(this.table.ppn(pteAddress)) === FILE) cached.push(page);
    });
    for (const page of cached) this.clearPages(page, page + 1);
  }

  /** A call that fails for want of a frame has changed nothing yet, or only what it would again. */
  private withRoom(attempt: () => number): number {
    return withRoom(this.system.frames, attempt, isShort);
  }

  private letGo(file: MappedFile): void {
    file.pages.removeMapper(this);
    file.release();
  }
}

function isShort(result: number): boolean {
  return result === -Errno.ENOMEM || result === -Errno.EAGAIN;
}
