import { nothing } from './expression.js';
import { type Instruction, op } from './instruction.js';

/** Unprivileged ISA, '"Zihintpause" Extension for Pause Hint': a fence to whoever does not know it. */
export const zihintpause: readonly Instruction[] = [
  op('pause', '000000010000 00000 000 00000 0001111', '', nothing),
];

/**
 * Unprivileged ISA, '"Zawrs" Extension for Wait-on-Reservation-Set instructions'. A wait may end at
 * any time; here it ends at once, so that it never depends on what else the host does.
 */
export const zawrs: readonly Instruction[] = [
  op('wrs.nto', '000000001101 00000 000 00000 1110011', '', nothing),
  op('wrs.sto', '000000011101 00000 000 00000 1110011', '', nothing),
];
