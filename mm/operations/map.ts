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
  if (options === undefined && !core.mergesAdjacent) {
    const { gaps, isTopDown } = core;
    const gap = gaps.fit(pages, isTopDown ? 1 : 0);
    if (gap === 0) return -Errno.ENOMEM;
    const page = gaps.end(gap) - (isTopDown ? pages : gaps.pages(gap));
    return place(core, edit, gaps.behind(gap), page, pages, prot, flags, file, offset, undefined);
  }
  const wish = parseWish(core, pages, options ?? {});
  if (wish === INVALID) return -Errno.EINVAL;
  const page = findPlace(core, wish);
  if (page < 0) return -Errno.ENOMEM;
  return place(core, edit, 0, page, pages, prot, flags, file, offset, undefined);
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
  return place(core, edit, 0, page, pages, prot, flags, file, offset, onUnmap);
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
  if (!core.isFree(page, page + pages)) return -Errno.EEXIST;
  return place(core, edit, 0, page, pages, prot, flags, file, offset, undefined);
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

/**
 * Maps pages: directly as one new region where they are free and nothing merges, else by an edit.
 *
 * @param loneNext the region behind (or END) of pages that are known to be so, else 0
 */
function place<F>(
  core: Core<F>,
  edit: Edit<F>,
  loneNext: number,
  page: number,
  pages: number,
  prot: number,
  flags: number,
  file: F | undefined,
  offset: number,
  onUnmap: UpdateFn<F> | undefined,
): number {
  const { gaps, mappings, regions } = core;
  const end = page + pages;
  const next = loneNext || findLoneNext(core, page, end, prot, flags);
  let refused: number = -Errno.ENOMEM;
  if (next !== 0) {
    const gapEnd = regions.start(next);
    const moreGaps =
      Number(gapEnd - page < gaps.pages(gaps.before(next))) + Number(end < gapEnd) - 1;
    refused = core.reserve(1, moreGaps, 1);
    if (refused < 0) return refused;
    const mapping = mappings.create(page, pages, offset, file);
    mappings.retain(mapping);
    const region = regions.allocate();
    regions.write(region, page, end, prot, flags, 0, mapping);
    regions.insert(region, next);
    gaps.take(region, next);
    core.mappedPages += pages;
    core.changed('map', page, end);
    return page * core.pageSize;
  }
  const parts: Part<F>[] | undefined = onUnmap === undefined ? undefined : [];
  if (core.makeRoom(0, 1) < 0) return -Errno.ENOMEM;
  edit.begin(page, end, parts);
  const mapping = mappings.create(page, pages, offset, file);
  edit.put(page, end, prot, flags, 0, mapping);
  edit.finish();
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

/** The region behind (or END) of free pages where a new region merges with none, else 0. */
function findLoneNext<F>(
  core: Core<F>,
  page: number,
  end: number,
  prot: number,
  flags: number,
): number {
  if (!core.isFree(page, end)) return 0;
  const { before, after } = core.regions;
  if (!core.mergesAdjacent) return after;
  const { regions } = core;
  if (regions.end(before) === page && regions.looksLike(before, prot, flags)) return 0;
  return regions.start(after) === end && regions.looksLike(after, prot, flags) ? 0 : after;
}
