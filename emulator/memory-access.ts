import { Cause, type Trap } from './cause.js';
import type { Bus } from './devices/bus.js';
import { RESERVATION } from './layout.js';
import { ACCESS_FAULT, type Mmu, PAGE_FAULT } from './mmu/mmu.js';
import type { Access, Pmp } from './privileged/pmp.js';
import type { Privilege } from './privileged/status.js';
import { PAGE_SIZE } from './pte.js';
import type { Ram } from './ram.js';

const NO_RESERVATION = (1n << 64n) - 1n;
/** Beyond this no device stands, and the physical address is still a safe integer. */
const MAX_MAPPED_PPN = 2 ** 40;

/** Of cbo.zero and its like; naturally aligned. */
export const CACHE_BLOCK_BYTES = 64n;

export type Size = 1 | 2 | 4 | 8;

/** What becomes of loads and stores that are not naturally aligned; atomics trap either way. */
export type Misaligned = 'handled' | 'trapped';

/** A piece of an access that lies in one page. */
interface Part {
  readonly va: number;
  readonly pa: number;
  readonly size: Size;
}

/** One cause for each kind of access and fault. */
export function faultCause(fault: number, access: Access): number {
  const isPageFault = fault === PAGE_FAULT;
  if (access === 'fetch') {
    return isPageFault ? Cause.InstructionPageFault : Cause.InstructionAccessFault;
  }
  if (access === 'load') return isPageFault ? Cause.LoadPageFault : Cause.LoadAccessFault;
  return isPageFault ? Cause.StorePageFault : Cause.StoreAccessFault;
}

/** A 64-bit address as a signed number: rounded beyond 2^53, where no address is valid. */
export function addressNumber(va: bigint): number {
  return Number(BigInt.asIntN(64, va));
}

/**
 * The hart's loads and stores that are not on the fast path: devices, page crossings, misaligned and
 * faulting accesses, stores into code and page tables. A fault has changed nothing.
 */
export class MemoryAccess {
  private readonly ram: Ram;
  private readonly mmu: Mmu;
  private readonly pmp: Pmp;
  private readonly bus: Bus;
  private readonly quads: BigUint64Array;
  private readonly misaligned: Misaligned;

  constructor(buffer: ArrayBuffer, ram: Ram, mmu: Mmu, pmp: Pmp, bus: Bus, misaligned: Misaligned) {
    this.misaligned = misaligned;
    this.quads = new BigUint64Array(buffer, 0, 0x400 / 8);
    this.ram = ram;
    this.mmu = mmu;
    this.pmp = pmp;
    this.bus = bus;
    this.clearReservation();
  }

  clearReservation(): void {
    this.quads[RESERVATION / 8] = NO_RESERVATION;
  }

  load(va: bigint, size: Size, access: 'load' | 'amo'): bigint | Trap {
    const kind = access === 'amo' ? 'store' : 'load';
    const parts = this.locate(va, size, kind);
    if (!Array.isArray(parts)) return parts;
    let value = 0n;
    let shift = 0n;
    for (const { pa, size: partSize } of parts) {
      const part = this.readPhysical(pa, partSize);
      if (part === undefined) return accessFault(kind, va);
      value |= part << shift;
      shift += BigInt(8 * partSize);
    }
    // The AMO's store is still to come; it marks the page.
    if (access === 'load') this.markUsed(parts, kind);
    return value;
  }

  store(va: bigint, size: Size, value: bigint): Trap | undefined {
    const parts = this.locate(va, size, 'store');
    if (!Array.isArray(parts)) return parts;
    if (!this.write(parts, value)) return accessFault('store', va);
    return undefined;
  }

  /** Clears the cache block that holds `va`; a fault reports `va` itself. */
  zeroBlock(va: bigint): Trap | undefined {
    const block = va & -CACHE_BLOCK_BYTES;
    const pa = this.blockAddress(block, 'store');
    // Devices are no memory that could be cached.
    if (pa < 0 || !this.isRam(pa)) return { cause: faultCause(pa, 'store'), tval: va };
    for (let at = 0n; at < CACHE_BLOCK_BYTES; at += 8n) this.store(block + at, 8, 0n);
    return undefined;
  }

  /** Whether the cache block may be managed, which takes the right to load; it faults as a store. */
  checkBlock(va: bigint): Trap | undefined {
    const block = va & -CACHE_BLOCK_BYTES;
    const pa = this.blockAddress(block, 'load');
    if (pa < 0 || !this.isRam(pa)) return { cause: faultCause(pa, 'store'), tval: va };
    this.mmu.markUsed(addressNumber(block), 'load', this.mmu.dataPrivilege());
    return undefined;
  }

