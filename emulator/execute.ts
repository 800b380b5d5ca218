/**
 * The slow and exact evaluator: executes any one instruction from the tables of isa/. The hart uses
 * it for whatever leaves the interpreter's fast path; tests use it as the interpreter's oracle.
 */

import { Cause, type Trap } from './cause.js';
import { BOXES, compileNarrow, compileWide, type Frame } from './evaluate.js';
import type { InstructionSet } from './isa/decode.js';
import type {
  AmoOperation,
  CacheBlockOperation,
  CsrOperation,
  Effect,
  FloatType,
  SystemOperation,
} from './isa/expression.js';
import type { Instruction } from './isa/instruction.js';
import { hasRoundingMode, registerFile, usesFloat } from './isa/properties.js';
import { RM_DYNAMIC } from './isa/registers.js';

/** The hart as the evaluator sees it. Register values are unsigned 64-bit. */
export interface ExecutionContext {
  readonly isa: InstructionSet;
  pc: bigint;
  readX(index: number): bigint;
  /** Writes to x0 are ignored. */
  writeX(index: number, value: bigint): void;
  readF(index: number): bigint;
  writeF(index: number, value: bigint): void;
  /** Illegal instruction when FS is Off. */
  fpTrapIfOff(bits: number): Trap | undefined;
  /** An instruction has changed a floating-point register or fflags: FS becomes Dirty. */
  fpChanged(): void;
  readonly frm: number;
  /** The evaluator ors flags in. */
  fflags: number;
  /** Zero-extended; 'amo' faults as a store. */
  load(va: bigint, bytes: 1 | 2 | 4 | 8, access: 'load' | 'amo'): bigint | Trap;
  store(va: bigint, bytes: 1 | 2 | 4 | 8, value: bigint, access: 'store' | 'amo'): Trap | undefined;
  loadReserved(va: bigint, bytes: 4 | 8): bigint | Trap;
  /** Whether the store happened; a failure is no trap. */
  storeConditional(va: bigint, bytes: 4 | 8, value: bigint): boolean | Trap;
  /** Checks permissions, for the write too when `alsoWrites`. */
  readCsr(csr: number, bits: number, alsoWrites: boolean): bigint | Trap;
  writeCsr(csr: number, operation: CsrOperation, operand: bigint, bits: number): Trap | undefined;
  /** On the block of cache that holds `va`; a fault has the cause of a store. */
  cacheBlock(operation: CacheBlockOperation, va: bigint, bits: number): Trap | undefined;
  /**
   * rs1 and rs2 are undefined when they are x0. pc already stands after the instruction, except for
   * ecall and ebreak; mret and sret set it.
   */
  system(
    operation: SystemOperation,
    rs1: bigint | undefined,
    rs2: bigint | undefined,
    bits: number,
  ): Trap | undefined;
}

/** Bits of the instruction, for the trap value, and everything that it may touch. */
interface Step extends Frame {
  readonly bits: number;
  readonly nextPc: bigint;
}

type Executor = (step: Step) => Trap | undefined;

/**
 * Executes one instruction: writes its results and advances context.pc, or returns a trap and has
 * changed nothing.
 *
 * @param bits 32 bits, or 16 in the low half for a compressed instruction
 */
export function execute(bits: number, context: ExecutionContext): Trap | undefined {
  const decoded = context.isa.decode(bits);
  if (decoded === undefined) return illegal(bits);
  const { instruction, operands, lengthBytes } = decoded;
  const executor = executorOf(instruction);
  const rounding = operands.rm === RM_DYNAMIC ? context.frm : operands.rm;
  if (executor.hasRounding && rounding > 4) return illegal(bits);
  if (executor.isFloat) {
    const trap = context.fpTrapIfOff(bits);
    if (trap !== undefined) return trap;
  }
  const step: Step = {
    context,
    operands,
    bits,
    nextPc: wrap(context.pc + BigInt(lengthBytes)),
    float: { rounding, flags: 0 },
    variables: new Map(),
    trap: undefined,
  };
  const trap = executor.run(step);
  if (trap !== undefined) return trap;
  const raised = step.float.flags & ~context.fflags;
  context.fflags |= raised;
  if (executor.writesFloat || raised !== 0) context.fpChanged();
  return undefined;
}

