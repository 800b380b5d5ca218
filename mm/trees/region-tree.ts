import { BulkAvlTree } from './bulk-avl-tree.js';

const ORIGINAL = 1;
const ALL_ORIGINAL = 2;

/**
 * The allocated regions, which are disjoint. The key is a region's first page. Every node knows if
 * all regions of its subtree are marked as original.
 */
export class RegionTree extends BulkAvlTree {
  /** Node n: end page, prot and flags at `values[3n]`, `[3n+1]`, `[3n+2]`. */
  values = new Float64Array(3 * (this.capacity + 1));
  /** The mapping record of node n. */
  mappings = new Int32Array(this.capacity + 1);
  /** Bit 0: this region is an original. Bit 1: so are all of its subtree, and of no subtree. */
  marks = new Uint8Array(this.capacity + 1).fill(ALL_ORIGINAL, 0, 1);
  /** Left by `seek`: the last region that ends at or before the sought page, 0 if none. */
  before = 0;
  /** Left by `seek` where it found the page free: the region behind, 0 if none. */
  here = 0;

  override get arenaBytes(): number {
    return (
      super.arenaBytes + this.values.byteLength + this.mappings.byteLength + this.marks.byteLength
    );
  }

  start(node: number): number {
    return this.keys[node << 1]!;
  }

  end(node: number): number {
    return this.values[Math.imul(node, 3)]!;
  }

  prot(node: number): number {
    return this.values[Math.imul(node, 3) + 1]!;
  }

  flags(node: number): number {
    return this.values[Math.imul(node, 3) + 2]!;
  }

  /** If a region that is no original has these values. */
  looksLike(node: number, prot: number, flags: number): boolean {
    const { values } = this;
    return (
      values[Math.imul(node, 3) + 1] === prot &&
      values[Math.imul(node, 3) + 2] === flags &&
      this.mark(node) === 0
    );
  }

  /** 1 for an original, else 0. */
  mark(node: number): number {
    return this.marks[node]! & ORIGINAL;
  }

  isAllOriginal(node: number): boolean {
    return (this.marks[node]! & ALL_ORIGINAL) !== 0;
  }

  clone(): RegionTree {
    const copy = new RegionTree();
    copy.copyFrom(this);
    copy.values = this.values.slice();
    copy.mappings = this.mappings.slice();
    copy.marks = this.marks.slice();
    return copy;
  }

  /** The region that contains a page, 0 if there is none. Leaves the path alone. */
  find(page: number): number {
    const { keys, links, values } = this;
    let found = 0;
    let visits = 0;
    for (let node = links[3]!; node !== 0; visits++) {
      if (keys[node << 1]! <= page) {
        found = node;
        node = links[(node << 2) | 3]!;
      } else {
        node = links[(node << 2) | 2]!;
      }
    }
    if (this.isCounting) this.visits += visits;
    return found !== 0 && values[Math.imul(found, 3)]! > page ? found : 0;
  }

  /**
   * The first region that ends after `page`, 0 if there is none. Leaves the path at it, and in
   * `before` the region in front of it, unless the found one begins before `page`.
   */
  seek(page: number): number {
    const { keys, links, path, values } = this;
    let before = -1;
    let after = -1;
    let depth = 0;
    let slot = 3;
    for (let node = links[slot]!; node !== 0; node = links[slot]!) {
      path[depth] = slot;
      if (keys[node << 1]! < page) {
        before = depth;
        slot = (node << 2) | 3;
      } else {
        after = depth;
        slot = (node << 2) | 2;
      }
      depth++;
    }
    path[depth] = slot;
    if (this.isCounting) this.visits += depth;
    this.before = 0;
    if (before >= 0) {
      const node = links[path[before]!]!;
      if (values[Math.imul(node, 3)]! > page) {
        this.depth = before;
        return node;
      }
      this.before = node;
    }
    this.depth = after;
    this.emptyDepth = depth;
    this.here = after < 0 ? 0 : links[path[after]!]!;
    return this.here;
  }

