/** Facts about instructions that follow from their tables. */

import type { Effect, Expression } from './expression.js';
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
  const readsX = ['amo', 'storeConditional', 'loadReserved', 'csr', 'system'].includes(effect.kind);
  if (readsX) return 'x';
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
      if (node.op === 'fconvert') return node.type === 'f32';
      if (node.op === 'fromInt') return node.type === 'f32' || node.kind.endsWith('64');
      return ['fadd', 'fsub', 'fmul', 'fdiv', 'fsqrt', 'fma', 'toInt'].includes(node.op);
    }),
  );
}

export function someExpression(effect: Effect, test: (node: Expression) => boolean): boolean {
  return expressionsOf(effect).some((expression) => contains(expression, test));
}

function destinationFile(effect: Effect): RegisterFile | undefined {
  switch (effect.kind) {
    case 'fd':
    case 'fdBits':
      return 'f';
    case 'store':
    case 'branch':
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
  if (test(expression)) return true;
  const parts = [
    'a' in expression ? expression.a : undefined,
    'b' in expression ? expression.b : undefined,
    'c' in expression ? expression.c : undefined,
    'address' in expression ? expression.address : undefined,
  ];
  return parts.some((part) => part !== undefined && contains(part, test));
}
