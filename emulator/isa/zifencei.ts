import { system } from './expression.js';
import { type Instruction, op } from './instruction.js';

/** Unprivileged ISA, '"Zifencei" Extension for Instruction-Fetch Fence'. */
export const zifencei: readonly Instruction[] = [
  // The unused fields are reserved for finer-grain fences; they are to be ignored.
  op('fence.i', 'imm[11:0] rs1 001 rd 0001111', '', system('fence.i')),
];
