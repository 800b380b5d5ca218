/**
 * Unprivileged ISA, '"CMO" Extensions for Base Cache Management Operation ISA'. The only cache here is
 * the one that no program can see, so of these only cbo.zero changes anything; but all of them are
 * subject to menvcfg and senvcfg, and to the protection of the page.
 */

import { type CacheBlockOperation, nothing } from './expression.js';
import { type Instruction, op } from './instruction.js';

const cacheBlock = (name: string, code: string, operation: CacheBlockOperation): Instruction =>
  op(name, `${code} rs1 010 00000 0001111`, '(rs1)', { kind: 'cacheBlock', operation });

export const zicbom: readonly Instruction[] = [
  cacheBlock('cbo.inval', '000000000000', 'invalidate'),
  cacheBlock('cbo.clean', '000000000001', 'clean'),
  cacheBlock('cbo.flush', '000000000010', 'flush'),
];

export const zicboz: readonly Instruction[] = [cacheBlock('cbo.zero', '000000000100', 'zero')];

const prefetch = (name: string, code: string): Instruction =>
  op(name, `imm[11:5] ${code} rs1 110 00000 0010011`, 'imm(rs1)', nothing);

export const zicbop: readonly Instruction[] = [
  prefetch('prefetch.i', '00000'),
  prefetch('prefetch.r', '00001'),
  prefetch('prefetch.w', '00011'),
];
