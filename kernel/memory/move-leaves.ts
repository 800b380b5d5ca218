import { PAGE_STEPS } from './costs.js';
import { ANONYMOUS } from './physical-memory.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * Before pages [first, end) move by `shift` pages: makes every table that their leaves will need, so
 * that the move itself cannot fail. Superpages that would be misaligned there are split.
 *
 * @returns false when no frame is left; then the tables made are gone again
 */
export function makeTablesFor(
  memory: VirtualMemory,
  first: number,
  end: number,
  shift: number,
): boolean {
  const { table } = memory;
  let isComplete = true;
  if (shift % 512 !== 0) {
    const superpages: number[] = [];
    table.eachLeaf(first, end, (_pteAddress, page, level) => {
      if (level > 0) superpages.push(page);
    });
    isComplete = superpages.every((page) => table.demote(page));
  }
  table.eachLeaf(first, end, (_pteAddress, page, level) => {
    isComplete &&= table.ensure(page + shift, level) !== 0;
  });
  table.eachSwapped(first, end, (_pteAddress, page) => {
    isComplete &&= table.ensure(page + shift) !== 0;
  });
  if (!isComplete) table.prune(first + shift, end + shift);
  memory.fences.settle();
  return isComplete;
}

/** Moves the leaves; the frames keep their references. */
export function moveLeaves(memory: VirtualMemory, first: number, end: number, shift: number): void {
  const { table } = memory;
  const { frames, host, ram } = memory.system;
  let pages = 0;
  table.eachLeaf(first, end, (pteAddress, page, level) => {
    const flags = ram.readPteLow(pteAddress) & 0xff;
    const ppn = table.ppn(pteAddress);
    table.erase(pteAddress, page, level);
    table.install(table.ensure(page + shift, level), ppn, flags, level);
    if (frames.kindNumber(ppn) === ANONYMOUS) frames.setOwner(ppn, memory.id, page + shift);
    pages++;
  });
  table.eachSwapped(first, end, (pteAddress, page, slot) => {
    table.eraseSwapped(pteAddress);
    table.installSwapped(table.ensure(page + shift), slot);
    pages++;
  });
  host.charge(pages * PAGE_STEPS);
}
