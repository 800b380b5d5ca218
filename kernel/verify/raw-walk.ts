import { ENTRIES, ENTRY_BYTES, leafPages, PAGE_BYTES, R, V, W, X } from './decode.js';

const LEVELS = 3;
const TWO_22 = 2 ** 22;

/** Reads 32-bit halves of page-table entries; the address lies in RAM. */
export interface RawMemory {
  readonly firstPpn: number;
  readonly frameCount: number;
  /** The 32-bit word at a physical address that is a multiple of 4, unsigned. */
  word(pa: number): number;
}

/** Where a walk came to. A fresh object is not made for each: `rawWalk` fills the one it is given. */
export interface RawTranslation {
  /** Level of the last entry read. */
  level: number;
  pteAddress: number;
  /** Bits 7..0; 0 where the walk found no leaf. */
  flags: number;
  /** Frame of the 4 KiB page; 0 where the walk found no leaf. */
  ppn: number;
  /** Frames of the tables of level 1 and 0 that the walk went through; 0 = not that far. */
  middle: number;
  last: number;
}

export function emptyTranslation(): RawTranslation {
  return { level: 0, pteAddress: 0, flags: 0, ppn: 0, middle: 0, last: 0 };
}

/**
 * The verifier's own walk, for the hot path: numbers only. Privileged ISA, "Virtual Address
 * Translation Process", without permissions. What the manual reserves counts as no leaf.
 *
 * @param va canonical, -2^38 <= va < 2^38
 */
export function rawWalk(
  memory: RawMemory,
  rootPpn: number,
  va: number,
  result: RawTranslation,
): void {
  const vpn = Math.floor(va / PAGE_BYTES) & 0x7ff_ffff;
  let table = rootPpn;
  result.flags = 0;
  result.ppn = 0;
  result.middle = 0;
  result.last = 0;
  for (let level = LEVELS - 1; level >= 0; level--) {
    if (level === 1) result.middle = table;
    if (level === 0) result.last = table;
    if (table < memory.firstPpn || table >= memory.firstPpn + memory.frameCount) return;
    const index = (vpn >>> (9 * level)) & (ENTRIES - 1);
    const pteAddress = table * PAGE_BYTES + index * ENTRY_BYTES;
    const low = memory.word(pteAddress);
    const high = memory.word(pteAddress + 4);
    result.level = level;
    result.pteAddress = pteAddress;
    const ppn = (high & 0x3f_ffff) * TWO_22 + (low >>> 10);
    if ((low & V) === 0 || (low & (R | W)) === W || high >>> 22 !== 0) return;
    if (low & (R | X)) {
      const mask = leafPages(level) - 1;
      if (ppn % (mask + 1) !== 0) return;
      result.flags = low & 0xff;
      result.ppn = ppn + (vpn & mask);
      return;
    }
    table = ppn;
  }
}
