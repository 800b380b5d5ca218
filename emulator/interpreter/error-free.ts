/** Error-free transforms: the exact error of one rounded operation, as code that pushes it. */

import type { Code } from './wasm.js';

/**
 * Knuth's TwoSum: the error of sum = x + y is (x − (sum − y')) + (y − y') with y' = sum − x. An overflow
 * on the way gives a NaN.
 */
export function pushSumError(
  code: Code,
  type: 'f32' | 'f64',
  x: number,
  y: number,
  sum: number,
): void {
  const part = code.temporary(type);
  code.get(sum);
  code.get(x);
  code.op(`${type}.sub`);
  code.set(part);
  code.get(x);
  code.get(sum);
  code.get(part);
  code.op(`${type}.sub`, `${type}.sub`);
  code.get(y);
  code.get(part);
  code.op(`${type}.sub`, `${type}.add`);
}

/**
 * Veltkamp's splitting and Dekker's product, on f64: with a = ah + al and b = bh + bl, the error of
 * product = a × b is al × bl − (((product − ah × bh) − al × bh) − ah × bl). It is exact when the
 * product is above 2^-900; a splitting that overflows gives a NaN.
 */
export function pushProductError(code: Code, a: number, b: number, product: number): void {
  const [ah, al] = split(code, a);
  const [bh, bl] = split(code, b);
  const times = (x: number, y: number) => {
    code.get(x);
    code.get(y);
    code.op('f64.mul');
  };
  times(al, bl);
  code.get(product);
  times(ah, bh);
  code.op('f64.sub');
  times(al, bh);
  code.op('f64.sub');
  times(ah, bl);
  code.op('f64.sub', 'f64.sub');
}

/** high = t − (t − value) for t = (2^27 + 1) × value, and low = value − high. */
function split(code: Code, value: number): [high: number, low: number] {
  const [high, low] = [code.temporary('f64'), code.temporary('f64')];
  code.get(value);
  code.f64(2 ** 27 + 1);
  code.op('f64.mul');
  code.tee(high);
  code.get(high);
  code.get(value);
  code.op('f64.sub', 'f64.sub');
  code.set(high);
  code.get(value);
  code.get(high);
  code.op('f64.sub');
  code.set(low);
  return [high, low];
}
