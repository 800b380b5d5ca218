import { Errno } from './errno.js';
import { Journal, type Mutation, type Operation } from './journal.js';
import { MappingTable } from './mapping-table.js';
import { GapTree } from './trees/gap-tree.js';
import { END, RegionTree } from './trees/region-tree.js';
import type { AddressSpaceOptions, RegionInfo, UpdateFn } from './types.js';

/** A part of a region that an operation changes: what a callback will be told. */
export interface Part<F> {
  start: number;
  length: number;
  info: RegionInfo<F>;
}

/**
 * The state of an address space, and what all operations need of it. Positions are page numbers
 * unless a name says bytes.
 */
export class Core<F> {
  readonly pageSize: number;
  /** The reciprocal of the page size: exact, as that is a power of two. */
  private readonly pagesPerByte: number;
  readonly startPage: number;
  readonly endPage: number;
  readonly mergesAdjacent: boolean;
  readonly isTopDown: boolean;
  readonly maxRegions: number;
  readonly countsVisits: boolean;
  readonly journal: Journal | undefined;
  readonly mayAllocate: ((nodes: number) => boolean) | undefined;
  regions!: RegionTree;
  gaps!: GapTree;
  mappings!: MappingTable<F>;
  mappedPages = 0;
  /** Counts every change of the trees; iterators notice by it. */
  version = 0;
  /** True while callbacks run. */
  private isReporting = false;
  /** If visits are counted or changes are kept. */
  private readonly isObserved: boolean;
  /** If an operation has to look at one of these things when it begins. */
  private isWatched: boolean;

  private readonly options: AddressSpaceOptions;

  constructor(options: AddressSpaceOptions) {
    this.options = options;
    this.pageSize = options.pageSize;
    this.pagesPerByte = 1 / options.pageSize;
    this.startPage = options.start / options.pageSize;
    this.endPage = this.startPage + options.length / options.pageSize;
    this.mergesAdjacent = options.merge === 'adjacent';
    this.isTopDown = options.placement === 'top-down';
    this.maxRegions = options.maxRegions ?? Number.POSITIVE_INFINITY;
    this.mayAllocate = options.mayAllocate;
    this.countsVisits = options.countVisits === true;
    this.journal = options.journal === true ? new Journal() : undefined;
    this.isObserved = this.countsVisits || this.journal !== undefined;
    this.isWatched = this.isObserved;
    this.begin();
  }

  clone(): Core<F> {
    const copy = new Core<F>(this.options);
    copy.regions = this.regions.clone();
    copy.gaps = this.gaps.clone(copy.regions);
    copy.mappings = this.mappings.clone();
    copy.mappedPages = this.mappedPages;
    return copy;
  }

  /** Empties the space. */
  reset(): void {
    this.begin();
    this.changed('unmap', this.startPage, this.endPage);
  }

  /** Every mutating operation begins here; most have nothing to do. */
  enter(operation: Operation): void {
    if (this.isWatched) this.enterWatched(operation);
  }

  /** Forgets the visits of the operation before. */
  startCounting(): void {
    this.regions.visits = 0;
    this.gaps.visits = 0;
  }

  /** The trees have changed in `[start, end)`. */
  changed(kind: Mutation['kind'], start: number, end: number): void {
    this.version = (this.version + 1) | 0;
    this.journal?.record(kind, start * this.pageSize, end * this.pageSize);
  }

  /** The page of an aligned byte address, or -1. */
  pageAt(address: number): number {
    if (!isCount(address)) return -1;
    const page = address * this.pagesPerByte;
    return page === Math.floor(page) ? page : -1;
  }

  /** Pages that a length in bytes takes, or -1 where it is no length. */
  pagesOf(length: number): number {
    return isCount(length) && length > 0 ? Math.ceil(length * this.pagesPerByte) : -1;
  }

  /** If `[page, page + pages)` is a valid range inside the space. */
  isInside(page: number, pages: number): boolean {
    return page >= this.startPage && pages > 0 && pages <= this.endPage - page;
  }

  /** If nothing is mapped in a range inside the space; leaves the neighbours as `seek` does. */
  isFree(start: number, end: number): boolean {
    const { regions } = this;
    regions.seek(start);
    return regions.end(regions.before) <= start && regions.start(regions.after) >= end;
  }

