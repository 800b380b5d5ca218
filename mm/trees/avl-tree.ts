/** Enough for the tallest AVL tree of 2^31 nodes (45 levels) and the sentinel. */
const MAX_DEPTH = 64;
const INITIAL_CAPACITY = 16;
/** Where the root hangs: the right link of node 0. */
const ROOT_SLOT = 3;

/**
 * An AVL tree in typed arrays. A node is an index; 0 is "none", and at the same time the sentinel
 * whose right child is the root. Node n has its key at `keys[2n]` and its children at
 * `links[4n+2]` (left) and `links[4n+3]` (right): one record of 16 bytes, so that a descent
 * touches one cache line per level.
 *
 * A *slot* is the place of a link in `links`: slot >> 2 is the parent, slot & 1 the side. A descent
 * leaves its slots in `path[0..depth]`; `links[path[i]]` is the node at depth i.
 *
 * Subclasses add an augmentation: a value per node that depends on the node and its children.
 */
export abstract class AvlTree {
  keys: Float64Array;
  links: Int32Array;
  /** 0 for none, 1 for a leaf. */
  heights: Uint8Array;
  /** Nodes in use. */
  size = 0;
  readonly path = new Int32Array(MAX_DEPTH);
  depth = -1;
  /** Nodes visited, counted only while `isCounting`. */
  visits = 0;
  isCounting = false;
  protected capacity = INITIAL_CAPACITY;
  /** The highest index ever used; recycled ones are chained through their left links. */
  private highest = 0;
  private freeHead = 0;

  constructor() {
    const record = new ArrayBuffer(16 * (INITIAL_CAPACITY + 1));
    this.keys = new Float64Array(record);
    this.links = new Int32Array(record);
    this.heights = new Uint8Array(INITIAL_CAPACITY + 1);
  }

  get root(): number {
    return this.links[ROOT_SLOT]!;
  }

  /**
   * Stores a node's height and recomputes its augmentation from its own value and its children's.
   *
   * @returns false if both were stored like that already
   */
  protected abstract update(node: number, left: number, right: number, height: number): boolean;

  /** Gives `node` the stored height and augmentation of `from`, in whose place it stands. */
  protected abstract inherit(node: number, from: number): void;

  /** If there is room for `extra` more nodes. */
  hasRoom(extra: number): boolean {
    return this.size + extra <= this.capacity;
  }

  /** Makes room for `extra` more nodes. Throws RangeError where the host has no memory for it. */
  ensure(extra: number): void {
    if (this.hasRoom(extra)) return;
    let capacity = this.capacity;
    while (capacity < this.size + extra) capacity *= 2;
    this.resize(capacity);
  }

  /** Bytes of the arenas, used or not. */
  get arenaBytes(): number {
    return this.keys.byteLength + this.heights.byteLength;
  }

  /** Removes every node, and keeps the arenas. */
  clear(): void {
    this.links[ROOT_SLOT] = 0;
    this.size = 0;
    this.highest = 0;
    this.freeHead = 0;
  }

  /** If every node ever used is in the tree or waits to be recycled, and none is both. */
  isArenaWhole(): boolean {
    let unused = 0;
    for (let node = this.freeHead; node !== 0; node = this.links[(node << 2) | 2]!) {
      if (++unused > this.highest) return false;
    }
    return this.size + unused === this.highest;
  }

  /** A node's place in the tree, as plain data. */
  describe(node: number): { id: number; left: number; right: number; height: number } {
    const left = this.links[(node << 2) | 2]!;
    const right = this.links[(node << 2) | 3]!;
    return { id: node, left, right, height: this.heights[node]! };
  }

  /** The node with the lowest key, 0 if there is none. Leaves the path at it. */
  first(): number {
    this.path[0] = ROOT_SLOT;
    this.depth = 0;
    return this.descend();
  }

  /** The node after the one at the path's end, 0 if there is none. Moves the path there. */
  next(): number {
    const { links, path } = this;
    const slot = path[this.depth]!;
    const right = (links[slot]! << 2) | 3;
    if (links[right] !== 0) {
      path[++this.depth] = right;
      return this.descend();
    }
    let depth = this.depth;
    while (depth >= 0 && (path[depth]! & 1) === 1) depth--;
    if (this.isCounting) this.visits += this.depth - depth + 1;
    this.depth = depth - 1;
    return depth < 0 ? 0 : path[depth]! >> 2;
  }

  /**
   * The node with the lowest key >= `key`, 0 if there is none. Leaves the path at it.
   */
  seekKey(key: number): number {
    const { keys, links, path } = this;
    let found = -1;
    let depth = 0;
    let slot = ROOT_SLOT;
    for (let node = links[slot]!; node !== 0; node = links[slot]!) {
      path[depth] = slot;
      if (keys[node << 1]! < key) slot = (node << 2) | 3;
      else {
        found = depth;
        slot = (node << 2) | 2;
      }
      depth++;
    }
    if (this.isCounting) this.visits += depth;
    this.depth = found;
    return found < 0 ? 0 : links[path[found]!]!;
  }

  /** Takes the arenas' contents from a tree of the same kind. */
  protected copyFrom(other: AvlTree): void {
    const record = other.keys.buffer.slice(0) as ArrayBuffer;
    this.keys = new Float64Array(record);
    this.links = new Int32Array(record);
    this.heights = other.heights.slice();
    this.size = other.size;
    this.isCounting = other.isCounting;
    this.capacity = other.capacity;
    this.highest = other.highest;
    this.freeHead = other.freeHead;
  }

