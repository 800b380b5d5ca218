/** Expressions as WebAssembly: each function leaves its value on the stack. */

import type {
  Expression,
  FField,
  IntBinary,
  IntType,
  Variable,
  XField,
} from '../isa/expression.js';
import { compileFloat } from './compile-float.js';
import type { Code } from './wasm.js';

/** How generated code reaches what an instruction names, be it in memory or in locals. */
export interface Target {
  readonly code: Code;
  /** Pushes an integer register as i64. */
  readX(field: XField): void;
  /** Pushes the raw bits of a floating-point register as i64, or its low half as i32. */
  readFBits(field: FField, type: IntType): void;
  /** Pushes the register as f64, or its low half as f32. */
  readF(field: FField, type: 'f32' | 'f64'): void;
  /** Pushes an i32: not 0 when the upper half is all ones. */
  isBoxed(field: FField): void;
  /** Push i64. */
  immediate(): void;
  pc(): void;
  /** Pushes the value at an address, given on the stack as i64; leaves when that is not possible. */
  load(bytes: 1 | 2 | 4 | 8, signed: boolean, pushAddress: () => void): void;
  /** When the inexact flag is clear, leaves unless the i32 that is pushed says that nothing was lost. */
  unlessInexactSet(pushIsExact: () => void): void;
  /** For a conversion to an integer: how it rounds. */
  readonly rounding: 'nearest' | 'trunc' | 'floor' | 'ceil';
  /** Locals that hold the variables of `let`. */
  readonly variables: Map<Variable, number>;
  /** Label of a block to branch to when the exact evaluator must execute the instruction. */
  readonly slow: string;
}

/** Operations that always leave for the exact evaluator: rare ones that need long code. */
const NOT_NATIVE: readonly Expression['op'][] = ['clmul', 'clmulh'];

export function isNativeOperation(node: Expression): boolean {
  // WebAssembly has no half precision.
  const isHalf = node.type === 'f16' || (node.op === 'fbits' && node.format === 'f16');
  return !isHalf && !NOT_NATIVE.includes(node.op);
}

const PLAIN: Partial<Record<IntBinary, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shl: 'shl',
  shrS: 'shr_s',
  shrU: 'shr_u',
  rotl: 'rotl',
  rotr: 'rotr',
};

const COMPARES = { eq: 'eq', ne: 'ne', ltS: 'lt_s', ltU: 'lt_u', geS: 'ge_s', geU: 'ge_u' };

export function compile(target: Target, expression: Expression): void {
  const { code } = target;
  switch (expression.op) {
    case 'x':
      target.readX(expression.field);
      return;
    case 'fraw':
      target.readFBits(expression.field, 'i64');
      return;
    case 'fbits':
      compileFloatBits(target, expression.field, expression.type);
      return;
    case 'imm':
      target.immediate();
      return;
    case 'pc':
      target.pc();
      return;
    case 'const':
      if (expression.type === 'i64') code.i64(expression.value);
      else code.i32(Number(BigInt.asIntN(32, expression.value)));
      return;
    case 'wrap':
      compile(target, expression.a);
      code.op('i32.wrap_i64');
      return;
    case 'extendS':
      compile(target, expression.a);
      code.op('i64.extend_i32_s');
      return;
    case 'extendU':
      compile(target, expression.a);
      code.op('i64.extend_i32_u');
      return;
    case 'clz':
    case 'ctz':
    case 'popcnt':
      compile(target, expression.a);
      code.op(`${expression.type}.${expression.op}`);
      return;
    case 'select':
      compile(target, expression.a);
      compile(target, expression.b);
      compile(target, expression.condition);
      code.op('select');
      return;
    case 'let': {
      const local = code.temporary('i64');
      compile(target, expression.value);
      code.set(local);
      target.variables.set(expression.variable, local);
      compile(target, expression.body);
      return;
    }
    case 'variable':
      code.get(target.variables.get(expression)!);
      return;
    case 'load':
      target.load(expression.bytes, expression.signed, () => compile(target, expression.address));
      return;
    case 'divS':
    case 'divU':
    case 'remS':
    case 'remU':
      compileDivision(target, expression.op, expression.type, expression.a, expression.b);
      return;
    case 'mulhU':
      compileHighProduct(target, expression.a, expression.b);
      return;
    case 'eq':
    case 'ne':
    case 'ltS':
    case 'ltU':
    case 'geS':
    case 'geU':
      compile(target, expression.a);
      compile(target, expression.b);
      code.op(`${expression.a.type}.${COMPARES[expression.op]}`);
      return;
    default: {
      const plain = PLAIN[expression.op as IntBinary];
      if (plain === undefined || !('b' in expression)) {
        compileFloat(target, expression);
        return;
      }
      compile(target, expression.a);
      compile(target, expression.b);
      code.op(`${expression.type}.${plain}`);
      return;
    }
  }
}

function compileFloatBits(target: Target, field: FField, type: IntType): void {
  target.readFBits(field, type);
  if (type === 'i64') return;
  target.code.i32(0x7fc0_0000);
  target.isBoxed(field);
  target.code.op('select');
}

/** A zero divisor and the overflow of MIN / -1 have RISC-V's results; wasm would trap. */
function compileDivision(
  target: Target,
  op: 'divS' | 'divU' | 'remS' | 'remU',
  type: IntType,
  a: Expression,
  b: Expression,
): void {
  const { code } = target;
  const dividend = code.temporary(type);
  const divisor = code.temporary(type);
  compile(target, a);
  code.set(dividend);
  compile(target, b);
  code.tee(divisor);
  code.op(`${type}.eqz`);
  code.if(type);
  if (op === 'divS' || op === 'divU') constant(code, type, -1);
  else code.get(dividend);
  code.else();
  if (op === 'divS') {
    code.get(divisor);
    constant(code, type, -1);
    code.op(`${type}.eq`);
    code.if(type);
    constant(code, type, 0);
    code.get(dividend);
    code.op(`${type}.sub`);
    code.else();
  }
  code.get(dividend);
  code.get(divisor);
  code.op(`${type}.${op.slice(0, 3)}_${op === 'divS' || op === 'remS' ? 's' : 'u'}`);
  if (op === 'divS') code.end();
  code.end();
}

function constant(code: Code, type: IntType, value: number): void {
  if (type === 'i64') code.i64(BigInt(value));
  else code.i32(value);
}

/** From 32-bit halves: none of the partial sums below exceeds 64 bits. */
function compileHighProduct(target: Target, a: Expression, b: Expression): void {
  const { code } = target;
  const [x, y, middle, cross] = Array.from({ length: 4 }, () => code.temporary('i64'));
  const low = (local: number) => {
    code.get(local);
    code.i64(0xffff_ffffn);
    code.op('i64.and');
  };
  const high = (local: number) => {
    code.get(local);
    code.i64(32n);
    code.op('i64.shr_u');
  };
  compile(target, a);
  code.set(x!);
  compile(target, b);
  code.set(y!);
  // middle = xh * yl + (xl * yl >> 32)
  high(x!);
  low(y!);
  code.op('i64.mul');
  low(x!);
  low(y!);
  code.op('i64.mul');
  code.i64(32n);
  code.op('i64.shr_u', 'i64.add');
  code.set(middle!);
  // cross = xl * yh + low(middle)
  low(x!);
  high(y!);
  code.op('i64.mul');
  low(middle!);
  code.op('i64.add');
  code.set(cross!);
  // xh * yh + high(middle) + high(cross)
  high(x!);
  high(y!);
  code.op('i64.mul');
  high(middle!);
  code.op('i64.add');
  high(cross!);
  code.op('i64.add');
}
