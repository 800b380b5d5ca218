import type { Clint } from '../devices/clint.js';
import { PLIC_MACHINE, PLIC_SUPERVISOR, type Plic } from '../devices/plic.js';
import type { InstructionSet } from '../isa/decode.js';
import type { CsrOperation } from '../isa/expression.js';
import type { Registers } from '../registers.js';
import type { Counters } from './counters.js';
import { Csr, HPM_COUNTERS } from './csr-names.js';
import { type CsrState, MENVCFG_STCE } from './csr-state.js';
import { MEI, MSI, MTI, SEI, SSI, STI, SUPERVISOR_INTERRUPTS } from './interrupts.js';
import { PMP_ENTRIES, type Pmp } from './pmp.js';
import { FS_OFF, MSTATUS_TVM, Privilege } from './status.js';

const MASK_32 = 0xffff_ffffn;
/** misa.MXL: 64 bits. */
const MXL_64 = 2n << 62n;
/** Every exception but a call from M mode may be delegated. */
const MEDELEG_WRITABLE = 0xb3ffn;
const INTERRUPTS_WRITABLE = BigInt(MSI | MTI | MEI | SUPERVISOR_INTERRUPTS);
const COUNTER_ENABLES = MASK_32;
const COUNTER_INHIBITS = 0xffff_fffdn;
/** Of `time` among the counters. */
const TIME = 1;

interface Register {
  read(): bigint;
  write?(value: bigint): void;
  /** What CSRRS and CSRRC change, where that is not what is read. */
  stored?(): bigint;
}

/** What a write to a CSR may change beyond the register itself. */
export interface CsrEffects {
  satpWritten(): void;
  /** PMP or menvcfg: what translations were checked against is different. */
  translationRulesChanged(): void;
  interruptsChanged(): void;
}

/** Every CSR by its number, with the permission checks. */
export class CsrFile {
  private readonly registers = new Map<number, Register>();
  private readonly state: CsrState;
  private readonly isa: InstructionSet;
  private readonly clint: Clint;
  private readonly plic: Plic;

  constructor(
    state: CsrState,
    isa: InstructionSet,
    parts: {
      registers: Registers;
      pmp: Pmp;
      counters: Counters;
      clint: Clint;
      plic: Plic;
      effects: CsrEffects;
    },
  ) {
    this.state = state;
    this.isa = isa;
    this.clint = parts.clint;
    this.plic = parts.plic;
    if (isa.has('f')) this.defineFloat(parts.registers);
    this.defineTraps(parts.effects);
    this.defineSupervisor(parts.effects);
    this.defineMachine(parts.effects);
    this.defineCounters(parts.counters);
    this.defineTriggers();
    this.definePmp(parts.pmp, parts.effects);
  }

  /**
   * Whether an access is legal in the present mode. Privileged ISA, "CSR Address Mapping Conventions"
   * and the rules of single registers.
   */
  isAccessible(csr: number, isWrite: boolean): boolean {
    const { privilege, statusLow } = this.state.context;
    if (!this.registers.has(csr)) return false;
    if (((csr >> 8) & 3) > privilege) return false;
    if (isWrite && csr >> 10 === 3) return false;
    if (csr <= Csr.fcsr) return this.state.fs !== FS_OFF;
    if (csr === Csr.satp) return !(privilege === Privilege.Supervisor && statusLow & MSTATUS_TVM);
    if (csr === Csr.stimecmp) {
      return (
        privilege === Privilege.Machine || (this.isStimecmpOn() && this.isCounterVisible(TIME))
      );
    }
    if (csr >= Csr.cycle && csr < Csr.cycle + 32) return this.isCounterVisible(csr - Csr.cycle);
    return true;
  }

  has(csr: number): boolean {
    return this.registers.has(csr);
  }

  /** The register must exist. */
  read(csr: number): bigint {
    return this.registers.get(csr)!.read();
  }

  write(csr: number, value: bigint): void {
    this.registers.get(csr)!.write?.(value);
  }

  /** As CSRRW, CSRRS or CSRRC write. */
  update(csr: number, operation: CsrOperation, operand: bigint): void {
    const register = this.registers.get(csr)!;
    if (operation === 'write') register.write?.(operand);
    else {
      const old = register.stored?.() ?? register.read();
      register.write?.(operation === 'set' ? old | operand : old & ~operand);
    }
  }

  /** The values of all registers but the counters, by ascending number. */
  stateValues(): bigint[] {
    return [...this.registers.keys()]
      .filter((csr) => csr < Csr.mcycle)
      .sort((a, b) => a - b)
      .map((csr) => this.read(csr));
  }

  /** mip: what software set and what the devices raise. */
  get pending(): number {
    const { clint, plic } = this;
    let bits = this.state.softPending;
    if (clint.isSoftwarePending) bits |= MSI;
    if (clint.isTimerPending) bits |= MTI;
    if (this.isStimecmpOn()) {
      bits = clint.time >= this.state.stimecmp ? bits | STI : bits & ~STI;
    }
    if (plic.isPending(PLIC_MACHINE)) bits |= MEI;
    if (plic.isPending(PLIC_SUPERVISOR)) bits |= SEI;
    return bits;
  }

