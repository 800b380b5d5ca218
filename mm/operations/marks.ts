import type { Core, Part } from '../core.js';
import type { Edit } from '../edit.js';
import type { UpdateFn } from '../types.js';

/** Marks every region as an original, and merges neighbours that differed in nothing else. */
export function markOriginal<F>(core: Core<F>, edit: Edit<F>): void {
  const { regions } = core;
  regions.markAll();
  let before = 0;
  let node = regions.first();
  while (node !== 0) {
    const start = regions.start(node);
    if (before !== 0 && regions.end(before) === start && core.areOne(before, node)) {
      // To put the region again as it is merges it with its neighbours on both sides.
      const mapping = regions.mappings[node]!;
      edit.begin(start, regions.end(node));
      edit.put(start, regions.end(node), regions.prot(node), regions.flags(node), 1, mapping);
      edit.finish();
      edit.commit('change');
      before = regions.seek(start); // and leaves the path there
    } else {
      before = node;
    }
    node = regions.next();
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
  let node = regions.seekNew(core.startPage);
  while (node !== 0) {
    // Neighbours go together.
    const start = regions.start(node);
    let end = start;
    while (node !== 0 && regions.mark(node) === 0 && regions.start(node) === end) {
      end = regions.end(node);
      node = regions.next();
    }
    edit.begin(start, end, parts);
    edit.finish();
    core.gaps.ensure(1);
    edit.commit();
    node = regions.seekNew(end);
  }
  core.reportParts(parts, onUnmap);
}
