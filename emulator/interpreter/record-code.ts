/** Code that works on the current record: how a handler reaches what its instruction names. */

import { FLAG_NX } from '../float/format.js';
import type { FField, IntType, XField } from '../isa/expression.js';
import { FFLAGS, READ_TLB } from '../layout.js';
import type { Misaligned } from '../memory-access.js';
import type { Target } from './compile.js';
import { type Handler, handlers } from './handlers.js';
import { RECORD_IMM, RECORD_RD, RECORD_RS1, RECORD_RS2, RECORD_RS3 } from './record.js';
import { Code } from './wasm.js';

const RECORD_FIELDS = {
  rd: RECORD_RD,
  rs1: RECORD_RS1,
  rs2: RECORD_RS2,
  rs3: RECORD_RS3,
} as const;

/** What the code of the interpreter depends on beside the tables. */
export interface InterpreterOptions {
  readonly misaligned: Misaligned;
  /** What the hart's instruction addresses are multiples of: 4 without compressed instructions. */
  readonly alignmentBytes: 2 | 4;
}

/**
 * The locals of the interpreter's function, and the expressions' view of a record. The function
 * encloses all of this in blocks with the names that are used here: slow, load miss, store miss.
 */
export class RecordCode implements Target {
  readonly code = new Code();
  readonly slow = 'slow';
  readonly variables: Target['variables'] = new Map();
  /** Address of the current record. */
  readonly record = this.code.local('i32');
  readonly remaining = this.code.local('i32');
  /** Address of the current page's first record, and the page's virtual address. */
  readonly page = this.code.local('i32');
  readonly pageVa = this.code.local('i64');
  /** Operand of the shared tails: a jump's target, or the address that missed a TLB. */
  readonly va = this.code.local('i64');
  /** Offset of a TLB entry. */
  readonly entry = this.code.local('i32');
  /** The handler that is being emitted. */
  protected handler: Handler = handlers()[0]!;
  protected readonly options: InterpreterOptions;

  constructor(options: InterpreterOptions) {
    this.options = options;
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

  /** Pushes 16 bits of the record. */
  pushField(offset: number): void {
    this.code.get(this.record);
    this.code.memory('i32.load16_u', offset);
  }

  /** Leaves the low half of the address in `va` on the stack. */
  private leaveIfSplit(bytes: number): void {
    const { code } = this;
    code.i32(bytes - 1);
    code.op('i32.and');
    code.brIf(this.slow);
    code.get(this.va);
    code.op('i32.wrap_i64');
  }

  private pushFloatRegister(field: FField): void {
    this.pushField(RECORD_FIELDS[field]);
  }

  /** Takes an i64 address from the stack; pushes where in linear memory the access takes place. */
  pushTranslated(tlb: number, bytes: number, miss: string): void {
    const { code, va, entry } = this;
    code.tee(va);
    code.op('i32.wrap_i64');
    if (this.options.misaligned === 'trapped' && bytes > 1) this.leaveIfSplit(bytes);
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
}
