import { PAGE_SIZE } from '../../emulator/index.js';
import { SWAP_STEPS } from './costs.js';
import { leafFlags } from './leaf-flags.js';
import { ANONYMOUS } from './physical-memory.js';
import { entriesNaming, regionOf } from './reverse-map.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * Brings a page back from its slot, for every entry that names it: they shared a frame when it went.
 * None of them is writable then unless it is the only one.
 *
 * @returns false when no frame is left; then nothing changed
 */
export function swapIn(memory: VirtualMemory, page: number, slot: number): boolean {
  const { frames, host, ram } = memory.system;
  const swap = memory.system.swap!;
  const ppn = frames.allocate(ANONYMOUS, memory.id, page);
  if (ppn === 0) return false;
  ram.write(ppn * PAGE_SIZE, swap.page(slot));
  host.charge(SWAP_STEPS);
  const entries = entriesNaming(memory.system, slot, page);
  const isOwn = entries.length === 1;
  entries.forEach((entry, i) => {
    if (i > 0) frames.retain(ppn);
    const flags = leafFlags(regionOf(entry)!.prot, isOwn);
    entry.memory.table.bringBack(entry.pteAddress, ppn, flags);
  });
  swap.broughtBack(slot, ppn);
  return true;
}
