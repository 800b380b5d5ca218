import type { Core } from './core.js';
import type { GapInfo, RegionInfo } from './types.js';

/** The regions that overlap a range of bytes (all if none is given), ascending. */
export function* regionsOf<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): IterableIterator<RegionInfo<F>> {
  for (const node of nodesOf(core, 'regions', range)) yield core.info(node);
}

/** The free ranges that overlap a range of bytes (all if none is given), ascending. */
export function* gapsOf<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): IterableIterator<GapInfo> {
  const { pageSize } = core;
  for (const node of nodesOf(core, 'gaps', range)) {
    yield { start: core.gaps.start(node) * pageSize, end: core.gaps.end(node) * pageSize };
  }
}

/** After a change of the trees, which may be others then, the next node is sought anew. */
function* nodesOf<F>(
  core: Core<F>,
  kind: 'regions' | 'gaps',
  range: { start: number; end: number } | undefined,
): IterableIterator<number> {
  const { startPage, endPage, pageSize } = core;
  let position = range === undefined ? startPage : Math.max(startPage, range.start / pageSize);
  const to = range === undefined ? endPage : range.end / pageSize;
  core.startCounting();
  let version = -1;
  let node = 0;
  while (position < to) {
    const tree = core[kind];
    node = core.version === version ? tree.next(node) : tree.firstEndingAfter(position);
    if (node === tree.header || tree.start(node) >= to) return;
    version = core.version;
    position = tree.end(node);
    yield node;
  }
}
