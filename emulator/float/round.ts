import {
  bitLength,
  FLAG_NX,
  FLAG_OF,
  FLAG_UF,
  type FloatFormat,
  type FloatStatus,
  Rounding,
  signedInfinity,
  signedZero,
} from './format.js';

/**
 * Rounds (−1)^sign × significand × 2^exponent to the format and packs it, with flags. When
 * `isInexact`, the true value lies strictly between significand and significand + 1.
 * Tininess is detected after rounding, as RISC-V requires.
 *
 * @param significand not 0
 */
export function roundAndPack(
  format: FloatFormat,
  sign: boolean,
  significand: bigint,
  exponent: number,
  isInexact: boolean,
  status: FloatStatus,
): bigint {
  const { fractionBits, bias } = format;
  const smallest = 1 - bias - fractionBits;
  const length = bitLength(significand);
  // Exponent of the unit in the last place, were the exponent range unbounded.
  const unbounded = exponent + length - (fractionBits + 1);
  const unit = Math.max(unbounded, smallest);
  const { rounded, isExact } = roundAt(significand, exponent, unit, sign, isInexact, status);
  if (!isExact) {
    status.flags |= FLAG_NX;
    if (unbounded < smallest) {
      const whole = roundAt(significand, exponent, unbounded, sign, isInexact, status).rounded;
      const isTiny = unbounded + bitLength(whole) < smallest + fractionBits + 1;
      if (isTiny) status.flags |= FLAG_UF;
    }
  }
  if (rounded === 0n) return signedZero(format, sign);
  // A carry out of the significand arrives in the exponent field by itself; so does the step from
  // the largest subnormal to the smallest normal number.
  const packed = rounded + (BigInt(unit - smallest) << BigInt(fractionBits));
  if (packed >= format.infinity) return overflow(format, sign, status);
  return sign ? packed | format.signMask : packed;
}

function overflow(format: FloatFormat, sign: boolean, status: FloatStatus): bigint {
  status.flags |= FLAG_OF | FLAG_NX;
  const { rounding } = status;
  const towardsZero =
    rounding === Rounding.Rtz || rounding === (sign ? Rounding.Rup : Rounding.Rdn);
  return signedInfinity(format, sign) - (towardsZero ? 1n : 0n);
}

/** The value as a multiple of 2^unit. */
export function roundAt(
  significand: bigint,
  exponent: number,
  unit: number,
  sign: boolean,
  isInexact: boolean,
  status: FloatStatus,
): { rounded: bigint; isExact: boolean } {
  const shift = unit - exponent;
  if (shift <= 0) {
    // Callers keep enough bits that an inexact value always has some to drop.
    return { rounded: significand << BigInt(-shift), isExact: !isInexact };
  }
  const kept = significand >> BigInt(shift);
  const dropped = significand - (kept << BigInt(shift));
  const half = 1n << BigInt(shift - 1);
  const isExact = dropped === 0n && !isInexact;
  const aboveHalf = dropped > half || (dropped === half && isInexact);
  const isTie = dropped === half && !isInexact;
  let up: boolean;
  switch (status.rounding) {
    case Rounding.Rne:
      up = aboveHalf || (isTie && (kept & 1n) === 1n);
      break;
    case Rounding.Rtz:
      up = false;
      break;
    case Rounding.Rdn:
      up = sign && !isExact;
      break;
    case Rounding.Rup:
      up = !sign && !isExact;
      break;
    default:
      up = aboveHalf || isTie;
  }
  return { rounded: up ? kept + 1n : kept, isExact };
}
