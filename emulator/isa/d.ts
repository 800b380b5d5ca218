import { single } from './f.js';
import { type FloatWidth, floatConversions, floatTable } from './float-table.js';
import type { Instruction } from './instruction.js';

export const double: FloatWidth = {
  type: 'f64',
  suffix: 'd',
  fmt: '01',
  memory: { funct3: '011', letter: 'd' },
};

/** Unprivileged ISA, '"D" Extension for Double-Precision Floating-Point'. */
export const d: readonly Instruction[] = [
  ...floatTable(double),
  ...floatConversions(double, single),
];
