/**
 * Expressions as functions on exact values: i64 is an unsigned bigint, i32 a signed number, and a
 * floating-point value its bits in a bigint.
 */

import type { Trap } from './cause.js';
import type { ExecutionContext } from './execute.js';
import * as arithmetic from './float/arithmetic.js';
import * as compare from './float/compare.js';
import * as convert from './float/convert.js';
import { bitLength, F16, F32, F64, type FloatFormat, type FloatStatus } from './float/format.js';
import type { Operands } from './isa/encoding.js';
import type {
  Expression,
  FField,
  FloatType,
  IntKind,
  ValueType,
  Variable,
} from './isa/expression.js';

/** What one instruction sees while it is evaluated. */
export interface Frame {
  readonly context: ExecutionContext;
  readonly operands: Operands;
  readonly float: FloatStatus;
  readonly variables: Map<Variable, bigint>;
  /** Set by a load that traps; its value is then meaningless. */
  trap: Trap | undefined;
}

type Wide = (frame: Frame) => bigint;
type Narrow = (frame: Frame) => number;

const FORMATS: Record<FloatType, FloatFormat> = { f16: F16, f32: F32, f64: F64 };
/** The ones above a value that is narrower than its register. */
export const BOXES: Record<FloatType, bigint> = {
  f16: 0xffff_ffff_ffff_0000n,
  f32: 0xffff_ffff_0000_0000n,
  f64: 0n,
};

/** @param expression of type i64, f32 or f64 */
export function compileWide(expression: Expression): Wide {
  switch (expression.op) {
    case 'x': {
      const { field } = expression;
      return ({ context, operands }) => context.readX(operands[field]);
    }
    case 'f':
      return readFloat(expression.field, expression.type);
    case 'fbits':
      return readFloat(expression.field, expression.format);
    case 'fraw': {
      const { field } = expression;
      return ({ context, operands }) => context.readF(operands[field]);
    }
    case 'imm':
      return ({ operands }) => BigInt.asUintN(64, BigInt(operands.imm));
    case 'pc':
      return ({ context }) => context.pc;
    case 'const': {
      const value = BigInt.asUintN(64, expression.value);
      return () => value;
    }
    case 'clz':
    case 'ctz':
    case 'popcnt': {
      const operation = wideUnaries[expression.op];
      const a = compileWide(expression.a);
      return (frame) => BigInt(operation(a(frame)));
    }
    case 'select': {
      const condition = compileNarrow(expression.condition);
      const a = compileWide(expression.a);
      const b = compileWide(expression.b);
      return (frame) => (condition(frame) !== 0 ? a(frame) : b(frame));
    }
    case 'let': {
      const { variable } = expression;
      const value = compileWide(expression.value);
      const body = compileWide(expression.body);
      return (frame) => {
        frame.variables.set(variable, value(frame));
        return body(frame);
      };
    }
    case 'variable':
      return ({ variables }) => variables.get(expression)!;
    case 'extendS': {
      const a = compileNarrow(expression.a);
      return (frame) => BigInt.asUintN(64, BigInt(a(frame)));
    }
    case 'extendU': {
      const a = compileNarrow(expression.a);
      return (frame) => BigInt(a(frame) >>> 0);
    }
    case 'load': {
      const { bytes, signed } = expression;
      const address = compileWide(expression.address);
      return (frame) => {
        const loaded = frame.context.load(address(frame), bytes, 'load');
        if (typeof loaded !== 'bigint') {
          frame.trap = loaded;
          return 0n;
        }
        return signed ? BigInt.asUintN(64, BigInt.asIntN(bytes * 8, loaded)) : loaded;
      };
    }
    case 'fadd':
    case 'fsub':
    case 'fmul':
    case 'fdiv':
    case 'fmin':
    case 'fmax': {
      const operation = floatBinaries[expression.op];
      const format = FORMATS[expression.type];
      const a = compileWide(expression.a);
      const b = compileWide(expression.b);
      return (frame) => operation(format, a(frame), b(frame), frame.float);
    }
    case 'fsqrt': {
      const format = FORMATS[expression.type];
      const a = compileWide(expression.a);
      return (frame) => arithmetic.sqrt(format, a(frame), frame.float);
    }
    case 'fneg': {
      const { signMask } = FORMATS[expression.type];
      const a = compileWide(expression.a);
      return (frame) => a(frame) ^ signMask;
    }
    case 'fma': {
      const format = FORMATS[expression.type];
      const a = compileWide(expression.a);
      const b = compileWide(expression.b);
      const c = compileWide(expression.c);
      return (frame) => arithmetic.fma(format, a(frame), b(frame), c(frame), frame.float);
    }
    case 'fromInt': {
      const format = FORMATS[expression.type];
      const read = intReaders[expression.kind];
      const a = compileWide(expression.a);
      return (frame) => convert.fromInteger(format, read(a(frame)), frame.float);
    }
    case 'toInt': {
      const format = floatFormat(expression.a.type);
      const { low, high, bits } = intRanges[expression.kind];
      const a = compileWide(expression.a);
      return (frame) => {
        const value = convert.toInteger(format, a(frame), low, high, frame.float);
        return BigInt.asUintN(64, BigInt.asIntN(bits, value));
      };
    }
    case 'fconvert': {
      const to = FORMATS[expression.type];
      const from = floatFormat(expression.a.type);
      const a = compileWide(expression.a);
      return (frame) => convert.convertFormat(to, from, a(frame), frame.float);
    }
    default: {
      const operation = wideBinaries[expression.op as keyof typeof wideBinaries];
      if (operation === undefined || !('b' in expression)) throw unknown(expression);
      const a = compileWide(expression.a);
      const b = compileWide(expression.b);
      return (frame) => BigInt.asUintN(64, operation(a(frame), b(frame)));
    }
  }
}

