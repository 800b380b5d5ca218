import type { GapInfo, MapAnyOptions, RegionInfo, RemapOptions } from '../../../mm/index.js';
import { Errno } from '../../../mm/index.js';

/** One call of a callback. */
export interface Told {
  start: number;
  length: number;
  info: RegionInfo<object>;
}

/** What an operation answered and told. */
export interface Outcome {
  result: number;
  told: Told[];
  moved: { from: number; to: number; length: number }[];
}

export interface ModelOptions {
  start: number;
  pages: number;
  pageSize: number;
  placement: 'bottom-up' | 'top-down';
  merge: 'mapping' | 'adjacent';
  maxRegions: number;
  mayAllocate: (nodes: number) => boolean;
}

interface Mapping {
  base: number;
  length: number;
  file: object | undefined;
  offset: number;
}

/** A mapped page. `offset` is the page's own in the file; only 'adjacent' looks at it. */
interface Cell {
  mapping: Mapping;
  offset: number;
  prot: number;
  flags: number;
  isOriginal: boolean;
}

type Cells = (Cell | undefined)[];

/**
 * An address space as one array cell per page: slow, and plainly right. Every operation works on a
 * copy of the cells, which is kept only if nothing refuses it.
 */
export class PageModel {
  cells: Cells;
  readonly options: ModelOptions;

  constructor(options: ModelOptions, cells: Cells = new Array(options.pages).fill(undefined)) {
    this.options = options;
    this.cells = cells;
  }

  mapAny(
    length: number,
    prot: number,
    flags: number,
    file: object | undefined,
    offset: number,
    options: MapAnyOptions = {},
  ): Outcome {
    const { pageSize } = this.options;
    const pages = this.pagesOf(length);
    const { hint, alignment = pageSize, guard = 0, range } = options;
    const isWrong =
      isBad(length) ||
      pages === 0 ||
      this.isBadOffset(offset, pages) ||
      isBad(alignment) ||
      alignment < pageSize ||
      alignment % pageSize !== 0 ||
      (BigInt(alignment) & (BigInt(alignment) - 1n)) !== 0n ||
      isBad(guard) ||
      (range !== undefined &&
        (this.isBadAddress(range.start) ||
          (range.end !== 2 ** 53 && this.isBadAddress(range.end)) ||
          range.end < range.start));
    if (isWrong) return answer(-Errno.EINVAL);
    const guardPages = this.pagesOf(guard);
    const fits = (page: number): boolean => {
      const address = this.address(page);
      return (
        address % alignment === 0 &&
        page >= 0 &&
        page + pages <= this.cells.length &&
        address >= (range?.start ?? 0) &&
        address + pages * pageSize <= (range?.end ?? Number.POSITIVE_INFINITY) &&
        this.isFree(page - guardPages, page + pages + guardPages)
      );
    };
    let place = hint === undefined ? undefined : (hint - this.options.start) / pageSize;
    if (place === undefined || !Number.isInteger(place) || !fits(place)) {
      const candidates = this.cells.map((_, page) => page).filter(fits);
      const placement = options.placement ?? this.options.placement;
      place = placement === 'top-down' ? candidates.at(-1) : candidates[0];
    }
    if (place === undefined) return answer(-Errno.ENOMEM);
    return this.placeNew(place, pages, prot, flags, file, offset);
  }

  mapAt(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: object | undefined,
    offset: number,
  ): Outcome {
    const page = this.pageOf(address, length);
    if (page < 0 || this.isBadOffset(offset, this.pagesOf(length))) return answer(-Errno.EINVAL);
    return this.placeNew(page, this.pagesOf(length), prot, flags, file, offset);
  }

  mapAtIfFree(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: object | undefined,
    offset: number,
  ): Outcome {
    const page = this.pageOf(address, length);
    const pages = this.pagesOf(length);
    if (page < 0 || this.isBadOffset(offset, pages)) return answer(-Errno.EINVAL);
    if (!this.isFree(page, page + pages)) return answer(-Errno.EEXIST);
    return this.placeNew(page, pages, prot, flags, file, offset);
  }