  /**
   * Steps until the next timer interrupt that is enabled in mie, and not pending yet, becomes
   * pending; Infinity = never.
   */
  stepsUntilTimer(): number {
    const { clint, state } = this;
    const waits: number[] = [];
    if (state.enabled & MTI) waits.push(clint.stepsUntilTimer());
    if (state.enabled & STI && this.isStimecmpOn()) waits.push(clint.stepsUntil(state.stimecmp));
    return Math.min(Number.POSITIVE_INFINITY, ...waits.filter((steps) => steps > 0));
  }

  private isStimecmpOn(): boolean {
    return (this.state.menvcfg & MENVCFG_STCE) !== 0n;
  }

  private isCounterVisible(index: number): boolean {
    const { privilege } = this.state.context;
    if (privilege === Privilege.Machine) return true;
    if (((this.state.mcounteren >>> index) & 1) === 0) return false;
    return privilege === Privilege.Supervisor || ((this.state.scounteren >>> index) & 1) === 1;
  }

  private define(
    csr: number,
    read: () => bigint,
    write?: (value: bigint) => void,
    stored?: () => bigint,
  ): void {
    this.registers.set(csr, { read, ...(write && { write }), ...(stored && { stored }) });
  }

  private defineFloat(registers: Registers): void {
    const { state } = this;
    this.define(
      Csr.fflags,
      () => BigInt(registers.fflags),
      (value) => {
        registers.fflags = Number(value & 0x1fn);
        state.markFpDirty();
      },
    );
    this.define(
      Csr.frm,
      () => BigInt(state.frm),
      (value) => {
        state.frm = Number(value & 7n);
        state.markFpDirty();
      },
    );
    this.define(
      Csr.fcsr,
      () => BigInt((state.frm << 5) | registers.fflags),
      (value) => {
        registers.fflags = Number(value & 0x1fn);
        state.frm = Number((value >> 5n) & 7n);
        state.markFpDirty();
      },
    );
  }

  /** The trap registers, which M and S mode have alike. */
  private defineTraps(effects: CsrEffects): void {
    const { state } = this;
    const storage = ['stvec', 'mtvec', 'sscratch', 'mscratch', 'scause', 'mcause'] as const;
    for (const name of [...storage, 'stval', 'mtval', 'sepc', 'mepc'] as const) {
      // Vectors are 4-byte aligned with mode 0 or 1; exception pcs as instructions are.
      const misaligned = BigInt(this.isa.alignmentBytes - 1);
      const mask = name.endsWith('tvec') ? 2n : name.endsWith('epc') ? misaligned : 0n;
      this.define(
        Csr[name],
        () => state[name],
        (value) => {
          state[name] = value & ~mask;
        },
      );
    }
    this.define(
      Csr.mie,
      () => BigInt(state.enabled),
      (value) => {
        state.enabled = Number(value & INTERRUPTS_WRITABLE);
        effects.interruptsChanged();
      },
    );
    this.define(
      Csr.sie,
      () => BigInt(state.enabled & state.mideleg),
      (value) => {
        state.enabled =
          (state.enabled & ~state.mideleg) | (Number(value & INTERRUPTS_WRITABLE) & state.mideleg);
        effects.interruptsChanged();
      },
    );
    this.define(
      Csr.mip,
      () => BigInt(this.pending),
      (value) => {
        // With stimecmp on, STIP is the comparator's and read-only.
        const writable = SUPERVISOR_INTERRUPTS & ~(this.isStimecmpOn() ? STI : 0);
        state.softPending =
          (state.softPending & ~writable) | (Number(value & INTERRUPTS_WRITABLE) & writable);
        effects.interruptsChanged();
      },
      // SEIP reads as the PLIC's line or the bit of software; only the latter is set or cleared.
      () => BigInt(state.softPending),
    );
    this.define(
      Csr.sip,
      () => BigInt(this.pending & state.mideleg),
      (value) => {
        const writable = SSI & state.mideleg;
        state.softPending =
          (state.softPending & ~writable) | (Number(value & INTERRUPTS_WRITABLE) & writable);
        effects.interruptsChanged();
      },
    );
  }

  private defineSupervisor(effects: CsrEffects): void {
    const { state } = this;
    this.define(
      Csr.sstatus,
      () => state.sstatus,
      (value) => {
        state.sstatus = value;
        effects.interruptsChanged();
      },
    );
    this.define(
      Csr.scounteren,
      () => BigInt(state.scounteren),
      (value) => {
        state.scounteren = Number(value & COUNTER_ENABLES);
      },
    );
    this.define(
      Csr.senvcfg,
      () => state.senvcfg,
      (value) => {
        state.writeSenvcfg(value);
      },
    );
    if (this.isa.has('sstc')) {
      this.define(
        Csr.stimecmp,
        () => state.stimecmp,
        (value) => {
          state.stimecmp = value;
          effects.interruptsChanged();
        },
      );
    }
    this.define(
      Csr.satp,
      () => state.satp,
      (value) => {
        if (state.writeSatp(value)) effects.satpWritten();
      },
    );
  }

