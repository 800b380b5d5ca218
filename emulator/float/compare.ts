/** Comparisons, minimum and maximum: nothing here rounds. */

import { FLAG_NV, type FloatFormat, type FloatStatus, isNan, isSignallingNan } from './format.js';

/** Quiet: only a signalling NaN is invalid. */
export function eq(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): boolean {
  if (isNan(format, a) || isNan(format, b)) {
    if (isSignallingNan(format, a) || isSignallingNan(format, b)) status.flags |= FLAG_NV;
    return false;
  }
  return orderKey(format, a) === orderKey(format, b);
}

/** Signalling: any NaN is invalid. */
export function lt(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): boolean {
  if (isUnordered(format, a, b, status)) return false;
  return orderKey(format, a) < orderKey(format, b);
}

/** Signalling: any NaN is invalid. */
export function le(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): boolean {
  if (isUnordered(format, a, b, status)) return false;
  return orderKey(format, a) <= orderKey(format, b);
}

/** minimumNumber and maximumNumber of IEEE 754-2019: a NaN loses, and -0 is less than +0. */
export function min(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): bigint {
  return select(format, a, b, status, (key, other) => key < other);
}

export function max(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): bigint {
  return select(format, a, b, status, (key, other) => key > other);
}

function select(
  format: FloatFormat,
  a: bigint,
  b: bigint,
  status: FloatStatus,
  isBetter: (key: bigint, other: bigint) => boolean,
): bigint {
  if (isSignallingNan(format, a) || isSignallingNan(format, b)) status.flags |= FLAG_NV;
  if (isNan(format, a)) return isNan(format, b) ? format.canonicalNan : b;
  if (isNan(format, b)) return a;
  return isBetter(signedKey(format, a), signedKey(format, b)) ? a : b;
}

function isUnordered(format: FloatFormat, a: bigint, b: bigint, status: FloatStatus): boolean {
  if (!isNan(format, a) && !isNan(format, b)) return false;
  status.flags |= FLAG_NV;
  return true;
}

/** Orders as the numbers do, with both zeros equal. */
function orderKey(format: FloatFormat, bits: bigint): bigint {
  const magnitude = bits & ~format.signMask;
  return bits === magnitude ? magnitude : -magnitude;
}

/** The same, with -0 just below +0. */
function signedKey(format: FloatFormat, bits: bigint): bigint {
  const magnitude = bits & ~format.signMask;
  return bits === magnitude ? magnitude : -magnitude - 1n;
}
