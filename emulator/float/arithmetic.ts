/** Addition, multiplication, division, square root and fused multiply-add: exact, then rounded once. */

import {
  bitLength,
  FLAG_DZ,
  FLAG_NV,
  type FloatFormat,
  type FloatStatus,
  isSignallingNan,
  Rounding,
  signedInfinity,
  signedZero,
  type Unpacked,
  unpack,
} from './format.js';
import { roundAndPack } from './round.js';

export function add(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  if (x.kind === 'nan' || y.kind === 'nan') return propagateNan(format, status, a, b);
  return addUnpacked(format, x, y, status);
}

export function sub(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): bigint {
  // Flipping the sign of a NaN keeps it a NaN of the same kind, and all results are canonical.
  return add(format, a, b ^ format.signMask, status);
}

export function mul(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  if (x.kind === 'nan' || y.kind === 'nan') return propagateNan(format, status, a, b);
  const product = multiply(x, y);
  if (product.kind === 'nan') return invalid(format, status);
  return pack(format, product, status);
}

export function fma(
  format: FloatFormat,
  a: bigint,
  b: bigint,
  c: bigint,
  status: FloatStatus,
): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  const z = unpack(format, c);
  const isFactorNan = x.kind === 'nan' || y.kind === 'nan';
  const product = multiply(x, y);
  // Infinity times zero is invalid even when the addend is a quiet NaN.
  if (!isFactorNan && product.kind === 'nan') return invalid(format, status);
  if (isFactorNan || z.kind === 'nan') return propagateNan(format, status, a, b, c);
  return addUnpacked(format, product, z, status);
}

export function div(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): bigint {
  const x = unpack(format, a);
  const y = unpack(format, b);
  if (x.kind === 'nan' || y.kind === 'nan') return propagateNan(format, status, a, b);
  const sign = x.sign !== y.sign;
  if (x.kind === 'infinity') {
    return y.kind === 'infinity' ? invalid(format, status) : signedInfinity(format, sign);
  }
  if (y.kind === 'infinity') return signedZero(format, sign);
  if (y.significand === 0n) {
    if (x.significand === 0n) return invalid(format, status);
    status.flags |= FLAG_DZ;
    return signedInfinity(format, sign);
  }
  if (x.significand === 0n) return signedZero(format, sign);
  // Two bits more than the significand, whatever the lengths of the operands.
  const shift = Math.max(
    0,
    format.fractionBits + 3 + bitLength(y.significand) - bitLength(x.significand),
  );
  const dividend = x.significand << BigInt(shift);
  const quotient = dividend / y.significand;
  const isInexact = quotient * y.significand !== dividend;
  return roundAndPack(format, sign, quotient, x.exponent - y.exponent - shift, isInexact, status);
}

export function sqrt(format: FloatFormat, a: bigint, status: FloatStatus): bigint {
  const x = unpack(format, a);
  if (x.kind === 'nan') return propagateNan(format, status, a);
  if (x.kind === 'finite' && x.significand === 0n) return a;
  if (x.sign) return invalid(format, status);
  if (x.kind === 'infinity') return a;
  // An even exponent, and enough bits that the root has two more than the significand.
  let shift = Math.max(0, 2 * (format.fractionBits + 3) - bitLength(x.significand));
  if ((x.exponent - shift) % 2 !== 0) shift += 1;
  const radicand = x.significand << BigInt(shift);
  const root = integerSqrt(radicand);
  return roundAndPack(
    format,
    false,
    root,
    (x.exponent - shift) / 2,
    root * root !== radicand,
    status,
  );
}

/** Sums and products round like this; the kind is not 'nan'. */
function pack(format: FloatFormat, value: Unpacked, status: FloatStatus): bigint {
  if (value.kind === 'infinity') return signedInfinity(format, value.sign);
  if (value.significand === 0n) return signedZero(format, value.sign);
  return roundAndPack(format, value.sign, value.significand, value.exponent, false, status);
}

/** Exact; 'nan' for infinity times zero, and whenever a factor is a NaN. */
function multiply(x: Unpacked, y: Unpacked): Unpacked {
  const sign = x.sign !== y.sign;
  const significand = x.significand * y.significand;
  const exponent = x.exponent + y.exponent;
  if (x.kind === 'finite' && y.kind === 'finite') {
    return { kind: 'finite', sign, significand, exponent };
  }
  const isZeroTimes = (p: Unpacked) => p.kind === 'finite' && p.significand === 0n;
  const isNan = x.kind === 'nan' || y.kind === 'nan' || isZeroTimes(x) || isZeroTimes(y);
  return { kind: isNan ? 'nan' : 'infinity', sign, significand: 0n, exponent: 0 };
}

/** Neither operand is a NaN. */
function addUnpacked(format: FloatFormat, x: Unpacked, y: Unpacked, status: FloatStatus): bigint {
  if (x.kind === 'infinity') {
    if (y.kind === 'infinity' && x.sign !== y.sign) return invalid(format, status);
    return signedInfinity(format, x.sign);
  }
  if (y.kind === 'infinity') return signedInfinity(format, y.sign);
  const exponent = Math.min(x.exponent, y.exponent);
  const left = x.significand << BigInt(x.exponent - exponent);
  const right = y.significand << BigInt(y.exponent - exponent);
  const sum = (x.sign ? -left : left) + (y.sign ? -right : right);
  if (sum === 0n) {
    // Zeros of one sign keep it; otherwise the sum is +0, or -0 when rounding down.
    const sign = x.sign === y.sign ? x.sign : status.rounding === Rounding.Rdn;
    return signedZero(format, sign);
  }
  const sign = sum < 0n;
  return roundAndPack(format, sign, sign ? -sum : sum, exponent, false, status);
}

export function invalid(format: FloatFormat, status: FloatStatus): bigint {
  status.flags |= FLAG_NV;
  return format.canonicalNan;
}

export function propagateNan(
  format: FloatFormat,
  status: FloatStatus,
  ...operands: bigint[]
): bigint {
  if (operands.some((bits) => isSignallingNan(format, bits))) status.flags |= FLAG_NV;
  return format.canonicalNan;
}

/** The largest integer whose square is at most `value`, for value > 0. */
function integerSqrt(value: bigint): bigint {
  // Newton's method from above: the estimates fall until the root is reached.
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
