import { PAGE_SIZE, PTE_V } from '../../emulator/index.js';
import { adBits } from './bring-in.js';
import { FRAME_STEPS } from './costs.js';
import type { Access } from './fault.js';
import { leafFlags } from './leaf-flags.js';
import type { Region } from './mapper.js';
import { REGION_HUGE, REGION_SHARED } from './mman.js';
import { ANONYMOUS } from './physical-memory.js';
import type { VirtualMemory } from './virtual-memory.js';

const MEGAPAGE_PAGES = 512;

/**
 * MADV_HUGEPAGE: brings in the 2 MiB around `page` as one leaf. Compare Linux's
 * do_huge_pmd_anonymous_page in mm/huge_memory.c.
 *
 * @returns false where the region does not hold all of it, small pages are there already, or no block
 *   of frames is free: small pages will do
 */
export function bringInMegapage(
  memory: VirtualMemory,
  region: Region,
  page: number,
  access: Access,
): boolean {
  if ((region.flags & (REGION_HUGE | REGION_SHARED)) !== REGION_HUGE || region.file) return false;
  const first = page - (page % MEGAPAGE_PAGES);
  const isInside =
    first * PAGE_SIZE >= region.start && (first + MEGAPAGE_PAGES) * PAGE_SIZE <= region.end;
  if (!isInside) return false;
  const { frames, host, ram } = memory.system;
  const pteAddress = memory.table.ensure(first, 1);
  if (pteAddress === 0) return false;
  const isTaken = (ram.readPteLow(pteAddress) & PTE_V) !== 0;
  const ppn = isTaken ? 0 : frames.allocateMegapage(ANONYMOUS, memory.id, first);
  if (ppn === 0) {
    memory.table.prune(first, first + 1);
    return false;
  }
  host.charge(MEGAPAGE_PAGES * FRAME_STEPS);
  const flags = leafFlags(region.prot, true) | adBits(memory, access);
  memory.table.install(pteAddress, ppn, flags, 1);
  return true;
}