/** @param expression of type i32 */
export function compileNarrow(expression: Expression): Narrow {
  switch (expression.op) {
    case 'fbits': {
      const read = readFloat(expression.field, expression.format);
      return (frame) => Number(BigInt.asIntN(32, read(frame)));
    }
    case 'const': {
      const value = Number(BigInt.asIntN(32, expression.value));
      return () => value;
    }
    case 'clz':
    case 'ctz':
    case 'popcnt': {
      const operation = narrowUnaries[expression.op];
      const a = compileNarrow(expression.a);
      return (frame) => operation(a(frame));
    }
    case 'wrap': {
      const a = compileWide(expression.a);
      return (frame) => Number(BigInt.asIntN(32, a(frame)));
    }
    case 'feq':
    case 'flt':
    case 'fle': {
      const operation = floatCompares[expression.op];
      const format = floatFormat(expression.a.type);
      const a = compileWide(expression.a);
      const b = compileWide(expression.b);
      return (frame) => Number(operation(format, a(frame), b(frame), frame.float));
    }
    case 'eq':
    case 'ne':
    case 'ltS':
    case 'ltU':
    case 'geS':
    case 'geU': {
      if (expression.a.type === 'i32') {
        const operation = narrowCompares[expression.op];
        const a = compileNarrow(expression.a);
        const b = compileNarrow(expression.b);
        return (frame) => Number(operation(a(frame), b(frame)));
      }
      const operation = wideCompares[expression.op];
      const a = compileWide(expression.a);
      const b = compileWide(expression.b);
      return (frame) => Number(operation(a(frame), b(frame)));
    }
    default: {
      const operation = narrowBinaries[expression.op as keyof typeof narrowBinaries];
      if (operation === undefined || !('b' in expression)) throw unknown(expression);
      const a = compileNarrow(expression.a);
      const b = compileNarrow(expression.b);
      return (frame) => operation(a(frame), b(frame)) | 0;
    }
  }
}

function unknown(expression: Expression): Error {
  return new Error(`no evaluation for the ${expression.type} operation '${expression.op}'`);
}

/** A value narrower than the register is the canonical NaN unless it is NaN-boxed. */
function readFloat(field: FField, format: FloatType): Wide {
  if (format === 'f64') return ({ context, operands }) => context.readF(operands[field]);
  const { canonicalNan } = FORMATS[format];
  const box = BOXES[format];
  return ({ context, operands }) => {
    const bits = context.readF(operands[field]);
    return (bits & box) === box ? bits ^ box : canonicalNan;
  };
}

function floatFormat(type: ValueType): FloatFormat {
  if (type === 'i32' || type === 'i64') throw new Error(`${type} is no floating-point type`);
  return FORMATS[type];
}

const signed = (value: bigint) => BigInt.asIntN(64, value);

