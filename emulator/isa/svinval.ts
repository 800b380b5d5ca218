import { system } from './expression.js';
import { type Instruction, op } from './instruction.js';

/**
 * Privileged ISA, '"Svinval" Extension for Fine-Grained Address-Translation Cache Invalidation'.
 * Invalidations take effect at once, so the two fences around them have nothing to order.
 */
export const svinval: readonly Instruction[] = [
  op('sinval.vma', '0001011 rs2 rs1 000 00000 1110011', 'rs1,rs2', system('sfence.vma')),
  op('sfence.w.inval', '0001100 00000 00000 000 00000 1110011', '', system('sfence.inval')),
  op('sfence.inval.ir', '0001100 00001 00000 000 00000 1110011', '', system('sfence.inval')),
];
