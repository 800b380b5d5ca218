import { BulkAvlTree } from './bulk-avl-tree.js';

/** 0 looks from the lowest address up, 1 from the highest down. */
export type Direction = 0 | 1;

/**
 * The free ranges. The key is a gap's first page; every node also knows its number of pages and the
 * largest number in its subtree, so that the first gap that fits is found without a scan.
 */
export class GapTree extends BulkAvlTree {
  /** Node n: pages at `sizes[2n]`, the largest in its subtree at `sizes[2n+1]`. */
  sizes = new Float64Array(2 * (this.capacity + 1));
  /** Left by `seekRelease`: depths of the neighbours on the path (-1: none), and if they touch. */
  private beforeDepth = -1;
  private afterDepth = -1;
  private touchesBefore = false;
  private touchesAfter = false;

  get largest(): number {
    return this.largestBelow(this.root);
  }

  /** Pages of the largest gap in a subtree. */
  largestBelow(node: number): number {
    return this.sizes[(node << 1) | 1]!;
  }

  override get arenaBytes(): number {
    return super.arenaBytes + this.sizes.byteLength;
  }

  start(node: number): number {
    return this.keys[node << 1]!;
  }

  end(node: number): number {
    return this.keys[node << 1]! + this.sizes[node << 1]!;
  }

  clone(): GapTree {
    const copy = new GapTree();
    copy.copyFrom(this);
    copy.sizes = this.sizes.slice();
    return copy;
  }

  /** The first gap of at least `pages` in the direction, 0 if none. Leaves the path at it. */
  seekFit(pages: number, direction: Direction): number {
    this.path[0] = 3;
    return this.fitBelow(0, pages, direction);
  }

  /**
   * The first gap of at least `pages` that starts at `from` or beyond it in the direction, 0 if
   * none. Leaves the path at it.
   */
  seekFitFrom(from: number, pages: number, direction: Direction): number {
    const { keys, links, path, sizes } = this;
    const far = 3 - direction;
    let depth = -1;
    let slot = 3;
    for (let node = links[slot]!; node !== 0; node = links[slot]!) {
      path[++depth] = slot;
      const isBeyond = direction === 0 ? keys[node << 1]! >= from : keys[node << 1]! <= from;
      slot = (node << 2) | (isBeyond ? 5 - far : far);
    }
    if (this.isCounting) this.visits += depth + 1;
    // Upwards: the nodes that were left on their near side, each with its far subtree.
    for (; depth >= 0; depth--) {
      const node = links[path[depth]!]!;
      if (slot === ((node << 2) | (5 - far))) {
        if (sizes[node << 1]! >= pages) {
          this.depth = depth;
          return node;
        }
        const farChild = links[(node << 2) | far]!;
        if (sizes[(farChild << 1) | 1]! >= pages) {
          path[depth + 1] = (node << 2) | far;
          return this.fitBelow(depth + 1, pages, direction);
        }
      }
      slot = path[depth]!;
    }
    return 0;
  }

  /** The gap that contains a page, 0 if it is not free. Leaves the path at it. */
  seek(page: number): number {
    const node = this.seekFitFrom(page, 1, 1);
    return node !== 0 && this.end(node) > page ? node : 0;
  }

  /** The first gap that ends after a position, 0 if there is none. Leaves the path at it. */
  seekEndingAfter(position: number): number {
    return this.seek(position) || this.seekKey(position);
  }

  /** Takes `[start, end)` out of the gap at the path's end, which contains it. */
  takeHere(start: number, end: number): void {
    const { keys, sizes, path, links } = this;
    const depth = this.depth;
    const node = links[path[depth]!]!;
    const gapStart = keys[node << 1]!;
    const gapEnd = gapStart + sizes[node << 1]!;
    if (start > gapStart) {
      sizes[node << 1] = start - gapStart;
      if (end === gapEnd) this.raise(depth);
      else this.addBehind(depth, end, gapEnd - end);
    } else if (end < gapEnd) {
      keys[node << 1] = end;
      sizes[node << 1] = gapEnd - end;
      this.raise(depth);
    } else {
      this.detach(depth);
      this.release(node);
    }
  }

  /** Makes `[start, end)` allocated, whatever part of it is free. */
  take(start: number, end: number): void {
    const first = this.seek(start);
    if (first !== 0 && this.end(first) >= end) {
      this.takeHere(start, end);
      return;
    }
    if (first !== 0) this.takeHere(start, this.end(first));
    const last = this.seek(end - 1);
    if (last !== 0) this.takeHere(this.start(last), end);
    this.removeKeys(start, end);
  }

  /** Finds where `[start, end)`, of which no page is free, meets gaps. */
  seekRelease(start: number, end: number): void {
    this.seekReleaseFrom(start, end, 0, 3, 0, 0);
  }

  /**
   * Does as `seekRelease`, from the slot at a depth on that a descent has reached.
   *
   * @param before depth of the descent's last turn to the right, plus 1; 0 if it took none
   * @param after the same of its last turn to the left
   */
  seekReleaseFrom(
    start: number,
    end: number,
    from: number,
    at: number,
    before: number,
    after: number,
  ): void {
    const { keys, links, path } = this;
    let beforeDepth = before - 1;
    let afterDepth = after - 1;
    let depth = from;
    let slot = at;
    for (let node = links[slot]!; node !== 0; node = links[slot]!) {
      path[depth] = slot;
      if (keys[node << 1]! < start) {
        beforeDepth = depth;
        slot = (node << 2) | 3;
      } else {
        afterDepth = depth;
        slot = (node << 2) | 2;
      }
      depth++;
    }
    path[depth] = slot;
    if (this.isCounting) this.visits += depth;
    this.depth = depth;
    this.beforeDepth = beforeDepth;
    this.afterDepth = afterDepth;
    this.touchesBefore = beforeDepth >= 0 && this.end(links[path[beforeDepth]!]!) === start;
    this.touchesAfter = afterDepth >= 0 && keys[links[path[afterDepth]!]! << 1] === end;
  }

