import {
  PAGE_SIZE,
  PTE_R,
  PTE_SIZE,
  PTE_V,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
  ppnOf,
} from '../../emulator/index.js';
import type { VirtualMemory } from './virtual-memory.js';
import { hexOfHalves } from './walk-text.js';

const HEX_DIGITS = 16;

/**
 * The page tables as vmprint of MIT's xv6 labs prints them, every valid entry on a line of its own,
 * with a ".." for each level that it is deep, its index in its table, its bits and where it leads:
 *
 *   page table 0x0000000080001000
 *    ..0: pte 0x0000000020000801 pa 0x0000000080002000
 *    .. ..0: pte 0x0000000020000c01 pa 0x0000000080003000
 *    .. .. ..16: pte 0x00000000200040cb pa 0x0000000080010000
 *
 * A megapage is a line of the second kind with nothing below it.
 */
export function vmprintText(memory: VirtualMemory): string {
  const root = memory.table.rootPpn;
  const lines = [`page table ${padded(`0x${(root * PAGE_SIZE).toString(16)}`)}`];
  listTable(memory, root, ' ..', lines);
  return `${lines.join('\n')}\n`;
}

function listTable(memory: VirtualMemory, table: number, dots: string, lines: string[]): void {
  const { ram } = memory.system;
  for (let index = 0; index < PTES_PER_TABLE; index++) {
    const entry = table * PAGE_SIZE + index * PTE_SIZE;
    const low = ram.readPteLow(entry);
    if ((low & PTE_V) === 0) continue;
    const high = ram.readPteHigh(entry);
    const ppn = ppnOf(low, high);
    const pte = padded(hexOfHalves(low, high));
    const pa = padded(`0x${(ppn * PAGE_SIZE).toString(16)}`);
    lines.push(`${dots}${index}: pte ${pte} pa ${pa}`);
    if ((low & (PTE_R | PTE_W | PTE_X)) === 0) listTable(memory, ppn, `${dots} ..`, lines);
  }
}

/** With all its digits, as xv6's %p prints. */
function padded(hex: string): string {
  return `0x${hex.slice(2).padStart(HEX_DIGITS, '0')}`;
}
