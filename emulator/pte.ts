/**
 * A page-table entry of Sv39 and Sv48, held as two unsigned 32-bit halves: it has 54 significant
 * bits, more than a number can hold. Privileged ISA, "Sv39: Page-Based 39-bit Virtual-Memory System".
 *
 *   63 62..61 60..54   53 .. 10   9..8   7 6 5 4 3 2 1 0
 *   N  PBMT   reserved PPN        RSW    D A G U X W R V
 */
export const PTE_V = 0x01;
export const PTE_R = 0x02;
export const PTE_W = 0x04;
export const PTE_X = 0x08;
export const PTE_U = 0x10;
export const PTE_G = 0x20;
export const PTE_A = 0x40;
export const PTE_D = 0x80;
/** Everything in an entry's lower half but the PPN. */
export const PTE_LOW_BITS = 0x3ff;
/** Two bits that the hardware ignores and software may use. */
export const PTE_RSW = 0x300;
/** Bits 63..54 of the entry, seen in its high half. */
export const PTE_HIGH_N = 0x8000_0000;
export const PTE_HIGH_PBMT = 0x6000_0000;
export const PTE_HIGH_RESERVED = 0x1fc0_0000;

export const PAGE_SIZE = 4096;
export const PAGE_SHIFT = 12;
export const PTE_SIZE = 8;
export const PTES_PER_TABLE = 512;

/** Physical page number, 0 <= ppn < 2^44, of an entry's two halves. */
export function ppnOf(low: number, high: number): number {
  return (high & 0x003f_ffff) * 0x40_0000 + (low >>> 10);
}

/** Low half of an entry for `ppn` with the given bits 9..0. */
export function pteLow(ppn: number, flags: number): number {
  return (((ppn % 0x40_0000) << 10) | flags) >>> 0;
}

/** High half of an entry for `ppn`, with N, PBMT and the reserved bits zero. */
export function pteHigh(ppn: number): number {
  return Math.floor(ppn / 0x40_0000);
}

/** Bytes that a leaf of each level maps: 4 KiB, 2 MiB, 1 GiB, 512 GiB. */
const LEAF_BYTES = [2 ** 12, 2 ** 21, 2 ** 30, 2 ** 39] as const;

/**
 * Index into the table of `level` (0 is the leaf level of 4 KiB pages).
 *
 * @param va canonical address as a signed number, -2^47 <= va < 2^47
 */
export function vpnAt(va: number, level: number): number {
  // On the two halves: a canonical address has more than 32 bits, and shifts see 32.
  if (level < 2) return (va >>> (12 + 9 * level)) & 0x1ff;
  const high = Math.floor(va / 2 ** 32);
  return level === 2 ? ((va >>> 30) | (high << 2)) & 0x1ff : (high >>> 7) & 0x1ff;
}

/** Pages of 4 KiB that a leaf of `level` (0 to 3) maps. */
export function leafPages(level: number): number {
  return 1 << (9 * level);
}

/** Bytes that a leaf of `level` (0 to 3) maps. */
export function leafBytes(level: number): number {
  return LEAF_BYTES[level]!;
}
