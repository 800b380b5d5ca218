/** Conversions between formats and to and from integers. */

import { propagateNan } from './arithmetic.js';
import {
  FLAG_NV,
  FLAG_NX,
  type FloatFormat,
  type FloatStatus,
  signedInfinity,
  signedZero,
  unpack,
} from './format.js';
import { roundAndPack, roundAt } from './round.js';

/** The nearest value of format `to` to the value `bits` of format `from`. */
export function convertFormat(
  to: FloatFormat,
  from: FloatFormat,
  bits: bigint,
  status: FloatStatus,
): bigint {
  const x = unpack(from, bits);
  if (x.kind === 'nan') {
    propagateNan(from, status, bits);
    return to.canonicalNan;
  }
  if (x.kind === 'infinity') return signedInfinity(to, x.sign);
  if (x.significand === 0n) return signedZero(to, x.sign);
  return roundAndPack(to, x.sign, x.significand, x.exponent, false, status);
}

export function fromInteger(format: FloatFormat, value: bigint, status: FloatStatus): bigint {
  if (value === 0n) return 0n;
  const sign = value < 0n;
  return roundAndPack(format, sign, sign ? -value : value, 0, false, status);
}

/**
 * Rounds to an integer and saturates to [low, high]; out of range is invalid instead of inexact, and
 * a NaN becomes `high`. Unprivileged ISA, "Single-Precision Floating-Point Conversion and Move
 * Instructions".
 */
export function toInteger(
  format: FloatFormat,
  bits: bigint,
  low: bigint,
  high: bigint,
  status: FloatStatus,
): bigint {
  const x = unpack(format, bits);
  if (x.kind !== 'finite') {
    status.flags |= FLAG_NV;
    return x.kind === 'infinity' && x.sign ? low : high;
  }
  const { rounded, isExact } = roundAt(x.significand, x.exponent, 0, x.sign, false, status);
  const value = x.sign ? -rounded : rounded;
  if (value < low || value > high) {
    status.flags |= FLAG_NV;
    return value < low ? low : high;
  }
  if (!isExact) status.flags |= FLAG_NX;
  return value;
}