  /**
   * The region that starts at a page, sought from the slot at a depth on, which a descent towards
   * that page has reached; 0 if there is none. Leaves the path at it.
   */
  seekStartFrom(page: number, from: number, at: number): number {
    const { keys, links, path } = this;
    let depth = from;
    let slot = at;
    let node = links[slot]!;
    while (node !== 0) {
      path[depth] = slot;
      const key = keys[node << 1]!;
      if (key === page) break;
      slot = (node << 2) | (key < page ? 3 : 2);
      node = links[slot]!;
      depth++;
    }
    if (this.isCounting) this.visits += depth + 1;
    this.depth = depth;
    return node;
  }

  /** The first region that ends after a position, 0 if there is none. Leaves the path at it. */
  seekEndingAfter(position: number): number {
    return this.seek(position);
  }

  /** Left by `seek` where it found the page free: depth of the slot where a region there hangs. */
  private emptyDepth = 0;

  /** Adds a region where `seek(start)` has just been, in free space. */
  addHere(
    start: number,
    end: number,
    prot: number,
    flags: number,
    mark: number,
    mapping: number,
  ): void {
    const node = this.allocate(start);
    this.write(node, start, end, prot, flags, mark, mapping);
    this.attach(node, this.emptyDepth);
  }

  /** Removes the region at the path's end. */
  removeHere(): void {
    const node = this.links[this.path[this.depth]!]!;
    this.detach(this.depth);
    this.release(node);
  }

  /** Overwrites a region's fields; the key order must stay, and `mark` asks for `remark`. */
  write(
    node: number,
    start: number,
    end: number,
    prot: number,
    flags: number,
    mark: number,
    mapping: number,
  ): void {
    const { values } = this;
    this.keys[node << 1] = start;
    values[Math.imul(node, 3)] = end;
    values[Math.imul(node, 3) + 1] = prot;
    values[Math.imul(node, 3) + 2] = flags;
    this.marks[node] = (this.marks[node]! & ALL_ORIGINAL) | mark;
    this.mappings[node] = mapping;
  }

  /** Carries the changed mark of the region that starts at `start` up to the root. */
  remark(start: number): void {
    this.seekKey(start);
    this.retrace(this.depth);
  }

  /** Marks every region as an original. */
  markAll(): void {
    for (let node = this.first(); node !== 0; node = this.next())
      this.marks[node] = ORIGINAL | ALL_ORIGINAL;
  }

  /** The first region at or after a page that is not an original, 0 if there is none. */
  seekNew(page: number): number {
    const { links, marks, path } = this;
    this.seekKey(page);
    let depth = this.depth;
    if (depth < 0) return 0;
    let node = links[path[depth]!]!;
    for (;;) {
      if ((marks[node]! & ORIGINAL) === 0) break;
      const right = links[(node << 2) | 3]!;
      if ((marks[right]! & ALL_ORIGINAL) === 0) {
        path[++depth] = (node << 2) | 3;
        node = right;
        for (let left = links[(node << 2) | 2]!; (marks[left]! & ALL_ORIGINAL) === 0; ) {
          path[++depth] = (node << 2) | 2;
          node = left;
          left = links[(node << 2) | 2]!;
        }
      } else {
        while (depth >= 0 && (path[depth]! & 1) === 1) depth--;
        if (depth < 0) return 0;
        node = path[depth]! >> 2;
        depth--;
      }
    }
    this.depth = depth;
    return node;
  }

  protected override resize(capacity: number): void {
    const values = new Float64Array(3 * (capacity + 1));
    const mappings = new Int32Array(capacity + 1);
    const marks = new Uint8Array(capacity + 1);
    values.set(this.values);
    mappings.set(this.mappings);
    marks.set(this.marks);
    super.resize(capacity);
    this.values = values;
    this.mappings = mappings;
    this.marks = marks;
  }

  protected update(node: number, left: number, right: number, height: number): boolean {
    const { heights, marks } = this;
    let mark = marks[node]! & ORIGINAL;
    if (mark !== 0) mark |= marks[left]! & marks[right]! & ALL_ORIGINAL;
    if (heights[node] === height && marks[node] === mark) return false;
    heights[node] = height;
    marks[node] = mark;
    return true;
  }

  protected inherit(node: number, from: number): void {
    this.heights[node] = this.heights[from]!;
    this.marks[node] = (this.marks[node]! & ORIGINAL) | (this.marks[from]! & ALL_ORIGINAL);
  }
}
