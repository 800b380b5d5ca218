import { and, i64, low32, or, rd, rs1, rs2, sext32, shl } from './expression.js';
import { type Instruction, op } from './instruction.js';
import { swapGroups, zbbAndZbkb } from './zbb.js';

const low = (value: typeof rs1, mask: bigint) => and(value, i64(mask));
const pack = or(low(rs1, 0xffff_ffffn), shl(rs2, i64(32n)));
const packHalf = or(low(rs1, 0xffn), shl(low(rs2, 0xffn), i64(8n)));
const packWord = or(low(rs1, 0xffffn), shl(rs2, i64(16n)));

const bitsReversed = swapGroups(
  swapGroups(swapGroups(rs1, 1n, 0x5555_5555_5555_5555n), 2n, 0x3333_3333_3333_3333n),
  4n,
  0x0f0f_0f0f_0f0f_0f0fn,
);

/** Unprivileged ISA, '"Zbkb": Bit-manipulation for Cryptography'. */
export const zbkb: readonly Instruction[] = [
  ...zbbAndZbkb,
  op('pack', '0000100 rs2 rs1 100 rd 0110011', 'rd,rs1,rs2', rd(pack)),
  op('packh', '0000100 rs2 rs1 111 rd 0110011', 'rd,rs1,rs2', rd(packHalf)),
  op('packw', '0000100 rs2 rs1 100 rd 0111011', 'rd,rs1,rs2', rd(sext32(low32(packWord)))),
  // In each byte.
  op('brev8', '011010000111 rs1 101 rd 0010011', 'rd,rs1', rd(bitsReversed)),
];
