import { double } from './d.js';
import { single } from './f.js';
import { type FloatWidth, floatConversions, floatTable } from './float-table.js';
import type { Instruction } from './instruction.js';

const half: FloatWidth = {
  type: 'f16',
  suffix: 'h',
  fmt: '10',
  memory: { funct3: '001', letter: 'h' },
};

/** Unprivileged ISA, '"Zfh" Extension for Half-Precision Floating-Point'. */
export const zfh: readonly Instruction[] = [...floatTable(half), ...floatConversions(single, half)];

/** The part of Zfh that needs D. */
export const zfhDouble: readonly Instruction[] = floatConversions(double, half);

const minimal = /^(flh|fsh|fmv\..*|fcvt\.s\.h|fcvt\.h\.s)$/;

/** Unprivileged ISA, '"Zfhmin" Standard Extension for Minimal Half-Precision Floating-Point'. */
export const zfhmin: readonly Instruction[] = zfh.filter(({ name }) => minimal.test(name));

/** The part of Zfhmin that needs D: all of what Zfh adds to D. */
export const zfhminDouble: readonly Instruction[] = zfhDouble;
