/**
 * Fused multiply-add in native WebAssembly, which has none: error-free transforms give the exact sum in
 * parts, and rounding the small parts to odd keeps the last rounding from happening twice.
 * S. Boldo, G. Melquiond, "Emulation of a FMA and Correctly Rounded Sums: Proved Algorithms Using
 * Rounding to Odd", IEEE Transactions on Computers 57(4), 2008.
 */

import type { Expression } from '../isa/expression.js';
import type { Target } from './compile.js';
import { compileFloat, leaveUnlessFinite, leaveUnlessNormal } from './compile-float.js';
import { pushProductError, pushSumError } from './error-free.js';
import type { Code } from './wasm.js';

interface Operands {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

export function compileFma(
  target: Target,
  { type, a, b, c }: Extract<Expression, { op: 'fma' }>,
): void {
  const { code } = target;
  const operands = { a: code.temporary('f64'), b: code.temporary('f64'), c: code.temporary('f64') };
  for (const [expression, local] of [
    [a, operands.a],
    [b, operands.b],
    [c, operands.c],
  ] as const) {
    compileFloat(target, expression);
    if (type === 'f32') code.op('f64.promote_f32');
    code.set(local);
  }
  if (type === 'f32') compileNarrow(target, operands);
  else compileWide(target, operands);
}

/** The product is exact in f64; the sum rounded to odd there still rounds right to f32. */
function compileNarrow(target: Target, { a, b, c }: Operands): void {
  const { code } = target;
  const [sum, error, product] = Array.from({ length: 3 }, () => code.temporary('f64'));
  const result = code.temporary('f32');
  code.get(a);
  code.get(b);
  code.op('f64.mul');
  code.tee(product!);
  code.get(c);
  code.op('f64.add');
  code.set(sum!);
  pushSumError(code, 'f64', product!, c, sum!);
  code.set(error!);
  roundToOdd(code, sum!, error!);
  code.get(sum!);
  code.op('f32.demote_f64');
  code.set(result);
  leaveUnlessNormal(target, 'f32', result, () => pushIsZero(code, sum!));
  target.unlessInexactSet(() => {
    pushIsZero(code, error!);
    code.get(result);
    code.op('f64.promote_f32');
    code.get(sum!);
    code.op('f64.eq', 'i32.and');
  });
  code.get(result);
}

function compileWide(target: Target, { a, b, c }: Operands): void {
  const { code } = target;
  const result = code.temporary('f64');
  pushIsZero(code, a);
  pushIsZero(code, b);
  code.op('i32.or');
  code.if();
  // An exact zero plus c: no rounding, and the sign of a zero sum is the native one.
  code.get(a);
  code.get(b);
  code.op('f64.mul');
  code.get(c);
  code.op('f64.add');
  code.set(result);
  leaveUnlessFinite(target, 'f64', result);
  code.else();
  emulateWide(target, { a, b, c }, result);
  code.end();
  code.get(result);
}

function emulateWide(target: Target, { a, b, c }: Operands, result: number): void {
  const { code } = target;
  const temporaries = Array.from({ length: 8 }, () => code.temporary('f64'));
  const [uh, ul, th, tl, vh, vl, z, error] = temporaries as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // (uh, ul) = a × b; its error is exact only away from underflow.
  code.get(a);
  code.get(b);
  code.op('f64.mul');
  code.tee(uh);
  code.op('f64.abs');
  code.f64(2 ** -900);
  code.op('f64.gt', 'i32.eqz');
  code.brIf(target.slow);
  pushProductError(code, a, b, uh);
  code.set(ul);
  // (th, tl) = c + ul, (vh, vl) = uh + th
  twoSum(code, c, ul, th, tl);
  twoSum(code, uh, th, vh, vl);
  // z = tl + vl rounded to odd
  twoSum(code, tl, vl, z, error);
  roundToOdd(code, z, error);
  code.get(vh);
  code.get(z);
  code.op('f64.add');
  code.set(result);
  // Overflow anywhere above ends in an infinity or a NaN here. A zero is the sum of exact parts.
  leaveUnlessNormal(target, 'f64', result, () => code.i32(1));
  target.unlessInexactSet(() => {
    pushIsZero(code, error);
    pushSumError(code, 'f64', vh, z, result);
    code.f64(0);
    code.op('f64.eq', 'i32.and');
  });
}

function twoSum(code: Code, x: number, y: number, sum: number, error: number): void {
  code.get(x);
  code.get(y);
  code.op('f64.add');
  code.set(sum);
  pushSumError(code, 'f64', x, y, sum);
  code.set(error);
}

/** `sum` with error `error` becomes its neighbour on the error's side if its last bit is even. */
function roundToOdd(code: Code, sum: number, error: number): void {
  const bits = code.temporary('i64');
  code.get(error);
  code.f64(0);
  code.op('f64.ne');
  code.get(sum);
  code.op('i64.reinterpret_f64');
  code.tee(bits);
  code.op('i32.wrap_i64');
  code.i32(1);
  code.op('i32.and', 'i32.eqz', 'i32.and');
  code.if();
  // Plus 1 away from zero when the signs agree, minus 1 towards it otherwise.
  code.get(bits);
  code.get(bits);
  code.get(error);
  code.op('i64.reinterpret_f64', 'i64.xor');
  code.i64(63n);
  code.op('i64.shr_s');
  code.i64(1n);
  code.op('i64.or', 'i64.add', 'f64.reinterpret_i64');
  code.set(sum);
  code.end();
}

function pushIsZero(code: Code, value: number): void {
  code.get(value);
  code.f64(0);
  code.op('f64.eq');
}
