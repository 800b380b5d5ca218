/** 0 is left, or towards lower addresses. */
export type Side = 0 | 1;

/**
 * An AVL tree in typed arrays. A node is the place of its record in `words`, a multiple of 8; 0 is
 * none. The record of node n has 32 bytes:
 *
 * - `numbers[n >> 1]` and `[(n >> 1) | 1]`: the subclass's
 * - `words[n | 4]` and `[n | 5]`: the left and the right child
 * - `words[n | 6]`: the parent
 * - `words[n | 7]`: bits 0 and 1 are the balance: twice the side of the taller subtree, or 1 if both
 *   are as tall; the rest is the subclass's
 *
 * A *slot* is the place of a link to a child: slot & ~7 is the parent, slot & 1 the side. The root
 * hangs as the left child of the `header`, which counts as behind the last node. Where a parent is
 * written for no child, it is written to node 0, and nobody reads it.
 *
 * By the parents a change goes up from where it happens, and only as far as it changes something:
 * nothing is sought twice. In the loops that every operation runs no branch depends on which child
 * a node is: a processor would guess every other one wrong.
 *
 * Subclasses give every node a value, and augment it by a summary of the values of its subtree.
 */
export abstract class AvlTree {
  numbers = new Float64Array(0);
  words = new Int32Array(0);
  /** Nodes in the tree. */
  size = 0;
  /** Nodes visited since this was set to 0. */
  visits = 0;
  readonly header: number;

  constructor(header: number) {
    this.header = header;
  }

  get root(): number {
    return this.words[this.header | 4]!;
  }

  /** Recomputes a node's summary from its value and its children's summaries. */
  protected abstract summarize(node: number): void;

  /** Gives `heir` the summary of `node`, in whose place it stands. */
  protected abstract inherit(heir: number, node: number): void;

  /** Recomputes summaries from a node up, where the value of `gone` counts there no more. */
  protected abstract lower(node: number, gone: number): void;

  /** Counts a node. */
  protected visit(): void {
    this.visits = (this.visits + 1) | 0;
  }

  child(node: number, side: Side): number {
    return this.words[node | 4 | side]!;
  }

  parent(node: number): number {
    return this.words[node | 6]!;
  }

  /** The difference of the subtrees' heights as it is stored: right minus left, -1 to 1. */
  balance(node: number): number {
    return (this.words[node | 7]! & 3) - 1;
  }

  /** The first node in order, the header if there is none. */
  first(): number {
    const { words } = this;
    let node = this.header;
    for (let left = words[node | 4]!; left !== 0; left = words[node | 4]!) {
      node = left;
      this.visit();
    }
    return node;
  }

  /** The node behind another, the header if there is none. */
  next(node: number): number {
    const { words, header } = this;
    let at = words[node | 5]!;
    if (at !== 0) {
      for (let left = words[at | 4]!; left !== 0; left = words[at | 4]!) {
        at = left;
        this.visit();
      }
    } else {
      let below = node;
      at = words[node | 6]!;
      while (at !== header && words[at | 5] === below) {
        below = at;
        at = words[at | 6]!;
        this.visit();
      }
    }
    return at;
  }

  /** The empty slot where a node right in front of `next` or the header hangs. */
  protected slotBefore(next: number): number {
    const { words } = this;
    let slot = next | 4;
    for (let at = words[slot]!; at !== 0; at = words[slot]!) {
      slot = at | 5;
      this.visit();
    }
    return slot;
  }

  /** Hangs `node` as a leaf into an empty slot; all summaries are right already. */
  protected attach(node: number, slot: number): void {
    const { words } = this;
    words[node | 4] = 0;
    words[node | 5] = 0;
    words[node | 6] = slot & ~7;
    words[node | 7] = (words[node | 7]! & ~3) | 1;
    words[slot] = node;
    this.size++;
    this.grow(node);
  }

