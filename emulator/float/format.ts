/**
 * Binary floating-point formats of IEEE 754, and values taken apart. Everything here is exact and
 * slow; a value travels as its bits in a bigint.
 */

export interface FloatFormat {
  readonly bits: number;
  /** Bits of the significand below the leading one. */
  readonly fractionBits: number;
  readonly bias: number;
  readonly exponentMax: number;
  readonly signMask: bigint;
  readonly fractionMask: bigint;
  readonly infinity: bigint;
  readonly canonicalNan: bigint;
}

function format(bits: number, exponentBits: number): FloatFormat {
  const fractionBits = bits - exponentBits - 1;
  const exponentMax = 2 ** exponentBits - 1;
  const infinity = BigInt(exponentMax) << BigInt(fractionBits);
  return {
    bits,
    fractionBits,
    bias: exponentMax >> 1,
    exponentMax,
    signMask: 1n << BigInt(bits - 1),
    fractionMask: (1n << BigInt(fractionBits)) - 1n,
    infinity,
    canonicalNan: infinity | (1n << BigInt(fractionBits - 1)),
  };
}

export const F16 = format(16, 5);
export const F32 = format(32, 8);
export const F64 = format(64, 11);

/** Bits of fflags. Unprivileged ISA, "Floating-Point Control and Status Register". */
export const FLAG_NX = 1;
export const FLAG_UF = 2;
export const FLAG_OF = 4;
export const FLAG_DZ = 8;
export const FLAG_NV = 16;

/** As encoded in frm: nearest even, towards zero, down, up, nearest with ties away from zero. */
export const Rounding = { Rne: 0, Rtz: 1, Rdn: 2, Rup: 3, Rmm: 4 } as const;

/** What an operation reads and leaves behind: the rounding mode, and flags that it ors in. */
export interface FloatStatus {
  rounding: number;
  flags: number;
}

/** A finite number is (−1)^sign × significand × 2^exponent; zero has significand 0. */
export interface Unpacked {
  readonly kind: 'finite' | 'infinity' | 'nan';
  readonly sign: boolean;
  readonly significand: bigint;
  readonly exponent: number;
}

export function unpack(format: FloatFormat, bits: bigint): Unpacked {
  const sign = (bits & format.signMask) !== 0n;
  const fraction = bits & format.fractionMask;
  const exponent = Number(bits >> BigInt(format.fractionBits)) & format.exponentMax;
  if (exponent === format.exponentMax) {
    return { kind: fraction === 0n ? 'infinity' : 'nan', sign, significand: 0n, exponent: 0 };
  }
  const isNormal = exponent !== 0;
  return {
    kind: 'finite',
    sign,
    significand: isNormal ? fraction | (format.fractionMask + 1n) : fraction,
    exponent: (isNormal ? exponent : 1) - format.bias - format.fractionBits,
  };
}

export function isNan(format: FloatFormat, bits: bigint): boolean {
  return (bits & ~format.signMask) > format.infinity;
}

export function isSignallingNan(format: FloatFormat, bits: bigint): boolean {
  return isNan(format, bits) && (bits & ((format.fractionMask + 1n) >> 1n)) === 0n;
}

export function signedZero(format: FloatFormat, sign: boolean): bigint {
  return sign ? format.signMask : 0n;
}

export function signedInfinity(format: FloatFormat, sign: boolean): bigint {
  return sign ? format.signMask | format.infinity : format.infinity;
}

/** Position of the highest one bit plus 1; `value` is not negative. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - (Math.clz32(Number.parseInt(hex[0]!, 16)) - 28);
}
