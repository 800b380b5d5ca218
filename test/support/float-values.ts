import type { Random } from './random.js';

/** One binary format as tests build values for it. */
export interface TestFormat {
  readonly bits: number;
  readonly fractionBits: number;
}

export const TEST_F16: TestFormat = { bits: 16, fractionBits: 10 };
export const TEST_F32: TestFormat = { bits: 32, fractionBits: 23 };
export const TEST_F64: TestFormat = { bits: 64, fractionBits: 52 };

/** Both signs of zeros, limits, infinities, NaNs of both kinds and numbers next to powers of two. */
export function specialValues({ bits, fractionBits }: TestFormat): bigint[] {
  const fraction = BigInt(fractionBits);
  const exponentMax = (1n << BigInt(bits - 1 - fractionBits)) - 1n;
  const bias = exponentMax >> 1n;
  const at = (exponent: bigint, significand: bigint) => (exponent << fraction) | significand;
  const all = (1n << fraction) - 1n;
  const positive = [
    at(0n, 0n),
    at(0n, 1n),
    at(0n, all),
    at(1n, 0n),
    at(1n, 1n),
    at(bias - 1n, 0n),
    at(bias - 1n, all),
    at(bias, 0n),
    at(bias, 1n),
    at(bias + 1n, 1n << (fraction - 1n)),
    at(bias + fraction, 1n),
    at(exponentMax - 1n, 0n),
    at(exponentMax - 1n, all),
    at(exponentMax, 0n),
    at(exponentMax, 1n),
    at(exponentMax, 1n << (fraction - 1n)),
    at(exponentMax, all),
  ];
  return positive.flatMap((value) => [value, value | (1n << BigInt(bits - 1))]);
}

/** Random with a taste for what is hard: few significant bits, and exponents near `center`. */
export function randomFloat(random: Random, format: TestFormat, center?: number): bigint {
  const { bits, fractionBits } = format;
  const exponentBits = bits - 1 - fractionBits;
  const exponentMax = 2 ** exponentBits - 1;
  let exponent = random.below(exponentMax + 1);
  if (center !== undefined) {
    exponent = Math.min(exponentMax - 1, Math.max(0, center - 4 + random.below(9)));
  }
  const all = (1n << BigInt(fractionBits)) - 1n;
  let fraction = random.u64() & all;
  const shape = random.below(4);
  if (shape === 0) fraction &= all << BigInt(random.below(fractionBits));
  if (shape === 1) fraction |= all >> BigInt(random.below(fractionBits));
  const sign = BigInt(random.below(2)) << BigInt(bits - 1);
  return sign | (BigInt(exponent) << BigInt(fractionBits)) | fraction;
}

export function randomExponent(random: Random, { bits, fractionBits }: TestFormat): number {
  return random.below(2 ** (bits - 1 - fractionBits) - 1);
}
