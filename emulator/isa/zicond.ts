import { eq, i64, ne, rd, rs1, rs2, select } from './expression.js';
import { type Instruction, op } from './instruction.js';

const zero = i64(0n);

/** Unprivileged ISA, '"Zicond" Extension for Integer Conditional Operations'. */
export const zicond: readonly Instruction[] = [
  op(
    'czero.eqz',
    '0000111 rs2 rs1 101 rd 0110011',
    'rd,rs1,rs2',
    rd(select(eq(rs2, zero), zero, rs1)),
  ),
  op(
    'czero.nez',
    '0000111 rs2 rs1 111 rd 0110011',
    'rd,rs1,rs2',
    rd(select(ne(rs2, zero), zero, rs1)),
  ),
];
