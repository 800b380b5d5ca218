import { type Core, isOffset, type Part } from '../core.js';
import type { Edit } from '../edit.js';
import { Errno } from '../errno.js';
import type { MapAnyOptions, UpdateFn } from '../types.js';
import { findPlace, INVALID, parseWish } from './place.js';

/** What a new mapping is made of. */
export interface Contents<F> {
  prot: number;
  flags: number;
  file: F | undefined;
  offset: number;
}

/** Maps where the policy and the options say. */
export function mapAny<F>(
  core: Core<F>,
  edit: Edit<F>,
  length: number,
  prot: number,
  flags: number,
  file: F | undefined,
  offset: number,
  options: MapAnyOptions | undefined,
): number {
  const pages = core.pagesOf(length);
  if (pages < 0 || !areContents(core, pages, prot, flags, offset)) return -Errno.EINVAL;
  const { gaps } = core;
  let page: number;
  if (options === undefined || options === null) {
    const gap = gaps.seekFit(pages, core.isTopDown ? 1 : 0);
    if (gap === 0) return -Errno.ENOMEM;
    page = core.isTopDown ? gaps.end(gap) - pages : gaps.start(gap);
    core.regions.seek(page);
    if (!mayMerge(core, page, page + pages, prot, flags)) {
      return placeInGap(core, gap, page, pages, prot, flags, file, offset);
    }
  } else {
    const wish = parseWish(core, pages, options);
    if (wish === INVALID) return -Errno.EINVAL;
    page = findPlace(gaps, wish);
    if (page < 0) return -Errno.ENOMEM;
  }
  return placeNew(core, edit, page, pages, prot, flags, file, offset, undefined);
}

/** Maps at an address, replacing what is there. */
export function mapAt<F>(
  core: Core<F>,
  edit: Edit<F>,
  address: number,
  length: number,
  prot: number,
  flags: number,
  file: F | undefined,
  offset: number,
  onUnmap: UpdateFn<F> | undefined,
): number {
  const page = core.pageAt(address);
  const pages = core.pagesOf(length);
  if (!core.isInside(page, pages) || !areContents(core, pages, prot, flags, offset)) {
    return -Errno.EINVAL;
  }
  return placeNew(core, edit, page, pages, prot, flags, file, offset, onUnmap);
}

/** Maps at an address if every page there is free. */
export function mapAtIfFree<F>(
  core: Core<F>,
  edit: Edit<F>,
  address: number,
  length: number,
  prot: number,
  flags: number,
  file: F | undefined,
  offset: number,
): number {
  const page = core.pageAt(address);
  const pages = core.pagesOf(length);
  if (!core.isInside(page, pages) || !areContents(core, pages, prot, flags, offset)) {
    return -Errno.EINVAL;
  }
  const gap = core.gaps.seek(page);
  if (gap === 0 || core.gaps.end(gap) - page < pages) return -Errno.EEXIST;
  return placeNew(core, edit, page, pages, prot, flags, file, offset, undefined);
}

function areContents<F>(
  core: Core<F>,
  pages: number,
  prot: number,
  flags: number,
  offset: number,
): boolean {
  return (
    Number.isSafeInteger(prot) &&
    Number.isSafeInteger(flags) &&
    isOffset(offset, pages * core.pageSize)
  );
}

/** If a new region might be one with a neighbour; `regions.seek(page)` came just before. */
function mayMerge<F>(
  core: Core<F>,
  page: number,
  end: number,
  prot: number,
  flags: number,
): boolean {
  if (!core.mergesAdjacent) return false;
  const { regions } = core;
  const { before, here } = regions;
  return (
    (before !== 0 && regions.end(before) === page && regions.looksLike(before, prot, flags)) ||
    (here !== 0 && regions.start(here) === end && regions.looksLike(here, prot, flags))
  );
}

/**
 * Maps pages of one gap, at the end of the gap tree's path, as a region that merges with none;
 * `regions.seek(page)` came just before.
 */
function placeInGap<F>(
  core: Core<F>,
  gap: number,
  page: number,
  pages: number,
  prot: number,
  flags: number,
  file: F | undefined,
  offset: number,
): number {
  const { gaps, regions, mappings } = core;
  const end = page + pages;
  const moreGaps = (page > gaps.start(gap) ? 1 : 0) + (end < gaps.end(gap) ? 1 : 0) - 1;
  const refused = core.reserve(1, moreGaps, 1);
  if (refused < 0) return refused;
  if (core.mayAllocate !== undefined) {
    // It may have looked around.
    gaps.seek(page);
    regions.seek(page);
  }
  const mapping = mappings.create(page, pages, offset, mappings.files.acquire(file));
  mappings.retain(mapping);
  gaps.takeHere(page, end);
  regions.addHere(page, end, prot, flags, 0, mapping);
  core.mappedPages += pages;
  core.changed('map', page, end);
  return page * core.pageSize;
}

function placeNew<F>(
  core: Core<F>,
  edit: Edit<F>,
  page: number,
  pages: number,
  prot: number,
  flags: number,
  file: F | undefined,
  offset: number,
  onUnmap: UpdateFn<F> | undefined,
): number {
  const { mappings } = core;
  const end = page + pages;
  const here = core.regions.seek(page);
  const isFree = here === 0 || core.regions.start(here) >= end;
  if (isFree && !mayMerge(core, page, end, prot, flags)) {
    const gap = core.gaps.seek(page);
    return placeInGap(core, gap, page, pages, prot, flags, file, offset);
  }
  const parts: Part<F>[] | undefined = onUnmap === undefined ? undefined : [];
  if (core.makeRoom(0, 0, 1) < 0) return -Errno.ENOMEM;
  edit.begin(page, end, parts);
  const mapping = mappings.create(page, pages, offset, mappings.files.acquire(file));
  edit.put(page, end, prot, flags, 0, mapping);
  edit.finish();
  let refused: number = -Errno.ENOMEM;
  try {
    refused = core.reserve(edit.moreRegions, edit.moreGaps);
  } finally {
    // Also where the function that is asked throws.
    if (refused < 0) mappings.discard(mapping);
  }
  if (refused < 0) return refused;
  edit.commit();
  // Merged into the region in front of it, whose record anchors both.
  if (mappings.references(mapping) === 0) mappings.discard(mapping);
  core.reportParts(parts, onUnmap);
  return page * core.pageSize;
}