const wideBinaries = {
  add: (a: bigint, b: bigint) => a + b,
  sub: (a: bigint, b: bigint) => a - b,
  mul: (a: bigint, b: bigint) => a * b,
  and: (a: bigint, b: bigint) => a & b,
  or: (a: bigint, b: bigint) => a | b,
  xor: (a: bigint, b: bigint) => a ^ b,
  shl: (a: bigint, b: bigint) => a << (b & 63n),
  shrS: (a: bigint, b: bigint) => signed(a) >> (b & 63n),
  shrU: (a: bigint, b: bigint) => a >> (b & 63n),
  divS: (a: bigint, b: bigint) => (b === 0n ? -1n : signed(a) / signed(b)),
  divU: (a: bigint, b: bigint) => (b === 0n ? -1n : a / b),
  remS: (a: bigint, b: bigint) => (b === 0n ? a : signed(a) % signed(b)),
  remU: (a: bigint, b: bigint) => (b === 0n ? a : a % b),
  rotl: (a: bigint, b: bigint) => (a << (b & 63n)) | (a >> (-b & 63n)),
  rotr: (a: bigint, b: bigint) => (a >> (b & 63n)) | (a << (-b & 63n)),
  mulhU: (a: bigint, b: bigint) => (a * b) >> 64n,
  clmul: carrylessProduct,
  clmulh: (a: bigint, b: bigint) => carrylessProduct(a, b) >> 64n,
};

/** All 127 bits. */
function carrylessProduct(a: bigint, b: bigint): bigint {
  let product = 0n;
  for (let shift = 0n; b >> shift !== 0n; shift++) {
    if (((b >> shift) & 1n) !== 0n) product ^= a << shift;
  }
  return product;
}

function countOnes(value: bigint): number {
  let count = 0;
  for (let rest = value; rest !== 0n; rest &= rest - 1n) count++;
  return count;
}

const wideUnaries = {
  clz: (a: bigint) => 64 - bitLength(a),
  ctz: (a: bigint) => (a === 0n ? 64 : bitLength(a & -a) - 1),
  popcnt: countOnes,
};

const narrowUnaries = {
  clz: (a: number) => Math.clz32(a),
  ctz: (a: number) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
  popcnt: (a: number) => countOnes(BigInt(a >>> 0)),
};

const narrowBinaries = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => Math.imul(a, b),
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
  shl: (a: number, b: number) => a << b,
  shrS: (a: number, b: number) => a >> b,
  shrU: (a: number, b: number) => a >>> b,
  divS: (a: number, b: number) => (b === 0 ? -1 : a / b),
  divU: (a: number, b: number) => (b === 0 ? -1 : Math.floor((a >>> 0) / (b >>> 0))),
  remS: (a: number, b: number) => (b === 0 ? a : a % b),
  remU: (a: number, b: number) => (b === 0 ? a : (a >>> 0) % (b >>> 0)),
  rotl: (a: number, b: number) => (a << b) | (a >>> -b),
  rotr: (a: number, b: number) => (a >>> b) | (a << -b),
};

const wideCompares = {
  eq: (a: bigint, b: bigint) => a === b,
  ne: (a: bigint, b: bigint) => a !== b,
  ltS: (a: bigint, b: bigint) => signed(a) < signed(b),
  ltU: (a: bigint, b: bigint) => a < b,
  geS: (a: bigint, b: bigint) => signed(a) >= signed(b),
  geU: (a: bigint, b: bigint) => a >= b,
};

const narrowCompares = {
  eq: (a: number, b: number) => a === b,
  ne: (a: number, b: number) => a !== b,
  ltS: (a: number, b: number) => a < b,
  ltU: (a: number, b: number) => a >>> 0 < b >>> 0,
  geS: (a: number, b: number) => a >= b,
  geU: (a: number, b: number) => a >>> 0 >= b >>> 0,
};

const floatBinaries = {
  fadd: arithmetic.add,
  fsub: arithmetic.sub,
  fmul: arithmetic.mul,
  fdiv: arithmetic.div,
  fmin: compare.min,
  fmax: compare.max,
};

const floatCompares = { feq: compare.eq, flt: compare.lt, fle: compare.le };

const intReaders: Record<IntKind, (bits: bigint) => bigint> = {
  i32: (bits) => BigInt.asIntN(32, bits),
  u32: (bits) => BigInt.asUintN(32, bits),
  i64: (bits) => BigInt.asIntN(64, bits),
  u64: (bits) => bits,
};

const intRanges = {
  i32: { low: -(1n << 31n), high: (1n << 31n) - 1n, bits: 32 },
  u32: { low: 0n, high: (1n << 32n) - 1n, bits: 32 },
  i64: { low: -(1n << 63n), high: (1n << 63n) - 1n, bits: 64 },
  u64: { low: 0n, high: (1n << 64n) - 1n, bits: 64 },
};
