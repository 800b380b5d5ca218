import type { CacheBlockOperation } from '../isa/expression.js';

/**
 * The fields of menvcfg and senvcfg that let less privileged modes manage cache blocks: CBIE
 * (bits 5..4), CBCFE (bit 6), CBZE (bit 7). Unprivileged ISA, '"CMO" Extensions for Base Cache
 * Management Operation ISA'.
 */
export const ENVCFG_CBIE_CBCFE = 0x70n;
export const ENVCFG_CBZE = 0x80n;
const CBIE = 0x30n;
const CBIE_RESERVED = 0x20n;
const RIGHTS: Record<CacheBlockOperation, bigint> = {
  invalidate: CBIE,
  clean: 0x40n,
  flush: 0x40n,
  zero: ENVCFG_CBZE,
};

/** CBIE is WARL: its reserved value becomes 0. */
export function legalEnvcfg(value: bigint): bigint {
  return (value & CBIE) === CBIE_RESERVED ? value & ~CBIE : value;
}

export function grants(envcfg: bigint, operation: CacheBlockOperation): boolean {
  return (envcfg & RIGHTS[operation]) !== 0n;
}
