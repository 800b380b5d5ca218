/**
 * The interpreter's module. One function loops over records: a br_table on the record's op selects the
 * handler, which does its work, moves to the next record and branches back.
 *
 *   fast    counts retired instructions, but looks at the count only where control is transferred:
 *           from there, no more than a page of instructions runs straight on. When fewer than that
 *           remain it hands over to
 *   exact   the same handlers, and a test before every instruction;
 *   run     starts whichever fits.
 */

import { FLAG_NX } from '../float/format.js';
import {
  type Effect,
  type FField,
  FLOAT_BYTES,
  type IntType,
  type XField,
} from '../isa/expression.js';
import { hasRoundingMode, usesFloat } from '../isa/properties.js';
import {
  ENTRY_PAGE,
  ENTRY_RECORD,
  EXEC_TLB,
  EXIT_RECORD,
  EXIT_VA,
  FFLAGS,
  FP_MODE,
  FP_MODE_NOT_DIRTY,
  PC,
  READ_TLB,
  RECORD_BYTES,
  RECORDS_PER_PAGE,
  REMAINING,
  RESERVATION,
  WRITE_TLB,
} from '../layout.js';
import { compile, type Target } from './compile.js';
import { Exit } from './exit.js';
import { type Handler, handlers, OP_NONE, OP_PAGE_END, OP_SLOW } from './handlers.js';
import {
  RECORD_FP_MASK,
  RECORD_IMM,
  RECORD_OP,
  RECORD_RD,
  RECORD_RS1,
  RECORD_RS2,
  RECORD_RS3,
} from './record.js';
import { assembleModule, Code } from './wasm.js';

/** What `fast` returns when fewer instructions remain than it may run without a test. */
const LOW = -1;
const MAX_STRAIGHT_RUN = RECORDS_PER_PAGE + 2;

export function emitInterpreter(memoryPages: {
  minimum: number;
  maximum: number;
}): Uint8Array<ArrayBuffer> {
  const fast = new InterpreterFunction('fast').emit();
  const exact = new InterpreterFunction('exact').emit();
  return assembleModule([fast, exact, emitRun()], memoryPages);
}

function emitRun(): Code {
  const code = new Code();
  const result = code.local('i32');
  code.block('low');
  code.i32(REMAINING);
  code.memory('i32.load');
  code.i32(MAX_STRAIGHT_RUN);
  code.op('i32.lt_s');
  code.brIf('low');
  code.call(0);
  code.tee(result);
  code.i32(LOW);
  code.op('i32.eq');
  code.brIf('low');
  code.get(result);
  code.op('return');
  code.end();
  code.call(1);
  return code;
}

const RECORD_FIELDS = {
  rd: RECORD_RD,
  rs1: RECORD_RS1,
  rs2: RECORD_RS2,
  rs3: RECORD_RS3,
} as const;

class InterpreterFunction implements Target {
  readonly code = new Code();
  readonly slow = 'slow';
  readonly variables: Target['variables'] = new Map();
  private readonly mode: 'fast' | 'exact';
  /** Address of the current record. */
  private readonly record = this.code.local('i32');
  private readonly remaining = this.code.local('i32');
  /** Address of the current page's first record, and the page's virtual address. */
  private readonly page = this.code.local('i32');
  private readonly pageVa = this.code.local('i64');
  /** Operand of the shared tails: a jump's target, or the address that missed a TLB. */
  private readonly va = this.code.local('i64');
  private readonly entry = this.code.local('i32');
  private handler: Handler = handlers[0]!;

  constructor(mode: 'fast' | 'exact') {
    this.mode = mode;
  }

  emit(): Code {
    const { code } = this;
    const exits = ['slow', 'decode', 'load miss', 'store miss', 'budget', 'fetch', 'low'];
    for (const exit of exits.toReversed()) code.block(exit);
    this.emitEntry();
    code.loop('dispatch');
    // The jump tail stands first, so that the entry and all far jumps reach it by falling out.
    code.block('far');
    this.emitDispatch();
    code.end();
    this.emitFarJump();
    code.br('dispatch');
    code.end();
    code.op('unreachable');
    for (const exit of exits) {
      code.end();
      this.emitExit(exit);
    }
    code.op('unreachable');
    return code;
  }

  get rounding(): Target['rounding'] {
    const { variant } = this.handler;
    return variant === 'trunc' || variant === 'floor' || variant === 'ceil' ? variant : 'nearest';
  }

  readX(field: XField): void {
    this.pushField(RECORD_FIELDS[field]);
    this.code.memory('i64.load');
  }

  readFBits(field: FField, type: IntType): void {
    this.pushFloatRegister(field);
    this.code.memory(`${type}.load`);
  }

