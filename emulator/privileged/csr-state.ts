import type { InstructionSet } from '../isa/decode.js';
import type { CacheBlockOperation } from '../isa/expression.js';
import { FP_MODE, FP_MODE_NOT_DIRTY, FP_MODE_ROUNDING } from '../layout.js';
import type { TranslationContext } from '../mmu/mmu.js';
import type { Registers } from '../registers.js';
import { ENVCFG_CBIE_CBCFE, ENVCFG_CBZE, grants, legalEnvcfg } from './cache-block-rights.js';
import { HPM_COUNTERS } from './csr-names.js';
import {
  FS_DIRTY,
  MSTATUS_FS,
  MSTATUS_FS_SHIFT,
  MSTATUS_MIE,
  MSTATUS_MPIE,
  MSTATUS_MPP,
  MSTATUS_MPP_SHIFT,
  MSTATUS_MPRV,
  MSTATUS_MXR,
  MSTATUS_SIE,
  MSTATUS_SPIE,
  MSTATUS_SPP,
  MSTATUS_SUM,
  MSTATUS_TSR,
  MSTATUS_TVM,
  MSTATUS_TW,
  Privilege,
  SATP_BARE,
  SATP_SV39,
  SATP_SV48,
} from './status.js';

const MSTATUS_WRITABLE =
  MSTATUS_SIE |
  MSTATUS_MIE |
  MSTATUS_SPIE |
  MSTATUS_MPIE |
  MSTATUS_SPP |
  MSTATUS_MPP |
  MSTATUS_FS |
  MSTATUS_MPRV |
  MSTATUS_SUM |
  MSTATUS_MXR |
  MSTATUS_TVM |
  MSTATUS_TW |
  MSTATUS_TSR;
const SSTATUS_MASK =
  MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR;
/** UXL and SXL are 64 bits wide and stay so. */
const UXL_64 = 2n << 32n;
const SXL_64 = 2n << 34n;
const SD = 1n << 63n;

/** menvcfg.ADUE: the walk sets A and D itself. */
export const MENVCFG_ADUE = 1n << 61n;
/** menvcfg.STCE: stimecmp exists for S mode. */
export const MENVCFG_STCE = 1n << 63n;
/** menvcfg.PBMTE: the PBMT field of a PTE counts. */
const MENVCFG_PBMTE = 1n << 62n;
const MENVCFG_FIOM = 1n;

/** satp.PPN. */
const SATP_PPN = (1n << 44n) - 1n;

/**
 * The control and status registers that are storage with WARL rules of their own. What depends on
 * devices or counters is put together by CsrFile.
 */
export class CsrState {
  readonly context: TranslationContext;
  stvec = 0n;
  mtvec = 0n;
  sscratch = 0n;
  mscratch = 0n;
  sepc = 0n;
  mepc = 0n;
  scause = 0n;
  mcause = 0n;
  stval = 0n;
  mtval = 0n;
  stimecmp = (1n << 64n) - 1n;
  satp = 0n;
  menvcfg: bigint;
  senvcfg = 0n;
  medeleg = 0;
  mideleg = 0;
  /** mie. */
  enabled = 0;
  /** The bits of mip that software may set. */
  softPending = 0;
  mcounteren = 0;
  scounteren = 0;
  mcountinhibit = 0;
  readonly hpmEvents = new BigUint64Array(HPM_COUNTERS);
  readonly hpmCounters = new BigUint64Array(HPM_COUNTERS);

  private readonly registers: Registers;
  private readonly words: Int32Array;
  private readonly mstatusWritable: number;
  private readonly senvcfgWritable: bigint;
  private readonly menvcfgWritable: bigint;

  constructor(
    buffer: ArrayBuffer,
    registers: Registers,
    context: TranslationContext,
    isa: InstructionSet,
  ) {
    this.registers = registers;
    this.context = context;
    this.words = new Int32Array(buffer);
    // What belongs to an extension that the hart lacks reads 0.
    const ifHas = (extension: string, bits: bigint) => (isa.has(extension) ? bits : 0n);
    this.mstatusWritable = MSTATUS_WRITABLE & (isa.has('f') ? -1 : ~MSTATUS_FS);
    this.senvcfgWritable =
      MENVCFG_FIOM | ifHas('zicbom', ENVCFG_CBIE_CBCFE) | ifHas('zicboz', ENVCFG_CBZE);
    this.menvcfgWritable =
      this.senvcfgWritable |
      ifHas('svadu', MENVCFG_ADUE) |
      ifHas('sstc', MENVCFG_STCE) |
      ifHas('svpbmt', MENVCFG_PBMTE);
    this.menvcfg = context.isAdUpdated ? this.menvcfgWritable & MENVCFG_ADUE : 0n;
    this.updateFpMode();
  }

  get mstatus(): bigint {
    return BigInt(this.context.statusLow) | UXL_64 | SXL_64 | this.dirtyBit();
  }