  private defineMachine(effects: CsrEffects): void {
    const { state } = this;
    this.define(
      Csr.mstatus,
      () => state.mstatus,
      (value) => {
        state.mstatus = value;
        effects.interruptsChanged();
      },
    );
    const misa = MXL_64 | BigInt(misaLetters(this.isa));
    this.define(
      Csr.misa,
      () => misa,
      () => {},
    );
    this.define(
      Csr.medeleg,
      () => BigInt(state.medeleg),
      (value) => {
        state.medeleg = Number(value & MEDELEG_WRITABLE);
      },
    );
    this.define(
      Csr.mideleg,
      () => BigInt(state.mideleg),
      (value) => {
        state.mideleg = Number(value & BigInt(SUPERVISOR_INTERRUPTS));
        effects.interruptsChanged();
      },
    );
    this.define(
      Csr.mcounteren,
      () => BigInt(state.mcounteren),
      (value) => {
        state.mcounteren = Number(value & COUNTER_ENABLES);
      },
    );
    this.define(
      Csr.menvcfg,
      () => state.menvcfg,
      (value) => {
        state.writeMenvcfg(value);
        effects.translationRulesChanged();
        effects.interruptsChanged();
      },
    );
    for (const csr of [Csr.mvendorid, Csr.marchid, Csr.mimpid, Csr.mhartid, Csr.mconfigptr]) {
      this.define(csr, () => 0n);
    }
  }

  /** There are no triggers: a type of 0 in tdata1 says so. Debug spec, "Trigger Registers". */
  private defineTriggers(): void {
    for (const csr of [Csr.tselect, Csr.tdata1, Csr.tdata2, Csr.tdata3]) {
      this.define(
        csr,
        () => 0n,
        () => {},
      );
    }
  }

  private defineCounters(counters: Counters): void {
    const { state } = this;
    this.define(
      Csr.mcycle,
      () => counters.cycle,
      (value) => {
        counters.cycle = value;
      },
    );
    this.define(
      Csr.minstret,
      () => counters.instret,
      (value) => {
        counters.instret = value;
      },
    );
    this.define(Csr.cycle, () => counters.cycle);
    this.define(Csr.instret, () => counters.instret);
    this.define(Csr.time, () => this.clint.time);
    this.define(
      Csr.mcountinhibit,
      () => BigInt(state.mcountinhibit),
      (value) => {
        state.mcountinhibit = Number(value & COUNTER_INHIBITS);
        counters.inhibit(state.mcountinhibit);
      },
    );
    for (let i = 0; i < HPM_COUNTERS; i++) {
      // They exist and hold what is written, but count nothing.
      this.define(
        Csr.mhpmcounter3 + i,
        () => state.hpmCounters[i]!,
        (value) => {
          state.hpmCounters[i] = value;
        },
      );
      this.define(
        Csr.mhpmevent3 + i,
        () => state.hpmEvents[i]!,
        (value) => {
          state.hpmEvents[i] = value;
        },
      );
      this.define(Csr.hpmcounter3 + i, () => state.hpmCounters[i]!);
    }
  }

  private definePmp(pmp: Pmp, effects: CsrEffects): void {
    for (const half of [0, 1]) {
      this.define(
        Csr.pmpcfg0 + 2 * half,
        () => pmp.readConfig(half),
        (value) => {
          pmp.writeConfig(half, value);
          effects.translationRulesChanged();
        },
      );
    }
    for (let entry = 0; entry < PMP_ENTRIES; entry++) {
      this.define(
        Csr.pmpaddr0 + entry,
        () => pmp.readAddress(entry),
        (value) => {
          pmp.writeAddress(entry, value);
          effects.translationRulesChanged();
        },
      );
    }
    // 64 entries have addresses; those beyond the implemented ones read zero.
    for (let half = 2; half < 8; half++)
      this.define(
        Csr.pmpcfg0 + 2 * half,
        () => 0n,
        () => {},
      );
    for (let entry = PMP_ENTRIES; entry < 64; entry++) {
      this.define(
        Csr.pmpaddr0 + entry,
        () => 0n,
        () => {},
      );
    }
  }
}

/** misa.Extensions. Privileged ISA, "Machine ISA (misa) Register": bit 0 is A, bit 25 Z. */
function misaLetters(isa: InstructionSet): number {
  const letters = [...'acdfim'].filter((letter) => isa.has(letter));
  if (['zba', 'zbb', 'zbs'].every((name) => isa.has(name))) letters.push('b');
  return [...letters, 's', 'u'].reduce((bits, c) => bits | (1 << (c.charCodeAt(0) - 97)), 0);
}
