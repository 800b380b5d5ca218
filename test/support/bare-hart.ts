/// <reference path="../../emulator/globals.d.ts" />
import type { Trap } from '../../emulator/cause.js';
import { Cause } from '../../emulator/cause.js';
import { type ExecutionContext, execute } from '../../emulator/execute.js';
import {
  createInterpreter,
  Exit,
  type Interpreter,
} from '../../emulator/interpreter/interpreter.js';
import { writeRecord, writeSentinels } from '../../emulator/interpreter/predecode.js';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import {
  DECODED_PAGES,
  ENTRY_RECORD,
  EXEC_TLB,
  EXIT_RECORD,
  EXIT_VA,
  F_REGS,
  FFLAGS,
  FP_MODE,
  FP_MODE_ROUNDING,
  PC,
  RAM_OFFSET,
  READ_TLB,
  REMAINING,
  RESERVATION,
  TLB_ENTRIES,
  TLB_ENTRY_BYTES,
  TLB_INVALID_TAG,
  WRITE_TLB,
  X_REGS,
} from '../../emulator/layout.js';

export const CODE_VA = 0x10000n;
export const DATA_VA = 0x20000n;
const PAGE_BYTES = 4096;

/** Everything that an instruction can change. */
export interface HartState {
  pc: bigint;
  x: bigint[];
  f: bigint[];
  fflags: number;
  frm: number;
  reservation: bigint;
  /** Two pages at DATA_VA. */
  data: Buffer;
}

/**
 * The interpreter's memory and nothing else of a machine: one page of code at CODE_VA, two of data
 * at DATA_VA, all of them in the fast TLBs.
 */
export class BareHart {
  readonly memory = new WebAssembly.Memory({ initial: RAM_OFFSET / 65536 + 1, maximum: 0x10000 });
  readonly view = new DataView(this.memory.buffer);
  private readonly interpreter: Interpreter = createInterpreter(this.memory);

  constructor() {
    for (const tlb of [READ_TLB, WRITE_TLB, EXEC_TLB]) {
      for (let i = 0; i < TLB_ENTRIES; i++) {
        this.view.setBigInt64(tlb + i * TLB_ENTRY_BYTES, BigInt(TLB_INVALID_TAG), true);
      }
    }
    for (const page of [0n, 4096n]) {
      const va = DATA_VA + page;
      for (const tlb of [READ_TLB, WRITE_TLB]) this.fill(tlb, va, RAM_OFFSET - Number(DATA_VA));
    }
    this.fill(EXEC_TLB, CODE_VA, DECODED_PAGES);
    writeSentinels(this.view, DECODED_PAGES);
  }

  fill(tlb: number, va: bigint, addend: number): void {
    const entry = tlb + ((Number(va) >>> 8) & 0xfff0);
    this.view.setBigInt64(entry, va, true);
    this.view.setInt32(entry + 8, addend, true);
  }

  /** Predecodes instructions from CODE_VA + offset on. */
  writeCode(words: readonly number[], offset = 0): void {
    let at = offset;
    for (const bits of words) {
      writeRecord(this.view, DECODED_PAGES + at * 8, bits, fullInstructionSet);
      at += (bits & 3) === 3 ? 4 : 2;
    }
  }

  get data(): Uint8Array {
    return new Uint8Array(this.memory.buffer, RAM_OFFSET, 2 * PAGE_BYTES);
  }

  load(state: HartState): void {
    const { view } = this;
    for (let i = 0; i < 32; i++) {
      view.setBigUint64(X_REGS + i * 8, state.x[i]!, true);
      view.setBigUint64(F_REGS + i * 8, state.f[i]!, true);
    }
    view.setBigUint64(PC, state.pc, true);
    view.setUint32(FFLAGS, state.fflags, true);
    view.setUint32(FP_MODE, state.frm === 0 ? 0 : FP_MODE_ROUNDING, true);
    view.setBigUint64(RESERVATION, BigInt.asUintN(64, state.reservation), true);
    view.setInt32(ENTRY_RECORD, 0, true);
    this.data.set(state.data);
  }

  save(frm: number): HartState {
    const { view } = this;
    const registers = (at: number) =>
      Array.from({ length: 32 }, (_, i) => view.getBigUint64(at + i * 8, true));
    return {
      pc: view.getBigUint64(PC, true),
      x: registers(X_REGS),
      f: registers(F_REGS),
      fflags: view.getUint32(FFLAGS, true),
      frm,
      reservation: view.getBigInt64(RESERVATION, true),
      data: Buffer.from(this.data),
    };
  }

