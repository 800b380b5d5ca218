import { type CompressedInstruction, compressed } from './instruction.js';

const ra = 1;
const sp = 2;

/**
 * Unprivileged ISA, '"C" Extension for Compressed Instructions', for RV64. Encodings that the manual
 * calls hints are not set apart: they expand to an instruction that changes nothing.
 */
export const c: readonly CompressedInstruction[] = [
  compressed('c.addi4spn', "000 nzuimm[5:4|9:6|2|3] rd' 00", 'addi', { rs1: sp }),
  compressed('c.lw', "010 uimm[5:3] rs1' uimm[2|6] rd' 00", 'lw'),
  compressed('c.ld', "011 uimm[5:3] rs1' uimm[7:6] rd' 00", 'ld'),
  compressed('c.sw', "110 uimm[5:3] rs1' uimm[2|6] rs2' 00", 'sw'),
  compressed('c.sd', "111 uimm[5:3] rs1' uimm[7:6] rs2' 00", 'sd'),

  compressed('c.addi', '000 imm[5] rd/rs1 imm[4:0] 01', 'addi'),
  compressed('c.addiw', '001 imm[5] rd/rs1≠0 imm[4:0] 01', 'addiw'),
  compressed('c.li', '010 imm[5] rd imm[4:0] 01', 'addi', { rs1: 0 }),
  compressed('c.addi16sp', '011 nzimm[9] 00010 nzimm[4|6|8:7|5] 01', 'addi', { rd: sp, rs1: sp }),
  compressed('c.lui', '011 nzimm[17] rd≠2 nzimm[16:12] 01', 'lui'),
  compressed('c.srli', "100 shamt[5] 00 rd'/rs1' shamt[4:0] 01", 'srli'),
  compressed('c.srai', "100 shamt[5] 01 rd'/rs1' shamt[4:0] 01", 'srai'),
  compressed('c.andi', "100 imm[5] 10 rd'/rs1' imm[4:0] 01", 'andi'),
  compressed('c.sub', "100011 rd'/rs1' 00 rs2' 01", 'sub'),
  compressed('c.xor', "100011 rd'/rs1' 01 rs2' 01", 'xor'),
  compressed('c.or', "100011 rd'/rs1' 10 rs2' 01", 'or'),
  compressed('c.and', "100011 rd'/rs1' 11 rs2' 01", 'and'),
  compressed('c.subw', "100111 rd'/rs1' 00 rs2' 01", 'subw'),
  compressed('c.addw', "100111 rd'/rs1' 01 rs2' 01", 'addw'),
  compressed('c.j', '101 imm[11|4|9:8|10|6|7|3:1|5] 01', 'jal', { rd: 0 }),
  compressed('c.beqz', "110 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", 'beq', { rs2: 0 }),
  compressed('c.bnez', "111 imm[8|4:3] rs1' imm[7:6|2:1|5] 01", 'bne', { rs2: 0 }),

  compressed('c.slli', '000 shamt[5] rd/rs1 shamt[4:0] 10', 'slli'),
  compressed('c.lwsp', '010 uimm[5] rd≠0 uimm[4:2|7:6] 10', 'lw', { rs1: sp }),
  compressed('c.ldsp', '011 uimm[5] rd≠0 uimm[4:3|8:6] 10', 'ld', { rs1: sp }),
  compressed('c.jr', '1000 rs1≠0 00000 10', 'jalr', { rd: 0 }),
  compressed('c.mv', '1000 rd rs2≠0 10', 'add', { rs1: 0 }),
  compressed('c.ebreak', '1001 00000 00000 10', 'ebreak'),
  compressed('c.jalr', '1001 rs1≠0 00000 10', 'jalr', { rd: ra }),
  compressed('c.add', '1001 rd/rs1 rs2≠0 10', 'add'),
  compressed('c.swsp', '110 uimm[5:2|7:6] rs2 10', 'sw', { rs1: sp }),
  compressed('c.sdsp', '111 uimm[5:3|8:6] rs2 10', 'sd', { rs1: sp }),
];

/** The part of C that needs D. */
export const cd: readonly CompressedInstruction[] = [
  compressed('c.fld', "001 uimm[5:3] rs1' uimm[7:6] rd' 00", 'fld'),
  compressed('c.fsd', "101 uimm[5:3] rs1' uimm[7:6] rs2' 00", 'fsd'),
  compressed('c.fldsp', '001 uimm[5] rd uimm[4:3|8:6] 10', 'fld', { rs1: sp }),
  compressed('c.fsdsp', '101 uimm[5:3|8:6] rs2 10', 'fsd', { rs1: sp }),
];
