/** Atomic instructions on plain memory. Nothing else runs while they do, so they are loads and stores. */

import type { AmoOperation } from '../isa/expression.js';
import { READ_TLB, RESERVATION, WRITE_TLB } from '../layout.js';
import { RECORD_RD } from './record.js';
import type { RecordCode } from './record-code.js';

/** Pushes the linear address of an aligned access at rs1; a misaligned one leaves. */
function pushAtomicAddress(target: RecordCode, tlb: number, bytes: 4 | 8, miss: string): void {
  const { code } = target;
  target.readX('rs1');
  code.tee(target.va);
  code.op('i32.wrap_i64');
  code.i32(bytes - 1);
  code.op('i32.and');
  code.brIf('slow');
  code.get(target.va);
  // An aligned access does not cross a page.
  target.pushTranslated(tlb, 1, miss);
}

export function emitLoadReserved(target: RecordCode, bytes: 4 | 8): void {
  const { code } = target;
  target.pushField(RECORD_RD);
  pushAtomicAddress(target, READ_TLB, bytes, 'load miss');
  code.memory(bytes === 8 ? 'i64.load' : 'i64.load32_s');
  code.memory('i64.store');
  code.i32(RESERVATION);
  code.get(target.va);
  code.memory('i64.store');
}

export function emitStoreConditional(target: RecordCode, bytes: 4 | 8): void {
  const { code } = target;
  const at = code.temporary('i32');
  const failed = code.temporary('i64');
  pushAtomicAddress(target, WRITE_TLB, bytes, 'store miss');
  code.set(at);
  code.i64(1n);
  code.set(failed);
  code.i32(RESERVATION);
  code.memory('i64.load');
  code.get(target.va);
  code.op('i64.eq');
  code.if();
  code.get(at);
  target.readX('rs2');
  code.memory(bytes === 8 ? 'i64.store' : 'i64.store32');
  code.i64(0n);
  code.set(failed);
  code.end();
  code.i32(RESERVATION);
  code.i64(-1n);
  code.memory('i64.store');
  target.pushField(RECORD_RD);
  code.get(failed);
  code.memory('i64.store');
}

export function emitAmo(target: RecordCode, operation: AmoOperation, bytes: 4 | 8): void {
  const { code } = target;
  const at = code.temporary('i32');
  const old = code.temporary('i64');
  const operand = code.temporary('i64');
  pushAtomicAddress(target, WRITE_TLB, bytes, 'store miss');
  code.tee(at);
  code.memory(bytes === 8 ? 'i64.load' : 'i64.load32_s');
  code.set(old);
  target.readX('rs2');
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
  target.pushField(RECORD_RD);
  code.get(old);
  code.memory('i64.store');
}

/** When this holds for (old, operand), old stays. */
const AMO_SELECTIONS: Partial<Record<AmoOperation, string>> = {
  min: 'i64.lt_s',
  max: 'i64.gt_s',
  minu: 'i64.lt_u',
  maxu: 'i64.gt_u',
};
