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
  edit.begin(page, page + pages, parts);
  if (edit.mappedPages === 0) return 0;
  edit.finish();
  const refused = core.reserve(edit.moreRegions, edit.moreGaps);
  if (refused < 0) return refused;
  edit.commit();
  core.reportParts(parts, onUnmap);
  return 0;
}
