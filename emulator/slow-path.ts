import { Cause, type Trap } from './cause.js';
import type { ExecutionContext } from './execute.js';
import type { InstructionSet } from './isa/decode.js';
import type { CacheBlockOperation, CsrOperation } from './isa/expression.js';
import { addressNumber, type MemoryAccess, type Size } from './memory-access.js';
import type { Mmu } from './mmu/mmu.js';
import type { CsrFile } from './privileged/csr-file.js';
import type { CsrState } from './privileged/csr-state.js';
import { FS_OFF, MSTATUS_TSR, MSTATUS_TVM, MSTATUS_TW, Privilege } from './privileged/status.js';
import type { TrapUnit } from './privileged/trap-unit.js';
import type { Registers } from './registers.js';

/** What a system instruction asks of the hart's run loop. */
export interface RunControl {
  /** WFI with nothing pending: the hart stands still until an interrupt. */
  waitForInterrupt(): void;
  interruptsChanged(): void;
  flushInstructions(): void;
}

/** The hart as the exact evaluator sees it: every instruction that leaves the interpreter. */
export class SlowPath implements ExecutionContext {
  readonly isa: InstructionSet;
  private readonly registers: Registers;
  private readonly state: CsrState;
  private readonly csrs: CsrFile;
  private readonly memory: MemoryAccess;
  private readonly mmu: Mmu;
  private readonly traps: TrapUnit;
  private readonly control: RunControl;

  constructor(
    registers: Registers,
    state: CsrState,
    csrs: CsrFile,
    memory: MemoryAccess,
    mmu: Mmu,
    traps: TrapUnit,
    control: RunControl,
    isa: InstructionSet,
  ) {
    this.isa = isa;
    this.registers = registers;
    this.state = state;
    this.csrs = csrs;
    this.memory = memory;
    this.mmu = mmu;
    this.traps = traps;
    this.control = control;
  }

  get pc(): bigint {
    return this.registers.pc64;
  }

  set pc(value: bigint) {
    this.registers.pc64 = value;
  }

  get frm(): number {
    return this.state.frm;
  }

  get fflags(): number {
    return this.registers.fflags;
  }

  set fflags(value: number) {
    this.registers.fflags = value;
  }

  readX(index: number): bigint {
    return this.registers.readX64(index);
  }

  writeX(index: number, value: bigint): void {
    this.registers.writeX64(index, value);
  }

  readF(index: number): bigint {
    return this.registers.readF64(index);
  }

  writeF(index: number, value: bigint): void {
    this.registers.writeF64(index, value);
  }

  fpTrapIfOff(bits: number): Trap | undefined {
    return this.state.fs === FS_OFF ? illegal(bits) : undefined;
  }

  fpChanged(): void {
    this.state.markFpDirty();
  }

  load(va: bigint, size: Size, access: 'load' | 'amo'): bigint | Trap {
    return this.memory.load(va, size, access);
  }

  store(va: bigint, size: Size, value: bigint): Trap | undefined {
    return this.memory.store(va, size, value);
  }

  loadReserved(va: bigint, size: 4 | 8): bigint | Trap {
    return this.memory.loadReserved(va, size);
  }

  storeConditional(va: bigint, size: 4 | 8, value: bigint): boolean | Trap {
    return this.memory.storeConditional(va, size, value);
  }

  readCsr(csr: number, bits: number, alsoWrites: boolean): bigint | Trap {
    return this.csrs.isAccessible(csr, alsoWrites) ? this.csrs.read(csr) : illegal(bits);
  }

  writeCsr(csr: number, operation: CsrOperation, operand: bigint, bits: number): Trap | undefined {
    if (!this.csrs.isAccessible(csr, true)) return illegal(bits);
    this.csrs.update(csr, operation, operand);
    return undefined;
  }

  cacheBlock(operation: CacheBlockOperation, va: bigint, bits: number): Trap | undefined {
    if (!this.state.allowsCacheBlock(operation)) return illegal(bits);
    if (operation === 'zero') return this.memory.zeroBlock(va);
    return this.memory.checkBlock(va);
  }

  system(
    operation: Parameters<ExecutionContext['system']>[0],
    rs1: bigint | undefined,
    rs2: bigint | undefined,
    bits: number,
  ): Trap | undefined {
    const { privilege, statusLow } = this.state.context;
    const isSupervisor = privilege === Privilege.Supervisor;
    switch (operation) {
      case 'ecall':
        return { cause: Cause.EcallFromUser + privilege, tval: 0n };
      case 'ebreak':
        return { cause: Cause.Breakpoint, tval: this.registers.pc64 };
      case 'mret':
        if (privilege !== Privilege.Machine) return illegal(bits);
        this.traps.returnFromMachine();
        this.control.interruptsChanged();
        return undefined;
      case 'sret':
        if (privilege === Privilege.User || (isSupervisor && statusLow & MSTATUS_TSR)) {
          return illegal(bits);
        }
        this.traps.returnFromSupervisor();
        this.control.interruptsChanged();
        return undefined;
      case 'wfi':
        if (privilege === Privilege.User || (isSupervisor && statusLow & MSTATUS_TW)) {
          return illegal(bits);
        }
        this.control.waitForInterrupt();
        return undefined;
      case 'sfence.vma':
        if (privilege === Privilege.User || (isSupervisor && statusLow & MSTATUS_TVM)) {
          return illegal(bits);
        }
        this.mmu.fence(
          rs1 === undefined ? undefined : addressNumber(rs1),
          rs2 === undefined ? undefined : Number(rs2 & 0xffffn),
        );
        return undefined;
      case 'sfence.inval':
        return privilege === Privilege.User ? illegal(bits) : undefined;
      case 'fence.i':
        this.control.flushInstructions();
        return undefined;
    }
  }
}

function illegal(bits: number): Trap {
  return { cause: Cause.IllegalInstruction, tval: BigInt(bits >>> 0) };
}
