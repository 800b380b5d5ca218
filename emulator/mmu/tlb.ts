import { PTE_G } from '../pte.js';
import type { Leaf } from './walk.js';

const ENTRIES = 4096;
const EMPTY = Number.NaN; // equal to nothing, itself included

/**
 * The architectural TLB: translations as the walk found them, by ASID, before any permission check.
 * Direct-mapped by virtual page; a superpage is held as the 4 KiB pieces that were used.
 */
export class Tlb {
  private readonly vpns = new Float64Array(ENTRIES).fill(EMPTY);
  private readonly asids = new Uint16Array(ENTRIES);
  private readonly ppns = new Float64Array(ENTRIES);
  private readonly flags = new Uint8Array(ENTRIES);
  private readonly levels = new Uint8Array(ENTRIES);
  private readonly isLarge = new Uint8Array(ENTRIES);
  private readonly pteAddresses = new Float64Array(ENTRIES);
  /** Slots that may hold an entry, so that a flush costs what was filled. */
  private readonly filled = new Uint16Array(ENTRIES);
  private readonly isListed = new Uint8Array(ENTRIES);
  private filledCount = 0;
  /** Whether a piece of a superpage or Svnapot leaf was inserted since everything was dropped. */
  mayHoldLarge = false;

  /** The slot that holds (asid, vpn), or -1. A global entry matches every ASID. */
  find(vpn: number, asid: number): number {
    const slot = slotOf(vpn);
    const isHit =
      this.vpns[slot] === vpn && (this.asids[slot] === asid || (this.flags[slot]! & PTE_G) !== 0);
    return isHit ? slot : -1;
  }

  insert(vpn: number, asid: number, leaf: Leaf): number {
    const slot = slotOf(vpn);
    if (this.isListed[slot] === 0) {
      this.isListed[slot] = 1;
      this.filled[this.filledCount++] = slot;
    }
    if (leaf.isLarge) this.mayHoldLarge = true;
    this.vpns[slot] = vpn;
    this.asids[slot] = asid;
    this.ppns[slot] = leaf.ppn;
    this.flags[slot] = leaf.flags;
    this.levels[slot] = leaf.level;
    this.isLarge[slot] = leaf.isLarge ? 1 : 0;
    this.pteAddresses[slot] = leaf.pteAddress;
    return slot;
  }

  ppn(slot: number): number {
    return this.ppns[slot]!;
  }

  flagsOf(slot: number): number {
    return this.flags[slot]!;
  }

  pteAddress(slot: number): number {
    return this.pteAddresses[slot]!;
  }

  addFlags(slot: number, bits: number): void {
    this.flags[slot] = this.flags[slot]! | bits;
  }

  /** Drops the page from every address space. */
  dropPage(vpn: number): void {
    const slot = slotOf(vpn);
    if (this.vpns[slot] === vpn) this.vpns[slot] = EMPTY;
  }

  dropAll(): void {
    for (let i = 0; i < this.filledCount; i++) {
      const slot = this.filled[i]!;
      this.vpns[slot] = EMPTY;
      this.isListed[slot] = 0;
    }
    this.filledCount = 0;
    this.mayHoldLarge = false;
  }

  /** SFENCE.VMA in its four forms. With an ASID, global entries stay. */
  fence(vpn: number | undefined, asid: number | undefined): void {
    if (vpn === undefined) {
      this.dropWhere(asid, false);
      if (this.filledCount === 0) this.mayHoldLarge = false;
      return;
    }
    const slot = slotOf(vpn);
    if (this.vpns[slot] === vpn && this.isLarge[slot] === 0) {
      if (!this.isSpared(slot, asid)) this.vpns[slot] = EMPTY;
    } else if (this.mayHoldLarge) {
      // The address may lie in a large leaf whose pieces stand in many slots.
      this.dropWhere(asid, true);
    }
  }

  /** The entries held, for the verifier. */
  *entries(): IterableIterator<{
    vpn: number;
    asid: number;
    ppn: number;
    flags: number;
    level: number;
  }> {
    for (let slot = 0; slot < ENTRIES; slot++) {
      const vpn = this.vpns[slot]!;
      if (Number.isNaN(vpn)) continue;
      yield {
        vpn,
        asid: this.asids[slot]!,
        ppn: this.ppns[slot]!,
        flags: this.flags[slot]!,
        level: this.levels[slot]!,
      };
    }
  }

  /** Drops what is not spared, and takes empty slots off the list. */
  private dropWhere(asid: number | undefined, isOnlyLarge: boolean): void {
    let kept = 0;
    for (let i = 0; i < this.filledCount; i++) {
      const slot = this.filled[i]!;
      const isMeant = !isOnlyLarge || this.isLarge[slot] !== 0;
      if (isMeant && !this.isSpared(slot, asid)) this.vpns[slot] = EMPTY;
      if (Number.isNaN(this.vpns[slot])) this.isListed[slot] = 0;
      else this.filled[kept++] = slot;
    }
    this.filledCount = kept;
  }

  private isSpared(slot: number, asid: number | undefined): boolean {
    return asid !== undefined && (this.asids[slot] !== asid || (this.flags[slot]! & PTE_G) !== 0);
  }
}

function slotOf(vpn: number): number {
  return vpn & (ENTRIES - 1);
}
