import type { Core } from './core.js';
import type { GapTree } from './trees/gap-tree.js';
import { END, type RegionTree } from './trees/region-tree.js';
import type { Violation } from './types.js';

type Found = Violation[];

/**
 * Recomputes every invariant from the children and keys alone. T1: key order, balance, parents, and
 * what is stored of balance and subtrees. T2: both trees together tile the space. T3: no two gaps touch, and neighbours
 * are merged exactly as the policy says. T4: all counts. T5: a region lies inside its mapping.
 */
export function checkSpace<F>(core: Core<F>): Violation[] {
  const found: Found = [];
  const regions = checkShape(core.regions, 'region', 0, found);
  const gaps = checkShape(core.gaps, 'gap', 8, found);
  // The rest would only repeat that a tree is no tree.
  if (regions === undefined || gaps === undefined) return found;
  checkMarks(core.regions, regions, found);
  checkLargest(core.gaps, gaps, found);
  const inRegions = regions.toSorted((a, b) => core.regions.start(a) - core.regions.start(b));
  const inGaps = gaps.toSorted((a, b) => core.gaps.start(a) - core.gaps.start(b));
  checkArena(core, inRegions, inGaps, found);
  checkTiling(core, inRegions, inGaps, found);
  checkMerging(core, inRegions, inGaps, found);
  checkCounts(core, inRegions, found);
  checkMappings(core, inRegions, found);
  return found;
}

/**
 * The nodes, parents before children; undefined if the links do not form a tree.
 *
 * @param place of such a node in its record
 */
function checkShape(
  tree: RegionTree | GapTree,
  kind: string,
  place: number,
  found: Found,
): number[] | undefined {
  const nodes: number[] = [];
  const seen = new Set([tree.header]);
  const waiting: { node: number; parent: number; low: number; high: number }[] = [];
  const visit = (node: number, parent: number, low: number, high: number) => {
    if (node !== 0) waiting.push({ node, parent, low, high });
  };
  const wrong = (node: number, what: string) => {
    found.push({ rule: 'T1', message: `${kind} node ${numberOf(node)}: ${what}` });
  };
  visit(tree.root, tree.header, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, parent, low, high } = next;
    const isNode = node > 0 && node < tree.words.length && (node & 15) === place;
    if (!isNode || seen.has(node)) {
      const message = `${kind} node ${numberOf(node)} is linked twice or nowhere`;
      found.push({ rule: 'T1', message });
      return undefined;
    }
    seen.add(node);
    nodes.push(node);
    const start = tree.start(node);
    if (!(start > low && start < high)) wrong(node, `page ${start} is out of order`);
    if (tree.parent(node) !== parent) {
      const stored = numberOf(tree.parent(node));
      wrong(node, `parent ${stored} is stored, ${numberOf(parent)} is right`);
    }
    visit(tree.child(node, 0), node, low, start);
    visit(tree.child(node, 1), node, start, high);
  }
  const heights = new Map<number, number>([[0, 0]]);
  for (const node of nodes.toReversed()) {
    const left = heights.get(tree.child(node, 0))!;
    const right = heights.get(tree.child(node, 1))!;
    heights.set(node, Math.max(left, right) + 1);
    if (tree.balance(node) !== right - left) {
      wrong(node, `balance ${tree.balance(node)} is stored, ${right - left} is right`);
    }
    if (Math.abs(left - right) > 1) wrong(node, `subtrees of heights ${left} and ${right}`);
  }
  if (tree.size !== nodes.length) {
    const message = `${kind} arena: ${nodes.length} nodes in the tree, ${tree.size} counted`;
    found.push({ rule: 'T4', message });
  }
  return nodes;
}

function checkLargest(gaps: GapTree, nodes: number[], found: Found): void {
  const real = new Map<number, number>([[0, 0]]);
  for (const node of nodes.toReversed()) {
    const left = real.get(gaps.child(node, 0))!;
    const right = real.get(gaps.child(node, 1))!;
    const largest = Math.max(gaps.pages(node), left, right);
    real.set(node, largest);
    const stored = gaps.largestBelow(node);
    if (stored !== largest) {
      const message = `gap node ${numberOf(node)}: largest ${stored} pages is stored, ${largest} is right`;
      found.push({ rule: 'T1', message });
    }
  }
}

function checkMarks(regions: RegionTree, nodes: number[], found: Found): void {
  const real = new Map<number, boolean>([[0, true]]);
  for (const node of nodes.toReversed()) {
    const left = real.get(regions.child(node, 0))!;
    const right = real.get(regions.child(node, 1))!;
    const isAllOriginal = regions.mark(node) === 1 && left && right;
    real.set(node, isAllOriginal);
    if (regions.isAllOriginal(node) !== isAllOriginal) {
      const stored = isAllOriginal ? 'is not' : 'is';
      const message = `region node ${numberOf(node)}: that its subtree ${stored} all original is stored`;
      found.push({ rule: 'T1', message });
    }
  }
}