  /** Makes `[start, end)` free; a `seekRelease` of the same range came just before. */
  releaseHere(start: number, end: number): void {
    const { keys, links, path, sizes } = this;
    const { beforeDepth, afterDepth } = this;
    if (this.touchesBefore && this.touchesAfter) {
      // One of the two is the parent of the empty slot at the path's end: it has one child at most.
      const lower = this.depth - 1;
      const upper = Math.min(beforeDepth, afterDepth);
      const dropped = links[path[lower]!]!;
      const kept = links[path[upper]!]!;
      const newStart = keys[links[path[beforeDepth]!]! << 1]!;
      const size = sizes[dropped << 1]! + sizes[kept << 1]! + (end - start);
      keys[kept << 1] = newStart;
      sizes[kept << 1] = size;
      links[path[lower]!] = links[(dropped << 2) | 2]! + links[(dropped << 2) | 3]!;
      this.release(dropped);
      this.retrace(lower - 1, upper);
    } else if (this.touchesBefore) {
      sizes[links[path[beforeDepth]!]! << 1]! += end - start;
      this.raise(beforeDepth);
    } else if (this.touchesAfter) {
      const node = links[path[afterDepth]!]!;
      keys[node << 1] = start;
      sizes[node << 1]! += end - start;
      this.raise(afterDepth);
    } else {
      const node = this.allocate(start);
      sizes[node << 1] = end - start;
      this.attach(node, this.depth);
    }
  }

  /** Makes `[start, end)` free, whatever part of it is free already. */
  free(start: number, end: number): void {
    const first = this.seekFitFrom(start, 1, 1);
    const newStart = first !== 0 && this.end(first) >= start ? this.start(first) : start;
    const last = this.seekFitFrom(end, 1, 1);
    const newEnd = last !== 0 && this.end(last) > end ? this.end(last) : end;
    this.removeKeys(newStart, newEnd);
    this.seekRelease(newStart, newEnd);
    this.releaseHere(newStart, newEnd);
  }

  protected override resize(capacity: number): void {
    const sizes = new Float64Array(2 * (capacity + 1));
    sizes.set(this.sizes);
    super.resize(capacity);
    this.sizes = sizes;
  }

  protected update(node: number, left: number, right: number, height: number): boolean {
    const { heights, sizes } = this;
    const below = Math.max(sizes[(left << 1) | 1]!, sizes[(right << 1) | 1]!);
    const largest = Math.max(sizes[node << 1]!, below);
    if (heights[node] === height && sizes[(node << 1) | 1] === largest) return false;
    heights[node] = height;
    sizes[(node << 1) | 1] = largest;
    return true;
  }

  protected inherit(node: number, from: number): void {
    this.heights[node] = this.heights[from]!;
    this.sizes[(node << 1) | 1] = this.sizes[(from << 1) | 1]!;
  }

  /** The first fit in the subtree at `path[depth]`, 0 if its largest gap is too small. */
  private fitBelow(depth: number, pages: number, direction: Direction): number {
    const { links, path, sizes } = this;
    const near = 2 + direction;
    const top = depth;
    let node = links[path[depth]!]!;
    if (sizes[(node << 1) | 1]! < pages) return 0;
    for (;;) {
      const slot = (node << 2) | near;
      const child = links[slot]!;
      if (sizes[(child << 1) | 1]! >= pages) {
        path[++depth] = slot;
        node = child;
      } else if (sizes[node << 1]! >= pages) {
        break;
      } else {
        path[++depth] = (node << 2) | (5 - near);
        node = links[path[depth]!]!;
      }
    }
    if (this.isCounting) this.visits += depth - top + 1;
    this.depth = depth;
    return node;
  }

  /** Adds a gap right behind the one at `path[depth]`, whose size has changed. */
  private addBehind(depth: number, start: number, pages: number): void {
    const { links, path } = this;
    let end = depth;
    let slot = (links[path[depth]!]! << 2) | 3;
    path[++end] = slot;
    for (let child = links[slot]!; child !== 0; child = links[slot]!) {
      slot = (child << 2) | 2;
      path[++end] = slot;
    }
    if (this.isCounting) this.visits += end - depth;
    const node = this.allocate(start);
    this.sizes[node << 1] = pages;
    this.attach(node, end, depth);
  }

  /** Carries a changed size at `path[depth]` up to the root. */
  private raise(depth: number): void {
    const { links, path, sizes } = this;
    let level = depth;
    for (; level >= 0; level--) {
      const node = links[path[level]!]!;
      const left = links[(node << 2) | 2]!;
      const right = links[(node << 2) | 3]!;
      const below = Math.max(sizes[(left << 1) | 1]!, sizes[(right << 1) | 1]!);
      const largest = Math.max(sizes[node << 1]!, below);
      if (sizes[(node << 1) | 1] === largest) break;
      sizes[(node << 1) | 1] = largest;
    }
    if (this.isCounting) this.visits += depth - level;
  }
}