export function illegal(bits: number): Trap {
  const isCompressed = (bits & 3) !== 3;
  return {
    cause: Cause.IllegalInstruction,
    tval: BigInt(isCompressed ? bits & 0xffff : bits >>> 0),
  };
}

interface CompiledInstruction {
  readonly run: Executor;
  readonly isFloat: boolean;
  readonly writesFloat: boolean;
  readonly hasRounding: boolean;
}

const compiled = new Map<Instruction, CompiledInstruction>();

function executorOf(instruction: Instruction): CompiledInstruction {
  let found = compiled.get(instruction);
  if (found === undefined) {
    found = {
      run: compile(instruction.effect),
      isFloat: usesFloat(instruction),
      writesFloat: registerFile(instruction, 'rd') === 'f',
      hasRounding: hasRoundingMode(instruction),
    };
    compiled.set(instruction, found);
  }
  return found;
}

function compile(effect: Effect): Executor {
  switch (effect.kind) {
    case 'rd': {
      const value = compileWide(effect.value);
      return (step) => {
        const result = value(step);
        return step.trap ?? writeRd(step, result);
      };
    }
    case 'fd':
      return writeFd(compileWide(effect.value), effect.value.type);
    case 'fdBits': {
      if (effect.value.type === 'i64') return writeFd(compileWide(effect.value), effect.format);
      const value = compileNarrow(effect.value);
      return writeFd((step) => BigInt(value(step) >>> 0), effect.format);
    }
    case 'store': {
      const { bytes } = effect;
      const address = compileWide(effect.address);
      const value = compileWide(effect.value);
      return (step) => {
        const stored = BigInt.asUintN(bytes * 8, value(step));
        return step.context.store(address(step), bytes, stored, 'store') ?? advance(step);
      };
    }
    case 'branch': {
      const condition = compileNarrow(effect.condition);
      return (step) => {
        if (condition(step) === 0) return advance(step);
        const { context, operands } = step;
        const destination = wrap(context.pc + BigInt(operands.imm));
        return trapIfMisaligned(destination, context) ?? jump(step, destination);
      };
    }
    case 'jump': {
      const target = compileWide(effect.target);
      return (step) => {
        const { context, operands, nextPc } = step;
        const destination = target(step);
        const trap = trapIfMisaligned(destination, context);
        if (trap !== undefined) return trap;
        context.writeX(operands.rd, nextPc);
        return jump(step, destination);
      };
    }
    case 'amo':
      return (step) => executeAmo(step, effect.operation, effect.bytes);
    case 'loadReserved':
      return (step) => loadReserved(step, effect.bytes);
    case 'storeConditional':
      return (step) => storeConditional(step, effect.bytes);
    case 'csr':
      return (step) => executeCsr(step, effect.operation, effect.source);
    case 'cacheBlock':
      return (step) => {
        const va = step.context.readX(step.operands.rs1);
        return step.context.cacheBlock(effect.operation, va, step.bits) ?? advance(step);
      };
    case 'system':
      return (step) => executeSystem(step, effect.operation);
    case 'nothing':
      return advance;
  }
}

/** The jump or branch itself traps, and has not happened. */
function trapIfMisaligned(target: bigint, { isa }: ExecutionContext): Trap | undefined {
  if (target % BigInt(isa.alignmentBytes) === 0n) return undefined;
  return { cause: Cause.InstructionMisaligned, tval: target };
}

function jump({ context }: Step, destination: bigint): undefined {
  context.pc = destination;
}

function advance(step: Step): undefined {
  step.context.pc = step.nextPc;
}

function writeRd(step: Step, value: bigint): undefined {
  step.context.writeX(step.operands.rd, value);
  advance(step);
}

