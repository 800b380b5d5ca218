import { clmul, clmulh, i64, or, rd, rs1, rs2, shl, shrU } from './expression.js';
import { type Instruction, op } from './instruction.js';

// Bits 126..63 of the product, which has 127.
const reversed = or(shl(clmulh(rs1, rs2), i64(1n)), shrU(clmul(rs1, rs2), i64(63n)));

/** Unprivileged ISA, '"Zbkc": Carry-less Multiplication for Cryptography'. */
export const zbkc: readonly Instruction[] = [
  op('clmul', '0000101 rs2 rs1 001 rd 0110011', 'rd,rs1,rs2', rd(clmul(rs1, rs2))),
  op('clmulh', '0000101 rs2 rs1 011 rd 0110011', 'rd,rs1,rs2', rd(clmulh(rs1, rs2))),
];

/** Unprivileged ISA, '"Zbc": Carry-less multiplication'. */
export const zbc: readonly Instruction[] = [
  ...zbkc,
  op('clmulr', '0000101 rs2 rs1 010 rd 0110011', 'rd,rs1,rs2', rd(reversed)),
];
