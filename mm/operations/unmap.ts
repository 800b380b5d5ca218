import type { Core, Part } from '../core.js';
import type { Edit } from '../edit.js';
import { Errno } from '../errno.js';
import { seekBoth } from '../trees/seek-both.js';
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
  if (onUnmap === undefined) {
    const node = seekBoth(core.regions, core.gaps, page, page + pages);
    if (node !== 0 && core.regions.end(node) === page + pages) {
      return unmapRegion(core, node, page, page + pages);
    }
  }
  const parts: Part<F>[] | undefined = onUnmap === undefined ? undefined : [];
  edit.begin(page, page + pages, parts);
  if (edit.mappedPages === 0) return 0;
  edit.finish();
  const refused = core.reserve(edit.moreRegions, edit.moreGaps);
  if (refused < 0) return refused;
  edit.commit();
  core.reportParts(parts, onUnmap);
  return 0;
}

/** Unmaps one whole region, which `seekBoth` has just found: no node more is needed. */
function unmapRegion<F>(core: Core<F>, node: number, start: number, end: number): number {
  const { gaps, regions, mappings } = core;
  if (core.makeRoom(0, 1) < 0) return -Errno.ENOMEM;
  mappings.drop(regions.mappings[node]!);
  regions.removeHere();
  gaps.releaseHere(start, end);
  core.mappedPages -= end - start;
  core.changed('unmap', start, end);
  return 0;
}
