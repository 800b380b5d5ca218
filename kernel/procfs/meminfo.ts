import { PAGE_SIZE } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';

/** /proc/meminfo, counted from the frames themselves. */
export function meminfoText(kernel: Kernel): string {
  const { frames, machine } = kernel;
  const counts = new Map<string, number>();
  for (let index = 0; index < machine.ram.frameCount; index++) {
    const kind = frames.kind(machine.ram.firstPpn + index);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const pages = (kind: string) => counts.get(kind) ?? 0;
  const rows: [string, number][] = [
    ['MemTotal', machine.ram.frameCount],
    ['MemFree', frames.freeFrames],
    ['MemAvailable', frames.freeFrames],
    ['Buffers', 0],
    ['Cached', pages('file')],
    ['SwapCached', 0],
    ['SwapTotal', 0],
    ['SwapFree', 0],
    ['Dirty', 0],
    ['AnonPages', pages('anonymous')],
    ['Shmem', pages('file')],
    ['PageTables', pages('page-table')],
  ];
  return rows
    .map(([name, count]) => {
      const kilobytes = (count * PAGE_SIZE) / 1024;
      return `${`${name}:`.padEnd(16)}${String(kilobytes).padStart(8)} kB\n`;
    })
    .join('');
}
