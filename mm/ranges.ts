import type { Core } from './core.js';
import type { GapInfo, RegionInfo } from './types.js';

/** The regions that overlap a range of bytes (all if none is given), ascending. */
export function* regionsOf<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): IterableIterator<RegionInfo<F>> {
  const { from, to } = pagesOfRange(core, range);
  let position = from;
  while (position < to) {
    const node = core.regions.seek(position);
    if (node === 0 || core.regions.start(node) >= to) return;
    position = core.regions.end(node);
    yield core.info(node);
  }
}

/** The free ranges that overlap a range of bytes (all if none is given), ascending. */
export function* gapsOf<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): IterableIterator<GapInfo> {
  const { gaps, pageSize } = core;
  const { from, to } = pagesOfRange(core, range);
  let node = gaps.seek(Math.floor(from));
  if (node === 0) node = gaps.seekKey(from);
  while (node !== 0 && gaps.start(node) < to) {
    const end = gaps.end(node);
    yield { start: gaps.start(node) * pageSize, end: end * pageSize };
    node = gaps.seekKey(end);
  }
}

/** Page numbers, with a fraction where the range's ends lie inside a page. */
function pagesOfRange<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): { from: number; to: number } {
  if (range === undefined) return { from: core.startPage, to: core.endPage };
  const from = Math.max(range.start / core.pageSize, core.startPage);
  const to = Math.min(range.end / core.pageSize, core.endPage);
  return from < to ? { from, to } : { from: 0, to: 0 };
}
