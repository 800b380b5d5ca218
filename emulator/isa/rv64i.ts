import {
  add,
  and,
  branch,
  type Effect,
  eq,
  geS,
  geU,
  i64,
  imm,
  jump,
  load,
  low32,
  ltS,
  ltU,
  ne,
  nothing,
  type Of,
  or,
  pc,
  rd,
  rs1,
  rs2,
  sext32,
  shl,
  shrS,
  shrU,
  store,
  sub,
  system,
  xor,
  zext32,
} from './expression.js';
import { type Instruction, op } from './instruction.js';

/** Unprivileged ISA, "RV32I Base Integer Instruction Set" and "RV64I Base Integer Instruction Set". */
export const rv64i: readonly Instruction[] = [
  op('lui', 'imm[31:12] rd 0110111', 'rd,upper', rd(imm)),
  op('auipc', 'imm[31:12] rd 0010111', 'rd,upper', rd(add(pc, imm))),
  op('jal', 'imm[20|10:1|11|19:12] rd 1101111', 'rd,target', jump(add(pc, imm))),
  op('jalr', 'imm[11:0] rs1 000 rd 1100111', 'rd,imm(rs1)', jump(and(add(rs1, imm), i64(-2n)))),

  op('beq', 'imm[12|10:5] rs2 rs1 000 imm[4:1|11] 1100011', 'rs1,rs2,target', branch(eq(rs1, rs2))),
  op('bne', 'imm[12|10:5] rs2 rs1 001 imm[4:1|11] 1100011', 'rs1,rs2,target', branch(ne(rs1, rs2))),
  op(
    'blt',
    'imm[12|10:5] rs2 rs1 100 imm[4:1|11] 1100011',
    'rs1,rs2,target',
    branch(ltS(rs1, rs2)),
  ),
  op(
    'bge',
    'imm[12|10:5] rs2 rs1 101 imm[4:1|11] 1100011',
    'rs1,rs2,target',
    branch(geS(rs1, rs2)),
  ),
  op(
    'bltu',
    'imm[12|10:5] rs2 rs1 110 imm[4:1|11] 1100011',
    'rs1,rs2,target',
    branch(ltU(rs1, rs2)),
  ),
  op(
    'bgeu',
    'imm[12|10:5] rs2 rs1 111 imm[4:1|11] 1100011',
    'rs1,rs2,target',
    branch(geU(rs1, rs2)),
  ),

  op('lb', 'imm[11:0] rs1 000 rd 0000011', 'rd,imm(rs1)', rd(load('i8', add(rs1, imm)))),
  op('lh', 'imm[11:0] rs1 001 rd 0000011', 'rd,imm(rs1)', rd(load('i16', add(rs1, imm)))),
  op('lw', 'imm[11:0] rs1 010 rd 0000011', 'rd,imm(rs1)', rd(load('i32', add(rs1, imm)))),
  op('ld', 'imm[11:0] rs1 011 rd 0000011', 'rd,imm(rs1)', rd(load('i64', add(rs1, imm)))),
  op('lbu', 'imm[11:0] rs1 100 rd 0000011', 'rd,imm(rs1)', rd(load('u8', add(rs1, imm)))),
  op('lhu', 'imm[11:0] rs1 101 rd 0000011', 'rd,imm(rs1)', rd(load('u16', add(rs1, imm)))),
  op('lwu', 'imm[11:0] rs1 110 rd 0000011', 'rd,imm(rs1)', rd(load('u32', add(rs1, imm)))),

  op('sb', 'imm[11:5] rs2 rs1 000 imm[4:0] 0100011', 'rs2,imm(rs1)', store(1, add(rs1, imm), rs2)),
  op('sh', 'imm[11:5] rs2 rs1 001 imm[4:0] 0100011', 'rs2,imm(rs1)', store(2, add(rs1, imm), rs2)),
  op('sw', 'imm[11:5] rs2 rs1 010 imm[4:0] 0100011', 'rs2,imm(rs1)', store(4, add(rs1, imm), rs2)),
  op('sd', 'imm[11:5] rs2 rs1 011 imm[4:0] 0100011', 'rs2,imm(rs1)', store(8, add(rs1, imm), rs2)),

  op('addi', 'imm[11:0] rs1 000 rd 0010011', 'rd,rs1,imm', rd(add(rs1, imm))),
  op('slti', 'imm[11:0] rs1 010 rd 0010011', 'rd,rs1,imm', rd(zext32(ltS(rs1, imm)))),
  op('sltiu', 'imm[11:0] rs1 011 rd 0010011', 'rd,rs1,imm', rd(zext32(ltU(rs1, imm)))),
  op('xori', 'imm[11:0] rs1 100 rd 0010011', 'rd,rs1,imm', rd(xor(rs1, imm))),
  op('ori', 'imm[11:0] rs1 110 rd 0010011', 'rd,rs1,imm', rd(or(rs1, imm))),
  op('andi', 'imm[11:0] rs1 111 rd 0010011', 'rd,rs1,imm', rd(and(rs1, imm))),
  op('slli', '000000 shamt[5:0] rs1 001 rd 0010011', 'rd,rs1,shamt', rd(shl(rs1, imm))),
  op('srli', '000000 shamt[5:0] rs1 101 rd 0010011', 'rd,rs1,shamt', rd(shrU(rs1, imm))),
  op('srai', '010000 shamt[5:0] rs1 101 rd 0010011', 'rd,rs1,shamt', rd(shrS(rs1, imm))),

  op('add', '0000000 rs2 rs1 000 rd 0110011', 'rd,rs1,rs2', rd(add(rs1, rs2))),
  op('sub', '0100000 rs2 rs1 000 rd 0110011', 'rd,rs1,rs2', rd(sub(rs1, rs2))),
  // The shift amount is rs2[5:0], as shl, shrU and shrS take it.
  op('sll', '0000000 rs2 rs1 001 rd 0110011', 'rd,rs1,rs2', rd(shl(rs1, rs2))),
  op('slt', '0000000 rs2 rs1 010 rd 0110011', 'rd,rs1,rs2', rd(zext32(ltS(rs1, rs2)))),
  op('sltu', '0000000 rs2 rs1 011 rd 0110011', 'rd,rs1,rs2', rd(zext32(ltU(rs1, rs2)))),
  op('xor', '0000000 rs2 rs1 100 rd 0110011', 'rd,rs1,rs2', rd(xor(rs1, rs2))),
  op('srl', '0000000 rs2 rs1 101 rd 0110011', 'rd,rs1,rs2', rd(shrU(rs1, rs2))),
  op('sra', '0100000 rs2 rs1 101 rd 0110011', 'rd,rs1,rs2', rd(shrS(rs1, rs2))),
  op('or', '0000000 rs2 rs1 110 rd 0110011', 'rd,rs1,rs2', rd(or(rs1, rs2))),
  op('and', '0000000 rs2 rs1 111 rd 0110011', 'rd,rs1,rs2', rd(and(rs1, rs2))),

  op('addiw', 'imm[11:0] rs1 000 rd 0011011', 'rd,rs1,imm', word(add(low32(rs1), low32(imm)))),
  op(
    'slliw',
    '0000000 shamt[4:0] rs1 001 rd 0011011',
    'rd,rs1,shamt',
    word(shl(low32(rs1), low32(imm))),
  ),
  op(
    'srliw',
    '0000000 shamt[4:0] rs1 101 rd 0011011',
    'rd,rs1,shamt',
    word(shrU(low32(rs1), low32(imm))),
  ),
  op(
    'sraiw',
    '0100000 shamt[4:0] rs1 101 rd 0011011',
    'rd,rs1,shamt',
    word(shrS(low32(rs1), low32(imm))),
  ),
  op('addw', '0000000 rs2 rs1 000 rd 0111011', 'rd,rs1,rs2', word(add(low32(rs1), low32(rs2)))),
  op('subw', '0100000 rs2 rs1 000 rd 0111011', 'rd,rs1,rs2', word(sub(low32(rs1), low32(rs2)))),
  op('sllw', '0000000 rs2 rs1 001 rd 0111011', 'rd,rs1,rs2', word(shl(low32(rs1), low32(rs2)))),
  op('srlw', '0000000 rs2 rs1 101 rd 0111011', 'rd,rs1,rs2', word(shrU(low32(rs1), low32(rs2)))),
  op('sraw', '0100000 rs2 rs1 101 rd 0111011', 'rd,rs1,rs2', word(shrS(low32(rs1), low32(rs2)))),

  // One hart whose accesses are in order: every fence already holds.
  op('fence', 'fm pred succ rs1 000 rd 0001111', 'pred,succ', nothing),
  op('ecall', '000000000000 00000 000 00000 1110011', '', system('ecall')),
  op('ebreak', '000000000001 00000 000 00000 1110011', '', system('ebreak')),
];

/** A 32-bit result, sign-extended into rd. */
function word(value: Of<'i32'>): Effect {
  return rd(sext32(value));
}
