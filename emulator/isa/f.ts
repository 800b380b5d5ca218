import { type FloatWidth, floatTable } from './float-table.js';
import type { Instruction } from './instruction.js';

export const single: FloatWidth = {
  type: 'f32',
  suffix: 's',
  fmt: '00',
  memory: { funct3: '010', letter: 'w' },
};

/** Unprivileged ISA, '"F" Extension for Single-Precision Floating-Point'. */
export const f: readonly Instruction[] = floatTable(single);
