import { AvlTree } from './avl-tree.js';

/** Where a tree hangs while it is being joined: the left link of node 0. */
const SPARE_SLOT = 2;
const ROOT_SLOT = 3;

/** An AVL tree that drops a run of k neighbours in O(log n + k), by splitting and joining. */
export abstract class BulkAvlTree extends AvlTree {
  private readonly stack = new Int32Array(64);
  private splitBelow = 0;
  private splitAbove = 0;

  /** Removes and releases every node with `from <= key < to`. */
  removeKeys(from: number, to: number): void {
    const first = this.seekKey(from);
    if (first === 0 || this.keys[first << 1]! >= to) return;
    const depth = this.depth;
    const second = this.next();
    if (second === 0 || this.keys[second << 1]! >= to) {
      this.seekKey(from);
      this.detach(depth);
      this.release(first);
      return;
    }
    this.split(this.root, from);
    const below = this.splitBelow;
    this.split(this.splitAbove, to);
    const above = this.splitAbove;
    this.releaseAll(this.splitBelow);
    this.links[ROOT_SLOT] = above;
    if (below === 0) return;
    if (above === 0) this.links[ROOT_SLOT] = below;
    else {
      const middle = this.first();
      this.detach(this.depth);
      this.links[ROOT_SLOT] = this.join(below, middle, this.root);
    }
  }

  /** Splits a tree into the nodes below `key` and the rest. */
  private split(root: number, key: number): void {
    const { keys, links, stack } = this;
    let depth = 0;
    for (let node = root; node !== 0; ) {
      stack[depth++] = node;
      node = links[(node << 2) | (keys[node << 1]! < key ? 3 : 2)]!;
    }
    if (this.isCounting) this.visits += depth;
    let below = 0;
    let above = 0;
    while (depth > 0) {
      const node = stack[--depth]!;
      if (keys[node << 1]! < key) below = this.join(links[(node << 2) | 2]!, node, below);
      else above = this.join(above, node, links[(node << 2) | 3]!);
    }
    this.splitBelow = below;
    this.splitAbove = above;
  }

  /** Makes one tree of `left`, the single node `middle` and `right`, in key order. */
  private join(left: number, middle: number, right: number): number {
    const { links, heights, path } = this;
    const side = heights[left]! > heights[right]! ? 1 : 0;
    const low = side === 1 ? right : left;
    let node = side === 1 ? left : right;
    links[SPARE_SLOT] = node;
    path[0] = SPARE_SLOT;
    let depth = 0;
    while (heights[node]! > heights[low]! + 1) {
      const slot = (node << 2) | 2 | side;
      path[++depth] = slot;
      node = links[slot]!;
    }
    links[path[depth]!] = middle;
    links[(middle << 2) | 2 | side] = low;
    links[(middle << 2) | (3 - side)] = node;
    this.retrace(depth, 0);
    return links[SPARE_SLOT]!;
  }

  private releaseAll(root: number): void {
    const { links, stack } = this;
    stack[0] = root;
    for (let depth = 1; depth > 0; ) {
      const node = stack[--depth]!;
      const left = links[(node << 2) | 2]!;
      const right = links[(node << 2) | 3]!;
      if (left !== 0) stack[depth++] = left;
      if (right !== 0) stack[depth++] = right;
      this.release(node);
      if (this.isCounting) this.visits++;
    }
  }
}