function writeFd(value: (step: Step) => bigint, format: FloatType): Executor {
  const box = BOXES[format];
  return (step) => {
    const bits = value(step);
    if (step.trap !== undefined) return step.trap;
    step.context.writeF(step.operands.rd, bits | box);
    return advance(step);
  };
}

function executeAmo(step: Step, operation: AmoOperation, bytes: 4 | 8): Trap | undefined {
  const { context, operands } = step;
  const va = context.readX(operands.rs1);
  if (va % BigInt(bytes) !== 0n) return { cause: Cause.StoreMisaligned, tval: va };
  const old = context.load(va, bytes, 'amo');
  if (typeof old !== 'bigint') return old;
  const width = bytes * 8;
  const operand = BigInt.asUintN(width, context.readX(operands.rs2));
  const updated = BigInt.asUintN(width, amoResult(operation, old, operand, width));
  const trap = context.store(va, bytes, updated, 'amo');
  return trap ?? writeRd(step, signExtend(old, bytes));
}

function amoResult(operation: AmoOperation, old: bigint, operand: bigint, width: number): bigint {
  const isLess = BigInt.asIntN(width, operand) < BigInt.asIntN(width, old);
  switch (operation) {
    case 'swap':
      return operand;
    case 'add':
      return old + operand;
    case 'xor':
      return old ^ operand;
    case 'and':
      return old & operand;
    case 'or':
      return old | operand;
    case 'min':
      return isLess ? operand : old;
    case 'max':
      return isLess ? old : operand;
    case 'minu':
      return operand < old ? operand : old;
    case 'maxu':
      return operand < old ? old : operand;
  }
}

function loadReserved(step: Step, bytes: 4 | 8): Trap | undefined {
  const va = step.context.readX(step.operands.rs1);
  if (va % BigInt(bytes) !== 0n) return { cause: Cause.LoadMisaligned, tval: va };
  const value = step.context.loadReserved(va, bytes);
  return typeof value === 'bigint' ? writeRd(step, signExtend(value, bytes)) : value;
}

function storeConditional(step: Step, bytes: 4 | 8): Trap | undefined {
  const { context, operands } = step;
  const va = context.readX(operands.rs1);
  if (va % BigInt(bytes) !== 0n) return { cause: Cause.StoreMisaligned, tval: va };
  const value = BigInt.asUintN(bytes * 8, context.readX(operands.rs2));
  const stored = context.storeConditional(va, bytes, value);
  return typeof stored === 'boolean' ? writeRd(step, stored ? 0n : 1n) : stored;
}

/**
 * Which of read and write happen depends on register numbers, not values. Unprivileged ISA, "CSR
 * Instructions", table "Conditions determining whether a CSR instruction reads or writes".
 */
function executeCsr(step: Step, operation: CsrOperation, source: 'rs1' | 'imm'): Trap | undefined {
  const { context, operands, bits } = step;
  const reads = operation !== 'write' || operands.rd !== 0;
  const writes = operation === 'write' || operands[source] !== 0;
  const operand = source === 'imm' ? BigInt(operands.imm) : context.readX(operands.rs1);
  const old = reads ? context.readCsr(operands.csr, bits, writes) : 0n;
  if (typeof old !== 'bigint') return old;
  if (writes) {
    const trap = context.writeCsr(operands.csr, operation, operand, bits);
    if (trap !== undefined) return trap;
  }
  return writeRd(step, old);
}

function executeSystem(step: Step, operation: SystemOperation): Trap | undefined {
  const { context, operands, bits } = step;
  const operand = (index: number) => (index === 0 ? undefined : context.readX(index));
  const at = context.pc;
  if (operation !== 'ecall' && operation !== 'ebreak') context.pc = step.nextPc;
  const trap = context.system(operation, operand(operands.rs1), operand(operands.rs2), bits);
  if (trap !== undefined) context.pc = at;
  return trap;
}

function signExtend(value: bigint, bytes: 4 | 8): bigint {
  return wrap(BigInt.asIntN(bytes * 8, value));
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
