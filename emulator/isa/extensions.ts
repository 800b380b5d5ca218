import { a } from './a.js';
import { c, cd } from './c.js';
import { d } from './d.js';
import { f } from './f.js';
import type { CompressedInstruction, Instruction } from './instruction.js';
import { m } from './m.js';
import { privileged } from './privileged.js';
import { rv64i } from './rv64i.js';
import { zicsr } from './zicsr.js';
import { zifencei } from './zifencei.js';

/** All 32-bit instructions, in a fixed order: an instruction is known by its index here. */
export const instructions: readonly Instruction[] = [
  ...rv64i,
  ...m,
  ...a,
  ...f,
  ...d,
  ...zicsr,
  ...zifencei,
  ...privileged,
];

export const compressedInstructions: readonly CompressedInstruction[] = [...c, ...cd];
