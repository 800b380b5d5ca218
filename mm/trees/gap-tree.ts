import { AvlTree, type Side } from './avl-tree.js';
import type { RegionTree } from './region-tree.js';

/**
 * The free ranges. A gap ends where the region behind it (or END) starts, and stands in its record:
 * gap n | 8 in that of region n. So the way from a region to the gap in front of it is none. The first
 * number of a gap are its pages, 0 where there is no gap, which then is not in this tree. The second
 * is the largest gap of the subtree, so that the first gap that fits is found without a scan.
 */
export class GapTree extends AvlTree {
  private readonly regions: RegionTree;

  constructor(regions: RegionTree) {
    super(0);
    this.regions = regions;
    this.share();
  }

  /** Pages of the largest gap. */
  get largest(): number {
    return this.largestBelow(this.root);
  }

  /** Pages of the largest gap in a subtree. */
  largestBelow(node: number): number {
    return this.numbers[(node >> 1) | 1]!;
  }

  /** The gap in front of a region or END. */
  before(region: number): number {
    return region | 8;
  }

  /** The region behind a gap, or END. */
  behind(gap: number): number {
    return gap & ~8;
  }

  pages(gap: number): number {
    return this.numbers[gap >> 1]!;
  }

  start(gap: number): number {
    return this.end(gap) - this.pages(gap);
  }

  end(gap: number): number {
    return this.numbers[(gap & ~8) >> 1]!;
  }

  /** @param regions a clone of the tree that this one belongs to */
  clone(regions: RegionTree): GapTree {
    const copy = new GapTree(regions);
    copy.size = this.size;
    return copy;
  }

  /** Uses the regions' arena, which may have grown. */
  share(): void {
    this.numbers = this.regions.numbers;
    this.words = this.regions.words;
  }

  /** The first gap in a direction of at least so many pages, 0 if there is none. */
  fit(pages: number, direction: Side): number {
    return this.fitBelow(this.root, pages, direction);
  }

  /** The first gap beyond another in a direction of at least so many pages, 0 if there is none. */
  fitBeyond(gap: number, pages: number, direction: Side): number {
    const far = direction === 0 ? 1 : 0;
    let found = this.fitBelow(this.child(gap, far), pages, direction);
    let below = gap;
    for (let node = this.parent(gap); found === 0 && node !== 0; node = this.parent(node)) {
      this.visit();
      if (this.child(node, direction) === below) {
        const isFit = this.pages(node) >= pages;
        found = isFit ? node : this.fitBelow(this.child(node, far), pages, direction);
      }
      below = node;
    }
    return found;
  }

  /** The first gap that ends behind a position, 0 if there is none. */
  firstEndingAfter(position: number): number {
    let found = 0;
    for (let node = this.root; node !== 0; this.visit()) {
      const isAfter = this.end(node) > position;
      if (isAfter) found = node;
      node = this.child(node, isAfter ? 0 : 1);
    }
    return found;
  }

  /** The gap in front of the region `next` gives the pages of the new `region`, which lies in it. */
  take(region: number, next: number): void {
    const { numbers } = this;
    const left = region | 8;
    const right = next | 8;
    const present = numbers[right >> 1]!;
    const pages = numbers[next >> 1]! - numbers[(region >> 1) | 1]!;
    const before = numbers[region >> 1]! - (numbers[next >> 1]! - present);
    if (before > 0) {
      numbers[left >> 1] = before;
      if (pages === 0) {
        this.substitute(right, left);
        numbers[right >> 1] = 0;
        this.lose(left, present);
        return;
      }
      this.insertAt(this.slotBefore(right), left);
    } else if (pages === 0) {
      this.detach(right);
      numbers[right >> 1] = 0;
      return;
    }
    numbers[right >> 1] = pages;
    this.lose(right, present);
  }

  /** The gap in front of the region `next` gets the pages of the `region` in front, and its gap. */
  give(region: number, next: number): void {
    const { numbers } = this;
    const left = region | 8;
    const right = next | 8;
    const pages = numbers[next >> 1]! - numbers[region >> 1]! + numbers[left >> 1]!;
    const hasRight = numbers[right >> 1] !== 0;
    if (numbers[left >> 1] !== 0) {
      if (hasRight) this.detach(left);
      else this.substitute(left, right);
      numbers[left >> 1] = 0;
    } else if (!hasRight) {
      numbers[right >> 1] = pages;
      this.insertAt(this.slotFor(right), right);
      return;
    }
    numbers[right >> 1] = pages;
    this.widen(right, right);
  }

