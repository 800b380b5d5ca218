import type { Core } from './core.js';
import type { RegionInfo } from './types.js';

/** A node of either tree. Ids are arena indexes; 0 is none. */
export interface TreeNode {
  id: number;
  left: number;
  right: number;
  /** 1 for a leaf. */
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
  for (let node = regions.first(); node !== 0; node = regions.next()) {
    regionNodes.push({
      ...regions.describe(node),
      ...core.info(node),
      isOriginal: regions.mark(node) === 1,
      isAllOriginal: regions.isAllOriginal(node),
    });
  }
  const gapNodes: GapNode[] = [];
  for (let node = gaps.first(); node !== 0; node = gaps.next()) {
    gapNodes.push({
      ...gaps.describe(node),
      start: gaps.start(node) * pageSize,
      end: gaps.end(node) * pageSize,
      largest: gaps.largestBelow(node) * pageSize,
    });
  }
  return {
    start: core.startPage * pageSize,
    end: core.endPage * pageSize,
    pageSize,
    regions: { root: regions.root, nodes: regionNodes },
    gaps: { root: gaps.root, nodes: gapNodes },
  };
}
