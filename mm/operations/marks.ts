import type { Core, Part } from '../core.js';
import type { Edit } from '../edit.js';
import { END } from '../trees/region-tree.js';
import type { UpdateFn } from '../types.js';

/** Marks every region as an original, and merges neighbours that differed in nothing else. */
export function markOriginal<F>(core: Core<F>, edit: Edit<F>): void {
  const { regions } = core;
  regions.markAll();
  let before = 0;
  let node = regions.first();
  while (node !== END) {
    const start = regions.start(node);
    if (before !== 0 && regions.end(before) === start && core.areOne(before, node)) {
      // To put the region again as it is merges it into the one in front, with the one behind.
      const mapping = regions.mapping(node);
      edit.begin(start, regions.end(node));
      edit.put(start, regions.end(node), regions.prot(node), regions.flags(node), 1, mapping);
      edit.finish();
      edit.commit('change');
    } else {
      before = node;
    }
    node = regions.next(before);
  }
  core.changed('change', core.startPage, core.endPage);
}

/** Unmaps every region that is not an original. */
export function unmapNonOriginal<F>(
  core: Core<F>,
  edit: Edit<F>,
  onUnmap: UpdateFn<F> | undefined,
): void {
  const { regions } = core;
  const parts: Part<F>[] | undefined = onUnmap === undefined ? undefined : [];
  for (let node = regions.firstNew(); node !== 0; node = regions.firstNew()) {
    // Neighbours go together.
    const start = regions.start(node);
    let end = start;
    while (node !== END && regions.mark(node) === 0 && regions.start(node) === end) {
      end = regions.end(node);
      node = regions.next(node);
    }
    edit.begin(start, end, parts);
    edit.finish();
    edit.commit();
  }
  core.reportParts(parts, onUnmap);
}