  readF(field: FField, type: 'f32' | 'f64'): void {
    this.pushFloatRegister(field);
    this.code.memory(`${type}.load`);
  }

  isBoxed(field: FField): void {
    this.pushFloatRegister(field);
    this.code.memory('i32.load', 4);
    this.code.i32(-1);
    this.code.op('i32.eq');
  }

  immediate(): void {
    this.code.get(this.record);
    this.code.memory('i64.load32_s', RECORD_IMM);
  }

  pc(): void {
    const { code } = this;
    code.get(this.pageVa);
    code.get(this.record);
    code.get(this.page);
    // 16 bytes of records for 2 bytes of code.
    code.op('i32.sub');
    code.i32(3);
    code.op('i32.shr_s', 'i64.extend_i32_s', 'i64.add');
  }

  unlessInexactSet(pushIsExact: () => void): void {
    const { code } = this;
    code.block('flagged');
    code.i32(FFLAGS);
    code.memory('i32.load');
    code.i32(FLAG_NX);
    code.op('i32.and');
    code.brIf('flagged');
    pushIsExact();
    code.op('i32.eqz');
    code.brIf(this.slow);
    code.end();
  }

  load(bytes: 1 | 2 | 4 | 8, signed: boolean, pushAddress: () => void): void {
    pushAddress();
    this.pushTranslated(READ_TLB, bytes, 'load miss');
    if (bytes === 8) this.code.memory('i64.load');
    else this.code.memory(`i64.load${bytes * 8}_${signed ? 's' : 'u'}`);
  }

  private pushField(offset: number): void {
    this.code.get(this.record);
    this.code.memory('i32.load16_u', offset);
  }

  private pushFloatRegister(field: FField): void {
    this.pushField(RECORD_FIELDS[field]);
  }

  /** Takes an i64 address from the stack; pushes where in linear memory the access takes place. */
  private pushTranslated(tlb: number, bytes: number, miss: string): void {
    const { code, va, entry } = this;
    code.tee(va);
    code.op('i32.wrap_i64');
    code.i32(8);
    code.op('i32.shr_u');
    code.i32(0xfff0);
    code.op('i32.and');
    code.tee(entry);
    code.memory('i64.load', tlb);
    // The page of the last byte: an access that crosses into the next page never matches.
    code.get(va);
    if (bytes > 1) {
      code.i64(BigInt(bytes - 1));
      code.op('i64.add');
    }
    code.i64(-4096n);
    code.op('i64.and', 'i64.ne');
    code.brIf(miss);
    code.get(va);
    code.op('i32.wrap_i64');
    code.get(entry);
    code.memory('i32.load', tlb + 8);
    code.op('i32.add');
  }

  /** Sets record and page from ENTRY_RECORD and ENTRY_PAGE, or from PC and the exec TLB. */
  private emitEntry(): void {
    const { code } = this;
    code.i32(REMAINING);
    code.memory('i32.load');
    code.set(this.remaining);
    code.i32(PC);
    code.memory('i64.load');
    code.tee(this.va);
    code.i64(-4096n);
    code.op('i64.and');
    code.set(this.pageVa);
    code.block('entered');
    code.i32(ENTRY_RECORD);
    code.memory('i32.load');
    code.tee(this.record);
    code.op('i32.eqz');
    code.if();
    this.lookUpTarget();
    code.br('entered');
    code.end();
    code.i32(ENTRY_PAGE);
    code.memory('i32.load');
    code.set(this.page);
    code.i32(ENTRY_RECORD);
    code.i32(0);
    code.memory('i32.store');
    code.end();
  }

  /** To the address in `va`: the tail of every transfer that may leave the page. */
  private emitFarJump(): void {
    this.lookUpTarget();
    this.leaveWhenLow();
  }

  private lookUpTarget(): void {
    const { code, va, entry } = this;
    code.get(va);
    code.op('i32.wrap_i64');
    code.i32(8);
    code.op('i32.shr_u');
    code.i32(0xfff0);
    code.op('i32.and');
    code.tee(entry);
    code.memory('i64.load', EXEC_TLB);
    code.get(va);
    code.i64(-4096n);
    code.op('i64.and');
    code.tee(this.pageVa);
    code.op('i64.ne');
    code.brIf('fetch');
    code.get(entry);
    code.memory('i32.load', EXEC_TLB + 8);
    code.tee(this.page);
    code.get(va);
    code.op('i32.wrap_i64');
    code.i32(0xfff);
    code.op('i32.and');
    code.i32(3);
    code.op('i32.shl', 'i32.add');
    code.set(this.record);
  }

  private leaveWhenLow(): void {
    if (this.mode === 'exact') return;
    const { code } = this;
    code.get(this.remaining);
    code.i32(MAX_STRAIGHT_RUN);
    code.op('i32.lt_s');
    code.brIf('low');
  }

