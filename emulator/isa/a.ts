import type { AmoOperation } from './expression.js';
import { type Instruction, op } from './instruction.js';

const amos: readonly (readonly [AmoOperation, string])[] = [
  ['swap', '00001'],
  ['add', '00000'],
  ['xor', '00100'],
  ['and', '01100'],
  ['or', '01000'],
  ['min', '10000'],
  ['max', '10100'],
  ['minu', '11000'],
  ['maxu', '11100'],
];

/** Unprivileged ISA, '"A" Extension for Atomic Instructions'. One hart: aq and rl change nothing. */
export const a: readonly Instruction[] = (
  [
    ['w', '010', 4],
    ['d', '011', 8],
  ] as const
).flatMap(([suffix, width, bytes]) => [
  op(`lr.${suffix}`, `00010 aq rl 00000 rs1 ${width} rd 0101111`, 'rd,(rs1)', {
    kind: 'loadReserved',
    bytes,
  }),
  op(`sc.${suffix}`, `00011 aq rl rs2 rs1 ${width} rd 0101111`, 'rd,rs2,(rs1)', {
    kind: 'storeConditional',
    bytes,
  }),
  ...amos.map(([operation, code]) =>
    op(`amo${operation}.${suffix}`, `${code} aq rl rs2 rs1 ${width} rd 0101111`, 'rd,rs2,(rs1)', {
      kind: 'amo',
      operation,
      bytes,
    }),
  ),
]);