  /** Runs at most `count` instructions; says why it stopped and how many were retired. */
  run(count: number): { exit: number; retired: number; exitVa: bigint; exitRecord: number } {
    const { view } = this;
    view.setInt32(REMAINING, count, true);
    const exit = this.interpreter.run();
    return {
      exit,
      retired: count - view.getInt32(REMAINING, true),
      exitVa: view.getBigUint64(EXIT_VA, true),
      exitRecord: view.getInt32(EXIT_RECORD, true),
    };
  }
}

/** A context for the evaluator over a plain state; accesses outside of the data pages trap. */
export class PlainContext implements ExecutionContext {
  readonly isa = fullInstructionSet;
  readonly state: HartState;
  constructor(state: HartState) {
    this.state = state;
  }
  get pc(): bigint {
    return this.state.pc;
  }
  set pc(value: bigint) {
    this.state.pc = value;
  }
  get fflags(): number {
    return this.state.fflags;
  }
  set fflags(value: number) {
    this.state.fflags = value;
  }
  get frm(): number {
    return this.state.frm;
  }
  readX(index: number): bigint {
    return this.state.x[index]!;
  }
  writeX(index: number, value: bigint): void {
    if (index !== 0) this.state.x[index] = value;
  }
  readF(index: number): bigint {
    return this.state.f[index]!;
  }
  writeF(index: number, value: bigint): void {
    this.state.f[index] = value;
  }
  fpTrapIfOff(): undefined {}
  fpChanged(): void {}
  load(va: bigint, bytes: number, access: 'load' | 'amo'): bigint | Trap {
    const cause = access === 'amo' ? Cause.StorePageFault : Cause.LoadPageFault;
    if (!isData(va, bytes)) return { cause, tval: va };
    let value = 0n;
    for (let i = bytes - 1; i >= 0; i--) {
      value = (value << 8n) | BigInt(this.state.data[Number(va - DATA_VA) + i]!);
    }
    return value;
  }
  store(va: bigint, bytes: number, value: bigint): Trap | undefined {
    if (!isData(va, bytes)) return { cause: Cause.StorePageFault, tval: va };
    for (let i = 0; i < bytes; i++) {
      this.state.data[Number(va - DATA_VA) + i] = Number((value >> BigInt(8 * i)) & 0xffn);
    }
    return undefined;
  }
  loadReserved(va: bigint, bytes: 4 | 8): bigint | Trap {
    const value = this.load(va, bytes, 'load');
    if (typeof value === 'bigint') this.state.reservation = BigInt.asIntN(64, va);
    return value;
  }
  storeConditional(va: bigint, bytes: 4 | 8, value: bigint): boolean | Trap {
    if (!isData(va, bytes)) return { cause: Cause.StorePageFault, tval: va };
    const holds = this.state.reservation === BigInt.asIntN(64, va);
    this.state.reservation = -1n;
    if (holds) this.store(va, bytes, value);
    return holds;
  }
  readCsr(csr: number): bigint | Trap {
    return BigInt(csr);
  }
  writeCsr(): undefined {}
  cacheBlock(): undefined {}
  system(operation: string): Trap | undefined {
    return operation === 'ebreak' ? { cause: Cause.Breakpoint, tval: this.pc } : undefined;
  }
}

function isData(va: bigint, bytes: number): boolean {
  return va >= DATA_VA && va + BigInt(bytes) <= DATA_VA + 8192n;
}

export function cloneState(state: HartState): HartState {
  return { ...state, x: [...state.x], f: [...state.f], data: Buffer.from(state.data) };
}

/** The first difference of two states in words, or undefined. */
export function difference(actual: HartState, expected: HartState): string | undefined {
  if (actual.pc !== expected.pc) return `pc ${hex(actual.pc)}, not ${hex(expected.pc)}`;
  for (let i = 0; i < 32; i++) {
    for (const file of ['x', 'f'] as const) {
      const [a, e] = [actual[file][i]!, expected[file][i]!];
      if (a !== e) return `${file}${i} ${hex(a)}, not ${hex(e)}`;
    }
  }
  if (actual.fflags !== expected.fflags) return `fflags ${actual.fflags}, not ${expected.fflags}`;
  if (actual.reservation !== expected.reservation) {
    return `reservation ${hex(actual.reservation)}, not ${hex(expected.reservation)}`;
  }
  return actual.data.equals(expected.data) ? undefined : 'data differs';
}

function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

export { Exit, execute };
