import { TLB_ENTRIES, TLB_ENTRY_BYTES, TLB_INVALID_TAG } from '../layout.js';

const WORDS_PER_ENTRY = TLB_ENTRY_BYTES / 4;
const TWO_32 = 2 ** 32;

/**
 * One of the direct-mapped arrays that WebAssembly looks translations up in: a subset of the
 * architectural TLB, valid for one address space, privilege, SUM, MXR and MPRV.
 */
export class FastTlb {
  private readonly words: Int32Array;
  private readonly base: number;
  /** Slots that may hold an entry, so that a flush costs what was filled. */
  private readonly filled = new Uint16Array(TLB_ENTRIES);
  private readonly isListed = new Uint8Array(TLB_ENTRIES);
  private filledCount = 0;

  /** @param offset byte offset of the array in linear memory */
  constructor(buffer: ArrayBuffer, offset: number) {
    this.words = new Int32Array(buffer);
    this.base = offset / 4;
    for (let slot = 0; slot < TLB_ENTRIES; slot++) {
      this.words[this.base + slot * WORDS_PER_ENTRY] = TLB_INVALID_TAG;
    }
  }

  /** @param va any address in the page, a safe integer of either sign */
  fill(va: number, addend: number): void {
    const slot = slotOf(va);
    if (this.isListed[slot] === 0) {
      this.isListed[slot] = 1;
      this.filled[this.filledCount++] = slot;
    }
    const at = this.base + slot * WORDS_PER_ENTRY;
    this.words[at] = va & ~0xfff;
    this.words[at + 1] = Math.floor(va / TWO_32);
    this.words[at + 2] = addend;
  }

  has(va: number): boolean {
    const at = this.base + slotOf(va) * WORDS_PER_ENTRY;
    return this.words[at] === (va & ~0xfff) && this.words[at + 1] === Math.floor(va / TWO_32);
  }

  dropPage(va: number): void {
    if (this.has(va)) this.invalidate(this.base + slotOf(va) * WORDS_PER_ENTRY);
  }

  /** Drops each entry whose page starts at the linear address `target` (addend + va). */
  dropTarget(target: number): void {
    for (let i = 0; i < this.filledCount; i++) {
      const at = this.base + this.filled[i]! * WORDS_PER_ENTRY;
      if (((this.words[at]! + this.words[at + 2]!) | 0) === (target | 0)) this.invalidate(at);
    }
  }

  /** What it holds: the page's address (in the lower 2^38 bytes exact) and the addend. */
  *entries(): IterableIterator<{ va: number; addend: number }> {
    for (let i = 0; i < this.filledCount; i++) {
      const at = this.base + this.filled[i]! * WORDS_PER_ENTRY;
      if (this.words[at] === TLB_INVALID_TAG) continue;
      const va = this.words[at + 1]! * TWO_32 + (this.words[at]! >>> 0);
      yield { va, addend: this.words[at + 2]! };
    }
  }

  dropAll(): void {
    for (let i = 0; i < this.filledCount; i++) {
      const slot = this.filled[i]!;
      this.isListed[slot] = 0;
      this.invalidate(this.base + slot * WORDS_PER_ENTRY);
    }
    this.filledCount = 0;
  }

  private invalidate(at: number): void {
    this.words[at] = TLB_INVALID_TAG;
    this.words[at + 1] = 0;
    this.words[at + 2] = 0;
  }
}

function slotOf(va: number): number {
  return (va >>> 12) & (TLB_ENTRIES - 1);
}
