import type { Core } from './core.js';
import type { GapTree } from './trees/gap-tree.js';
import type { RegionTree } from './trees/region-tree.js';
import type { GapInfo, RegionInfo } from './types.js';

/** How many nodes are looked up at once; fewer at first, for those who want only one. */
const FIRST_BATCH = 4;
const LARGEST_BATCH = 64;

/** The regions that overlap a range of bytes (all if none is given), ascending. */
export function* regionsOf<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): IterableIterator<RegionInfo<F>> {
  for (const node of nodesOf(core, core.regions, range)) yield core.info(node);
}

/** The free ranges that overlap a range of bytes (all if none is given), ascending. */
export function* gapsOf<F>(
  core: Core<F>,
  range: { start: number; end: number } | undefined,
): IterableIterator<GapInfo> {
  const { gaps, pageSize } = core;
  for (const node of nodesOf(core, gaps, range)) {
    yield { start: gaps.start(node) * pageSize, end: gaps.end(node) * pageSize };
  }
}

/** Looks nodes up in batches; after a change of the trees the rest is looked up anew. */
function* nodesOf<F>(
  core: Core<F>,
  tree: RegionTree | GapTree,
  range: { start: number; end: number } | undefined,
): IterableIterator<number> {
  const from = range === undefined ? core.startPage : range.start / core.pageSize;
  const to = range === undefined ? core.endPage : range.end / core.pageSize;
  core.startCounting();
  let position = from;
  let size = FIRST_BATCH;
  while (position < to) {
    const batch: number[] = [];
    for (let node = tree.seekEndingAfter(position); node !== 0; node = tree.next()) {
      if (tree.start(node) >= to || batch.length === size) break;
      batch.push(node);
    }
    if (batch.length === 0) return;
    const version = core.version;
    for (const node of batch) {
      if (core.version !== version) break;
      position = tree.end(node);
      yield node;
    }
    size = Math.min(size * 2, LARGEST_BATCH);
  }
}
