import type { Core, Part } from './core.js';
import { END } from './trees/region-tree.js';

/** Up to this many entries the scratch arrays are kept between operations. */
const KEPT_ENTRIES = 4096;

/**
 * The replacement of what lies in one range of pages, planned without touching the trees.
 *
 * `begin` walks the range; then the new pieces are `put` in ascending order (none: the range
 * becomes free; else they tile it); `finish` knows how many nodes the trees gain. `commit` carries
 * it out. The run of present regions is overwritten in place by the final pieces, with the
 * remainders on both sides and the neighbours that merge; only the difference is added or removed.
 */
export class Edit<F> {
  /** Regions and gaps that the trees gain; negative if they lose some. */
  moreRegions = 0;
  moreGaps = 0;
  /** Pages of the range that are mapped now. */
  mappedPages = 0;
  /** Regions that overlap the range: `run[first .. last)`; `run[0]` is room for a neighbour. */
  run = new Int32Array(8);
  first = 1;
  last = 1;
  private start = 0;
  private end = 0;
  private holes = 0;
  private isStartFree = false;
  private isEndFree = false;
  private isBeforeFree = false;
  private isAfterFree = false;
  private leftNeighbour = 0;
  private rightNeighbour = 0;
  /** The region behind the run, or END. */
  private behind = END;
  /** Regions cut by the range's ends, whose remainders stay. */
  private leftCut = 0;
  private rightCut = 0;
  private frees = true;
  /** Piece i: start, end, prot, flags at `[4i..]`; mapping and mark at `[2i..]`. */
  private values = new Float64Array(4 * 8);
  private records = new Int32Array(2 * 8);
  private count = 0;

  private readonly core: Core<F>;

  constructor(core: Core<F>) {
    this.core = core;
  }

  /**
   * Walks `[start, end)`.
   *
   * @param freedStart @param freedEnd a range outside that will have been freed when this edit is
   *   committed
   * @param parts is given the clipped part of every region in the range
   */
  begin(start: number, end: number, parts?: Part<F>[], freedStart = -1, freedEnd = -1): void {
    const { core } = this;
    const { regions } = core;
    this.start = start;
    this.end = end;
    this.first = 1;
    this.last = 1;
    this.count = 0;
    this.frees = true;
    regions.seek(start);
    const { before } = regions;
    const isCut = regions.end(before) > start;
    this.leftCut = isCut ? before : 0;
    this.leftNeighbour = before !== 0 && regions.end(before) === start ? before : 0;
    let node = isCut ? before : regions.after;
    let cursor = start;
    let holes = 0;
    let mapped = 0;
    this.isStartFree = !isCut && regions.start(node) > start;
    while (node !== END && regions.start(node) < end) {
      const from = Math.max(regions.start(node), start);
      if (from > cursor) holes++;
      this.addToRun(node);
      if (parts !== undefined) parts.push(core.part(node, start, end));
      cursor = regions.end(node);
      mapped += Math.min(cursor, end) - from;
      node = regions.next(node);
    }
    this.mappedPages = mapped;
    this.isEndFree = cursor < end;
    if (this.isEndFree) holes++;
    this.holes = holes;
    this.behind = node;
    this.rightCut = cursor > end ? this.run[this.last - 1]! : 0;
    this.rightNeighbour = cursor <= end && node !== END && regions.start(node) === end ? node : 0;
    if (start === freedEnd) {
      this.leftCut = 0;
      this.leftNeighbour = 0;
    }
    if (end === freedStart) {
      this.rightCut = 0;
      this.rightNeighbour = 0;
    }
    this.isBeforeFree = start > core.startPage && this.leftCut === 0 && this.leftNeighbour === 0;
    this.isAfterFree = end < core.endPage && this.rightCut === 0 && this.rightNeighbour === 0;
    if (this.leftCut !== 0) this.putRegion(before, regions.start(before), start);
  }

  get hasHoles(): boolean {
    return this.holes > 0;
  }

  /** Adds a piece of the new content; merges it with the one before where the policy says so. */
  put(start: number, end: number, prot: number, flags: number, mark: number, map: number): void {
    this.frees = false;
    if (this.count === 0 && this.leftNeighbour !== 0) {
      // It is put too, so that it merges if it is equal.
      this.first = 0;
      this.run[0] = this.leftNeighbour;
      this.putRegion(this.leftNeighbour, this.core.regions.start(this.leftNeighbour), start);
    }
    this.append(start, end, prot, flags, mark, map);
  }

