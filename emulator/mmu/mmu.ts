import { EXEC_TLB, RAM_BASE, RAM_OFFSET, READ_TLB, RESERVATION, WRITE_TLB } from '../layout.js';
import type { Access, Pmp } from '../privileged/pmp.js';
import {
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  MSTATUS_MXR,
  MSTATUS_SUM,
  Privilege,
} from '../privileged/status.js';
import {
  leafBytes,
  PAGE_SHIFT,
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_SIZE,
  PTE_U,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
} from '../pte.js';
import { FRAME_TABLE, type Ram } from '../ram.js';
import { FastTlb } from './fast-tlb.js';
import { Tlb } from './tlb.js';
import { type Leaf, type WalkFault, walk, walkFrom } from './walk.js';

/** What `Mmu.translatePage` returns instead of a page number. */
export const PAGE_FAULT = -1;
export const ACCESS_FAULT = -2;

/** More changed entries of one table than this drop everything: that costs what is held. */
const MAX_SINGLE_DROPS = 32;
const MAX_PHYSICAL_ADDRESS = 2 ** 56;

/** The state of the hart that decides over a translation. */
export interface TranslationContext {
  privilege: Privilege;
  /** Low word of mstatus. */
  statusLow: number;
  /** 0 = bare, 3 = Sv39, 4 = Sv48. */
  levels: number;
  asid: number;
  rootPpn: number;
  /** menvcfg.ADUE: the walk sets A and D itself; otherwise it faults (Svade). */
  isAdUpdated: boolean;
  /** menvcfg.PBMTE. */
  isPbmtOn: boolean;
  /** Svnapot exists. */
  isNapotOn: boolean;
}

/**
 * 'coherent': a store to a page table takes along what was cached of it. 'stale': translations stay
 * until a fence, as the architecture allows, so that a missing one shows.
 */
export type TlbMode = 'coherent' | 'stale';

/** Told of what the MMU does, for a judge of whoever writes page tables. Addresses are signed. */
export interface TranslationLog {
  /** No TLB entry was found: the tables are about to be walked for an access. */
  walking(va: number, asid: number, rootPpn: number): void;
  /** The walk's leaf went into the TLB. */
  filled(va: number, leaf: Leaf): void;
  /** An access needs A, or A and D, in the entry, which has just got them. */
  marked(pteAddress: number, access: Access): void;
  /** SFENCE.VMA; an absent operand stands for x0. */
  fenced(va: number | undefined, asid: number | undefined): void;
}

/** An entry of one of the fast arrays. */
export interface FastEntry {
  readonly access: Access;
  readonly va: number;
  /** The frame; of an entry for fetches it is not told. */
  readonly ppn: number | undefined;
}

/** How a table frame was last used by a walk: which addresses hang off it. */
const UNUSED = -1;
const SEVERAL_USES = -2;

/** Address translation with both levels of TLB. */
export class Mmu {
  readonly tlb = new Tlb();
  log: TranslationLog | undefined;
  private readonly readTlb: FastTlb;
  private readonly writeTlb: FastTlb;
  private readonly execTlb: FastTlb;
  private readonly tableLevel: Int8Array;
  /** First virtual page number that hangs off it. */
  private readonly tableStart: Float64Array;
  /**
   * The table of leaves that the last walk read, and the first page that hangs off it; a walk for
   * another page of it begins there. NaN: none, as always where stale entries are served.
   */
  private leafTablePpn = 0;
  private leafTableStart = Number.NaN;
  /** What the fast arrays were filled for. */
  private fastPrivilege: Privilege = Privilege.Machine;
  private fastStatus = 0;

  /** Hart state. */
  private readonly words: Int32Array;
  private readonly ram: Ram;
  private readonly pmp: Pmp;
  private readonly mode: TlbMode;
  readonly context: TranslationContext;