  private emitDispatch(): void {
    const { code } = this;
    const labels = handlers.map(({ op }) => `op ${op}`);
    for (const label of labels.toReversed()) code.block(label);
    code.block('page end');
    if (this.mode === 'exact') {
      code.get(this.remaining);
      code.op('i32.eqz');
      code.brIf('budget');
    }
    this.pushField(RECORD_OP);
    const fixed: string[] = [];
    fixed[OP_NONE] = 'decode';
    fixed[OP_SLOW] = 'slow';
    fixed[OP_PAGE_END] = 'page end';
    code.brTable([...fixed, ...labels], 'slow');
    code.end();
    this.pc();
    code.set(this.va);
    code.br('far');
    for (const handler of handlers) {
      code.end();
      this.handler = handler;
      this.emitHandler(handler);
      code.releaseTemporaries();
    }
  }

  private emitHandler({ instruction }: Handler): void {
    if (usesFloat(instruction)) this.leaveUnlessFloatIsReady(hasRoundingMode(instruction));
    this.emitEffect(instruction.effect);
  }

  private leaveUnlessFloatIsReady(hasMask: boolean): void {
    const { code } = this;
    code.i32(FP_MODE);
    code.memory('i32.load');
    if (hasMask) this.pushField(RECORD_FP_MASK);
    else code.i32(FP_MODE_NOT_DIRTY);
    code.op('i32.and');
    code.brIf('slow');
  }

  private emitEffect(effect: Effect): void {
    const { code } = this;
    switch (effect.kind) {
      case 'rd':
        this.pushField(RECORD_RD);
        compile(this, effect.value);
        code.memory('i64.store');
        this.next();
        return;
      case 'fd':
        this.pushField(RECORD_RD);
        compile(this, effect.value);
        if (effect.value.type === 'f32') {
          code.op('i32.reinterpret_f32');
          this.storeBoxed('f32');
        } else code.memory('f64.store');
        this.next();
        return;
      case 'fdBits':
        this.pushField(RECORD_RD);
        compile(this, effect.value);
        if (effect.format !== 'f64') this.storeBoxed(effect.format);
        else code.memory('i64.store');
        this.next();
        return;
      case 'store':
        compile(this, effect.address);
        this.pushTranslated(WRITE_TLB, effect.bytes, 'store miss');
        compile(this, effect.value);
        code.memory(effect.bytes === 8 ? 'i64.store' : `i64.store${effect.bytes * 8}`);
        this.next();
        return;
      case 'branch':
        this.emitBranch(() => compile(this, effect.condition));
        return;
      case 'jump':
        this.emitJump(() => compile(this, effect.target));
        return;
      case 'amo':
        this.emitAmo(effect.operation, effect.bytes);
        this.next();
        return;
      case 'loadReserved':
        this.emitLoadReserved(effect.bytes);
        this.next();
        return;
      case 'storeConditional':
        this.emitStoreConditional(effect.bytes);
        this.next();
        return;
      case 'nothing':
        this.next();
        return;
      default:
        throw new Error(`an effect '${effect.kind}' cannot be native`);
    }
  }

  /** Stores an i32 that holds the bits of a narrow value, with ones above them. */
  private storeBoxed(format: 'f16' | 'f32'): void {
    this.code.op('i64.extend_i32_u');
    this.code.i64(-1n << BigInt(8 * FLOAT_BYTES[format]));
    this.code.op('i64.or');
    this.code.memory('i64.store');
  }

  private get stepBytes(): number {
    return (this.handler.lengthBytes / 2) * RECORD_BYTES;
  }

  private retire(): void {
    const { code } = this;
    code.get(this.remaining);
    code.i32(1);
    code.op('i32.sub');
    code.set(this.remaining);
  }

  private next(): void {
    const { code } = this;
    code.get(this.record);
    code.i32(this.stepBytes);
    code.op('i32.add');
    code.set(this.record);
    this.retire();
    code.br('dispatch');
  }

  private emitBranch(pushCondition: () => void): void {
    const { code } = this;
    pushCondition();
    code.if();
    if (this.handler.variant === 'near') this.nearTransfer();
    else {
      this.pc();
      this.immediate();
      code.op('i64.add');
      code.set(this.va);
      this.retire();
      code.br('far');
    }
    code.end();
    this.next();
  }

  private emitJump(pushTarget: () => void): void {
    const { code } = this;
    if (this.handler.variant === 'near') {
      this.writeLink();
      this.nearTransfer();
      return;
    }
    // rs1 may be rd: the target is read before the link is written.
    pushTarget();
    code.set(this.va);
    this.writeLink();
    this.retire();
    code.br('far');
  }

