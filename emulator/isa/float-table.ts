import {
  add,
  and,
  bind,
  type Effect,
  FLOAT_BYTES,
  type FloatType,
  fadd,
  fbits,
  fconvert,
  fd,
  fdBits,
  fdiv,
  feq,
  fle,
  flt,
  fma,
  fmax,
  fmin,
  fmul,
  fneg,
  fraw,
  freg,
  fromInt,
  fsqrt,
  fsub,
  geU,
  type IntType,
  i32,
  i64,
  imm,
  load,
  low32,
  ltU,
  ne,
  type Of,
  or,
  rd,
  rs1,
  select,
  shl,
  shrS,
  shrU,
  store,
  sub,
  toInt,
  xor,
  zext32,
} from './expression.js';
import { type Instruction, op } from './instruction.js';

/** One width of floating point, as its instructions name and encode it. */
export interface FloatWidth {
  readonly type: FloatType;
  /** Suffix of the names: h, s, d. */
  readonly suffix: string;
  /** The two bits of the fmt field. */
  readonly fmt: string;
  /** Width field of loads and stores, and the letter in their names. */
  readonly memory: { readonly funct3: string; readonly letter: string };
}

/** All that F, D and Zfh have in common: the same instructions for each width. */
export function floatTable({ type, suffix, fmt, memory }: FloatWidth): Instruction[] {
  const a = freg(type, 'rs1');
  const b = freg(type, 'rs2');
  const c = freg(type, 'rs3');
  const bytes = FLOAT_BYTES[type];
  const address = add(rs1, imm);
  return [
    op(
      `fl${memory.letter}`,
      `imm[11:0] rs1 ${memory.funct3} rd 0000111`,
      'fd,imm(rs1)',
      moved(type, load(LOADS[type], address)),
    ),
    // A store writes the register's low bits as they are, boxed or not.
    op(
      `fs${memory.letter}`,
      `imm[11:5] rs2 rs1 ${memory.funct3} imm[4:0] 0100111`,
      'fs2,imm(rs1)',
      store(bytes, address, fraw('rs2')),
    ),

    op(
      `fmadd.${suffix}`,
      `rs3 ${fmt} rs2 rs1 rm rd 1000011`,
      'fd,fs1,fs2,fs3,rm',
      fd(fma(a, b, c)),
    ),
    op(
      `fmsub.${suffix}`,
      `rs3 ${fmt} rs2 rs1 rm rd 1000111`,
      'fd,fs1,fs2,fs3,rm',
      fd(fma(a, b, fneg(c))),
    ),
    op(
      `fnmsub.${suffix}`,
      `rs3 ${fmt} rs2 rs1 rm rd 1001011`,
      'fd,fs1,fs2,fs3,rm',
      fd(fma(fneg(a), b, c)),
    ),
    op(
      `fnmadd.${suffix}`,
      `rs3 ${fmt} rs2 rs1 rm rd 1001111`,
      'fd,fs1,fs2,fs3,rm',
      fd(fma(fneg(a), b, fneg(c))),
    ),

    op(`fadd.${suffix}`, `00000 ${fmt} rs2 rs1 rm rd 1010011`, 'fd,fs1,fs2,rm', fd(fadd(a, b))),
    op(`fsub.${suffix}`, `00001 ${fmt} rs2 rs1 rm rd 1010011`, 'fd,fs1,fs2,rm', fd(fsub(a, b))),
    op(`fmul.${suffix}`, `00010 ${fmt} rs2 rs1 rm rd 1010011`, 'fd,fs1,fs2,rm', fd(fmul(a, b))),
    op(`fdiv.${suffix}`, `00011 ${fmt} rs2 rs1 rm rd 1010011`, 'fd,fs1,fs2,rm', fd(fdiv(a, b))),
    op(`fsqrt.${suffix}`, `01011 ${fmt} 00000 rs1 rm rd 1010011`, 'fd,fs1,rm', fd(fsqrt(a))),

    ...signInjections(type, suffix, fmt),
    op(`fmin.${suffix}`, `00101 ${fmt} rs2 rs1 000 rd 1010011`, 'fd,fs1,fs2', fd(fmin(a, b))),
    op(`fmax.${suffix}`, `00101 ${fmt} rs2 rs1 001 rd 1010011`, 'fd,fs1,fs2', fd(fmax(a, b))),
    op(`fle.${suffix}`, `10100 ${fmt} rs2 rs1 000 rd 1010011`, 'rd,fs1,fs2', rd(zext32(fle(a, b)))),
    op(`flt.${suffix}`, `10100 ${fmt} rs2 rs1 001 rd 1010011`, 'rd,fs1,fs2', rd(zext32(flt(a, b)))),
    op(`feq.${suffix}`, `10100 ${fmt} rs2 rs1 010 rd 1010011`, 'rd,fs1,fs2', rd(zext32(feq(a, b)))),
    op(`fclass.${suffix}`, `11100 ${fmt} 00000 rs1 001 rd 1010011`, 'rd,fs1', rd(classOf(type))),

    ...(
      [
        ['w', 'i32', '00000'],
        ['wu', 'u32', '00001'],
        ['l', 'i64', '00010'],
        ['lu', 'u64', '00011'],
      ] as const
    ).flatMap(([name, kind, code]) => [
      op(
        `fcvt.${name}.${suffix}`,
        `11000 ${fmt} ${code} rs1 rm rd 1010011`,
        'rd,fs1,rm',
        rd(toInt(kind, a)),
      ),
      op(
        `fcvt.${suffix}.${name}`,
        `11010 ${fmt} ${code} rs1 rm rd 1010011`,
        'fd,rs1,rm',
        fd(fromInt(type, kind, rs1)),
      ),
    ]),

    // Moves between the register files take bits as they are.
    op(
      `fmv.x.${memory.letter}`,
      `11100 ${fmt} 00000 rs1 000 rd 1010011`,
      'rd,fs1',
      rd(signExtended(type, fraw('rs1'))),
    ),
    op(
      `fmv.${memory.letter}.x`,
      `11110 ${fmt} 00000 rs1 000 rd 1010011`,
      'fd,rs1',
      moved(type, rs1),
    ),
  ];
}

