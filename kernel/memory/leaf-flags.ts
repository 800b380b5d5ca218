import { PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from '../../emulator/index.js';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './mman.js';

/**
 * Bits 7..0 of a leaf for a region's protection, A and D clear. Compare Linux's protection_map in
 * arch/riscv/mm/init.c: writable implies readable, and PROT_EXEC alone is execute-only.
 *
 * A frame under PROT_NONE keeps a valid leaf without U: no user access gets through, and the frame
 * is not lost.
 *
 * @param isWritable false while a copy must be made first
 */
export function leafFlags(prot: number, isWritable: boolean): number {
  if ((prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) === 0) return PTE_V | PTE_R;
  return (
    PTE_V |
    PTE_U |
    (prot & (PROT_READ | PROT_WRITE) ? PTE_R : 0) |
    (prot & PROT_WRITE && isWritable ? PTE_W : 0) |
    (prot & PROT_EXEC ? PTE_X : 0)
  );
}
