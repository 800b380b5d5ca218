/**
 * The language in which instructions say what they mean: typed expressions over registers, the
 * immediate and the pc, and effects that commit their values. It is plain data, so that the exact
 * evaluator, the interpreter and a JIT can each compile the same meaning.
 */

export type FloatType = 'f16' | 'f32' | 'f64';
export type IntType = 'i32' | 'i64';
export type ValueType = IntType | FloatType;

/** Bytes of a floating-point format. */
export const FLOAT_BYTES = { f16: 2, f32: 4, f64: 8 } as const;

export type XField = 'rd' | 'rs1' | 'rs2';
export type FField = 'rs1' | 'rs2' | 'rs3';

/** Integer operations whose operands and result have one type. Shift amounts are taken modulo the width. */
export type IntBinary =
  | 'add'
  | 'sub'
  | 'mul'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shrS'
  | 'shrU'
  // Division never traps: the results for a zero divisor and for overflow are RISC-V's.
  | 'divS'
  | 'divU'
  | 'remS'
  | 'remU'
  | 'rotl'
  | 'rotr'
  /** High half of the unsigned product; i64 only. */
  | 'mulhU'
  /** Low and high half of the product without carries; i64 only. */
  | 'clmul'
  | 'clmulh';
/** Bits before the first one from the top, from the bottom; number of ones. */
export type IntUnary = 'clz' | 'ctz' | 'popcnt';
/** The result is an i32, 0 or 1. */
export type IntCompare = 'eq' | 'ne' | 'ltS' | 'ltU' | 'geS' | 'geU';
/** Correctly rounded, with the flags of IEEE 754 and canonical NaNs. */
export type FloatBinary = 'fadd' | 'fsub' | 'fmul' | 'fdiv' | 'fmin' | 'fmax';
export type FloatCompare = 'feq' | 'flt' | 'fle';
/** How an integer register is read by, or written from, a conversion. */
export type IntKind = 'i32' | 'u32' | 'i64' | 'u64';

export type Expression =
  | { readonly op: 'x'; readonly type: 'i64'; readonly field: XField }
  /** A floating-point register as a value: one that is not NaN-boxed reads as the canonical NaN. */
  | { readonly op: 'f'; readonly type: FloatType; readonly field: FField }
  /** The bits of that value, with the same rule for boxes: an i64 for f64, otherwise an i32. */
  | {
      readonly op: 'fbits';
      readonly type: IntType;
      readonly format: FloatType;
      readonly field: FField;
    }
  /** All 64 bits of a floating-point register as they are. */
  | { readonly op: 'fraw'; readonly type: 'i64'; readonly field: FField }
  | { readonly op: 'imm'; readonly type: 'i64' }
  | { readonly op: 'pc'; readonly type: 'i64' }
  | { readonly op: 'const'; readonly type: IntType; readonly value: bigint }
  | {
      readonly op: IntBinary;
      readonly type: IntType;
      readonly a: Expression;
      readonly b: Expression;
    }
  | {
      readonly op: IntCompare;
      readonly type: 'i32';
      readonly a: Expression;
      readonly b: Expression;
    }
  | { readonly op: IntUnary; readonly type: IntType; readonly a: Expression }
  /** a when the condition is not 0, else b; both are evaluated. */
  | {
      readonly op: 'select';
      readonly type: IntType;
      readonly condition: Expression;
      readonly a: Expression;
      readonly b: Expression;
    }
  /** The body, in which the variable stands for a value that is evaluated once. */
  | {
      readonly op: 'let';
      readonly type: IntType;
      readonly variable: Variable;
      readonly value: Expression;
      readonly body: Expression;
    }
  | Variable
  /** i64 to i32: the low half. */
  | { readonly op: 'wrap'; readonly type: 'i32'; readonly a: Expression }
  /** i32 to i64. */
  | { readonly op: 'extendS' | 'extendU'; readonly type: 'i64'; readonly a: Expression }
  | {
      readonly op: 'load';
      readonly type: 'i64';
      readonly bytes: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly address: Expression;
    }
  | {
      readonly op: FloatBinary;
      readonly type: FloatType;
      readonly a: Expression;
      readonly b: Expression;
    }
  | { readonly op: 'fsqrt' | 'fneg'; readonly type: FloatType; readonly a: Expression }
  | {
      readonly op: 'fma';
      readonly type: FloatType;
      readonly a: Expression;
      readonly b: Expression;
      readonly c: Expression;
    }
  | {
      readonly op: FloatCompare;
      readonly type: 'i32';
      readonly a: Expression;
      readonly b: Expression;
    }
  /** From the low 32 or all 64 bits of an i64. */
  | {
      readonly op: 'fromInt';
      readonly type: FloatType;
      readonly kind: IntKind;
      readonly a: Expression;
    }
  /** Saturates; a 32-bit result is sign-extended, also the unsigned one. */
  | { readonly op: 'toInt'; readonly type: 'i64'; readonly kind: IntKind; readonly a: Expression }
  /** From one floating-point format to another. */
  | { readonly op: 'fconvert'; readonly type: FloatType; readonly a: Expression };

