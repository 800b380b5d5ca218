import { PAGE_SIZE } from '../../emulator/index.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * Before pages [start, end) get other attributes: splits the superpages that lie across an edge.
 *
 * @returns false when there is no frame for a table; then the address space means what it did
 */
export function demoteEdges(memory: VirtualMemory, start: number, end: number): boolean {
  const isDone = demoteAt(memory, start / PAGE_SIZE) && demoteAt(memory, end / PAGE_SIZE);
  memory.fences.settle();
  return isDone;
}

function demoteAt(memory: VirtualMemory, page: number): boolean {
  return page % 512 === 0 || memory.table.demote(page);
}
