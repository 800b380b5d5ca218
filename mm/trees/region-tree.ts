import { AvlTree } from './avl-tree.js';

/** What stands behind the last region: a region of no pages at the end of the space. */
export const END = 16;
const INITIAL_CAPACITY = 16;
/** Allocators put 16 bytes of their own in front of large buffers: here the next cache line begins. */
const LINE_OFFSET = 48;
/** The places of records have to fit a word. */
const MAX_CAPACITY = 2 ** 26;

/**
 * The allocated regions, which are disjoint. The two numbers of a node are start and end page. Its
 * last word holds, above the balance: in bit 2 if the region is marked as an original, in bit 3 if all
 * of its subtree are (and of no subtree all are), from bit 4 up the mapping record.
 *
 * The tree owns the arena. Its records have 64 bytes, a cache line: a region is a multiple of 16, and
 * 8 behind it stands the gap in front of the region, a node of the other tree. Nodes 0 and END are no
 * regions. A record that is free waits, chained through its left link, to be used again.
 */
export class RegionTree extends AvlTree {
  /** Node n: prot and flags at `attributes[n >> 3]` and `[(n >> 3) | 1]`. */
  attributes = new Float64Array(0);
  /** Left by `seek`: the last region that starts before the sought page, 0 if there is none. */
  before = 0;
  /** Left by `seek`: the first region that starts at the page or behind it, or END. */
  after = END;
  private capacity = 0;
  /** The highest node ever used. */
  private highest = END;
  private freeHead = 0;

  /** @param endPage of the space */
  constructor(endPage: number) {
    super(END);
    this.resize(INITIAL_CAPACITY);
    this.words[7] = 8;
    this.numbers[END >> 1] = endPage;
  }

  get arenaBytes(): number {
    return this.numbers.buffer.byteLength + this.attributes.byteLength;
  }

  start(node: number): number {
    return this.numbers[node >> 1]!;
  }

  end(node: number): number {
    return this.numbers[(node >> 1) | 1]!;
  }

  prot(node: number): number {
    return this.attributes[node >> 3]!;
  }

  flags(node: number): number {
    return this.attributes[(node >> 3) | 1]!;
  }

  mapping(node: number): number {
    return this.words[node | 7]! >>> 4;
  }

  /** If a region that is no original has these values. */
  looksLike(node: number, prot: number, flags: number): boolean {
    return this.prot(node) === prot && this.flags(node) === flags && this.mark(node) === 0;
  }

  /** 1 for an original, else 0. */
  mark(node: number): number {
    return (this.words[node | 7]! >> 2) & 1;
  }

  isAllOriginal(node: number): boolean {
    return (this.words[node | 7]! & 8) !== 0;
  }

  clone(): RegionTree {
    const copy = new RegionTree(this.start(END));
    copy.resize(this.capacity);
    copy.words.set(this.words);
    copy.attributes.set(this.attributes);
    copy.size = this.size;
    copy.highest = this.highest;
    copy.freeHead = this.freeHead;
    return copy;
  }

  /** If there is room for `extra` more regions. */
  hasRoom(extra: number): boolean {
    return this.size + extra <= this.capacity;
  }

  /** Makes room for `extra` more regions. Throws RangeError where the host has no memory for it. */
  ensure(extra: number): void {
    if (this.hasRoom(extra)) return;
    let { capacity } = this;
    while (capacity < this.size + extra) capacity *= 2;
    if (capacity > MAX_CAPACITY) throw new RangeError(`${capacity} regions are too many`);
    this.resize(capacity);
  }

  /** If every record ever used is in the tree or waits to be used again, and none is both. */
  isArenaWhole(): boolean {
    let used = this.size;
    for (let node = this.freeHead; node !== 0; node = this.words[node | 4]!) {
      if (++used > this.capacity) return false;
    }
    return END + (used << 4) === this.highest;
  }

  /** Looks where a page lies between the regions' starts, and leaves it in `before` and `after`. */
  seek(page: number): void {
    const { numbers, words } = this;
    let before = 0;
    let after = END;
    for (let node = words[END | 4]!; node !== 0; this.visit()) {
      const isBefore = Number(numbers[node >> 1]! < page);
      before += (node - before) & -isBefore;
      after += (node - after) & (isBefore - 1);
      node = words[node | 4 | isBefore]!;
    }
    this.before = before;
    this.after = after;
  }

