/** One handler: what an instruction does, and the way to the next record. */

import { type Effect, FLOAT_BYTES } from '../isa/expression.js';
import { hasRoundingMode, usesFloat } from '../isa/properties.js';
import {
  FP_MODE,
  FP_MODE_NOT_DIRTY,
  RECORD_BYTES,
  RECORDS_PER_PAGE,
  WRITE_TLB,
} from '../layout.js';
import { emitAmo, emitLoadReserved, emitStoreConditional } from './atomics.js';
import { compile } from './compile.js';
import type { Handler } from './handlers.js';
import { RECORD_FP_MASK, RECORD_IMM, RECORD_RD } from './record.js';
import { type InterpreterOptions, RecordCode } from './record-code.js';

/** From a transfer of control, code runs straight on for no more instructions than this. */
export const MAX_STRAIGHT_RUN = RECORDS_PER_PAGE + 2;

/**
 * Emits handlers into a function that encloses them in blocks named slow, load miss, store miss, low,
 * far (continues at the address in `va`) and a loop named dispatch.
 */
export class HandlerCode extends RecordCode {
  protected readonly mode: 'fast' | 'exact';

  constructor(mode: 'fast' | 'exact', options: InterpreterOptions) {
    super(options);
    this.mode = mode;
  }

  emitHandler(handler: Handler): void {
    const { instruction } = handler;
    this.handler = handler;
    if (usesFloat(instruction)) this.leaveUnlessFloatIsReady(hasRoundingMode(instruction));
    this.emitEffect(instruction.effect);
    this.code.releaseTemporaries();
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
        emitAmo(this, effect.operation, effect.bytes);
        this.next();
        return;
      case 'loadReserved':
        emitLoadReserved(this, effect.bytes);
        this.next();
        return;
      case 'storeConditional':
        emitStoreConditional(this, effect.bytes);
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

  protected get stepBytes(): number {
    return (this.handler.lengthBytes / 2) * RECORD_BYTES;
  }

  protected retire(): void {
    const { code } = this;
    code.get(this.remaining);
    code.i32(1);
    code.op('i32.sub');
    code.set(this.remaining);
  }

  /** To the next record. */
  protected next(): void {
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
    if (this.options.alignmentBytes === 4) this.leaveIfMisaligned();
    code.set(this.va);
    this.writeLink();
    this.retire();
    code.br('far');
  }

  /** Looks at the i64 on the stack, the target of a jump; direct ones are known when predecoded. */
  private leaveIfMisaligned(): void {
    const { code } = this;
    code.tee(this.va);
    code.get(this.va);
    code.i64(2n);
    code.op('i64.and', 'i32.wrap_i64');
    code.brIf('slow');
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

  /** In fast mode: hands over when the budget might end before the next transfer of control. */
  protected leaveWhenLow(): void {
    if (this.mode === 'exact') return;
    const { code } = this;
    code.get(this.remaining);
    code.i32(MAX_STRAIGHT_RUN);
    code.op('i32.lt_s');
    code.brIf('low');
  }
}
