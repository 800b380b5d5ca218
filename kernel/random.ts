/**
 * The machine's only source of randomness: xoshiro128** 1.1 (Blackman and Vigna, 2018), seeded through
 * SplitMix32. Predictable on purpose: the same seed gives the same run. Each use has its own stream, so
 * that one more getrandom(2) does not change how threads interleave.
 */
export class Random {
  private readonly state = new Uint32Array(4);

  /** @param seed a safe integer */
  constructor(seed: number, stream: 'entropy' | 'scheduling') {
    let mixer = (seed ^ Math.floor(seed / 2 ** 32) ^ (stream === 'entropy' ? 0 : 0x5bd1_e995)) | 0;
    for (let index = 0; index < 4; index++) {
      mixer = (mixer + 0x9e37_79b9) | 0;
      let word = Math.imul(mixer ^ (mixer >>> 16), 0x85eb_ca6b);
      word = Math.imul(word ^ (word >>> 13), 0xc2b2_ae35);
      this.state[index] = word ^ (word >>> 16);
    }
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    const s = this.state;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2] = s[2]! ^ s[0]!;
    s[3] = s[3]! ^ s[1]!;
    s[1] = s[1]! ^ s[2]!;
    s[0] = s[0]! ^ s[3]!;
    s[2] = s[2]! ^ shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** 0 to bound - 1, for bounds far below 2^32. */
  below(bound: number): number {
    return this.next() % bound;
  }

  fill(target: Uint8Array): void {
    for (let at = 0; at < target.length; at += 4) {
      const word = this.next();
      for (let byte = 0; byte < 4 && at + byte < target.length; byte++) {
        target[at + byte] = word >>> (8 * byte);
      }
    }
  }

  /** The generator's whole state, for the state hash. */
  words(): readonly number[] {
    return [...this.state];
  }
}
