/**
 * Pseudo-instructions: other names for common cases of an instruction, as assemblers accept and
 * disassemblers print them. RISC-V Assembly Programmer's Manual, "A listing of standard RISC-V
 * pseudoinstructions".
 */

import type { OperandName, Operands } from './encoding.js';

/** What the alias implies for an operand: its value, or that it equals another operand. */
type Implied = Readonly<Partial<Record<OperandName, number | OperandName>>>;

export interface Alias {
  readonly name: string;
  /** The instruction that it stands for, which may be a compressed one. */
  readonly base: string;
  readonly implied: Implied;
  readonly syntax: string;
}

const alias = (name: string, base: string, implied: Implied, syntax: string): Alias => ({
  name,
  base,
  implied,
  syntax,
});

const zero = 0;
const ra = 1;
const IORW = 15;
const FFLAGS = 1;
const FRM = 2;
const FCSR = 3;
const [CYCLE, TIME, INSTRET] = [0xc00, 0xc01, 0xc02];

/** Of several that fit, the first is printed. */
export const aliases: readonly Alias[] = [
  alias('nop', 'addi', { rd: zero, rs1: zero, imm: 0 }, ''),
  alias('li', 'addi', { rs1: zero }, 'rd,imm'),
  alias('mv', 'addi', { imm: 0 }, 'rd,rs1'),
  alias('mv', 'c.mv', {}, 'rd,rs2'),
  alias('not', 'xori', { imm: -1 }, 'rd,rs1'),
  alias('neg', 'sub', { rs1: zero }, 'rd,rs2'),
  alias('negw', 'subw', { rs1: zero }, 'rd,rs2'),
  alias('sext.w', 'addiw', { imm: 0 }, 'rd,rs1'),
  alias('zext.b', 'andi', { imm: 255 }, 'rd,rs1'),
  alias('zext.w', 'add.uw', { rs2: zero }, 'rd,rs1'),
  alias('seqz', 'sltiu', { imm: 1 }, 'rd,rs1'),
  alias('snez', 'sltu', { rs1: zero }, 'rd,rs2'),
  alias('sltz', 'slt', { rs2: zero }, 'rd,rs1'),
  alias('sgtz', 'slt', { rs1: zero }, 'rd,rs2'),

  alias('beqz', 'beq', { rs2: zero }, 'rs1,target'),
  alias('bnez', 'bne', { rs2: zero }, 'rs1,target'),
  alias('blez', 'bge', { rs1: zero }, 'rs2,target'),
  alias('bgez', 'bge', { rs2: zero }, 'rs1,target'),
  alias('bltz', 'blt', { rs2: zero }, 'rs1,target'),
  alias('bgtz', 'blt', { rs1: zero }, 'rs2,target'),
  alias('j', 'jal', { rd: zero }, 'target'),
  alias('jal', 'jal', { rd: ra }, 'target'),
  alias('ret', 'jalr', { rd: zero, rs1: ra, imm: 0 }, ''),
  alias('jr', 'jalr', { rd: zero, imm: 0 }, 'rs1'),
  alias('jr', 'jalr', { rd: zero }, 'imm(rs1)'),
  alias('jalr', 'jalr', { rd: ra, imm: 0 }, 'rs1'),
  alias('jalr', 'jalr', { rd: ra }, 'imm(rs1)'),
  alias('jalr', 'jalr', { imm: 0 }, 'rd,rs1'),

  alias('fence', 'fence', { fm: 0, pred: IORW, succ: IORW, rd: zero, rs1: zero }, ''),
  alias('fence.tso', 'fence', { fm: 8, pred: 3, succ: 3, rd: zero, rs1: zero }, ''),
  alias('sfence.vma', 'sfence.vma', { rs1: zero, rs2: zero }, ''),
  alias('sfence.vma', 'sfence.vma', { rs2: zero }, 'rs1'),

  alias('unimp', 'csrrw', { rd: zero, csr: CYCLE, rs1: zero }, ''),
  alias('frflags', 'csrrs', { csr: FFLAGS, rs1: zero }, 'rd'),
  alias('fsflags', 'csrrw', { csr: FFLAGS, rd: zero }, 'rs1'),
  alias('fsflags', 'csrrw', { csr: FFLAGS }, 'rd,rs1'),
  alias('fsflagsi', 'csrrwi', { csr: FFLAGS, rd: zero }, 'uimm'),
  alias('fsflagsi', 'csrrwi', { csr: FFLAGS }, 'rd,uimm'),
  alias('frrm', 'csrrs', { csr: FRM, rs1: zero }, 'rd'),
  alias('fsrm', 'csrrw', { csr: FRM, rd: zero }, 'rs1'),
  alias('fsrm', 'csrrw', { csr: FRM }, 'rd,rs1'),
  alias('fsrmi', 'csrrwi', { csr: FRM, rd: zero }, 'uimm'),
  alias('fsrmi', 'csrrwi', { csr: FRM }, 'rd,uimm'),
  alias('frcsr', 'csrrs', { csr: FCSR, rs1: zero }, 'rd'),
  alias('fscsr', 'csrrw', { csr: FCSR, rd: zero }, 'rs1'),
  alias('fscsr', 'csrrw', { csr: FCSR }, 'rd,rs1'),
  alias('rdcycle', 'csrrs', { csr: CYCLE, rs1: zero }, 'rd'),
  alias('rdtime', 'csrrs', { csr: TIME, rs1: zero }, 'rd'),
  alias('rdinstret', 'csrrs', { csr: INSTRET, rs1: zero }, 'rd'),
  alias('csrr', 'csrrs', { rs1: zero }, 'rd,csr'),
  alias('csrw', 'csrrw', { rd: zero }, 'csr,rs1'),
  alias('csrs', 'csrrs', { rd: zero }, 'csr,rs1'),
  alias('csrc', 'csrrc', { rd: zero }, 'csr,rs1'),
  alias('csrwi', 'csrrwi', { rd: zero }, 'csr,uimm'),
  alias('csrsi', 'csrrsi', { rd: zero }, 'csr,uimm'),
  alias('csrci', 'csrrci', { rd: zero }, 'csr,uimm'),

  ...['h', 's', 'd'].flatMap((suffix) => [
    alias(`fmv.${suffix}`, `fsgnj.${suffix}`, { rs2: 'rs1' }, 'fd,fs1'),
    alias(`fneg.${suffix}`, `fsgnjn.${suffix}`, { rs2: 'rs1' }, 'fd,fs1'),
    alias(`fabs.${suffix}`, `fsgnjx.${suffix}`, { rs2: 'rs1' }, 'fd,fs1'),
  ]),
];

const byBase = new Map<string, Alias[]>();
for (const entry of aliases) byBase.set(entry.base, [...(byBase.get(entry.base) ?? []), entry]);

/** The alias by which these operands of an instruction are usually written. */
export function findAlias(base: string, operands: Operands): Alias | undefined {
  return byBase
    .get(base)
    ?.find(({ implied }) =>
      Object.entries(implied).every(
        ([name, value]) =>
          operands[name as OperandName] ===
          (typeof value === 'string' ? operands[value as OperandName] : value),
      ),
    );
}