  /** Grows every array, all or none. Subclasses grow theirs first. */
  protected resize(capacity: number): void {
    const record = new ArrayBuffer(16 * (capacity + 1));
    const heights = new Uint8Array(capacity + 1);
    const links = new Int32Array(record);
    links.set(this.links);
    heights.set(this.heights);
    this.keys = new Float64Array(record);
    this.links = links;
    this.heights = heights;
    this.capacity = capacity;
  }

  /** A node with the given key, not yet in the tree. Call `ensure` before. */
  protected allocate(key: number): number {
    let node = this.freeHead;
    if (node !== 0) this.freeHead = this.links[(node << 2) | 2]!;
    else node = ++this.highest;
    this.keys[node << 1] = key;
    this.size++;
    return node;
  }

  protected release(node: number): void {
    this.links[(node << 2) | 2] = this.freeHead;
    this.freeHead = node;
    this.size--;
  }

  /**
   * Hangs `node` as a leaf into the empty slot at `path[depth]` and rebalances. Nodes down to
   * depth `changed` have other values than their stored augmentation says.
   */
  protected attach(node: number, depth: number, changed = 0x7fffffff): void {
    const { links } = this;
    links[(node << 2) | 2] = 0;
    links[(node << 2) | 3] = 0;
    this.update(node, 0, 0, 1);
    links[this.path[depth]!] = node;
    this.retrace(depth - 1, changed);
  }

  /** Takes the node at `path[depth]` out of the tree and rebalances; does not release it. */
  protected detach(depth: number): void {
    const { links, path } = this;
    const slot = path[depth]!;
    const node = links[slot]!;
    const left = links[(node << 2) | 2]!;
    const right = links[(node << 2) | 3]!;
    if (left === 0 || right === 0) {
      links[slot] = left + right;
      this.retrace(depth - 1);
      return;
    }
    // The nearest node of the taller side takes the place.
    const side = this.heights[left]! > this.heights[right]! ? 0 : 1;
    let last = depth + 1;
    path[last] = (node << 2) | 2 | side;
    let heir = links[path[last]!]!;
    for (;;) {
      const inner = (heir << 2) | (3 - side);
      const child = links[inner]!;
      if (child === 0) break;
      path[++last] = inner;
      heir = child;
    }
    if (this.isCounting) this.visits += last - depth;
    links[path[last]!] = links[(heir << 2) | 2 | side]!;
    links[(heir << 2) | 2] = links[(node << 2) | 2]!;
    links[(heir << 2) | 3] = links[(node << 2) | 3]!;
    this.inherit(heir, node);
    links[slot] = heir;
    path[depth + 1] = (heir << 2) | 2 | side;
    this.retrace(last - 1, depth);
  }

  /**
   * Restores heights, balance and augmentation from `path[depth]` up to the root. Stops where
   * nothing changes any more, but not below depth `changed`, where a node's own value changed.
   */
  protected retrace(depth: number, changed = 0x7fffffff): void {
    const { links, heights, path } = this;
    let level = depth;
    for (; level >= 0; level--) {
      const slot = path[level]!;
      const node = links[slot]!;
      const left = links[(node << 2) | 2]!;
      const right = links[(node << 2) | 3]!;
      const leftHeight = heights[left]!;
      const rightHeight = heights[right]!;
      if (leftHeight > rightHeight + 1) this.rebalance(slot, 0);
      else if (rightHeight > leftHeight + 1) this.rebalance(slot, 1);
      else {
        const height = (leftHeight > rightHeight ? leftHeight : rightHeight) + 1;
        if (!this.update(node, left, right, height) && level <= changed) break;
      }
    }
    if (this.isCounting) this.visits += depth - level;
  }

  /** Rotates the node at `slot`, whose child on `side` is two levels taller than the other. */
  protected rebalance(slot: number, side: number): void {
    const { links, heights } = this;
    const heavy = (links[slot]! << 2) | 2 | side;
    const child = links[heavy]!;
    const outer = heights[links[(child << 2) | 2 | side]!]!;
    const inner = heights[links[(child << 2) | (3 - side)]!]!;
    if (outer < inner) this.rotate(heavy, 1 - side);
    this.rotate(slot, side);
  }

  /** Lifts the child on `side` of the node at `slot` into its place. */
  private rotate(slot: number, side: number): void {
    const { links } = this;
    const node = links[slot]!;
    const child = links[(node << 2) | 2 | side]!;
    links[(node << 2) | 2 | side] = links[(child << 2) | (3 - side)]!;
    links[(child << 2) | (3 - side)] = node;
    links[slot] = child;
    this.refresh(node);
    this.refresh(child);
  }

  private refresh(node: number): void {
    const { links, heights } = this;
    const left = links[(node << 2) | 2]!;
    const right = links[(node << 2) | 3]!;
    this.update(node, left, right, Math.max(heights[left]!, heights[right]!) + 1);
  }

  /** Goes to the lowest key below the path's end. */
  private descend(): number {
    const { links, path } = this;
    let depth = this.depth;
    let node = links[path[depth]!]!;
    if (node === 0) return 0;
    for (;;) {
      const slot = (node << 2) | 2;
      const child = links[slot]!;
      if (child === 0) break;
      path[++depth] = slot;
      node = child;
    }
    if (this.isCounting) this.visits += depth - this.depth + 1;
    this.depth = depth;
    return node;
  }
}
