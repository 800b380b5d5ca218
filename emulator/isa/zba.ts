import { add, i64, imm, low32, rd, rs1, rs2, shl, zext32 } from './expression.js';
import { type Instruction, op } from './instruction.js';

const word = zext32(low32(rs1));

/** Unprivileged ISA, '"Zba": Address generation'. */
export const zba: readonly Instruction[] = [
  op('add.uw', '0000100 rs2 rs1 000 rd 0111011', 'rd,rs1,rs2', rd(add(word, rs2))),
  op('slli.uw', '000010 shamt[5:0] rs1 001 rd 0011011', 'rd,rs1,shamt', rd(shl(word, imm))),
  ...(
    [
      [1n, '010'],
      [2n, '100'],
      [3n, '110'],
    ] as const
  ).flatMap(([shift, code]) => [
    op(
      `sh${shift}add`,
      `0010000 rs2 rs1 ${code} rd 0110011`,
      'rd,rs1,rs2',
      rd(add(shl(rs1, i64(shift)), rs2)),
    ),
    op(
      `sh${shift}add.uw`,
      `0010000 rs2 rs1 ${code} rd 0111011`,
      'rd,rs1,rs2',
      rd(add(shl(word, i64(shift)), rs2)),
    ),
  ]),
];
