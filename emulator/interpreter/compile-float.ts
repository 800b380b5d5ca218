/**
 * Floating point in native WebAssembly, where that is provably bit-exact: rounding is to nearest
 * even (the caller has checked), the result is a normal number (or a zero that is exact), and the
 * inexact flag is already set or the operation is proven exact by an error-free transform. Whatever
 * else happens branches to target.slow before anything is written.
 */

import type { Expression, FField, FloatBinary, IntKind, ValueType } from '../isa/expression.js';
import { compile, type Target } from './compile.js';
import { compileFma } from './compile-fma.js';
import { pushProductError, pushSumError } from './error-free.js';
import type { Code } from './wasm.js';

type Float = 'f32' | 'f64';

/** The smallest normal number: at it and below, the underflow flag is not decided by the result. */
const SMALLEST_NORMAL: Record<Float, number> = { f32: 2 ** -126, f64: 2 ** -1022 };

export function compileFloat(target: Target, expression: Expression): void {
  const { code } = target;
  switch (expression.op) {
    case 'f':
      readOperand(target, expression.field, native(expression.type));
      return;
    case 'fneg':
      compileFloat(target, expression.a);
      code.op(`${expression.type}.neg`);
      return;
    case 'fadd':
    case 'fsub':
    case 'fmul':
    case 'fdiv':
      compileBinary(target, expression.op, native(expression.type), expression.a, expression.b);
      return;
    case 'fma':
      compileFma(target, expression);
      return;
    case 'fsqrt':
      compileSquareRoot(target, native(expression.type), expression.a);
      return;
    case 'fmin':
    case 'fmax':
      pushOrdered(target, native(expression.type), expression.a, expression.b);
      code.op(`${expression.type}.${expression.op.slice(1)}`);
      return;
    case 'feq':
    case 'flt':
    case 'fle': {
      const type = native(expression.a.type);
      pushOrdered(target, type, expression.a, expression.b);
      code.op(`${type}.${expression.op.slice(1)}`);
      return;
    }
    case 'fromInt':
      compileFromInt(target, native(expression.type), expression.kind, expression.a);
      return;
    case 'toInt':
      compileToInt(target, expression.kind, expression.a);
      return;
    case 'fconvert':
      if (expression.type === 'f64') compileWidening(target, expression.a);
      else compileNarrowing(target, expression.a);
      return;
    default:
      throw new Error(`no wasm for the ${expression.type} operation '${expression.op}'`);
  }
}

function native(type: ValueType): Float {
  if (type === 'f32' || type === 'f64') return type;
  throw new Error(`WebAssembly has no floating-point type '${type}'`);
}

/** A narrow operand that is not NaN-boxed is a NaN: leave. */
function readOperand(target: Target, field: FField, type: Float): void {
  if (type === 'f32') {
    target.isBoxed(field);
    target.code.op('i32.eqz');
    target.code.brIf(target.slow);
  }
  target.readF(field, type);
}

/** Pushes both operands once neither is a NaN. */
function pushOrdered(target: Target, type: Float, a: Expression, b: Expression): void {
  const { code } = target;
  const [x, y] = [code.temporary(type), code.temporary(type)];
  compileFloat(target, a);
  code.set(x);
  compileFloat(target, b);
  code.set(y);
  for (const operand of [x, y]) {
    code.get(operand);
    code.get(operand);
    code.op(`${type}.ne`);
    code.brIf(target.slow);
  }
  code.get(x);
  code.get(y);
}

function compileBinary(
  target: Target,
  op: FloatBinary,
  type: Float,
  a: Expression,
  b: Expression,
): void {
  const { code } = target;
  const [x, y, result] = [code.temporary(type), code.temporary(type), code.temporary(type)];
  compileFloat(target, a);
  code.set(x);
  compileFloat(target, b);
  code.set(y);
  if (op === 'fsub') {
    code.get(y);
    code.op(`${type}.neg`);
    code.set(y);
  }
  const isSum = op === 'fadd' || op === 'fsub';
  code.get(x);
  code.get(y);
  code.op(`${type}.${isSum ? 'add' : op.slice(1)}`);
  code.set(result);
  if (isSum) {
    // A finite sum below the normal range is exact, so every finite result will do.
    leaveUnlessFinite(target, type, result);
    target.unlessInexactSet(() => {
      pushSumError(code, type, x, y, result);
      code[type](0);
      code.op(`${type}.eq`);
    });
  } else {
    leaveUnlessNormal(target, type, result, () => pushIsExactZero(code, op, type, x, y));
    target.unlessInexactSet(() => pushProductIsExact(code, op, type, x, y, result));
  }
  code.get(result);
}

function compileSquareRoot(target: Target, type: Float, a: Expression): void {
  const { code } = target;
  const [x, root] = [code.temporary(type), code.temporary(type)];
  compileFloat(target, a);
  code.tee(x);
  code.op(`${type}.sqrt`);
  code.set(root);
  // The root of a finite number that is not negative is 0 or normal; a NaN fails the test.
  leaveUnlessFinite(target, type, root);
  target.unlessInexactSet(() => pushProductIsExact(code, 'fdiv', type, x, root, root));
  code.get(root);
}

export function leaveUnlessFinite(target: Target, type: Float, value: number): void {
  const { code } = target;
  code.get(value);
  code.op(`${type}.abs`);
  code[type](Number.POSITIVE_INFINITY);
  code.op(`${type}.lt`, 'i32.eqz');
  code.brIf(target.slow);
}