export interface Variable {
  readonly op: 'variable';
  readonly type: 'i64';
}

export type Of<T extends ValueType> = Expression & { readonly type: T };
type I32 = Of<'i32'>;
type I64 = Of<'i64'>;

/** What CSRRW, CSRRS and CSRRC do with their operand. */
export type CsrOperation = 'write' | 'set' | 'clear';

export type AmoOperation = 'swap' | 'add' | 'xor' | 'and' | 'or' | 'min' | 'max' | 'minu' | 'maxu';
export type SystemOperation =
  | 'ecall'
  | 'ebreak'
  | 'mret'
  | 'sret'
  | 'wfi'
  | 'sfence.vma'
  /** The fences around invalidations; only the privilege matters. */
  | 'sfence.inval'
  | 'fence.i';
export type CacheBlockOperation = 'clean' | 'flush' | 'invalidate' | 'zero';

/** What an instruction does. Apart from jumps and taken branches, the pc moves to the next instruction. */
export type Effect =
  | { readonly kind: 'rd'; readonly value: I64 }
  /** Writes a floating-point register; a value narrower than the register is NaN-boxed. */
  | { readonly kind: 'fd'; readonly value: Of<FloatType> }
  /** The same from the low bits of an integer: an i64 for f64, otherwise an i32. */
  | { readonly kind: 'fdBits'; readonly format: FloatType; readonly value: Of<IntType> }
  | {
      readonly kind: 'store';
      readonly bytes: 1 | 2 | 4 | 8;
      readonly address: I64;
      readonly value: I64;
    }
  /** To pc + imm when the condition is not 0. */
  | { readonly kind: 'branch'; readonly condition: I32 }
  /** rd receives the address of the next instruction. */
  | { readonly kind: 'jump'; readonly target: I64 }
  /** rd receives the sign-extended old value; rs1 is the address, rs2 the operand. */
  | { readonly kind: 'amo'; readonly operation: AmoOperation; readonly bytes: 4 | 8 }
  | { readonly kind: 'loadReserved' | 'storeConditional'; readonly bytes: 4 | 8 }
  | {
      readonly kind: 'csr';
      readonly operation: CsrOperation;
      readonly source: 'rs1' | 'imm';
    }
  /** On the block that holds the address in rs1. */
  | { readonly kind: 'cacheBlock'; readonly operation: CacheBlockOperation }
  | { readonly kind: 'system'; readonly operation: SystemOperation }
  | { readonly kind: 'nothing' };

function node<T extends ValueType>(expression: Expression): Of<T> {
  return expression as Of<T>;
}

export const rs1: I64 = { op: 'x', type: 'i64', field: 'rs1' };
export const rs2: I64 = { op: 'x', type: 'i64', field: 'rs2' };
export const imm: I64 = { op: 'imm', type: 'i64' };
export const pc: I64 = { op: 'pc', type: 'i64' };

export const freg = <T extends FloatType>(type: T, field: FField): Of<T> =>
  node({ op: 'f', type, field });
/** Bits of a floating-point operand, zero-extended to i32 or i64. */
export const fbits = (format: FloatType, field: FField): Of<IntType> =>
  node({ op: 'fbits', type: format === 'f64' ? 'i64' : 'i32', format, field });
export const fraw = (field: FField): I64 => node({ op: 'fraw', type: 'i64', field });

export const i64 = (value: bigint): I64 => node({ op: 'const', type: 'i64', value });
export const i32 = (value: bigint): I32 => node({ op: 'const', type: 'i32', value });

const binary =
  (op: IntBinary) =>
  <T extends IntType>(a: Of<T>, b: Of<T>): Of<T> =>
    node({ op, type: a.type, a, b });
export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const and = binary('and');
export const or = binary('or');
export const xor = binary('xor');
export const shl = binary('shl');
export const shrS = binary('shrS');
export const shrU = binary('shrU');
export const divS = binary('divS');
export const divU = binary('divU');
export const remS = binary('remS');
export const remU = binary('remU');
export const mulhU = (a: I64, b: I64): I64 => node({ op: 'mulhU', type: 'i64', a, b });

