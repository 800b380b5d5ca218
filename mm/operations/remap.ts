import { type Core, isOffset, type Part } from '../core.js';
import { Edit } from '../edit.js';
import { Errno } from '../errno.js';
import type { RemapOptions } from '../types.js';

/** A piece of the old range, relative to its first page. */
interface Piece {
  from: number;
  to: number;
  prot: number;
  flags: number;
}

/** What is to be moved or resized, in pages. */
interface Source {
  page: number;
  oldPages: number;
  newPages: number;
  mapping: number;
  pieces: Piece[];
}

/** Shrinks, grows or moves a part of a mapping. */
export function remap<F>(
  core: Core<F>,
  edit: Edit<F>,
  address: number,
  oldLength: number,
  newLength: number,
  options: RemapOptions<F>,
): number {
  const page = core.pageAt(address);
  const oldPages = core.pagesOf(oldLength);
  const newPages = core.pagesOf(newLength);
  if (page < 0 || oldPages < 0 || newPages < 0) return -Errno.EINVAL;
  if (options === undefined || options === null) return -Errno.EINVAL;
  const { mayMove, newAddr, keepOld = false } = options;
  if (!mayMove && (keepOld || newAddr !== undefined)) return -Errno.EINVAL;
  let target = -1;
  if (newAddr !== undefined) {
    target = core.pageAt(newAddr);
    if (!core.isInside(target, newPages)) return -Errno.EINVAL;
    if (target < page + oldPages && page < target + newPages) return -Errno.EINVAL;
  }
  if (!core.isInside(page, oldPages)) return -Errno.EFAULT;
  const source = readSource(core, edit, page, oldPages, newPages);
  if (source === undefined) return -Errno.EFAULT;
  const newOffset = core.offsetAt(source.mapping, page);
  if (newPages > oldPages && !isOffset(newOffset, newPages * core.pageSize)) return -Errno.EINVAL;

  if (newAddr === undefined && !keepOld) {
    if (newPages === oldPages) return address;
    if (newPages < oldPages) return shrink(core, edit, source, options);
    const fits = core.isInside(page + oldPages, newPages - oldPages);
    if (fits && core.isFree(page + oldPages, page + newPages)) return grow(core, edit, source);
    if (!mayMove) return -Errno.ENOMEM;
  }
  if (newAddr === undefined) {
    const gap = core.gaps.fit(newPages, core.isTopDown ? 1 : 0);
    if (gap === 0) return -Errno.ENOMEM;
    target = core.isTopDown ? core.gaps.end(gap) - newPages : core.gaps.start(gap);
  }
  return move(core, edit, source, target, options);
}

/** The pieces of the old range, if it lies in one mapping and has no holes. */
function readSource<F>(
  core: Core<F>,
  edit: Edit<F>,
  page: number,
  oldPages: number,
  newPages: number,
): Source | undefined {
  const { regions } = core;
  const end = page + oldPages;
  edit.begin(page, end);
  if (edit.hasHoles) return undefined;
  // Under 'adjacent' each region is a mapping of its own.
  if (core.mergesAdjacent && edit.last - edit.first > 1) return undefined;
  const mapping = regions.mapping(edit.run[edit.first]!);
  const pieces: Piece[] = [];
  for (let i = edit.first; i < edit.last; i++) {
    const node = edit.run[i]!;
    if (regions.mapping(node) !== mapping) return undefined;
    pieces.push({
      from: Math.max(regions.start(node), page) - page,
      to: Math.min(regions.end(node), end) - page,
      prot: regions.prot(node),
      flags: regions.flags(node),
    });
  }
  return { page, oldPages, newPages, mapping, pieces };
}

function shrink<F>(
  core: Core<F>,
  edit: Edit<F>,
  source: Source,
  { onUnmap }: RemapOptions<F>,
): number {
  const { page, oldPages, newPages } = source;
  const parts: Part<F>[] = [];
  edit.begin(page + newPages, page + oldPages, parts);
  edit.finish();
  const refused = core.reserve(edit.moreRegions, edit.moreGaps);
  if (refused < 0) return refused;
  edit.commit();
  core.reportParts(parts, onUnmap);
  return page * core.pageSize;
}

/** Takes the free pages behind; they get what the last page has, but are no originals. */
function grow<F>(core: Core<F>, edit: Edit<F>, source: Source): number {
  const { mappings } = core;
  const { page, oldPages, newPages, mapping, pieces } = source;
  const { prot, flags } = pieces[pieces.length - 1]!;
  const end = page + newPages;
  edit.begin(page + oldPages, end);
  edit.put(page + oldPages, end, prot, flags, 0, mapping);
  edit.finish();
  const refused = core.reserve(edit.moreRegions, edit.moreGaps);
  if (refused < 0) return refused;
  edit.commit();
  const mappedPages = end - mappings.base(mapping);
  if (mappings.pages(mapping) < mappedPages) mappings.setPages(mapping, mappedPages);
  return page * core.pageSize;
}

function move<F>(
  core: Core<F>,
  edit: Edit<F>,
  source: Source,
  target: number,
  options: RemapOptions<F>,
): number {
  const { mappings, pageSize } = core;
  const { page, oldPages, newPages, mapping } = source;
  const { keepOld = false, onUnmap, onMove } = options;
  const movedPages = Math.min(oldPages, newPages);
  const oldEnd = page + oldPages;
  const newEnd = target + newPages;
  const dropped: Part<F>[] = [];
  const replaced: Part<F>[] = [];
  if (core.makeRoom(0, 1) < 0) return -Errno.ENOMEM;
  const offset = core.offsetAt(mapping, page);
  const newMapping = mappings.create(target, newPages, offset, mappings.file(mapping));

  const leave = new Edit(core);
  if (!keepOld) {
    if (movedPages < oldPages) leave.begin(page + movedPages, oldEnd, dropped);
    leave.begin(page, oldEnd);
    leave.finish();
    edit.begin(target, newEnd, replaced, page, oldEnd);
  } else {
    edit.begin(target, newEnd, replaced);
  }
  putPieces(edit, source, target, newMapping);
  edit.finish();
  // The first step may need room that the second gives back.
  let refused: number = -Errno.ENOMEM;
  try {
    if (core.makeRoom(leave.moreRegions, 0) === 0) {
      refused = core.reserve(leave.moreRegions + edit.moreRegions, leave.moreGaps + edit.moreGaps);
    }
  } finally {
    // Also where the function that is asked throws.
    if (refused < 0) mappings.discard(newMapping);
  }
  if (refused < 0) return refused;
  if (!keepOld) {
    leave.commit();
    // The neighbours are others now.
    edit.begin(target, newEnd);
    putPieces(edit, source, target, newMapping);
    edit.finish();
  }
  edit.commit();
  if (mappings.references(newMapping) === 0) mappings.discard(newMapping);

  const parts = page < target ? [...dropped, ...replaced] : [...replaced, ...dropped];
  core.reportParts(parts, onUnmap);
  if (typeof onMove === 'function') {
    core.report(() => onMove(page * pageSize, target * pageSize, movedPages * pageSize));
  }
  return target * pageSize;
}

/** The moved pieces at their new place; what is new behind them is like the last page. */
function putPieces<F>(edit: Edit<F>, source: Source, target: number, mapping: number): void {
  const { oldPages, newPages, pieces } = source;
  for (const { from, to, prot, flags } of pieces) {
    if (from >= newPages) break;
    const end = to === oldPages ? newPages : Math.min(to, newPages);
    edit.put(target + from, target + end, prot, flags, 0, mapping);
  }
}