  /** The region that contains a page, 0 if there is none. */
  find(page: number): number {
    this.seek(page + 1);
    return this.end(this.before) > page ? this.before : 0;
  }

  /** The first region that ends behind a position, END if there is none. */
  firstEndingAfter(position: number): number {
    this.seek(position);
    return this.end(this.before) > position ? this.before : this.after;
  }

  /** The first region that is no original, 0 if there is none. */
  firstNew(): number {
    let node = this.root;
    let found = 0;
    while (found === 0 && !this.isAllOriginal(node)) {
      this.visit();
      const left = this.child(node, 0);
      if (!this.isAllOriginal(left)) node = left;
      else if (this.mark(node) === 0) found = node;
      else node = this.child(node, 1);
    }
    return found;
  }

  /** A record for a new region: `write` it, then `insert` it. Call `ensure` before. */
  allocate(): number {
    let node = this.freeHead;
    if (node !== 0) this.freeHead = this.words[node | 4]!;
    else node = this.highest += 16;
    return node;
  }

  /** Sets all of a region. The order must stay; of one that is in the tree, `remark` it then. */
  write(
    node: number,
    start: number,
    end: number,
    prot: number,
    flags: number,
    mark: number,
    mapping: number,
  ): void {
    const { numbers, words, attributes } = this;
    numbers[node >> 1] = start;
    numbers[(node >> 1) | 1] = end;
    attributes[node >> 3] = prot;
    attributes[(node >> 3) | 1] = flags;
    words[node | 7] = (words[node | 7]! & 11) | (mark << 2) | (mapping << 4);
  }

  /** Adds a new region in front of the region `next` or END. */
  insert(node: number, next: number): void {
    const { words } = this;
    const slot = this.slotBefore(next);
    const mark = words[node | 7]! & 4;
    words[node | 7] = (words[node | 7]! & ~8) | (mark << 1);
    if (mark === 0) {
      for (let at = slot & ~7; (words[at | 7]! & 8) !== 0; at = words[at | 6]!) {
        words[at | 7] = words[at | 7]! ^ 8;
      }
    }
    this.attach(node, slot);
  }

  /** Tells the tree that a region's mark may have changed. */
  remark(node: number): void {
    this.lower(node);
  }

  remove(node: number): void {
    this.detach(node);
    this.words[node | 4] = this.freeHead;
    this.freeHead = node;
  }

  /** Marks every region as an original. */
  markAll(): void {
    const { words } = this;
    for (let node = this.first(); node !== END; node = this.next(node)) {
      words[node | 7] = words[node | 7]! | 12;
    }
  }

  protected summarize(node: number): void {
    this.words[node | 7] = this.words[node | 7]! ^ this.mistake(node);
  }

  protected inherit(heir: number, node: number): void {
    const { words } = this;
    words[heir | 7] = (words[heir | 7]! & ~8) | (words[node | 7]! & 8);
  }

  protected lower(from: number): void {
    const { words } = this;
    for (let node = from; node !== END; this.visit()) {
      const mistake = this.mistake(node);
      if (mistake === 0) break;
      words[node | 7] = words[node | 7]! ^ mistake;
      node = words[node | 6]!;
    }
  }

  /** Bit 3 where it says the wrong thing of the subtree, else 0. */
  private mistake(node: number): number {
    const { words } = this;
    const left = words[words[node | 4]! | 7]!;
    const right = words[words[node | 5]! | 7]!;
    const word = words[node | 7]!;
    return (((word << 1) & left & right) ^ word) & 8;
  }

  /** Makes the arenas large enough for so many regions, and keeps what is in them. */
  private resize(capacity: number): void {
    const { words, attributes } = this;
    const records = capacity + 2;
    const grownAttributes = new Float64Array(2 * records);
    const arena = new ArrayBuffer(LINE_OFFSET + 64 * records);
    grownAttributes.set(attributes);
    this.attributes = grownAttributes;
    this.numbers = new Float64Array(arena, LINE_OFFSET);
    this.words = new Int32Array(arena, LINE_OFFSET);
    this.words.set(words);
    this.capacity = capacity;
  }
}
