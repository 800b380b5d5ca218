import type { Registers } from '../registers.js';
import type { CsrFile } from './csr-file.js';
import type { CsrState } from './csr-state.js';
import { highestPriority } from './interrupts.js';
import { MSTATUS_MIE, MSTATUS_SIE, Privilege } from './status.js';

const INTERRUPT = 1n << 63n;
const VECTORED = 1n;
const MASK_64 = (1n << 64n) - 1n;

/** Enters and leaves trap handlers. Privileged ISA, "Trap Delegation" and the xtvec registers. */
export class TrapUnit {
  private readonly state: CsrState;
  private readonly csrs: CsrFile;
  private readonly registers: Registers;

  constructor(state: CsrState, csrs: CsrFile, registers: Registers) {
    this.state = state;
    this.csrs = csrs;
    this.registers = registers;
  }

  /** Takes an exception at the present pc; whether M mode's handler begins at that very place. */
  raise(cause: number, tval: bigint): boolean {
    const { state, registers } = this;
    const { privilege } = state.context;
    const isDelegated = privilege !== Privilege.Machine && ((state.medeleg >>> cause) & 1) === 1;
    this.enter(isDelegated ? Privilege.Supervisor : Privilege.Machine, BigInt(cause), tval);
    return privilege === Privilege.Machine && registers.pc64 === state.mepc;
  }

  /** Takes the most urgent interrupt that is pending and enabled; whether there was one. */
  takeInterrupt(): boolean {
    const { state } = this;
    const { privilege, statusLow } = state.context;
    const ready = this.csrs.pending & state.enabled;
    if (ready === 0) return false;
    const forMachine = ready & ~state.mideleg;
    const isMachineOn = privilege !== Privilege.Machine || (statusLow & MSTATUS_MIE) !== 0;
    if (forMachine !== 0 && isMachineOn) {
      this.enter(Privilege.Machine, INTERRUPT | BigInt(highestPriority(forMachine)), 0n);
      return true;
    }
    const forSupervisor = ready & state.mideleg;
    const isSupervisorOn =
      privilege === Privilege.User ||
      (privilege === Privilege.Supervisor && (statusLow & MSTATUS_SIE) !== 0);
    if (forSupervisor === 0 || !isSupervisorOn) return false;
    this.enter(Privilege.Supervisor, INTERRUPT | BigInt(highestPriority(forSupervisor)), 0n);
    return true;
  }

  /** WFI resumes for these, whether or not interrupts are enabled globally. */
  get isWakeUpPending(): boolean {
    return (this.csrs.pending & this.state.enabled) !== 0;
  }

  returnFromMachine(): void {
    this.state.popMachine();
    this.registers.pc64 = this.state.mepc;
  }

  returnFromSupervisor(): void {
    this.state.popSupervisor();
    this.registers.pc64 = this.state.sepc;
  }

  private enter(target: Privilege, cause: bigint, tval: bigint): void {
    const { state, registers } = this;
    state.pushPrivilege(target);
    const isSupervisor = target === Privilege.Supervisor;
    const epc = registers.pc64;
    if (isSupervisor) {
      state.sepc = epc;
      state.scause = cause;
      state.stval = tval;
    } else {
      state.mepc = epc;
      state.mcause = cause;
      state.mtval = tval;
    }
    const vector = isSupervisor ? state.stvec : state.mtvec;
    const base = vector & ~3n;
    const isVectored = (vector & 3n) === VECTORED && (cause & INTERRUPT) !== 0n;
    registers.pc64 = isVectored ? (base + 4n * (cause & ~INTERRUPT)) & MASK_64 : base;
  }
}
