import type { Core, Part } from '../core.js';
import type { Edit } from '../edit.js';
import { Errno } from '../errno.js';
import type { UpdateFn } from '../types.js';

/** Unmaps what is mapped in a range. */
export function unmap<F>(
  core: Core<F>,
  edit: Edit<F>,
  address: number,
  length: number,
  onUnmap: UpdateFn<F> | undefined,
): number {
  const page = core.pageAt(address);
  const pages = core.pagesOf(length);
  if (!core.isInside(page, pages)) return -Errno.EINVAL;
  const parts: Part<F>[] | undefined = onUnmap === undefined ? undefined : [];
  const { regions } = core;
  regions.seek(page + 1);
  const { before } = regions;
  let result = 0;
  if (before !== 0 && regions.start(before) === page && regions.end(before) === page + pages) {
    parts?.push(core.part(before, page, page + pages));
    unmapRegion(core, before, regions.after);
  } else {
    result = unmapPieces(core, edit, page, page + pages, parts);
  }
  if (parts !== undefined) core.reportParts(parts, onUnmap);
  return result;
}

/** Unmaps what is not just one whole region. */
function unmapPieces<F>(
  core: Core<F>,
  edit: Edit<F>,
  start: number,
  end: number,
  parts: Part<F>[] | undefined,
): number {
  edit.begin(start, end, parts);
  if (edit.mappedPages === 0) return 0;
  edit.finish();
  const refused = core.reserve(edit.moreRegions, edit.moreGaps);
  if (refused < 0) {
    if (parts !== undefined) parts.length = 0;
    return refused;
  }
  edit.commit();
  return 0;
}

/** Unmaps one whole region in front of `next` (or END), for which no node more is needed. */
function unmapRegion<F>(core: Core<F>, region: number, next: number): void {
  const { gaps, regions, mappings } = core;
  const start = regions.start(region);
  const end = regions.end(region);
  mappings.drop(regions.mapping(region));
  gaps.give(region, next);
  regions.remove(region);
  core.mappedPages -= end - start;
  core.changed('unmap', start, end);
}
