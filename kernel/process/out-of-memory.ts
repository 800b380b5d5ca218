import { PAGE_SIZE } from '../../emulator/index.js';
import { hex } from '../bytes.js';
import type { Kernel } from '../kernel.js';
import type { VirtualMemory } from '../memory/index.js';
import { SI_KERNEL, SIGKILL } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import type { Process } from './process.js';

/** A process with this oom_score_adj is never chosen; the largest one is 1000. */
export const OOM_SCORE_ADJ_MIN = -1000;
export const OOM_SCORE_ADJ_MAX = 1000;

/**
 * What counts against a process when memory has run out, in pages: what it has in memory, on the swap
 * device and in page tables, and oom_score_adj thousandths of all there is. Linux mm/oom_kill.c,
 * oom_badness.
 *
 * @returns undefined for a process that is never chosen
 */
export function badness(kernel: Kernel, process: Process): number | undefined {
  if (process.oomScoreAdj === OOM_SCORE_ADJ_MIN) return undefined;
  const { table } = process.memory;
  const used = table.residentPages + table.swappedPages + table.tables;
  return used + process.oomScoreAdj * Math.trunc(totalPages(kernel) / 1000);
}

/** All memory and swap, in pages. */
export function totalPages({ machine, memorySystem }: Kernel): number {
  return machine.ram.frameCount + (memorySystem.swap?.slotCount ?? 0);
}

/**
 * Kills the process that has the most. Compare Linux's out_of_memory in mm/oom_kill.c.
 *
 * @param memory whose fault at `va` found no frame
 * @returns whether another process died, so that the access can be tried again. Where it is the one
 *   that faulted, SIGKILL waits for it.
 */
export function killForMemory(kernel: Kernel, memory: VirtualMemory, va: number): boolean {
  const victim = choose(kernel);
  if (victim === undefined) return false;
  kernel.oomKills++;
  kernel.explain(report(kernel, victim, memory, va));
  const isOwn = victim.memory === memory;
  for (const process of [...kernel.processes.values()]) {
    if (process.ending !== undefined || process.memory !== victim.memory) continue;
    if (isOwn) sendToProcess(process, { signal: SIGKILL, code: SI_KERNEL });
    else kernel.killProcess(process, { kind: 'signalled', signal: SIGKILL, dumpsCore: false });
  }
  return !isOwn;
}

/** Of equals the youngest, as on Linux. */
function choose(kernel: Kernel): Process | undefined {
  let most = Number.NEGATIVE_INFINITY;
  let chosen: Process | undefined;
  for (const process of kernel.processes.values()) {
    const points = process.ending === undefined ? badness(kernel, process) : undefined;
    if (points === undefined || points < most) continue;
    most = points;
    chosen = process;
  }
  return chosen;
}

function report(kernel: Kernel, victim: Process, memory: VirtualMemory, va: number): string {
  const { table } = victim.memory;
  const kilobytes = (pages: number) => `${(pages * PAGE_SIZE) / 1024} KiB`;
  const asker = [...kernel.processes.values()].find((process) => process.memory === memory);
  const whose = asker === victim || asker === undefined ? '' : ` of pid ${asker.pid}`;
  return (
    `SIGKILL: out of memory (pid ${victim.pid}, ${victim.tasks[0]?.name ?? ''}): no frame is left for ${hex(va)}${whose}; ` +
    `it has ${kilobytes(table.residentPages)} in memory, ${kilobytes(table.swappedPages)} in swap, oom_score_adj ${victim.oomScoreAdj}`
  );
}