  private writeLink(): void {
    const { code } = this;
    this.pushField(RECORD_RD);
    this.pc();
    code.i64(BigInt(this.handler.lengthBytes));
    code.op('i64.add');
    code.memory('i64.store');
  }

  private nearTransfer(): void {
    const { code } = this;
    code.get(this.record);
    code.get(this.record);
    code.memory('i32.load', RECORD_IMM);
    code.op('i32.add');
    code.set(this.record);
    this.retire();
    this.leaveWhenLow();
    code.br('dispatch');
  }

  /** Pushes the linear address of an aligned access at rs1; a misaligned one leaves. */
  private pushAtomicAddress(tlb: number, bytes: 4 | 8, miss: string): void {
    const { code } = this;
    this.readX('rs1');
    code.tee(this.va);
    code.op('i32.wrap_i64');
    code.i32(bytes - 1);
    code.op('i32.and');
    code.brIf('slow');
    code.get(this.va);
    // An aligned access does not cross a page.
    this.pushTranslated(tlb, 1, miss);
  }

  private emitLoadReserved(bytes: 4 | 8): void {
    const { code } = this;
    this.pushField(RECORD_RD);
    this.pushAtomicAddress(READ_TLB, bytes, 'load miss');
    code.memory(bytes === 8 ? 'i64.load' : 'i64.load32_s');
    code.memory('i64.store');
    code.i32(RESERVATION);
    code.get(this.va);
    code.memory('i64.store');
  }

  private emitStoreConditional(bytes: 4 | 8): void {
    const { code } = this;
    const at = code.temporary('i32');
    const failed = code.temporary('i64');
    this.pushAtomicAddress(WRITE_TLB, bytes, 'store miss');
    code.set(at);
    code.i64(1n);
    code.set(failed);
    code.i32(RESERVATION);
    code.memory('i64.load');
    code.get(this.va);
    code.op('i64.eq');
    code.if();
    code.get(at);
    this.readX('rs2');
    code.memory(bytes === 8 ? 'i64.store' : 'i64.store32');
    code.i64(0n);
    code.set(failed);
    code.end();
    code.i32(RESERVATION);
    code.i64(-1n);
    code.memory('i64.store');
    this.pushField(RECORD_RD);
    code.get(failed);
    code.memory('i64.store');
  }

  private emitAmo(operation: Extract<Effect, { kind: 'amo' }>['operation'], bytes: 4 | 8): void {
    const { code } = this;
    const at = code.temporary('i32');
    const old = code.temporary('i64');
    const operand = code.temporary('i64');
    this.pushAtomicAddress(WRITE_TLB, bytes, 'store miss');
    code.tee(at);
    code.memory(bytes === 8 ? 'i64.load' : 'i64.load32_s');
    code.set(old);
    this.readX('rs2');
    // Sign extension keeps the order of unsigned numbers too.
    if (bytes === 4) code.op('i64.extend32_s');
    code.set(operand);
    code.get(at);
    if (operation === 'swap') code.get(operand);
    else {
      code.get(old);
      code.get(operand);
      const comparison = AMO_SELECTIONS[operation];
      if (comparison === undefined) code.op(`i64.${operation}`);
      else {
        code.get(old);
        code.get(operand);
        code.op(comparison, 'select');
      }
    }
    code.memory(bytes === 8 ? 'i64.store' : 'i64.store32');
    this.pushField(RECORD_RD);
    code.get(old);
    code.memory('i64.store');
  }

  private emitExit(exit: string): void {
    const { code } = this;
    const storePc = (push: () => void) => {
      code.i32(PC);
      push();
      code.memory('i64.store');
    };
    if (exit === 'fetch') storePc(() => code.get(this.va));
    else storePc(() => this.pc());
    if (exit.endsWith('miss')) {
      code.i32(EXIT_VA);
      code.get(this.va);
      code.memory('i64.store');
    }
    for (const [address, value] of [
      [EXIT_RECORD, this.record],
      [REMAINING, this.remaining],
    ] as const) {
      code.i32(address);
      code.get(value);
      code.memory('i32.store');
    }
    code.i32(EXIT_CODES[exit]!);
    code.op('return');
  }
}

/** When this holds for (old, operand), old stays. */
const AMO_SELECTIONS: Partial<Record<string, string>> = {
  min: 'i64.lt_s',
  max: 'i64.gt_s',
  minu: 'i64.lt_u',
  maxu: 'i64.gt_u',
};

const EXIT_CODES: Record<string, number> = {
  slow: Exit.Slow,
  decode: Exit.Decode,
  'load miss': Exit.Load,
  'store miss': Exit.Store,
  budget: Exit.Budget,
  fetch: Exit.Fetch,
  low: LOW,
};
