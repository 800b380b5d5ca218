import { system } from './expression.js';
import { type Instruction, op } from './instruction.js';

/** Privileged ISA, "Machine-Mode Privileged Instructions" and "Supervisor Instructions". */
export const privileged: readonly Instruction[] = [
  op('mret', '0011000 00010 00000 000 00000 1110011', '', system('mret')),
  op('sret', '0001000 00010 00000 000 00000 1110011', '', system('sret')),
  op('wfi', '0001000 00101 00000 000 00000 1110011', '', system('wfi')),
  op('sfence.vma', '0001001 rs2 rs1 000 00000 1110011', 'rs1,rs2', system('sfence.vma')),
];
