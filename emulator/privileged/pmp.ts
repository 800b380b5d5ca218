import { PAGE_SIZE } from '../pte.js';
import { Privilege } from './status.js';

export const PMP_ENTRIES = 16;

const PMP_R = 0x01;
const PMP_W = 0x02;
const PMP_X = 0x04;
const PMP_RWX = PMP_R | PMP_W | PMP_X;
const PMP_A_SHIFT = 3;
const PMP_A_MASK = 3;
const PMP_L = 0x80;
/** Values of the A field. */
const OFF = 0;
const TOR = 1;
const NA4 = 2;
const NAPOT = 3;
/** pmpaddr holds bits 55..2 of a physical address. */
const ADDRESS_MASK = (1n << 54n) - 1n;
/** Physical addresses have 56 bits. */
const ADDRESS_END = 2 ** 56;

export type Access = 'fetch' | 'load' | 'store';

const NEEDED = { fetch: PMP_X, load: PMP_R, store: PMP_W } as const;

/** Physical memory protection. Privileged ISA, "Physical Memory Protection". */
export class Pmp {
  private readonly configs = new Uint8Array(PMP_ENTRIES);
  private readonly addresses = new BigUint64Array(PMP_ENTRIES);
  /** [start, end) in bytes of each entry that is on, as numbers: ends beyond 2^53 only mean "far". */
  private ranges: { start: number; end: number; config: number }[] = [];
  /** The first entry lets every mode access everything, so that no other counts. */
  private isOpen = false;

  /** Lets every mode access everything, by the first entry. */
  allowAll(): void {
    this.addresses[0] = ADDRESS_MASK;
    this.configs[0] = PMP_R | PMP_W | PMP_X | (NAPOT << PMP_A_SHIFT);
    this.update();
  }

  /** Entries 8 * half to 8 * half + 7 as pmpcfg0 (half 0) or pmpcfg2 (half 1) shows them. */
  readConfig(half: number): bigint {
    let value = 0n;
    for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(this.configs[half * 8 + i]!);
    return value;
  }

  writeConfig(half: number, value: bigint): void {
    for (let i = 0; i < 8; i++) {
      const entry = half * 8 + i;
      const config = Number((value >> BigInt(8 * i)) & 0x9fn);
      if (this.configs[entry]! & PMP_L) continue;
      // W without R is reserved: the field is WARL and keeps what it had.
      if ((config & (PMP_R | PMP_W)) === PMP_W) continue;
      this.configs[entry] = config;
    }
    this.update();
  }

  readAddress(entry: number): bigint {
    return this.addresses[entry]!;
  }

  writeAddress(entry: number, value: bigint): void {
    if (this.isLocked(entry)) return;
    this.addresses[entry] = value & ADDRESS_MASK;
    this.update();
  }

  /**
   * Whether all bytes [pa, pa + size) may be accessed. The lowest entry that matches any byte decides;
   * where none does, M mode may and the others may not, even with all entries off.
   */
  allows(pa: number, size: number, access: Access, privilege: Privilege): boolean {
    if (this.isOpen) return true;
    for (const { start, end, config } of this.ranges) {
      if (pa + size <= start || pa >= end) continue;
      if (pa < start || pa + size > end) return false; // matches only in part
      if (privilege === Privilege.Machine && (config & PMP_L) === 0) return true;
      return (config & NEEDED[access]) !== 0;
    }
    return privilege === Privilege.Machine;
  }

  /** Whether `allows` answers alike for every access to the page, so that it may be cached. */
  isUniform(ppn: number): boolean {
    if (this.isOpen) return true;
    const pageStart = ppn * PAGE_SIZE;
    const pageEnd = pageStart + PAGE_SIZE;
    for (const { start, end } of this.ranges) {
      if (pageEnd <= start || pageStart >= end) continue;
      return start <= pageStart && end >= pageEnd;
    }
    return true;
  }

  /** A locked entry, and the address below a locked top-of-range entry, cannot be written. */
  private isLocked(entry: number): boolean {
    if (this.configs[entry]! & PMP_L) return true;
    const next = this.configs[entry + 1];
    return next !== undefined && (next & PMP_L) !== 0 && modeOf(next) === TOR;
  }

  private update(): void {
    this.updateRanges();
    const [first] = this.ranges;
    const isEverywhere = first?.start === 0 && first.end >= ADDRESS_END;
    this.isOpen = isEverywhere && (first.config & PMP_RWX) === PMP_RWX;
  }

  private updateRanges(): void {
    this.ranges = [];
    for (let i = 0; i < PMP_ENTRIES; i++) {
      const config = this.configs[i]!;
      const address = this.addresses[i]!;
      const mode = modeOf(config);
      if (mode === OFF) continue;
      if (mode === TOR) {
        const below = i === 0 ? 0n : this.addresses[i - 1]!;
        // An entry whose range is empty matches nothing.
        if (below >= address) continue;
        this.ranges.push({ start: Number(below << 2n), end: Number(address << 2n), config });
      } else if (mode === NA4) {
        this.ranges.push({ start: Number(address << 2n), end: Number(address << 2n) + 4, config });
      } else {
        // NAPOT: the run of ones at the bottom gives the size, 8 bytes for none.
        const size = ((address ^ (address + 1n)) + 1n) << 2n;
        const start = (address & ~(address ^ (address + 1n))) << 2n;
        this.ranges.push({ start: Number(start), end: Number(start + size), config });
      }
    }
  }
}

function modeOf(config: number): number {
  return (config >> PMP_A_SHIFT) & PMP_A_MASK;
}