/** The arena that both trees share: free records wait in a chain, and hold no gap. */
function checkArena(
  { regions, gaps }: { regions: RegionTree; gaps: GapTree },
  inRegions: number[],
  inGaps: number[],
  found: Found,
): void {
  if (!regions.isArenaWhole()) {
    found.push({ rule: 'T4', message: 'region arena: a record is lost, or used and free' });
  }
  const hasGap = new Set(inGaps);
  for (const node of [END, ...inRegions]) {
    const gap = gaps.before(node);
    if (hasGap.delete(gap) || gaps.pages(gap) === 0) continue;
    const message = `gap node ${numberOf(gap)}: its ${gaps.pages(gap)} pages are in no tree`;
    found.push({ rule: 'T4', message });
  }
  for (const node of hasGap) {
    found.push({
      rule: 'T4',
      message: `gap node ${numberOf(node)}: it stands in front of no region`,
    });
  }
}

function checkTiling<F>(core: Core<F>, regions: number[], gaps: number[], found: Found): void {
  const ranges = [
    ...regions.map((node) => ({ start: core.regions.start(node), end: core.regions.end(node) })),
    ...gaps.map((node) => ({ start: core.gaps.start(node), end: core.gaps.end(node) })),
  ].sort((a, b) => a.start - b.start);
  let cursor = core.startPage;
  for (const { start, end } of ranges) {
    if (start !== cursor || end <= start) {
      const message = `page ${cursor} should follow, but [${start}, ${end}) does`;
      found.push({ rule: 'T2', message });
    }
    cursor = end;
  }
  if (cursor !== core.endPage) {
    const message = `the trees end at page ${cursor}, the space at ${core.endPage}`;
    found.push({ rule: 'T2', message });
  }
}

function checkMerging<F>(core: Core<F>, inRegions: number[], inGaps: number[], found: Found): void {
  const { regions, gaps } = core;
  for (let i = 1; i < inGaps.length; i++) {
    if (gaps.end(inGaps[i - 1]!) === gaps.start(inGaps[i]!)) {
      found.push({ rule: 'T3', message: `gaps touch at page ${gaps.start(inGaps[i]!)}` });
    }
  }
  for (let i = 1; i < inRegions.length; i++) {
    const left = inRegions[i - 1]!;
    const right = inRegions[i]!;
    const page = regions.start(right);
    if (regions.end(left) === page && core.areOne(left, right)) {
      found.push({ rule: 'T3', message: `regions should be one at page ${page}` });
    }
  }
}

function checkCounts<F>(core: Core<F>, inRegions: number[], found: Found): void {
  const { regions, mappings } = core;
  let pages = 0;
  const references = new Map<number, number>();
  for (const node of inRegions) {
    pages += regions.end(node) - regions.start(node);
    const mapping = regions.mapping(node);
    references.set(mapping, (references.get(mapping) ?? 0) + 1);
  }
  if (pages !== core.mappedPages) {
    const message = `${core.mappedPages} mapped pages are counted, ${pages} are mapped`;
    found.push({ rule: 'T4', message });
  }
  const uses = new Map<number, number>();
  for (const [mapping, count] of references) {
    const file = mappings.fileNumber(mapping);
    if (file !== 0) uses.set(file, (uses.get(file) ?? 0) + 1);
    if (mappings.references(mapping) !== count) {
      const message = `mapping ${mapping}: ${mappings.references(mapping)} references are counted, ${count} regions refer to it`;
      found.push({ rule: 'T4', message });
    }
  }
  if (mappings.size !== references.size) {
    const message = `${mappings.size} mappings are held, ${references.size} are in use`;
    found.push({ rule: 'T4', message });
  }
  for (const [file, count] of uses) {
    if (mappings.files.usesOf(file) !== count) {
      const message = `file ${file}: ${mappings.files.usesOf(file)} uses are counted, ${count} mappings use it`;
      found.push({ rule: 'T4', message });
    }
  }
  if (mappings.files.size !== uses.size || !mappings.files.isWhole()) {
    const message = `${mappings.files.size} files are held, ${uses.size} are in use`;
    found.push({ rule: 'T4', message });
  }
}

function checkMappings<F>(core: Core<F>, inRegions: number[], found: Found): void {
  const { regions, mappings } = core;
  for (const node of inRegions) {
    const mapping = regions.mapping(node);
    const base = mappings.base(mapping);
    // Under 'adjacent' the record only anchors the offset, at or before the region.
    const end = core.mergesAdjacent ? core.endPage : base + mappings.pages(mapping);
    if (regions.start(node) < base || regions.end(node) > end) {
      const message = `region [${regions.start(node)}, ${regions.end(node)}) leaves its mapping [${base}, ${end})`;
      found.push({ rule: 'T5', message });
    }
  }
}

/** The number of a node's record, by which `snapshot` too calls it. */
function numberOf(node: number): number {
  return node >> 4;
}
