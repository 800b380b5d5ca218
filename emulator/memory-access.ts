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

export type Size = 1 | 2 | 4 | 8;

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

  constructor(buffer: ArrayBuffer, ram: Ram, mmu: Mmu, pmp: Pmp, bus: Bus) {
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
    const address = addressNumber(va);
    if (access === 'amo' && address % size !== 0) {
      return { cause: Cause.StoreMisaligned, tval: va };
    }
    const pa = this.locate(address, size, kind);
    if (typeof pa !== 'number') return { ...pa, tval: va };
    if (pa >= 0) return this.readPhysical(pa, size) ?? this.accessFault(kind, va);
    // The access crosses into another page.
    const first = PAGE_SIZE - modulo(address, PAGE_SIZE);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) {
      const byte = this.locate(address + i, 1, kind);
      if (typeof byte !== 'number') return this.rebase(byte, i < first ? va : va + BigInt(first));
      const part = this.readPhysical(byte, 1);
      if (part === undefined) return this.accessFault(kind, va);
      value = (value << 8n) | part;
    }
    return value;
  }

  store(va: bigint, size: Size, value: bigint, access: 'store' | 'amo'): Trap | undefined {
    const address = addressNumber(va);
    if (access === 'amo' && address % size !== 0) {
      return { cause: Cause.StoreMisaligned, tval: va };
    }
    const pa = this.locate(address, size, 'store');
    if (typeof pa !== 'number') return { ...pa, tval: va };
    if (pa >= 0)
      return this.writePhysical(pa, size, value) ? undefined : this.accessFault('store', va);
    const first = PAGE_SIZE - modulo(address, PAGE_SIZE);
    const low = this.locate(address, 1, 'store');
    if (typeof low !== 'number') return low;
    const high = this.locate(address + first, 1, 'store');
    if (typeof high !== 'number') return high;
    for (let i = 0; i < size; i++) {
      const byte = (value >> BigInt(8 * i)) & 0xffn;
      if (!this.writePhysical(i < first ? low + i : high + i - first, 1, byte)) {
        return this.accessFault('store', va);
      }
    }
    return undefined;
  }

  loadReserved(va: bigint, size: 4 | 8): bigint | Trap {
    if (addressNumber(va) % size !== 0) return { cause: Cause.LoadMisaligned, tval: va };
    const value = this.load(va, size, 'load');
    if (typeof value === 'bigint') this.quads[RESERVATION / 8] = va;
    return value;
  }

  /** Whether the store happened. Any SC gives the reservation up. */
  storeConditional(va: bigint, size: 4 | 8, value: bigint): boolean | Trap {
    if (addressNumber(va) % size !== 0) return { cause: Cause.StoreMisaligned, tval: va };
    const isReserved = this.quads[RESERVATION / 8] === va;
    // A failing SC still faults as a store would.
    const pa = this.locate(addressNumber(va), size, 'store');
    if (typeof pa !== 'number') return { ...pa, tval: va };
    this.clearReservation();
    return isReserved && this.writePhysical(pa, size, value);
  }

  /**
   * Physical address of an access, -1 when it crosses a page (nothing is checked then), or the trap.
   */
  private locate(address: number, size: number, access: 'load' | 'store'): number | Trap {
    const offset = modulo(address, PAGE_SIZE);
    if (offset + size > PAGE_SIZE) return -1;
    const privilege = this.mmu.dataPrivilege();
    const pa = this.physicalAddress(address, size, access, privilege);
    return pa >= 0 ? pa : { cause: faultCause(pa, access), tval: asTval(address) };
  }

  /** Translates and checks PMP: the physical address, PAGE_FAULT or ACCESS_FAULT. */
  physicalAddress(address: number, size: number, access: Access, privilege: Privilege): number {
    const ppn = this.mmu.translatePage(address, access, privilege);
    if (ppn < 0) return ppn;
    if (ppn > MAX_MAPPED_PPN) return ACCESS_FAULT;
    const pa = ppn * PAGE_SIZE + modulo(address, PAGE_SIZE);
    return this.pmp.allows(pa, size, access, privilege) ? pa : ACCESS_FAULT;
  }

  private readPhysical(pa: number, size: Size): bigint | undefined {
    if (!this.ram.hasFrame(Math.floor(pa / PAGE_SIZE))) return this.bus.read(pa, size);
    if (size === 8) return this.ram.readU64(pa);
    if (size === 4) return BigInt(this.ram.readU32(pa));
    return BigInt(size === 2 ? this.ram.readU16(pa) : this.ram.readU8(pa));
  }

  private writePhysical(pa: number, size: Size, value: bigint): boolean {
    if (!this.ram.hasFrame(Math.floor(pa / PAGE_SIZE))) return this.bus.write(pa, size, value);
    this.ram.store(pa, size, value);
    return true;
  }

  private accessFault(access: Access, va: bigint): Trap {
    return { cause: faultCause(ACCESS_FAULT, access), tval: va };
  }

  /** A fault names the first address of the access that lies in the faulting page. */
  private rebase(trap: Trap, tval: bigint): Trap {
    return { cause: trap.cause, tval: BigInt.asUintN(64, tval) };
  }
}

function asTval(address: number): bigint {
  return BigInt.asUintN(64, BigInt(address));
}

function modulo(value: number, modulus: number): number {
  return value - Math.floor(value / modulus) * modulus;
}
