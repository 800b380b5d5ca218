import {
  leafBytes,
  leafPages,
  PAGE_SIZE,
  PTE_R,
  PTE_SIZE,
  PTE_V,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
  ppnOf,
} from '../../emulator/index.js';
import { hex } from '../bytes.js';
import type { VirtualMemory } from './virtual-memory.js';
import { flagsText } from './walk-text.js';

/** Leaves in a row that continue each other in address and frame, with equal flags. */
interface Run {
  va: number;
  ppn: number;
  pages: number;
  flags: number;
  level: number;
}

/**
 * Every entry that is valid or names a swap slot, indented by level, from raw memory. Leaves that continue each other, with
 * equal flags, share a line:
 *
 *   root 0x80001
 *   L2[0]   0x0 table 0x80002
 *     L1[0]   0x0 table 0x80003
 *       L0[16]  0x10000 2 pages at 0x80010 VRXUA
 */
export function pageTablesText(memory: VirtualMemory): string {
  const lines = [`root ${hex(memory.table.rootPpn)}`];
  listTable(memory, memory.table.rootPpn, 2, 0, lines);
  return `${lines.join('\n')}\n`;
}

function listTable(
  memory: VirtualMemory,
  table: number,
  level: number,
  firstVa: number,
  lines: string[],
): void {
  const { ram } = memory.system;
  const indent = '  '.repeat(3 - level);
  let run: Run | undefined;
  const finishRun = (): void => {
    if (run !== undefined) lines.push(indent + runText(run));
    run = undefined;
  };
  for (let index = 0; index < PTES_PER_TABLE; index++) {
    const entry = table * PAGE_SIZE + index * PTE_SIZE;
    const low = ram.readPteLow(entry);
    const va = firstVa + index * leafBytes(level);
    if ((low & PTE_V) === 0) {
      finishRun();
      const slot = level === 0 ? memory.table.swapSlot(entry) : 0;
      if (slot !== 0) lines.push(`${indent}L0[${index}] ${hex(va)} 1 page in swap slot ${slot}`);
      continue;
    }
    const ppn = ppnOf(low, ram.readPteHigh(entry));
    if ((low & (PTE_R | PTE_W | PTE_X)) === 0) {
      finishRun();
      lines.push(`${indent}L${level}[${index}] ${hex(va)} table ${hex(ppn)}`);
      if (level > 0) listTable(memory, ppn, level - 1, va, lines);
      continue;
    }
    const flags = low & 0xff;
    if (run !== undefined && run.ppn + run.pages === ppn && run.flags === flags) {
      run.pages += leafPages(level);
      continue;
    }
    finishRun();
    run = { va, ppn, pages: leafPages(level), flags, level };
  }
  finishRun();
}

function runText({ va, ppn, pages, flags, level }: Run): string {
  const index = Math.floor(va / leafBytes(level)) % PTES_PER_TABLE;
  const count = pages === 1 ? '1 page' : `${pages} pages`;
  return `L${level}[${index}] ${hex(va)} ${count} at ${hex(ppn)} ${flagsText(flags)}`;
}