  /** Takes `node` out of the tree. */
  protected detach(node: number): void {
    const { words } = this;
    const left = words[node | 4]!;
    const right = words[node | 5]!;
    let slot = this.slotOf(node);
    if (left === 0 || right === 0) {
      this.link(slot, left | right);
      this.lower(slot & ~7, node);
    } else {
      // The next node takes the place.
      let heir = right;
      slot = node | 5;
      for (let at = words[heir | 4]!; at !== 0; at = words[heir | 4]!) {
        slot = heir | 4;
        heir = at;
        this.visit();
      }
      this.link(slot, words[heir | 5]!);
      this.substitute(node, heir);
      if (heir === right) slot = heir | 5;
      else this.lower(slot & ~7, heir);
      this.lower(heir, node);
    }
    this.size--;
    this.shrink(slot);
  }

  /** Puts `heir`, which is in no tree, into the place of `node`. */
  protected substitute(node: number, heir: number): void {
    const { words } = this;
    this.link(this.slotOf(node), heir);
    this.link(heir | 4, words[node | 4]!);
    this.link(heir | 5, words[node | 5]!);
    words[heir | 7] = (words[heir | 7]! & ~3) | (words[node | 7]! & 3);
    this.inherit(heir, node);
  }

  /** The slot where a node hangs. */
  private slotOf(node: number): number {
    const { words } = this;
    const parent = words[node | 6]!;
    return parent | 4 | Number(words[parent | 5] === node);
  }

  private link(slot: number, child: number): void {
    const { words } = this;
    words[slot] = child;
    words[child | 6] = slot & ~7;
  }

  /** Restores balance upwards after the subtree of a node has become one level taller. */
  private grow(from: number): void {
    const { words, header } = this;
    let below = from;
    for (let node = words[from | 6]!; node !== header; node = words[node | 6]!) {
      this.visit();
      const side = Number(words[node | 5] === below);
      const word = words[node | 7]!;
      if ((word & 3) === side << 1) {
        this.rebalance(node, side);
        break;
      }
      words[node | 7] = word + (side << 1) - 1;
      if ((word & 3) !== 1) break;
      below = node;
    }
  }

  /** Restores balance upwards after the subtree in a slot has lost a level. */
  private shrink(from: number): void {
    const { words, header } = this;
    let slot = from;
    for (let node = slot & ~7; node !== header; node = slot & ~7) {
      this.visit();
      const side = slot & 1;
      const word = words[node | 7]!;
      slot = this.slotOf(node);
      if ((word & 3) === 2 - (side << 1)) {
        const top = this.rebalance(node, 1 - side);
        if ((words[top | 7]! & 3) !== 1) break;
      } else {
        words[node | 7] = word + 1 - (side << 1);
        if ((word & 3) === 1) break;
      }
    }
  }

  /**
   * Rotates `node`, whose child on `side` is two levels taller than the other.
   *
   * @returns what stands in its place
   */
  private rebalance(node: number, side: number): number {
    const { words } = this;
    const outer = side << 1;
    const inner = 2 - outer;
    const child = words[node | 4 | side]!;
    const lean = words[child | 7]! & 3;
    if (lean === inner) {
      const top = words[child | (5 - side)]!;
      const topLean = words[top | 7]! & 3;
      this.lift(child, 1 - side);
      this.lift(node, side);
      this.setBalance(node, topLean === outer ? inner : 1);
      this.setBalance(child, topLean === inner ? outer : 1);
      this.setBalance(top, 1);
      return top;
    }
    this.lift(node, side);
    // Only where the other side has shrunk the child can be even.
    this.setBalance(node, lean === 1 ? outer : 1);
    this.setBalance(child, lean === 1 ? inner : 1);
    return child;
  }

  private setBalance(node: number, balance: number): void {
    const { words } = this;
    words[node | 7] = (words[node | 7]! & ~3) | balance;
  }

  /** Lifts the child on `side` of a node into its place. */
  private lift(node: number, side: number): void {
    const { words } = this;
    const child = words[node | 4 | side]!;
    this.link(this.slotOf(node), child);
    this.link(node | 4 | side, words[child | (5 - side)]!);
    this.link(child | (5 - side), node);
    this.inherit(child, node);
    this.summarize(node);
  }
}
