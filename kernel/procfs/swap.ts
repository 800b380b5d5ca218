import { PAGE_SIZE } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';

/** Where a name's column ends. Linux mm/swapfile.c, swap_show. */
const NAME_COLUMNS = 40;
/** A second tab follows numbers with fewer digits than this one. */
const WIDE_NUMBER = 10_000_000;
const SECTORS_PER_PAGE = PAGE_SIZE / 512;

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
  const { frames, faults, majorFaults, memorySystem, oomKiller } = kernel;
  const { disk } = kernel;
  const kilobytes = (pages = 0) => (pages * PAGE_SIZE) / 1024;
  const rows: [string, number][] = [
    ['nr_free_pages', frames.availableFrames],
    ['pgpgin', kilobytes(disk?.reads) + kilobytes(memorySystem.swap?.pagesIn)],
    ['pgpgout', kilobytes(disk?.writes) + kilobytes(memorySystem.swap?.pagesOut)],
    ['pswpin', memorySystem.swap?.pagesIn ?? 0],
    ['pswpout', memorySystem.swap?.pagesOut ?? 0],
    ['pgfault', faults],
    ['pgmajfault', majorFaults],
    ['oom_kill', oomKiller.kills],
  ];
  return rows.map(([name, count]) => `${name} ${count}\n`).join('');
}

/** /proc/diskstats: reads and writes, and their sectors. Linux Documentation/admin-guide/iostats.rst. */
export function diskstatsText({ disk }: Kernel): string {
  if (disk === undefined) return '';
  const { deviceNumber, reads, writes } = disk;
  const part = (count: number) => `${count} 0 ${count * SECTORS_PER_PAGE} 0`;
  const number = `${String(deviceNumber >> 8).padStart(4)} ${String(deviceNumber & 0xff).padStart(7)}`;
  return `${number} vda ${part(reads)} ${part(writes)} 0 0 0 0 0 0 0 0 0\n`;
}
