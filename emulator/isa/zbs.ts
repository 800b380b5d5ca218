import { and, i64, imm, not, type Of, or, rd, rs1, rs2, shl, shrU, xor } from './expression.js';
import { type Instruction, op } from './instruction.js';

const one = i64(1n);

const operations: readonly [
  name: string,
  code: string,
  funct3: string,
  meaning: (index: Of<'i64'>) => Of<'i64'>,
][] = [
  ['bclr', '010010', '001', (index) => and(rs1, not(shl(one, index)))],
  ['bext', '010010', '101', (index) => and(shrU(rs1, index), one)],
  ['binv', '011010', '001', (index) => xor(rs1, shl(one, index))],
  ['bset', '001010', '001', (index) => or(rs1, shl(one, index))],
];

/** Unprivileged ISA, '"Zbs": Single-bit instructions'. */
export const zbs: readonly Instruction[] = operations.flatMap(([name, code, funct3, meaning]) => [
  op(name, `${code}0 rs2 rs1 ${funct3} rd 0110011`, 'rd,rs1,rs2', rd(meaning(rs2))),
  op(`${name}i`, `${code} shamt[5:0] rs1 ${funct3} rd 0010011`, 'rd,rs1,shamt', rd(meaning(imm))),
]);