  unmap(address: number, length: number): Outcome {
    const page = this.pageOf(address, length);
    if (page < 0) return answer(-Errno.EINVAL);
    const end = page + this.pagesOf(length);
    const told = this.tell(page, end, () => true);
    return this.attempt(0, told, (cells) => cells.fill(undefined, page, end));
  }

  protect(address: number, length: number, prot: number): Outcome {
    return this.change(address, length, (cell) => ({ ...cell, prot }));
  }

  setFlags(address: number, length: number, set: number, clear: number): Outcome {
    const changed = (flags: number) =>
      Number(BigInt.asIntN(54, (BigInt(flags) & ~BigInt(clear)) | BigInt(set)));
    return this.change(address, length, (cell) => ({ ...cell, flags: changed(cell.flags) }));
  }

  remap(address: number, oldLength: number, newLength: number, o: RemapOptions<object>): Outcome {
    const { pageSize } = this.options;
    const oldPages = this.pagesOf(oldLength);
    const newPages = this.pagesOf(newLength);
    const isWrong =
      this.isBadAddress(address) || isBad(oldLength) || isBad(newLength) || !oldPages || !newPages;
    if (isWrong) return answer(-Errno.EINVAL);
    if (!o.mayMove && (o.keepOld || o.newAddr !== undefined)) return answer(-Errno.EINVAL);
    const oldEndAddress = address + oldPages * pageSize;
    if (o.newAddr !== undefined) {
      if (this.pageOf(o.newAddr, newLength) < 0) return answer(-Errno.EINVAL);
      const isApart = o.newAddr >= oldEndAddress || o.newAddr + newPages * pageSize <= address;
      if (!isApart) return answer(-Errno.EINVAL);
    }
    const page = (address - this.options.start) / pageSize;
    const end = page + oldPages;
    if (page < 0 || end > this.cells.length) return answer(-Errno.EFAULT);
    const old = this.cells.slice(page, end);
    const first = old[0];
    if (first === undefined) return answer(-Errno.EFAULT);
    const isOne =
      this.options.merge === 'mapping'
        ? old.every((cell) => cell?.mapping === first.mapping)
        : this.regionOf(page).endPage >= end;
    if (!isOne) return answer(-Errno.EFAULT);
    const offset = this.offsetOfPage(page);
    if (newPages > oldPages && offset > 2 ** 53 - newPages * pageSize) return answer(-Errno.EINVAL);
    const last = old.at(-1)!;

    if (o.newAddr === undefined && !o.keepOld) {
      if (newPages <= oldPages) {
        const told = this.tell(page + newPages, end, () => true);
        return this.attempt(address, told, (cells) => cells.fill(undefined, page + newPages, end));
      }
      if (page + newPages <= this.cells.length && this.isFree(end, page + newPages)) {
        return this.attempt(address, [], (cells) => this.extend(cells, last, end, page + newPages));
      }
      if (!o.mayMove) return answer(-Errno.ENOMEM);
    }
    let target = o.newAddr === undefined ? -1 : (o.newAddr - this.options.start) / pageSize;
    if (o.newAddr === undefined) {
      const starts = this.cells.map((_, i) => i).filter((i) => this.isFree(i, i + newPages));
      target = (this.options.placement === 'top-down' ? starts.at(-1) : starts[0]) ?? -1;
      if (target < 0) return answer(-Errno.ENOMEM);
    }
    const moved = Math.min(oldPages, newPages);
    const told = [
      ...this.tell(target, target + newPages, () => true),
      ...(o.keepOld ? [] : this.tell(page + moved, end, () => true)),
    ].sort((a, b) => a.start - b.start);
    const to = this.address(target);
    const mapping = { base: to, length: newPages * pageSize, file: first.mapping.file, offset };
    const outcome = this.attempt(to, told, (cells) => {
      if (!o.keepOld) cells.fill(undefined, page, end);
      for (let i = 0; i < newPages; i++) {
        const { prot, flags } = old[i] ?? last;
        const own = offset + i * pageSize;
        cells[target + i] = { mapping, offset: own, prot, flags, isOriginal: false };
      }
    });
    if (outcome.result < 0) return outcome;
    return { ...outcome, moved: [{ from: address, to, length: moved * pageSize }] };
  }

