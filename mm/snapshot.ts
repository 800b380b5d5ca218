import type { Core } from './core.js';
import type { AvlTree } from './trees/avl-tree.js';
import type { RegionInfo } from './types.js';

/** A node of either tree. Ids are numbers of records; 0 is none. */
export interface TreeNode {
  id: number;
  left: number;
  right: number;
  /** 1 for a leaf; as the balances say that are stored. */
  height: number;
}

export interface RegionNode<F> extends TreeNode, RegionInfo<F> {
  isOriginal: boolean;
  /** The augmentation: every region of this subtree is an original. */
  isAllOriginal: boolean;
}

export interface GapNode extends TreeNode {
  start: number;
  end: number;
  /** The augmentation: bytes of the largest gap of this subtree. */
  largest: number;
}

/** Both trees as plain data, nodes in ascending order, all addresses in bytes. */
export interface Snapshot<F> {
  start: number;
  end: number;
  pageSize: number;
  regions: { root: number; nodes: RegionNode<F>[] };
  gaps: { root: number; nodes: GapNode[] };
}

export function takeSnapshot<F>(core: Core<F>): Snapshot<F> {
  const { regions, gaps, pageSize } = core;
  const regionNodes: RegionNode<F>[] = [];
  for (let node = regions.first(); node !== regions.header; node = regions.next(node)) {
    regionNodes.push({
      ...describe(regions, node),
      ...core.info(node),
      isOriginal: regions.mark(node) === 1,
      isAllOriginal: regions.isAllOriginal(node),
    });
  }
  const gapNodes: GapNode[] = [];
  for (let node = gaps.first(); node !== gaps.header; node = gaps.next(node)) {
    gapNodes.push({
      ...describe(gaps, node),
      start: gaps.start(node) * pageSize,
      end: gaps.end(node) * pageSize,
      largest: gaps.largestBelow(node) * pageSize,
    });
  }
  return {
    start: core.startPage * pageSize,
    end: core.endPage * pageSize,
    pageSize,
    regions: { root: regions.root >> 4, nodes: regionNodes },
    gaps: { root: gaps.root >> 4, nodes: gapNodes },
  };
}

/** A node's place in its tree. */
function describe(tree: AvlTree, node: number): TreeNode {
  let height = 0;
  for (let at = node; at !== 0; at = tree.child(at, tree.balance(at) < 0 ? 0 : 1)) height++;
  const left = tree.child(node, 0) >> 4;
  return { id: node >> 4, left, right: tree.child(node, 1) >> 4, height };
}
