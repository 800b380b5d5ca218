import { writeRecord, writeSentinels } from '../interpreter/predecode.js';
import type { InstructionSet } from '../isa/decode.js';
import {
  ENTRY_PAGE,
  ENTRY_RECORD,
  RECORD_BYTES,
  RECORDS_PER_PAGE,
  STRADDLE_RECORD,
} from '../layout.js';
import type { MemoryAccess } from '../memory-access.js';
import { ACCESS_FAULT, type Mmu } from '../mmu/mmu.js';
import type { Pmp } from '../privileged/pmp.js';
import { PAGE_SIZE } from '../pte.js';
import type { Ram } from '../ram.js';
import type { Registers } from '../registers.js';
import type { DecodedPages } from './decoded-pages.js';

/** What the operations answer beside PAGE_FAULT and ACCESS_FAULT. */
export const FETCHED = 1;
export const NOT_CACHEABLE = 0;

const LAST_SLOT = RECORDS_PER_PAGE - 1;
/** Where the page would start of which STRADDLE_RECORD is the last slot. */
const STRADDLE_PAGE = STRADDLE_RECORD - LAST_SLOT * RECORD_BYTES;

/** Brings instructions at pc into the form that the interpreter runs. */
export class InstructionFetch {
  /** After a fault: how far behind pc the missing halfword lies, 0 or 2. */
  faultOffset = 0;
  /** The instruction that `readUncached` has read. */
  bits = 0;

  private readonly view: DataView;
  private readonly ram: Ram;
  private readonly mmu: Mmu;
  private readonly pmp: Pmp;
  private readonly memory: MemoryAccess;
  private readonly code: DecodedPages;
  private readonly registers: Registers;
  private readonly isa: InstructionSet;

  constructor(
    view: DataView,
    parts: {
      ram: Ram;
      mmu: Mmu;
      pmp: Pmp;
      memory: MemoryAccess;
      code: DecodedPages;
      registers: Registers;
      isa: InstructionSet;
    },
  ) {
    this.view = view;
    this.ram = parts.ram;
    this.mmu = parts.mmu;
    this.pmp = parts.pmp;
    this.memory = parts.memory;
    this.code = parts.code;
    this.registers = parts.registers;
    this.isa = parts.isa;
    writeSentinels(view, STRADDLE_PAGE);
  }

  /** Gives the page of pc its entry in the exec TLB; NOT_CACHEABLE if PMP allows it only in part. */
  enterPage(): number {
    const { pc } = this.registers;
    const pa = this.translate(pc, 0);
    if (pa < 0) return pa;
    const ppn = Math.floor(pa / PAGE_SIZE);
    if (!this.pmp.isUniform(ppn)) return NOT_CACHEABLE;
    this.mmu.forbidStores(ppn);
    this.mmu.allowFetches(pc, this.code.recordsOf(ppn));
    return FETCHED;
  }

  /** Decodes the instruction at pc, whose page is entered, into its record. */
  decodeAt(record: number): number {
    const { pc } = this.registers;
    const pa = this.translate(pc, 0);
    if (pa < 0) return pa;
    const first = this.ram.readU16(pa);
    if (isCompressed(first)) {
      writeRecord(this.view, record, first, this.isa);
      return FETCHED;
    }
    if ((pa & (PAGE_SIZE - 1)) >> 1 !== LAST_SLOT) {
      const bits = first | (this.ram.readU16(pa + 2) << 16);
      writeRecord(this.view, record, bits, this.isa);
      return FETCHED;
    }
    // It lies in two pages, whose translations may change apart: it is decoded at each use.
    const rest = this.translate(pc + 2, 2);
    if (rest < 0) return rest;
    const bits = first | (this.ram.readU16(rest) << 16);
    writeRecord(this.view, STRADDLE_RECORD, bits, this.isa);
    this.view.setInt32(ENTRY_RECORD, STRADDLE_RECORD, true);
    this.view.setInt32(ENTRY_PAGE, STRADDLE_PAGE, true);
    return FETCHED;
  }

  /** Reads the instruction at pc into `bits`, past all caches. */
  readUncached(): number {
    const { pc } = this.registers;
    const pa = this.translate(pc, 0);
    if (pa < 0) return pa;
    this.bits = this.ram.readU16(pa);
    if (isCompressed(this.bits)) return FETCHED;
    const rest = this.translate(pc + 2, 2);
    if (rest < 0) return rest;
    this.bits |= this.ram.readU16(rest) << 16;
    return FETCHED;
  }

  /** Physical address in RAM of a halfword of the instruction, PAGE_FAULT or ACCESS_FAULT. */
  private translate(va: number, offset: number): number {
    const { privilege } = this.mmu.context;
    this.faultOffset = offset;
    const pa = this.memory.physicalAddress(va, 2, 'fetch', privilege);
    if (pa < 0) return pa;
    if (!this.ram.hasFrame(Math.floor(pa / PAGE_SIZE))) return ACCESS_FAULT;
    this.mmu.markUsed(va, 'fetch', privilege);
    return pa;
  }
}

function isCompressed(halfword: number): boolean {
  return (halfword & 3) !== 3;
}