  markOriginal(): void {
    this.cells = this.cells.map((cell) => cell && { ...cell, isOriginal: true });
    this.settle(this.cells);
  }

  unmapNonOriginal(): Told[] {
    const told = this.tell(0, this.cells.length, (cell) => !cell.isOriginal);
    this.cells = this.cells.map((cell) => (cell?.isOriginal ? cell : undefined));
    return told;
  }

  reset(): void {
    this.cells = this.cells.map(() => undefined);
  }

  clone(): PageModel {
    return new PageModel(this.options, [...this.cells]);
  }

  queryPage(address: number): RegionInfo<object> | undefined {
    if (isBad(address)) return undefined;
    const page = Math.floor((address - this.options.start) / this.options.pageSize);
    return this.cells[page] === undefined ? undefined : this.info(page);
  }

  regions(): RegionInfo<object>[] {
    const found: RegionInfo<object>[] = [];
    for (let page = 0; page < this.cells.length; page++) {
      if (startsRegion(this.cells, page, this.options)) found.push(this.info(page));
    }
    return found;
  }

  gaps(): GapInfo[] {
    const found: GapInfo[] = [];
    for (let page = 0; page < this.cells.length; page++) {
      if (!startsGap(this.cells, page)) continue;
      let end = page;
      while (end < this.cells.length && this.cells[end] === undefined) end++;
      found.push({ start: this.address(page), end: this.address(end) });
    }
    return found;
  }

  /** Puts a new mapping over whatever is there. */
  private placeNew(
    page: number,
    pages: number,
    prot: number,
    flags: number,
    file: object | undefined,
    offset: number,
  ): Outcome {
    const { pageSize } = this.options;
    const base = this.address(page);
    const mapping = { base, length: pages * pageSize, file, offset };
    const told = this.tell(page, page + pages, () => true);
    return this.attempt(base, told, (cells) => {
      for (let i = 0; i < pages; i++) {
        const own = offset + i * pageSize;
        cells[page + i] = { mapping, offset: own, prot, flags, isOriginal: false };
      }
    });
  }

  private change(address: number, length: number, to: (cell: Cell) => Cell): Outcome {
    const page = this.pageOf(address, length);
    if (page < 0) return answer(-Errno.EINVAL);
    const end = page + this.pagesOf(length);
    if (this.cells.slice(page, end).includes(undefined)) return answer(-Errno.ENOMEM);
    const isChange = (cell: Cell) => to(cell).prot !== cell.prot || to(cell).flags !== cell.flags;
    return this.attempt(0, this.tell(page, end, isChange), (cells) => {
      for (let i = page; i < end; i++) cells[i] = to(cells[i]!);
    });
  }

  /** Grows the mapping of `last` over the free pages behind it. */
  private extend(cells: Cells, last: Cell, from: number, to: number): void {
    const { pageSize } = this.options;
    const old = last.mapping;
    const length = Math.max(old.length, this.address(to) - old.base);
    const mapping = { ...old, length };
    for (let i = 0; i < cells.length; i++) {
      if (cells[i]?.mapping === old) cells[i] = { ...cells[i]!, mapping };
    }
    for (let i = from; i < to; i++) {
      const offset = last.offset + (i - from + 1) * pageSize;
      cells[i] = { ...last, mapping, offset, isOriginal: false };
    }
  }

  /** Carries a change out on a copy, and keeps it if the counts are allowed. */
  private attempt(result: number, told: Told[], change: (cells: Cells) => void): Outcome {
    const { maxRegions, mayAllocate } = this.options;
    const after = [...this.cells];
    change(after);
    this.settle(after);
    const before = this.count(this.cells);
    const now = this.count(after);
    if (now.regions > before.regions && now.regions > maxRegions) return answer(-Errno.ENOMEM);
    const more = now.regions + now.gaps - before.regions - before.gaps;
    if (more > 0 && !mayAllocate(more)) return answer(-Errno.ENOMEM);
    this.cells = after;
    return { result, told, moved: [] };
  }