/** fcvt between two widths, named from the wider and the narrower. */
export function floatConversions(wide: FloatWidth, narrow: FloatWidth): Instruction[] {
  return [
    [wide, narrow],
    [narrow, wide],
  ].map(([to, from]) =>
    op(
      `fcvt.${to!.suffix}.${from!.suffix}`,
      `01000 ${to!.fmt} 000${from!.fmt} rs1 rm rd 1010011`,
      'fd,fs1,rm',
      fd(fconvert(to!.type, freg(from!.type, 'rs1'))),
    ),
  );
}

const FRACTION_BITS = { f16: 10n, f32: 23n, f64: 52n } as const;

/**
 * The mask of FCLASS: bits 0..9 are −∞, negative normal, negative subnormal, −0, +0, positive
 * subnormal, positive normal, +∞, signalling NaN, quiet NaN.
 */
function classOf(type: FloatType): Of<'i64'> {
  const width = 8n * BigInt(FLOAT_BYTES[type]);
  const fraction = (1n << FRACTION_BITS[type]) - 1n;
  const infinity = (1n << (width - 1n)) - 1n - fraction;
  const bits = fbits(type, 'rs1');
  return bind(type === 'f64' ? (bits as Of<'i64'>) : zext32(bits as Of<'i32'>), (wide) =>
    bind(and(wide, i64((1n << (width - 1n)) - 1n)), (magnitude) => {
      const isAtLeast = (limit: bigint) => zext32(geU(magnitude, i64(limit)));
      const distance = add(isAtLeast(1n), add(isAtLeast(fraction + 1n), isAtLeast(infinity)));
      const isNegative = ne(shrU(wide, i64(width - 1n)), i64(0n));
      const isQuiet = and(shrU(magnitude, i64(FRACTION_BITS[type] - 1n)), i64(1n));
      const number = select(isNegative, sub(i64(3n), distance), add(i64(4n), distance));
      const isNan = ltU(i64(infinity), magnitude);
      return shl(i64(1n), select(isNan, add(i64(8n), isQuiet), number));
    }),
  );
}

const LOADS = { f16: 'u16', f32: 'u32', f64: 'i64' } as const;

/** The low bits of an integer as they are, boxed. */
function moved(type: FloatType, value: Of<'i64'>): Effect {
  return fdBits(type, type === 'f64' ? value : low32(value));
}

function signExtended(type: FloatType, value: Of<'i64'>): Of<'i64'> {
  const unused = i64(64n - 8n * BigInt(FLOAT_BYTES[type]));
  return type === 'f64' ? value : shrS(shl(value, unused), unused);
}

function signInjections(type: FloatType, suffix: string, fmt: string): Instruction[] {
  const magnitude = fbits(type, 'rs1');
  const sign = fbits(type, 'rs2');
  const signBit = 1n << BigInt(8 * FLOAT_BYTES[type] - 1);
  const constant = (value: bigint): Of<IntType> => (type === 'f64' ? i64(value) : i32(value));
  const signOf = (value: Of<IntType>) => and(value, constant(signBit));
  const inject = (injected: Of<IntType>) =>
    fdBits(type, or(and(magnitude, constant(signBit - 1n)), signOf(injected)));
  return [
    op(`fsgnj.${suffix}`, `00100 ${fmt} rs2 rs1 000 rd 1010011`, 'fd,fs1,fs2', inject(sign)),
    op(
      `fsgnjn.${suffix}`,
      `00100 ${fmt} rs2 rs1 001 rd 1010011`,
      'fd,fs1,fs2',
      inject(xor(sign, constant(-1n))),
    ),
    op(
      `fsgnjx.${suffix}`,
      `00100 ${fmt} rs2 rs1 010 rd 1010011`,
      'fd,fs1,fs2',
      fdBits(type, xor(magnitude, signOf(sign))),
    ),
  ];
}
