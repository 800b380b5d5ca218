import {
  add,
  and,
  bind,
  clz,
  ctz,
  type Effect,
  i64,
  imm,
  low32,
  ltS,
  ltU,
  mul,
  not,
  type Of,
  or,
  popcnt,
  rd,
  rotl,
  rotr,
  rs1,
  rs2,
  select,
  sext32,
  shl,
  shrS,
  shrU,
  xor,
  zext32,
} from './expression.js';
import { type Instruction, op } from './instruction.js';

const word = (value: Of<'i32'>): Effect => rd(sext32(value));
const signExtend = (bits: bigint) => shrS(shl(rs1, i64(64n - bits)), i64(64n - bits));

/** Swaps neighbouring groups of `width` bits; the mask has the lower group of each pair. */
export function swapGroups(value: Of<'i64'>, width: bigint, mask: bigint): Of<'i64'> {
  return bind(value, (x) =>
    or(and(shrU(x, i64(width)), i64(mask)), shl(and(x, i64(mask)), i64(width))),
  );
}

const bytesReversed = rotr(
  swapGroups(swapGroups(rs1, 8n, 0x00ff_00ff_00ff_00ffn), 16n, 0x0000_ffff_0000_ffffn),
  i64(32n),
);

// The top bit of a byte becomes 1 when any of its bits is: adding 0x7f carries into it from the
// lower seven. Then each byte is 0 or 1, and a multiplication by 255 fills it.
const SEVEN = 0x7f7f_7f7f_7f7f_7f7fn;
const bytesCombined = mul(
  and(shrU(or(add(and(rs1, i64(SEVEN)), i64(SEVEN)), rs1), i64(7n)), i64(0x0101_0101_0101_0101n)),
  i64(255n),
);

/** What Zbb and Zbkb have in common. */
export const zbbAndZbkb: readonly Instruction[] = [
  op('andn', '0100000 rs2 rs1 111 rd 0110011', 'rd,rs1,rs2', rd(and(rs1, not(rs2)))),
  op('orn', '0100000 rs2 rs1 110 rd 0110011', 'rd,rs1,rs2', rd(or(rs1, not(rs2)))),
  op('xnor', '0100000 rs2 rs1 100 rd 0110011', 'rd,rs1,rs2', rd(not(xor(rs1, rs2)))),
  op('rol', '0110000 rs2 rs1 001 rd 0110011', 'rd,rs1,rs2', rd(rotl(rs1, rs2))),
  op('ror', '0110000 rs2 rs1 101 rd 0110011', 'rd,rs1,rs2', rd(rotr(rs1, rs2))),
  op('rori', '011000 shamt[5:0] rs1 101 rd 0010011', 'rd,rs1,shamt', rd(rotr(rs1, imm))),
  op('rolw', '0110000 rs2 rs1 001 rd 0111011', 'rd,rs1,rs2', word(rotl(low32(rs1), low32(rs2)))),
  op('rorw', '0110000 rs2 rs1 101 rd 0111011', 'rd,rs1,rs2', word(rotr(low32(rs1), low32(rs2)))),
  op(
    'roriw',
    '0110000 shamt[4:0] rs1 101 rd 0011011',
    'rd,rs1,shamt',
    word(rotr(low32(rs1), low32(imm))),
  ),
  op('rev8', '011010111000 rs1 101 rd 0010011', 'rd,rs1', rd(bytesReversed)),
];

/** Unprivileged ISA, '"Zbb": Basic bit-manipulation'. */
export const zbb: readonly Instruction[] = [
  ...zbbAndZbkb,
  op('clz', '011000000000 rs1 001 rd 0010011', 'rd,rs1', rd(clz(rs1))),
  op('ctz', '011000000001 rs1 001 rd 0010011', 'rd,rs1', rd(ctz(rs1))),
  op('cpop', '011000000010 rs1 001 rd 0010011', 'rd,rs1', rd(popcnt(rs1))),
  op('clzw', '011000000000 rs1 001 rd 0011011', 'rd,rs1', rd(zext32(clz(low32(rs1))))),
  op('ctzw', '011000000001 rs1 001 rd 0011011', 'rd,rs1', rd(zext32(ctz(low32(rs1))))),
  op('cpopw', '011000000010 rs1 001 rd 0011011', 'rd,rs1', rd(zext32(popcnt(low32(rs1))))),
  op('min', '0000101 rs2 rs1 100 rd 0110011', 'rd,rs1,rs2', rd(select(ltS(rs1, rs2), rs1, rs2))),
  op('minu', '0000101 rs2 rs1 101 rd 0110011', 'rd,rs1,rs2', rd(select(ltU(rs1, rs2), rs1, rs2))),
  op('max', '0000101 rs2 rs1 110 rd 0110011', 'rd,rs1,rs2', rd(select(ltS(rs1, rs2), rs2, rs1))),
  op('maxu', '0000101 rs2 rs1 111 rd 0110011', 'rd,rs1,rs2', rd(select(ltU(rs1, rs2), rs2, rs1))),
  op('sext.b', '011000000100 rs1 001 rd 0010011', 'rd,rs1', rd(signExtend(8n))),
  op('sext.h', '011000000101 rs1 001 rd 0010011', 'rd,rs1', rd(signExtend(16n))),
  op('zext.h', '0000100 00000 rs1 100 rd 0111011', 'rd,rs1', rd(and(rs1, i64(0xffffn)))),
  op('orc.b', '001010000111 rs1 101 rd 0010011', 'rd,rs1', rd(bytesCombined)),
];