  /** Adds a part of a present region, as it is. */
  putRegion(node: number, start: number, end: number): void {
    const { regions } = this.core;
    const prot = regions.prot(node);
    this.append(start, end, prot, regions.flags(node), regions.mark(node), regions.mapping(node));
  }

  /** Closes the list of pieces and counts. */
  finish(): void {
    const { regions } = this.core;
    if (this.rightCut !== 0) {
      this.putRegion(this.rightCut, this.end, regions.end(this.rightCut));
    } else if (this.rightNeighbour !== 0 && !this.frees) {
      this.putRegion(this.rightNeighbour, this.end, regions.end(this.rightNeighbour));
      this.addToRun(this.rightNeighbour);
      this.behind = regions.next(this.rightNeighbour);
    }
    this.moreRegions = this.count - (this.last - this.first);
    const before = this.isBeforeFree ? 1 : 0;
    const after = this.isAfterFree ? 1 : 0;
    if (this.frees) {
      this.moreGaps =
        1 - this.holes - (this.isStartFree ? 0 : before) - (this.isEndFree ? 0 : after);
    } else {
      this.moreGaps = (this.isStartFree ? before : 0) + (this.isEndFree ? after : 0) - this.holes;
    }
  }

  /**
   * Carries the plan out. The trees must be as they were at `begin`, with room for the nodes.
   *
   * @param kind what the journal says of pages that are mapped afterwards
   */
  commit(kind: 'map' | 'change' = 'map'): void {
    const { core, run, first, last, behind, count, values, records } = this;
    const { regions, gaps, mappings } = core;
    for (let i = 0; i < count; i++) mappings.retain(records[i * 2]!);
    for (let i = first; i < last; i++) mappings.drop(regions.mapping(run[i]!));
    let cursor = gaps.start(gaps.before(first < last ? run[first]! : behind));
    gaps.removeAll(run, count === 0 ? first : first + 1, last);
    for (let i = last - 1; i >= first + count; i--) regions.remove(run[i]!);
    for (let i = 0; i < count; i++) {
      const start = values[i * 4]!;
      const end = values[i * 4 + 1]!;
      const prot = values[i * 4 + 2]!;
      const flags = values[i * 4 + 3]!;
      const mark = records[i * 2 + 1]!;
      const mapping = records[i * 2]!;
      const isNew = first + i >= last;
      const node = isNew ? regions.allocate() : run[first + i]!;
      regions.write(node, start, end, prot, flags, mark, mapping);
      if (isNew) regions.insert(node, behind);
      else regions.remark(node);
      gaps.set(gaps.before(node), start - cursor);
      cursor = end;
    }
    gaps.set(gaps.before(behind), regions.start(behind) - cursor);
    core.mappedPages -= this.mappedPages;
    if (!this.frees) core.mappedPages += this.end - this.start;
    core.changed(this.frees ? 'unmap' : kind, this.start, this.end);
    this.trim();
  }

  private append(
    start: number,
    end: number,
    prot: number,
    flags: number,
    mark: number,
    map: number,
  ): void {
    if (this.count > 0) {
      const { values, records } = this;
      const last = this.count - 1;
      const merges =
        values[last * 4 + 1] === start &&
        values[last * 4 + 2] === prot &&
        values[last * 4 + 3] === flags &&
        records[last * 2 + 1] === mark &&
        this.core.continues(records[last * 2]!, map, start);
      if (merges) {
        values[last * 4 + 1] = end;
        return;
      }
    }
    const i = this.count++;
    if (i * 4 === this.values.length) this.growPieces();
    this.values[i * 4] = start;
    this.values[i * 4 + 1] = end;
    this.values[i * 4 + 2] = prot;
    this.values[i * 4 + 3] = flags;
    this.records[i * 2] = map;
    this.records[i * 2 + 1] = mark;
  }

  private addToRun(node: number): void {
    if (this.last === this.run.length) {
      const grown = new Int32Array(this.last * 2);
      grown.set(this.run);
      this.run = grown;
    }
    this.run[this.last++] = node;
  }

  private growPieces(): void {
    const values = new Float64Array(this.values.length * 2);
    const records = new Int32Array(this.records.length * 2);
    values.set(this.values);
    records.set(this.records);
    this.values = values;
    this.records = records;
  }

  /** An operation on very many regions does not keep its scratch memory. */
  private trim(): void {
    if (this.run.length > KEPT_ENTRIES) this.run = new Int32Array(8);
    if (this.records.length > KEPT_ENTRIES) {
      this.values = new Float64Array(4 * 8);
      this.records = new Int32Array(2 * 8);
    }
  }
}