  constructor(buffer: ArrayBuffer, ram: Ram, pmp: Pmp, context: TranslationContext, mode: TlbMode) {
    this.words = new Int32Array(buffer, 0, 0x400 / 4);
    this.ram = ram;
    this.pmp = pmp;
    this.mode = mode;
    this.context = context;
    this.readTlb = new FastTlb(buffer, READ_TLB);
    this.writeTlb = new FastTlb(buffer, WRITE_TLB);
    this.execTlb = new FastTlb(buffer, EXEC_TLB);
    this.tableLevel = new Int8Array(ram.frameCount).fill(UNUSED);
    this.tableStart = new Float64Array(ram.frameCount);
  }

  /** The privilege at which an explicit access is made: MPRV lends that of MPP. */
  dataPrivilege(): Privilege {
    const { privilege, statusLow } = this.context;
    if (privilege === Privilege.Machine && statusLow & MSTATUS_MPRV) {
      return ((statusLow & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT) as Privilege;
    }
    return privilege;
  }

  /**
   * Translates the page of `va` for an access, with every check but that of PMP on the page itself.
   * Sets no A or D bit: `markUsed` does, once it is certain that the access is made.
   * Privileged ISA, "Virtual Address Translation Process".
   *
   * @param va the address as a signed number; beyond 2^53 it may be rounded
   * @returns the physical page number, PAGE_FAULT or ACCESS_FAULT
   */
  translatePage(va: number, access: Access, privilege: Privilege): number {
    const { levels, asid, rootPpn, statusLow } = this.context;
    if (levels === 0 || privilege === Privilege.Machine) {
      return va >= 0 && va < MAX_PHYSICAL_ADDRESS ? Math.floor(va / PAGE_SIZE) : ACCESS_FAULT;
    }
    const limit = leafBytes(levels - 1) * (PTES_PER_TABLE / 2);
    if (!(va >= -limit && va < limit)) return PAGE_FAULT; // step 1; NaN lands here too
    const vpn = Math.floor(va / PAGE_SIZE);
    const needed = access === 'store' ? PTE_A | PTE_D : PTE_A;
    let slot = this.tlb.find(vpn, asid);
    // Step 9 compares the entry in memory with what was read, and starts again when it differs.
    const isReread =
      this.mode === 'stale' && slot >= 0 && (this.tlb.flagsOf(slot) & needed) !== needed;
    if (slot < 0 || isReread) {
      this.log?.walking(va, asid, rootPpn);
      const leaf = this.walk(va, vpn);
      if (leaf === 'page-fault') return PAGE_FAULT;
      if (leaf === 'access-fault') return ACCESS_FAULT;
      // What the new entry evicts stays in the fast arrays: an instruction and its operand may share
      // a slot here, and would evict each other for ever.
      slot = this.tlb.insert(vpn, asid, leaf);
      this.log?.filled(va, leaf);
    }
    const flags = this.tlb.flagsOf(slot);
    if (!isPermitted(flags, access, privilege, statusLow)) return PAGE_FAULT; // steps 6 to 8
    if ((flags & needed) !== needed) {
      // Step 9.
      if (!this.context.isAdUpdated) return PAGE_FAULT;
      const pteAddress = this.tlb.pteAddress(slot);
      if (!this.pmp.allows(pteAddress, PTE_SIZE, 'store', Privilege.Supervisor)) {
        return ACCESS_FAULT;
      }
    }
    return this.tlb.ppn(slot);
  }

  /** Sets A, and D for a store, in the entry that `translatePage` has just used for the same access. */
  markUsed(va: number, access: Access, privilege: Privilege): void {
    const { levels, asid } = this.context;
    if (levels === 0 || privilege === Privilege.Machine) return;
    const slot = this.tlb.find(Math.floor(va / PAGE_SIZE), asid);
    const needed = access === 'store' ? PTE_A | PTE_D : PTE_A;
    if ((this.tlb.flagsOf(slot) & needed) === needed) return;
    this.ram.setPteBits(this.tlb.pteAddress(slot), needed);
    this.tlb.addFlags(slot, needed);
    this.log?.marked(this.tlb.pteAddress(slot), access);
  }

  /** Lets the interpreter load from the page of `va`, which was translated to a frame of RAM. */
  allowLoads(va: number, ppn: number): void {
    this.readTlb.fill(va, linearAddress(ppn) - pageOf(va));
  }

  /** As `allowLoads`, for stores, which go unseen: the frame must have no FRAME_* flag. */
  allowStores(va: number, ppn: number): void {
    this.ram.dirty[ppn - this.ram.firstPpn] = 1;
    this.writeTlb.fill(va, linearAddress(ppn) - pageOf(va));
  }

  /** Lets the interpreter fetch from the page of `va`, decoded at `records`. */
  allowFetches(va: number, records: number): void {
    this.execTlb.fill(va, records);
  }

  /** Whether the page of `va` stands in the fast array for such accesses. */
  isFast(va: number, access: 'load' | 'store'): boolean {
    return (access === 'load' ? this.readTlb : this.writeTlb).has(va);
  }

  /** From now on every store into the frame is seen. */
  forbidStores(ppn: number): void {
    this.writeTlb.dropTarget(linearAddress(ppn));
  }

  forbidAllStores(): void {
    this.writeTlb.dropAll();
  }

  forbidAllFetches(): void {
    this.execTlb.dropAll();
  }

  /**
   * To be called before the interpreter runs: empties the fast arrays if they were filled under
   * another privilege or other status bits.
   */
  enter(): void {
    const { privilege } = this.context;
    const status = this.statusThatCounts();
    if (privilege === this.fastPrivilege && status === this.fastStatus) return;
    this.fastPrivilege = privilege;
    this.fastStatus = status;
    this.dropFast();
  }

  /** Empties the fast arrays, as a change of satp demands. */
  dropFast(): void {
    this.readTlb.dropAll();
    this.writeTlb.dropAll();
    this.execTlb.dropAll();
    this.leafTableStart = Number.NaN;
    this.clearReservation();
  }

  dropAll(): void {
    this.tlb.dropAll();
    this.dropFast();
  }

  /** SFENCE.VMA; an absent operand stands for x0. */
  fence(va: number | undefined, asid: number | undefined): void {
    this.log?.fenced(va, asid);
    this.tlb.fence(va === undefined ? undefined : Math.floor(va / PAGE_SIZE), asid);
    if (va === undefined || this.tlb.mayHoldLarge) this.dropFast();
    else this.dropFastPage(va);
  }

  /** What the fast arrays hold, under `context.asid`. */
  *fastEntries(): IterableIterator<FastEntry> {
    for (const { va, addend } of this.readTlb.entries()) {
      yield { access: 'load', va, ppn: pageAtLinear(addend + va) };
    }
    for (const { va, addend } of this.writeTlb.entries()) {
      yield { access: 'store', va, ppn: pageAtLinear(addend + va) };
    }
    for (const { va } of this.execTlb.entries()) yield { access: 'fetch', va, ppn: undefined };
  }

  /** A valid entry of a table frame was overwritten. */
  validPteStored(frame: number, index: number): void {
    if (this.mode === 'stale') return;
    if (this.tableLevel[frame] !== 0) {
      this.dropAll();
      return;
    }
    const vpn = this.tableStart[frame]! + index;
    this.tlb.dropPage(vpn);
    this.dropFastPage(vpn * PAGE_SIZE);
  }

  /** Several entries of one table changed. */
  validPtesStored(frame: number, first: number, end: number): void {
    if (this.mode === 'stale') return;
    if (end - first > MAX_SINGLE_DROPS) {
      this.dropAll();
      return;
    }
    for (let index = first; index < end; index++) this.validPteStored(frame, index);
  }

  /** The frame is no longer the table that it was. */
  tableOverwritten(frame: number): void {
    this.tableLevel[frame] = UNUSED;
    this.ram.frameFlags[frame] = this.ram.frameFlags[frame]! & ~FRAME_TABLE;
    if (this.mode === 'coherent') this.dropAll();
  }

  private dropFastPage(va: number): void {
    this.readTlb.dropPage(va);
    this.writeTlb.dropPage(va);
    this.execTlb.dropPage(va);
    this.clearReservation();
  }

  /** It is held by virtual address, which may now mean another place. */
  private clearReservation(): void {
    this.words[RESERVATION / 4] = -1;
    this.words[RESERVATION / 4 + 1] = -1;
  }

  /** The bits of mstatus that a translation made now depends on. */
  private statusThatCounts(): number {
    const { privilege, statusLow } = this.context;
    if (privilege === Privilege.User) return 0;
    if (privilege === Privilege.Supervisor) return statusLow & (MSTATUS_SUM | MSTATUS_MXR);
    if ((statusLow & MSTATUS_MPRV) === 0) return 0;
    return statusLow & (MSTATUS_SUM | MSTATUS_MXR | MSTATUS_MPRV | MSTATUS_MPP);
  }

  private walk(va: number, vpn: number): Leaf | WalkFault {
    const pageInTable = vpn - this.leafTableStart;
    return pageInTable >= 0 && pageInTable < PTES_PER_TABLE
      ? walkFrom(this.ram, this.leafTablePpn, 0, va, this.context)
      : walk(this.ram, this.context.rootPpn, va, this.context, this.visitTable);
  }

  private readonly visitTable = (pteAddress: number, va: number, level: number): boolean => {
    // The walk's own reads are made with S mode's physical permissions.
    if (!this.pmp.allows(pteAddress, PTE_SIZE, 'load', Privilege.Supervisor)) return false;
    const frame = (pteAddress - RAM_BASE) >>> PAGE_SHIFT;
    const span = leafBytes(level) * PTES_PER_TABLE;
    const start = Math.floor(va / span) * (span / PAGE_SIZE);
    if (this.tableLevel[frame] === UNUSED) {
      this.tableLevel[frame] = level;
      this.tableStart[frame] = start;
      this.ram.frameFlags[frame] = this.ram.frameFlags[frame]! | FRAME_TABLE;
      this.forbidStores(frame + this.ram.firstPpn);
    } else if (this.tableLevel[frame] !== level || this.tableStart[frame] !== start) {
      this.tableLevel[frame] = SEVERAL_USES;
    }
    if (level === 0 && this.mode === 'coherent') {
      this.leafTablePpn = frame + this.ram.firstPpn;
      this.leafTableStart = start;
    }
    return true;
  };
}

/** Steps 6 to 8: may an access of this kind use the leaf? */
function isPermitted(
  flags: number,
  access: Access,
  privilege: Privilege,
  statusLow: number,
): boolean {
  if (privilege === Privilege.User) {
    if ((flags & PTE_U) === 0) return false;
  } else if (flags & PTE_U) {
    // S mode never executes a user page, and touches one only with SUM.
    if (access === 'fetch' || (statusLow & MSTATUS_SUM) === 0) return false;
  }
  if (access === 'fetch') return (flags & PTE_X) !== 0;
  if (access === 'store') return (flags & PTE_W) !== 0;
  return (flags & PTE_R) !== 0 || (statusLow & MSTATUS_MXR && flags & PTE_X) !== 0;
}

function pageOf(va: number): number {
  return va & ~0xfff;
}

/** Linear addresses are computed modulo 2^32. */
function pageAtLinear(address: number): number {
  return ((address >>> 0) - RAM_OFFSET + RAM_BASE) / PAGE_SIZE;
}

function linearAddress(ppn: number): number {
  return ppn * PAGE_SIZE - RAM_BASE + RAM_OFFSET;
}