  set mstatus(value: bigint) {
    let low = Number(value & BigInt(this.mstatusWritable));
    // MPP is WARL: 2 names no mode, the field keeps what it had.
    if ((low & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT === 2) {
      low = (low & ~MSTATUS_MPP) | (this.context.statusLow & MSTATUS_MPP);
    }
    this.statusLow = low;
  }

  get sstatus(): bigint {
    return BigInt(this.context.statusLow & SSTATUS_MASK) | UXL_64 | this.dirtyBit();
  }

  set sstatus(value: bigint) {
    const mask = SSTATUS_MASK & this.mstatusWritable;
    this.statusLow = (this.context.statusLow & ~mask) | Number(value & BigInt(mask));
  }

  get statusLow(): number {
    return this.context.statusLow;
  }

  set statusLow(low: number) {
    this.context.statusLow = low;
    this.updateFpMode();
  }

  get fs(): number {
    return (this.context.statusLow & MSTATUS_FS) >>> MSTATUS_FS_SHIFT;
  }

  markFpDirty(): void {
    if (this.fs !== FS_DIRTY) this.statusLow = this.context.statusLow | MSTATUS_FS;
  }

  get frm(): number {
    return this.registers.roundingMode;
  }

  set frm(value: number) {
    this.registers.roundingMode = value & 7;
    this.updateFpMode();
  }

  /** Tells the interpreter which floating-point instructions it must leave to TypeScript. */
  updateFpMode(): void {
    this.words[FP_MODE / 4] =
      (this.fs === FS_DIRTY ? 0 : FP_MODE_NOT_DIRTY) |
      (this.registers.roundingMode === 0 ? 0 : FP_MODE_ROUNDING);
  }

  /** @returns whether the write took effect: an unsupported mode leaves satp as it was */
  writeSatp(value: bigint): boolean {
    const mode = Number(value >> 60n);
    if (mode !== SATP_BARE && mode !== SATP_SV39 && mode !== SATP_SV48) return false;
    this.satp = value;
    this.context.levels = mode === SATP_BARE ? 0 : mode - SATP_SV39 + 3;
    this.context.asid = Number((value >> 44n) & 0xffffn);
    this.context.rootPpn = Number(value & SATP_PPN);
    return true;
  }

  writeMenvcfg(value: bigint): void {
    this.menvcfg = legalEnvcfg(value & this.menvcfgWritable);
    if (this.menvcfgWritable & MENVCFG_ADUE) {
      this.context.isAdUpdated = (this.menvcfg & MENVCFG_ADUE) !== 0n;
    }
    this.context.isPbmtOn = (this.menvcfg & MENVCFG_PBMTE) !== 0n;
  }

  writeSenvcfg(value: bigint): void {
    this.senvcfg = legalEnvcfg(value & this.senvcfgWritable);
  }

  /** Whether the current mode may execute a cache-block instruction. */
  allowsCacheBlock(operation: CacheBlockOperation): boolean {
    const { privilege } = this.context;
    if (privilege === Privilege.Machine) return true;
    const isGranted = grants(this.menvcfg, operation);
    return isGranted && (privilege !== Privilege.User || grants(this.senvcfg, operation));
  }

  /** Enters a trap handler: saves the interrupt-enable bit and the privilege. */
  pushPrivilege(target: Privilege): void {
    const { statusLow, privilege } = this.context;
    this.context.privilege = target;
    if (target === Privilege.Supervisor) {
      const rest = statusLow & ~(MSTATUS_SPIE | MSTATUS_SIE | MSTATUS_SPP);
      this.context.statusLow =
        rest |
        (statusLow & MSTATUS_SIE ? MSTATUS_SPIE : 0) |
        (privilege === Privilege.User ? 0 : MSTATUS_SPP);
      return;
    }
    const rest = statusLow & ~(MSTATUS_MPIE | MSTATUS_MIE | MSTATUS_MPP);
    this.context.statusLow =
      rest | (statusLow & MSTATUS_MIE ? MSTATUS_MPIE : 0) | (privilege << MSTATUS_MPP_SHIFT);
  }

  /** SRET: returns to the privilege in SPP. */
  popSupervisor(): void {
    const { statusLow } = this.context;
    this.context.privilege = statusLow & MSTATUS_SPP ? Privilege.Supervisor : Privilege.User;
    this.context.statusLow =
      (statusLow & ~(MSTATUS_SIE | MSTATUS_SPP | MSTATUS_MPRV)) |
      MSTATUS_SPIE |
      (statusLow & MSTATUS_SPIE ? MSTATUS_SIE : 0);
  }

  /** MRET: returns to the privilege in MPP. */
  popMachine(): void {
    const { statusLow } = this.context;
    const previous = ((statusLow & MSTATUS_MPP) >>> MSTATUS_MPP_SHIFT) as Privilege;
    this.context.privilege = previous;
    this.context.statusLow =
      (statusLow & ~(MSTATUS_MIE | MSTATUS_MPP)) |
      MSTATUS_MPIE |
      (statusLow & MSTATUS_MPIE ? MSTATUS_MIE : 0);
    if (previous !== Privilege.Machine) this.context.statusLow &= ~MSTATUS_MPRV;
  }

  private dirtyBit(): bigint {
    return this.fs === FS_DIRTY ? SD : 0n;
  }
}
