import {
  and,
  divS,
  divU,
  i64,
  low32,
  mul,
  mulhU,
  rd,
  remS,
  remU,
  rs1,
  rs2,
  sext32,
  shrS,
  sub,
} from './expression.js';
import { type Instruction, op } from './instruction.js';

// A signed factor is its unsigned reading minus 2^64 when it is negative, so the high half of the
// product is that of the unsigned one, less the other factor wherever a factor is negative.
const negative = (factor: typeof rs1) => shrS(factor, i64(63n));
const mulhsu = sub(mulhU(rs1, rs2), and(negative(rs1), rs2));
const mulh = sub(mulhsu, and(negative(rs2), rs1));

/** Unprivileged ISA, '"M" Extension for Integer Multiplication and Division'. */
export const m: readonly Instruction[] = [
  op('mul', '0000001 rs2 rs1 000 rd 0110011', 'rd,rs1,rs2', rd(mul(rs1, rs2))),
  op('mulh', '0000001 rs2 rs1 001 rd 0110011', 'rd,rs1,rs2', rd(mulh)),
  op('mulhsu', '0000001 rs2 rs1 010 rd 0110011', 'rd,rs1,rs2', rd(mulhsu)),
  op('mulhu', '0000001 rs2 rs1 011 rd 0110011', 'rd,rs1,rs2', rd(mulhU(rs1, rs2))),
  op('div', '0000001 rs2 rs1 100 rd 0110011', 'rd,rs1,rs2', rd(divS(rs1, rs2))),
  op('divu', '0000001 rs2 rs1 101 rd 0110011', 'rd,rs1,rs2', rd(divU(rs1, rs2))),
  op('rem', '0000001 rs2 rs1 110 rd 0110011', 'rd,rs1,rs2', rd(remS(rs1, rs2))),
  op('remu', '0000001 rs2 rs1 111 rd 0110011', 'rd,rs1,rs2', rd(remU(rs1, rs2))),
  op(
    'mulw',
    '0000001 rs2 rs1 000 rd 0111011',
    'rd,rs1,rs2',
    rd(sext32(mul(low32(rs1), low32(rs2)))),
  ),
  op(
    'divw',
    '0000001 rs2 rs1 100 rd 0111011',
    'rd,rs1,rs2',
    rd(sext32(divS(low32(rs1), low32(rs2)))),
  ),
  op(
    'divuw',
    '0000001 rs2 rs1 101 rd 0111011',
    'rd,rs1,rs2',
    rd(sext32(divU(low32(rs1), low32(rs2)))),
  ),
  op(
    'remw',
    '0000001 rs2 rs1 110 rd 0111011',
    'rd,rs1,rs2',
    rd(sext32(remS(low32(rs1), low32(rs2)))),
  ),
  op(
    'remuw',
    '0000001 rs2 rs1 111 rd 0111011',
    'rd,rs1,rs2',
    rd(sext32(remU(low32(rs1), low32(rs2)))),
  ),
];
