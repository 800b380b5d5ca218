import { PAGE_SIZE } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';

/** Where a name's column ends. Linux mm/swapfile.c, swap_show. */
const NAME_COLUMNS = 40;
/** A second tab follows numbers with fewer digits than this one. */
const WIDE_NUMBER = 10_000_000;

/** /proc/swaps: the swap device, where there is one. Linux mm/swapfile.c, swap_show. */
export function swapsText({ memorySystem }: Kernel): string {
  const header = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
  const { swap } = memorySystem;
  if (swap === undefined) return header;
  const column = (slots: number) => {
    const kilobytes = (slots * PAGE_SIZE) / 1024;
    return `${kilobytes}\t${kilobytes < WIDE_NUMBER ? '\t' : ''}`;
  };
  const name = '/dev/swap'.padEnd(NAME_COLUMNS);
  return `${header}${name}partition\t${column(swap.slotCount)}${column(swap.usedSlots)}-2\n`;
}

/** /proc/vmstat: the counts of paging that this kernel keeps, by Linux's names. Linux mm/vmstat.c. */
export function vmstatText(kernel: Kernel): string {
  const { frames, faults, majorFaults, memorySystem, oomKills } = kernel;
  const rows: [string, number][] = [
    ['nr_free_pages', frames.freeFrames],
    ['pswpin', memorySystem.swap?.pagesIn ?? 0],
    ['pswpout', memorySystem.swap?.pagesOut ?? 0],
    ['pgfault', faults],
    ['pgmajfault', majorFaults],
    ['oom_kill', oomKills],
  ];
  return rows.map(([name, count]) => `${name} ${count}\n`).join('');
}
