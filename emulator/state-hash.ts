import { PAGE_SIZE } from './pte.js';
import type { Ram } from './ram.js';

/** A 64-bit hash as two unsigned halves. */
export interface Hash {
  readonly low: number;
  readonly high: number;
}

const WORDS_PER_FRAME = PAGE_SIZE / 4;

/** Hashes words in order: two lanes of multiply and rotate, mixed at the end as MurmurHash3 does. */
export class Hasher {
  private low = 0x9e37_79b9;
  private high = 0x85eb_ca6b;

  add(word: number): void {
    this.low = Math.imul(rotate(this.low ^ Math.imul(word, 0xcc9e_2d51), 15), 0x1b87_3593);
    this.high = (Math.imul(rotate(this.high ^ word, 13), 5) + this.low) | 0;
  }

  /** As `add` for each word, in one loop: most programs end before the compiler could make it one. */
  addAll(words: Uint32Array): void {
    let { low, high } = this;
    for (let i = 0; i < words.length; i++) {
      const word = words[i]!;
      const mixed = low ^ Math.imul(word, 0xcc9e_2d51);
      low = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b87_3593);
      const turned = high ^ word;
      high = (Math.imul((turned << 13) | (turned >>> 19), 5) + low) | 0;
    }
    this.low = low;
    this.high = high;
  }

  /** A safe integer of either sign. */
  addNumber(value: number): void {
    this.add(value | 0);
    this.add(Math.floor(value / 2 ** 32) | 0);
  }

  addString(text: string): void {
    this.add(text.length);
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
  }

  get hash(): Hash {
    return { low: mix(this.low ^ this.high) >>> 0, high: mix(this.high + 0x27d4_eb2f) >>> 0 };
  }
}

/**
 * The sum of the hashes of all frames that are not zero, each depending on its page number. Only
 * frames written since the last call are hashed again.
 */
export class FrameHashes {
  private readonly ram: Ram;
  private readonly lows: Uint32Array;
  private readonly highs: Uint32Array;
  private readonly isNonZero: Uint8Array;

  constructor(ram: Ram) {
    this.ram = ram;
    this.lows = new Uint32Array(ram.frameCount);
    this.highs = new Uint32Array(ram.frameCount);
    this.isNonZero = new Uint8Array(ram.frameCount);
  }

  /** @param isCounted whether a frame's contents are part of the state; by default all are */
  sum(isCounted: (ppn: number) => boolean = () => true): Hash {
    let low = 0;
    let high = 0;
    this.each(isCounted, (_ppn, frame) => {
      low = (low + this.lows[frame]!) >>> 0;
      high = (high + this.highs[frame]!) >>> 0;
    });
    return { low, high };
  }

  /** For each of those frames, ascending: page number and the halves of its hash. */
  words(isCounted: (ppn: number) => boolean): Uint32Array {
    const words: number[] = [];
    this.each(isCounted, (ppn, frame) => words.push(ppn, this.lows[frame]!, this.highs[frame]!));
    return Uint32Array.from(words);
  }

  private each(
    isCounted: (ppn: number) => boolean,
    visit: (ppn: number, frame: number) => void,
  ): void {
    for (const ppn of this.ram.drainDirtyFrames()) this.rehash(ppn);
    for (let i = this.isNonZero.indexOf(1); i >= 0; i = this.isNonZero.indexOf(1, i + 1)) {
      if (isCounted(i + this.ram.firstPpn)) visit(i + this.ram.firstPpn, i);
    }
  }

  private rehash(ppn: number): void {
    const frame = ppn - this.ram.firstPpn;
    if (this.ram.isFilled(ppn, 0)) {
      this.isNonZero[frame] = 0;
      return;
    }
    const bytes = this.ram.frame(ppn);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, WORDS_PER_FRAME);
    const hasher = new Hasher();
    hasher.add(frame);
    hasher.addAll(words);
    const { low, high } = hasher.hash;
    this.lows[frame] = low;
    this.highs[frame] = high;
    this.isNonZero[frame] = 1;
  }
}

export function hashText({ low, high }: Hash): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