export function leaveUnlessNormal(
  target: Target,
  type: Float,
  value: number,
  pushIsExactOtherwise: () => void,
): void {
  const { code } = target;
  code.block('normal');
  code.get(value);
  code.op(`${type}.abs`);
  code[type](SMALLEST_NORMAL[type]);
  code.op(`${type}.gt`);
  code.get(value);
  code.op(`${type}.abs`);
  code[type](Number.POSITIVE_INFINITY);
  code.op(`${type}.lt`, 'i32.and');
  code.brIf('normal');
  code.get(value);
  code[type](0);
  code.op(`${type}.eq`);
  pushIsExactOtherwise();
  code.op('i32.and', 'i32.eqz');
  code.brIf(target.slow);
  code.end();
}

/** For a zero product or quotient: whether it stems from a zero operand instead of from underflow. */
function pushIsExactZero(code: Code, op: FloatBinary, type: Float, x: number, y: number): void {
  code.get(x);
  code[type](0);
  code.op(`${type}.eq`);
  if (op === 'fdiv') return;
  code.get(y);
  code[type](0);
  code.op(`${type}.eq`, 'i32.or');
}

/** For fmul: x × y = result exactly. For fdiv: result × y = x exactly. */
function pushProductIsExact(
  code: Code,
  op: FloatBinary,
  type: Float,
  x: number,
  y: number,
  result: number,
): void {
  const [left, right, product] = op === 'fdiv' ? [result, y, x] : [x, y, result];
  if (type === 'f32') {
    // The product of two f32 is exact in f64.
    code.get(left);
    code.op('f64.promote_f32');
    code.get(right);
    code.op('f64.promote_f32', 'f64.mul');
    code.get(product);
    code.op('f64.promote_f32', 'f64.eq');
    return;
  }
  // The product is what was rounded (a quotient times its divisor may round elsewhere), and has no
  // error. Products below 2^-900, where the error may underflow, count as inexact, except 0.
  code.get(left);
  code.get(right);
  code.op('f64.mul');
  code.get(product);
  code.op('f64.eq');
  pushProductError(code, left, right, product);
  code.f64(0);
  code.op('f64.eq');
  code.get(product);
  code.op('f64.abs');
  code.f64(2 ** -900);
  code.op('f64.gt', 'i32.and');
  code.get(product);
  code.f64(0);
  code.op('f64.eq', 'i32.or', 'i32.and');
}

function compileFromInt(target: Target, type: Float, kind: IntKind, a: Expression): void {
  const { code } = target;
  const is32 = kind === 'i32' || kind === 'u32';
  const isSigned = kind === 'i32' || kind === 'i64';
  const value = code.temporary('i64');
  compile(target, a);
  if (is32) code.op('i32.wrap_i64', `i64.extend_i32_${isSigned ? 's' : 'u'}`);
  code.set(value);
  const significandBits = type === 'f32' ? 24n : 53n;
  if (!is32 || type === 'f32') {
    target.unlessInexactSet(() => {
      // |value| <= 2^significandBits, or just the lower bound for an unsigned one.
      const limit = 1n << significandBits;
      code.get(value);
      if (isSigned) {
        code.i64(limit);
        code.op('i64.add');
      }
      code.i64(isSigned ? 2n * limit : limit);
      code.op('i64.le_u');
    });
  }
  code.get(value);
  code.op(`${type}.convert_i64_${isSigned ? 's' : 'u'}`);
}

const INT_RANGES: Record<IntKind, readonly [low: number, end: number]> = {
  i32: [-(2 ** 31), 2 ** 31],
  u32: [0, 2 ** 32],
  i64: [-(2 ** 63), 2 ** 63],
  u64: [0, 2 ** 64],
};

function compileToInt(target: Target, kind: IntKind, a: Expression): void {
  const { code } = target;
  const [value, whole] = [code.temporary('f64'), code.temporary('f64')];
  compileFloat(target, a);
  if (a.type === 'f32') code.op('f64.promote_f32');
  code.tee(value);
  code.op(`f64.${target.rounding}`);
  code.tee(whole);
  const [low, end] = INT_RANGES[kind];
  code.f64(low);
  code.op('f64.ge');
  code.get(whole);
  code.f64(end);
  code.op('f64.lt', 'i32.and', 'i32.eqz');
  code.brIf(target.slow);
  target.unlessInexactSet(() => {
    code.get(value);
    code.get(whole);
    code.op('f64.eq');
  });
  code.get(whole);
  code.op(`i64.trunc_f64_${kind === 'u64' ? 'u' : 's'}`);
  if (kind === 'u32') code.op('i64.extend32_s');
}

/** Exact; only a NaN leaves. */
function compileWidening(target: Target, a: Expression): void {
  const { code } = target;
  const value = code.temporary('f64');
  compileFloat(target, a);
  code.op('f64.promote_f32');
  code.tee(value);
  code.get(value);
  code.op('f64.ne');
  code.brIf(target.slow);
  code.get(value);
}

function compileNarrowing(target: Target, a: Expression): void {
  const { code } = target;
  const [value, result] = [code.temporary('f64'), code.temporary('f32')];
  compileFloat(target, a);
  code.tee(value);
  code.op('f32.demote_f64');
  code.set(result);
  leaveUnlessNormal(target, 'f32', result, () => {
    code.get(value);
    code.f64(0);
    code.op('f64.eq');
  });
  target.unlessInexactSet(() => {
    code.get(result);
    code.op('f64.promote_f32');
    code.get(value);
    code.op('f64.eq');
  });
  code.get(result);
}