export const rotl = binary('rotl');
export const rotr = binary('rotr');
export const clmul = (a: I64, b: I64): I64 => node({ op: 'clmul', type: 'i64', a, b });
export const clmulh = (a: I64, b: I64): I64 => node({ op: 'clmulh', type: 'i64', a, b });

const unary =
  (op: IntUnary) =>
  <T extends IntType>(a: Of<T>): Of<T> =>
    node({ op, type: a.type, a });
export const clz = unary('clz');
export const ctz = unary('ctz');
export const popcnt = unary('popcnt');

export const not = (a: I64): I64 => xor(a, i64(-1n));
export const select = (condition: I32, a: I64, b: I64): I64 =>
  node({ op: 'select', type: 'i64', condition, a, b });
/** `use` receives a variable that stands for the value, so that the value is evaluated once. */
export const bind = (value: I64, use: (variable: I64) => I64): I64 => {
  const variable: Variable = { op: 'variable', type: 'i64' };
  return node({ op: 'let', type: 'i64', variable, value, body: use(variable) });
};

const compare =
  (op: IntCompare) =>
  <T extends IntType>(a: Of<T>, b: Of<T>): I32 =>
    node({ op, type: 'i32', a, b });
export const eq = compare('eq');
export const ne = compare('ne');
export const ltS = compare('ltS');
export const ltU = compare('ltU');
export const geS = compare('geS');
export const geU = compare('geU');

export const low32 = (a: I64): I32 => node({ op: 'wrap', type: 'i32', a });
export const sext32 = (a: I32): I64 => node({ op: 'extendS', type: 'i64', a });
export const zext32 = (a: I32): I64 => node({ op: 'extendU', type: 'i64', a });

const loadWidths = {
  i8: [1, true],
  u8: [1, false],
  i16: [2, true],
  u16: [2, false],
  i32: [4, true],
  u32: [4, false],
  i64: [8, false],
} as const;
export const load = (width: keyof typeof loadWidths, address: I64): I64 => {
  const [bytes, signed] = loadWidths[width];
  return node({ op: 'load', type: 'i64', bytes, signed, address });
};

const floatBinary =
  (op: FloatBinary) =>
  <T extends FloatType>(a: Of<T>, b: Of<T>): Of<T> =>
    node({ op, type: a.type, a, b });
export const fadd = floatBinary('fadd');
export const fsub = floatBinary('fsub');
export const fmul = floatBinary('fmul');
export const fdiv = floatBinary('fdiv');
export const fmin = floatBinary('fmin');
export const fmax = floatBinary('fmax');
export const fsqrt = <T extends FloatType>(a: Of<T>): Of<T> =>
  node({ op: 'fsqrt', type: a.type, a });
/** Flips the sign, also of a NaN. */
export const fneg = <T extends FloatType>(a: Of<T>): Of<T> => node({ op: 'fneg', type: a.type, a });
/** a × b + c, rounded once. */
export const fma = <T extends FloatType>(a: Of<T>, b: Of<T>, c: Of<T>): Of<T> =>
  node({ op: 'fma', type: a.type, a, b, c });
const floatCompare =
  (op: FloatCompare) =>
  <T extends FloatType>(a: Of<T>, b: Of<T>): I32 =>
    node({ op, type: 'i32', a, b });
export const feq = floatCompare('feq');
export const flt = floatCompare('flt');
export const fle = floatCompare('fle');
export const fromInt = <T extends FloatType>(type: T, kind: IntKind, a: I64): Of<T> =>
  node({ op: 'fromInt', type, kind, a });
export const toInt = (kind: IntKind, a: Of<FloatType>): I64 =>
  node({ op: 'toInt', type: 'i64', kind, a });
export const fconvert = <T extends FloatType>(type: T, a: Of<FloatType>): Of<T> =>
  node({ op: 'fconvert', type, a });

export const rd = (value: I64): Effect => ({ kind: 'rd', value });
export const fd = (value: Of<FloatType>): Effect => ({ kind: 'fd', value });
export const fdBits = (format: FloatType, value: Of<IntType>): Effect => ({
  kind: 'fdBits',
  format,
  value,
});
export const store = (bytes: 1 | 2 | 4 | 8, address: I64, value: I64): Effect => ({
  kind: 'store',
  bytes,
  address,
  value,
});
export const branch = (condition: I32): Effect => ({ kind: 'branch', condition });
export const jump = (target: I64): Effect => ({ kind: 'jump', target });
export const system = (operation: SystemOperation): Effect => ({ kind: 'system', operation });
export const nothing: Effect = { kind: 'nothing' };
