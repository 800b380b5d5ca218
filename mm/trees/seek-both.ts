import type { GapTree } from './gap-tree.js';
import type { RegionTree } from './region-tree.js';

const ROOT_SLOT = 3;

/**
 * The region that starts at the page `start`, as `regions.seekStartFrom` finds it, and where its
 * `[start, end)` meets gaps, as `gaps.seekRelease` does. If there is no such region (0), what is
 * left of the gaps is of no use.
 *
 * Both descents go on in one loop, without a branch on the gaps' keys, so that the processor waits
 * for the memory of both at once: in large trees most of the time is that of cache misses.
 */
export function seekBoth(regions: RegionTree, gaps: GapTree, start: number, end: number): number {
  const regionKeys = regions.keys;
  const regionLinks = regions.links;
  const regionPath = regions.path;
  const { keys, links, path } = gaps;
  let regionSlot = ROOT_SLOT;
  let slot = ROOT_SLOT;
  let region = regionLinks[regionSlot]!;
  let gap = links[slot]!;
  // Depths of the last turns to the right and to the left among the gaps, plus 1.
  let before = 0;
  let after = 0;
  let depth = 0;
  while (gap !== 0 && region !== 0) {
    regionPath[depth] = regionSlot;
    path[depth] = slot;
    const key = regionKeys[region << 1]!;
    if (key === start) break;
    depth++;
    regionSlot = ((region << 2) | 2) + Number(key < start);
    region = regionLinks[regionSlot]!;
    const isRight = Number(keys[gap << 1]! < start);
    before += (depth - before) & -isRight;
    after += (depth - after) & (isRight - 1);
    slot = ((gap << 2) | 2) + isRight;
    gap = links[slot]!;
  }
  const found = regions.seekStartFrom(start, depth, regionSlot);
  if (found !== 0) gaps.seekReleaseFrom(start, end, depth, slot, before, after);
  else if (gaps.isCounting) gaps.visits += depth;
  return found;
}