  /** As physicalAddress, for a whole block, which lies in one page. */
  private blockAddress(block: bigint, access: 'load' | 'store'): number {
    const privilege = this.mmu.dataPrivilege();
    const bytes = Number(CACHE_BLOCK_BYTES);
    return this.physicalAddress(addressNumber(block), bytes, access, privilege);
  }

  loadReserved(va: bigint, size: 4 | 8): bigint | Trap {
    const value = this.load(va, size, 'load');
    if (typeof value === 'bigint') this.quads[RESERVATION / 8] = va;
    return value;
  }

  /** Whether the store happened. Any SC gives the reservation up, and one that fails faults alike. */
  storeConditional(va: bigint, size: 4 | 8, value: bigint): boolean | Trap {
    const parts = this.locate(va, size, 'store');
    if (!Array.isArray(parts)) return parts;
    const isReserved = this.quads[RESERVATION / 8] === va;
    this.clearReservation();
    return isReserved && this.write(parts, value);
  }

  /**
   * The physical ranges of an access, one or, where it crosses into another page, single bytes; or
   * the trap, whose tval is the first address of the access that lies in the faulting page.
   */
  private locate(va: bigint, size: Size, access: 'load' | 'store'): Part[] | Trap {
    if (this.misaligned === 'trapped' && va % BigInt(size) !== 0n) {
      return { cause: access === 'load' ? Cause.LoadMisaligned : Cause.StoreMisaligned, tval: va };
    }
    const address = addressNumber(va);
    const privilege = this.mmu.dataPrivilege();
    const first = PAGE_SIZE - modulo(address, PAGE_SIZE);
    if (size <= first) {
      const pa = this.physicalAddress(address, size, access, privilege);
      if (pa < 0) return { cause: faultCause(pa, access), tval: va };
      return [{ va: address, pa, size }];
    }
    const parts: Part[] = [];
    for (let i = 0; i < size; i++) {
      const pa = this.physicalAddress(address + i, 1, access, privilege);
      const tval = i < first ? va : BigInt.asUintN(64, va + BigInt(first));
      if (pa < 0) return { cause: faultCause(pa, access), tval };
      parts.push({ va: address + i, pa, size: 1 });
    }
    return parts;
  }

  private write(parts: readonly Part[], value: bigint): boolean {
    // A store to RAM cannot fail, and may change the very entry that it came through: A and D first.
    const isRam = parts.every(({ pa }) => this.isRam(pa));
    if (isRam) this.markUsed(parts, 'store');
    let rest = value;
    for (const { pa, size } of parts) {
      if (!this.writePhysical(pa, size, rest & ((1n << BigInt(8 * size)) - 1n))) return false;
      rest >>= BigInt(8 * size);
    }
    if (!isRam) this.markUsed(parts, 'store');
    return true;
  }

  private markUsed(parts: readonly Part[], access: Access): void {
    const privilege = this.mmu.dataPrivilege();
    for (const { va } of parts) this.mmu.markUsed(va, access, privilege);
  }

  /** Translates and checks PMP: the physical address, PAGE_FAULT or ACCESS_FAULT. */
  physicalAddress(address: number, size: number, access: Access, privilege: Privilege): number {
    const ppn = this.mmu.translatePage(address, access, privilege);
    if (ppn < 0) return ppn;
    if (ppn > MAX_MAPPED_PPN) return ACCESS_FAULT;
    const pa = ppn * PAGE_SIZE + modulo(address, PAGE_SIZE);
    return this.pmp.allows(pa, size, access, privilege) ? pa : ACCESS_FAULT;
  }

  private isRam(pa: number): boolean {
    return this.ram.hasFrame(Math.floor(pa / PAGE_SIZE));
  }

  private readPhysical(pa: number, size: Size): bigint | undefined {
    if (!this.isRam(pa)) return this.bus.read(pa, size);
    if (size === 8) return this.ram.readU64(pa);
    if (size === 4) return BigInt(this.ram.readU32(pa));
    return BigInt(size === 2 ? this.ram.readU16(pa) : this.ram.readU8(pa));
  }

  private writePhysical(pa: number, size: Size, value: bigint): boolean {
    if (!this.isRam(pa)) return this.bus.write(pa, size, value);
    this.ram.store(pa, size, value);
    return true;
  }
}

function accessFault(access: Access, va: bigint): Trap {
  return { cause: faultCause(ACCESS_FAULT, access), tval: va };
}

function modulo(value: number, modulus: number): number {
  return value - Math.floor(value / modulus) * modulus;
}