  private count(cells: Cells): { regions: number; gaps: number } {
    let regions = 0;
    let gaps = 0;
    for (let page = 0; page < cells.length; page++) {
      if (startsRegion(cells, page, this.options)) regions++;
      if (startsGap(cells, page)) gaps++;
    }
    return { regions, gaps };
  }

  /** Under 'adjacent' the pages of a region continue the offset of its first page. */
  private settle(cells: Cells): void {
    for (let page = 1; page < cells.length; page++) {
      const cell = cells[page];
      if (cell === undefined || startsRegion(cells, page, this.options)) continue;
      cells[page] = { ...cell, offset: cells[page - 1]!.offset + this.options.pageSize };
    }
  }

  /** What a callback is told of the pages in a range that `isChanged` picks: one part per region. */
  private tell(from: number, to: number, isChanged: (cell: Cell) => boolean): Told[] {
    const { pageSize } = this.options;
    const told: Told[] = [];
    for (let page = from; page < to; page++) {
      const cell = this.cells[page];
      if (cell === undefined || !isChanged(cell)) continue;
      const last = told.at(-1);
      if (last !== undefined && page !== from && !startsRegion(this.cells, page, this.options)) {
        last.length += pageSize;
      } else {
        told.push({ start: this.address(page), length: pageSize, info: this.info(page) });
      }
    }
    return told;
  }

  private regionOf(page: number): { startPage: number; endPage: number } {
    let startPage = page;
    while (!startsRegion(this.cells, startPage, this.options)) startPage--;
    let endPage = page + 1;
    while (this.cells[endPage] && !startsRegion(this.cells, endPage, this.options)) endPage++;
    return { startPage, endPage };
  }

  private info(page: number): RegionInfo<object> {
    const { startPage, endPage } = this.regionOf(page);
    const { mapping, prot, flags, offset } = this.cells[startPage]!;
    const start = this.address(startPage);
    const end = this.address(endPage);
    return this.options.merge === 'mapping'
      ? { start, end, prot, flags, ...mapping }
      : { start, end, base: start, length: end - start, prot, flags, file: mapping.file, offset };
  }

  private offsetOfPage(page: number): number {
    const { mapping, offset } = this.cells[page]!;
    return this.options.merge === 'adjacent'
      ? offset
      : mapping.offset + (this.address(page) - mapping.base);
  }

  private isFree(from: number, to: number): boolean {
    if (from < 0 || to > this.cells.length) return false;
    return this.cells.slice(from, to).every((cell) => cell === undefined);
  }

  private address(page: number): number {
    return this.options.start + page * this.options.pageSize;
  }

  private pagesOf(length: number): number {
    return Math.ceil(length / this.options.pageSize);
  }

  /** The page of a range that lies inside the space, else -1. */
  private pageOf(address: number, length: number): number {
    if (this.isBadAddress(address) || isBad(length) || length === 0) return -1;
    const page = (address - this.options.start) / this.options.pageSize;
    return page >= 0 && page + this.pagesOf(length) <= this.cells.length ? page : -1;
  }

  private isBadAddress(address: number): boolean {
    return isBad(address) || address % this.options.pageSize !== 0;
  }

  private isBadOffset(offset: number, pages: number): boolean {
    return isBad(offset) || offset > 2 ** 53 - pages * this.options.pageSize;
  }
}

function answer(result: number): Outcome {
  return { result, told: [], moved: [] };
}

function isBad(value: number): boolean {
  return !Number.isSafeInteger(value) || value < 0 || Object.is(value, -0);
}

function startsGap(cells: Cells, page: number): boolean {
  return cells[page] === undefined && (page === 0 || cells[page - 1] !== undefined);
}

function startsRegion(cells: Cells, page: number, options: ModelOptions): boolean {
  const cell = cells[page];
  const before = cells[page - 1];
  if (cell === undefined) return false;
  if (before === undefined) return true;
  if (cell.prot !== before.prot || cell.flags !== before.flags) return true;
  if (cell.isOriginal !== before.isOriginal) return true;
  if (options.merge === 'mapping') return cell.mapping !== before.mapping;
  if (cell.mapping.file !== before.mapping.file) return true;
  return cell.mapping.file !== undefined && cell.offset !== before.offset + options.pageSize;
}
