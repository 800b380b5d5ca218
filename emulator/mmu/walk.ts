import {
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_HIGH_MASK,
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
}

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
  levels: number,
  visit?: TableVisitor,
): Leaf | WalkFault {
  let tablePpn = rootPpn;
  for (let level = levels - 1; level >= 0; level--) {
    if (!memory.hasFrame(tablePpn)) return 'access-fault'; // step 2
    const pteAddress = tablePpn * PAGE_SIZE + vpnAt(va, level) * PTE_SIZE;
    if (visit && !visit(pteAddress, va, level)) return 'access-fault';
    const low = memory.readPteLow(pteAddress);
    const high = memory.readPteHigh(pteAddress);
    if (isInvalidOrReserved(low, high)) return 'page-fault'; // step 3
    const ppn = ppnOf(low, high);
    if (low & (PTE_R | PTE_X)) {
      const pagesPerLeaf = 512 ** level;
      if (ppn % pagesPerLeaf !== 0) return 'page-fault'; // step 5: a misaligned superpage
      const pageInLeaf = mod(Math.floor(va / PAGE_SIZE), pagesPerLeaf);
      return { flags: low & 0xff, ppn: ppn + pageInLeaf, pteAddress, level };
    }
    // Step 4, and "for non-leaf PTEs, the D, A, and U bits are reserved".
    if (low & (PTE_D | PTE_A | PTE_U)) return 'page-fault';
    tablePpn = ppn;
  }
  return 'page-fault'; // step 4: a pointer where only a leaf may stand
}

/** Step 3: V is 0, or W without R, or a bit set that is reserved while its extension is absent. */
function isInvalidOrReserved(low: number, high: number): boolean {
  return (
    (low & PTE_V) === 0 ||
    ((low & PTE_W) !== 0 && (low & PTE_R) === 0) ||
    (high & PTE_HIGH_MASK) !== 0
  );
}

function mod(value: number, modulus: number): number {
  return value - Math.floor(value / modulus) * modulus;
}
