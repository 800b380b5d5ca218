import {
  leafPages,
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_HIGH_N,
  PTE_HIGH_PBMT,
  PTE_HIGH_RESERVED,
  PTE_R,
  PTE_SIZE,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  ppnOf,
  vpnAt,
} from '../pte.js';

/** What a walk reads page tables from. */
export interface TableMemory {
  hasFrame(ppn: number): boolean;
  readPteLow(pa: number): number;
  readPteHigh(pa: number): number;
}

/** Told of each entry that a walk is about to read; answers whether the walk may read it. */
export type TableVisitor = (pteAddress: number, va: number, level: number) => boolean;

export interface Leaf {
  /** Bits 7..0 of the entry, with D A G U X W R V. */
  readonly flags: number;
  /** Page number of the 4 KiB page that holds `va`, superpage or not. */
  readonly ppn: number;
  readonly pteAddress: number;
  /** 0 for 4 KiB, 1 for a megapage, 2 for a gigapage. */
  readonly level: number;
  /** The leaf maps more than the 4 KiB page of `va`: it is a superpage or a NAPOT range. */
  readonly isLarge: boolean;
}

export interface WalkOptions {
  /** 3 for Sv39, 4 for Sv48. */
  readonly levels: number;
  /** menvcfg.PBMTE: the PBMT field may name a memory type (Svpbmt); otherwise it is reserved. */
  readonly isPbmtOn: boolean;
  /** The N bit may join pages (Svnapot); otherwise it is reserved. */
  readonly isNapotOn: boolean;
}

/** Svnapot: the one size that exists, 64 KiB, is told by these low bits of the PPN. */
const NAPOT_PAGES = 16;
const NAPOT_64K = 0b1000;
const PBMT_SHIFT = 29;
const PBMT_RESERVED = 3;

export type WalkFault = 'page-fault' | 'access-fault';

/**
 * Finds the leaf entry for `va`. Checks no permissions and sets no A or D bit.
 * Privileged ISA, "Virtual Address Translation Process", steps 1 to 5.
 *
 * @param va canonical address as a signed number, -2^38 <= va < 2^38 for Sv39
 */
export function walk(
  memory: TableMemory,
  rootPpn: number,
  va: number,
  options: WalkOptions,
  visit?: TableVisitor,
): Leaf | WalkFault {
  return walkFrom(memory, rootPpn, options.levels - 1, va, options, visit);
}

/** The rest of a walk, from the table `tablePpn` of the level `firstLevel`. */
export function walkFrom(
  memory: TableMemory,
  tablePpn: number,
  firstLevel: number,
  va: number,
  options: WalkOptions,
  visit?: TableVisitor,
): Leaf | WalkFault {
  for (let level = firstLevel; level >= 0; level--) {
    if (!memory.hasFrame(tablePpn)) return 'access-fault'; // step 2
    const pteAddress = tablePpn * PAGE_SIZE + vpnAt(va, level) * PTE_SIZE;
    if (visit && !visit(pteAddress, va, level)) return 'access-fault';
    const low = memory.readPteLow(pteAddress);
    const high = memory.readPteHigh(pteAddress);
    if (isInvalidOrReserved(low, high, options)) return 'page-fault'; // step 3
    const ppn = ppnOf(low, high);
    if (low & (PTE_R | PTE_X)) {
      const pageInLeaf = leafOffset(va, level, ppn, high);
      if (pageInLeaf === undefined) return 'page-fault';
      const isNapot = (high & PTE_HIGH_N) !== 0;
      const first = isNapot ? ppn - NAPOT_64K : ppn;
      const isLarge = level > 0 || isNapot;
      return { flags: low & 0xff, ppn: first + pageInLeaf, pteAddress, level, isLarge };
    }
    // Step 4, and for non-leaf PTEs "the D, A, and U bits are reserved", N and PBMT too.
    if (low & (PTE_D | PTE_A | PTE_U) || high & (PTE_HIGH_N | PTE_HIGH_PBMT)) return 'page-fault';
    tablePpn = ppn;
  }
  return 'page-fault'; // step 4: a pointer where only a leaf may stand
}

/** Step 3: V is 0, or W without R, or a bit or encoding set that is reserved. */
function isInvalidOrReserved(
  low: number,
  high: number,
  { isPbmtOn, isNapotOn }: WalkOptions,
): boolean {
  const pbmt = (high & PTE_HIGH_PBMT) >>> PBMT_SHIFT;
  return (
    (low & PTE_V) === 0 ||
    ((low & PTE_W) !== 0 && (low & PTE_R) === 0) ||
    (high & PTE_HIGH_RESERVED) !== 0 ||
    pbmt === PBMT_RESERVED ||
    (pbmt !== 0 && !isPbmtOn) ||
    ((high & PTE_HIGH_N) !== 0 && !isNapotOn)
  );
}

/** Which of the leaf's 4 KiB pages holds `va`; undefined for a misaligned superpage (step 5). */
function leafOffset(va: number, level: number, ppn: number, high: number): number | undefined {
  const vpn = Math.floor(va / PAGE_SIZE);
  if (high & PTE_HIGH_N) {
    // Svnapot, "Page table entry encodings when pte.N=1": all but this one are reserved.
    return level === 0 && ppn % NAPOT_PAGES === NAPOT_64K ? mod(vpn, NAPOT_PAGES) : undefined;
  }
  if (level === 0) return 0;
  const pagesPerLeaf = leafPages(level);
  return ppn % pagesPerLeaf === 0 ? mod(vpn, pagesPerLeaf) : undefined;
}

function mod(value: number, modulus: number): number {
  return value - Math.floor(value / modulus) * modulus;
}
