/** Facts about instructions that follow from their tables. */

import { type Effect, type Expression, FLOAT_BYTES, type FloatType } from './expression.js';
import type { Instruction } from './instruction.js';

export type RegisterFile = 'x' | 'f';
export type RegisterField = 'rd' | 'rs1' | 'rs2' | 'rs3';

/** Whether it needs mstatus.FS to be on: it reads or writes a floating-point register. */
export function usesFloat({ effect }: Instruction): boolean {
  if (effect.kind === 'fd' || effect.kind === 'fdBits') return true;
  return someExpression(effect, isFloatRead);
}

/** Whether its encoding carries a rounding mode. */
export function hasRoundingMode({ encoding }: Instruction): boolean {
  return encoding.fields.some((field) => field.operands.includes('rm'));
}

/** Which register file a field names; undefined when the meaning does not use the field. */
export function registerFile(
  { effect }: Instruction,
  field: RegisterField,
): RegisterFile | undefined {
  if (field === 'rd') return destinationFile(effect);
  if (READS_X.includes(effect.kind)) return 'x';
  for (const expression of expressionsOf(effect)) {
    if (contains(expression, (node) => node.op === 'x' && node.field === field)) return 'x';
    if (contains(expression, (node) => isFloatRead(node) && node.field === field)) return 'f';
  }
  return undefined;
}

/** Whether `rm` can change the result: a conversion that is always exact carries it in vain. */
export function rounds({ effect }: Instruction): boolean {
  return expressionsOf(effect).some((expression) =>
    contains(expression, (node) => {
      if (node.op === 'fconvert')
        return FLOAT_BYTES[node.type] < FLOAT_BYTES[node.a.type as FloatType];
      if (node.op === 'fromInt') return node.type !== 'f64' || node.kind.endsWith('64');
      return ['fadd', 'fsub', 'fmul', 'fdiv', 'fsqrt', 'fma', 'toInt'].includes(node.op);
    }),
  );
}

export function someExpression(effect: Effect, test: (node: Expression) => boolean): boolean {
  return expressionsOf(effect).some((expression) => contains(expression, test));
}

const READS_X: readonly Effect['kind'][] = [
  'amo',
  'storeConditional',
  'loadReserved',
  'csr',
  'cacheBlock',
  'system',
];

function destinationFile(effect: Effect): RegisterFile | undefined {
  switch (effect.kind) {
    case 'fd':
    case 'fdBits':
      return 'f';
    case 'store':
    case 'branch':
    case 'cacheBlock':
    case 'nothing':
      return undefined;
    default:
      return 'x';
  }
}

function isFloatRead(
  node: Expression,
): node is Extract<Expression, { op: 'f' | 'fbits' | 'fraw' }> {
  return node.op === 'f' || node.op === 'fbits' || node.op === 'fraw';
}

function expressionsOf(effect: Effect): Expression[] {
  switch (effect.kind) {
    case 'rd':
    case 'fd':
    case 'fdBits':
      return [effect.value];
    case 'store':
      return [effect.address, effect.value];
    case 'branch':
      return [effect.condition];
    case 'jump':
      return [effect.target];
    default:
      return [];
  }
}

function contains(expression: Expression, test: (node: Expression) => boolean): boolean {
  return test(expression) || parts(expression).some((part) => contains(part, test));
}

/** The expressions that one is made from. */
function parts(expression: Expression): Expression[] {
  const found: Expression[] = [];
  if ('a' in expression) found.push(expression.a);
  if ('b' in expression) found.push(expression.b);
  if ('c' in expression) found.push(expression.c);
  if ('condition' in expression) found.push(expression.condition);
  if ('address' in expression) found.push(expression.address);
  if ('value' in expression && typeof expression.value === 'object') found.push(expression.value);
  if ('body' in expression) found.push(expression.body);
  return found;
}