  /** Sets the pages of a gap, which may be none before or after. */
  set(gap: number, pages: number): void {
    const { numbers } = this;
    const present = numbers[gap >> 1]!;
    if (pages === present) return;
    if (pages === 0) this.detach(gap);
    numbers[gap >> 1] = pages;
    if (present === 0) this.insertAt(this.slotFor(gap), gap);
    else if (pages > present) this.widen(gap, gap);
    else if (pages > 0) this.lose(gap, present);
  }

  /** Removes the gaps in front of the regions `run[first .. last)`, which follow each other. */
  removeAll(run: Int32Array, first: number, last: number): void {
    if (first >= last) return;
    const { numbers } = this;
    this.discount(this.root, numbers[run[first]! >> 1]!, numbers[run[last - 1]! >> 1]!);
    for (let i = last - 1; i >= first; i--) {
      const gap = run[i]! | 8;
      if (numbers[gap >> 1]! >= 0) continue;
      this.detach(gap);
      numbers[gap >> 1] = 0;
    }
  }

  protected summarize(node: number): void {
    this.numbers[(node >> 1) | 1] = this.summary(node);
  }

  protected inherit(heir: number, node: number): void {
    const { numbers } = this;
    numbers[(heir >> 1) | 1] = numbers[(node >> 1) | 1]!;
  }

  protected lower(from: number, gone: number): void {
    this.lose(from, this.pages(gone));
  }

  /** Recomputes summaries from a node up, where a gap of so many pages counts no more. */
  private lose(from: number, pages: number): void {
    const { numbers, words } = this;
    for (let node = from; node !== 0 && numbers[(node >> 1) | 1] === pages; this.visit()) {
      const largest = this.summary(node);
      if (largest === pages) break;
      numbers[(node >> 1) | 1] = largest;
      node = words[node | 6]!;
    }
  }

  /** The largest gap of a subtree, from its root's pages and what its children say. */
  private summary(node: number): number {
    const { numbers, words } = this;
    const left = numbers[(words[node | 4]! >> 1) | 1]!;
    const right = numbers[(words[node | 5]! >> 1) | 1]!;
    const pages = numbers[node >> 1]!;
    const below = left > right ? left : right;
    return pages > below ? pages : below;
  }

  /** Tells a node and all above it that `gap`, below it, has become larger. */
  private widen(from: number, gap: number): void {
    const { numbers, words } = this;
    const pages = numbers[gap >> 1]!;
    for (let node = from; node !== 0 && numbers[(node >> 1) | 1]! < pages; this.visit()) {
      numbers[(node >> 1) | 1] = pages;
      node = words[node | 6]!;
    }
  }

  /**
   * Gives the gaps that end at the pages `low` to `high` -1 pages, which counts for nothing; what is
   * stored of subtrees is recomputed once for all, lest every removal changes it up to the root.
   */
  private discount(node: number, low: number, high: number): void {
    if (node === 0) return;
    const end = this.end(node);
    this.visit();
    if (end >= low) this.discount(this.child(node, 0), low, high);
    if (end <= high) this.discount(this.child(node, 1), low, high);
    if (end >= low && end <= high) this.numbers[node >> 1] = -1;
    this.summarize(node);
  }

  /** The empty slot where a new gap hangs, sought by its end. */
  private slotFor(gap: number): number {
    const { numbers, words } = this;
    const end = numbers[(gap & ~8) >> 1]!;
    let slot = 4;
    for (let node = words[slot]!; node !== 0; node = words[slot]!) {
      slot = node | 4 | Number(numbers[(node & ~8) >> 1]! < end);
      this.visit();
    }
    return slot;
  }

  private insertAt(slot: number, gap: number): void {
    const { numbers } = this;
    numbers[(gap >> 1) | 1] = numbers[gap >> 1]!;
    this.widen(slot & ~7, gap);
    this.attach(gap, slot);
  }

  /** The first fit in the subtree of `top`, 0 if its largest gap is too small. */
  private fitBelow(top: number, pages: number, direction: Side): number {
    const { numbers, words } = this;
    const near = 4 | direction;
    if (numbers[(top >> 1) | 1]! < pages) return 0;
    let node = top;
    for (;;) {
      this.visit();
      const child = words[node | near]!;
      if (numbers[(child >> 1) | 1]! >= pages) node = child;
      else if (numbers[node >> 1]! < pages) node = words[node | (9 - near)]!;
      else return node;
    }
  }
}