  /**
   * Asks for the nodes that an operation needs, and makes room for them. Whoever is asked may throw.
   *
   * @returns 0 or -ENOMEM
   */
  reserve(moreRegions: number, moreGaps: number, moreMappings = 0): number {
    if (moreRegions > 0 && this.regions.size + moreRegions > this.maxRegions) return -Errno.ENOMEM;
    const nodes = moreRegions + moreGaps;
    if (nodes > 0 && this.mayAllocate !== undefined && !this.asks(this.mayAllocate, nodes)) {
      return -Errno.ENOMEM;
    }
    return this.makeRoom(moreRegions, moreMappings);
  }

  /** The answer of the user's function, which may look at the space, but not change it. */
  private asks(mayAllocate: (nodes: number) => boolean, nodes: number): boolean {
    let answer = false;
    this.report(() => {
      answer = mayAllocate(nodes);
    });
    return answer;
  }

  /** If regions of two mapping records are one where the page `boundary` joins them. */
  continues(left: number, right: number, boundary: number): boolean {
    if (left === right) return true;
    if (!this.mergesAdjacent) return false;
    const file = this.mappings.fileNumber(left);
    if (file !== this.mappings.fileNumber(right)) return false;
    return file === 0 || this.offsetAt(left, boundary) === this.offsetAt(right, boundary);
  }

  /** If two regions that touch are to be one. */
  areOne(left: number, right: number): boolean {
    const { regions } = this;
    return (
      regions.prot(left) === regions.prot(right) &&
      regions.flags(left) === regions.flags(right) &&
      regions.mark(left) === regions.mark(right) &&
      this.continues(regions.mapping(left), regions.mapping(right), regions.start(right))
    );
  }

  /** Byte offset in the file of a page of a mapping. */
  offsetAt(mapping: number, page: number): number {
    return this.mappings.offset(mapping) + (page - this.mappings.base(mapping)) * this.pageSize;
  }

  info(node: number): RegionInfo<F> {
    const { regions, mappings, pageSize } = this;
    const start = regions.start(node);
    const end = regions.end(node);
    const mapping = regions.mapping(node);
    const base = this.mergesAdjacent ? start : mappings.base(mapping);
    return {
      start: start * pageSize,
      end: end * pageSize,
      base: base * pageSize,
      length: (this.mergesAdjacent ? end - start : mappings.pages(mapping)) * pageSize,
      prot: regions.prot(node),
      flags: regions.flags(node),
      file: mappings.file(mapping),
      offset: this.offsetAt(mapping, base),
    };
  }

  /** The part of a region inside `[start, end)`, with its info of now. */
  part(node: number, start: number, end: number): Part<F> {
    const from = Math.max(start, this.regions.start(node));
    const to = Math.min(end, this.regions.end(node));
    return {
      start: from * this.pageSize,
      length: (to - from) * this.pageSize,
      info: this.info(node),
    };
  }

  /** Runs the user's functions; mutations throw meanwhile. */
  report(run: () => void): void {
    this.isReporting = true;
    this.isWatched = true;
    try {
      run();
    } finally {
      this.isReporting = false;
      this.isWatched = this.isObserved;
    }
  }

  reportParts(parts: readonly Part<F>[] | undefined, callback: UpdateFn<F> | undefined): void {
    if (parts === undefined || typeof callback !== 'function' || parts.length === 0) return;
    this.report(() => {
      for (const { start, length, info } of parts) callback(start, length, info);
    });
  }

  /** Makes room in the arenas, or -ENOMEM where the host has no memory. */
  makeRoom(moreRegions: number, moreMappings: number): number {
    const { regions, gaps, mappings } = this;
    if (regions.hasRoom(moreRegions) && mappings.hasRoom(moreMappings)) return 0;
    try {
      regions.ensure(moreRegions);
      gaps.share();
      mappings.ensure(moreMappings);
    } catch (error) {
      if (error instanceof RangeError) return -Errno.ENOMEM;
      throw error;
    }
    return 0;
  }

  private enterWatched(operation: Operation): void {
    this.startCounting();
    if (this.isReporting) {
      throw new Error(
        'the address space cannot be changed inside a callback: change it after the call returned',
      );
    }
    if (this.journal !== undefined) this.journal.operation = operation;
  }

  /** New trees, in which all is free. */
  private begin(): void {
    this.regions = new RegionTree(this.endPage);
    this.gaps = new GapTree(this.regions);
    this.mappings = new MappingTable();
    this.mappedPages = 0;
    this.gaps.set(this.gaps.before(END), this.endPage - this.startPage);
  }
}

/** A safe integer >= 0, and not -0. */
export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
}

/** If `offset` can be the file offset of a mapping of so many bytes. */
export function isOffset(offset: number, length: number): boolean {
  return isCount(offset) && offset <= 2 ** 53 - length;
}
