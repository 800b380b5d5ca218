import { PAGE_SIZE } from '../../emulator/index.js';
import { hex } from '../bytes.js';
import type { Kernel } from '../kernel.js';
import type { FrameNeed } from '../memory/index.js';
import { SI_KERNEL, SIGKILL, signalBit } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import { syscallName } from '../syscalls/dispatch.js';
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

/** Kills the process that has the most, when no frame is left. Compare Linux's out_of_memory in mm/oom_kill.c. */
export class OomKiller {
  /** Processes killed. */
  kills = 0;
  private readonly kernel: Kernel;
  private isSparing = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /**
   * A process that is in the middle of a call, or whose page is wanted, gets SIGKILL and dies when
   * the call is over; any other one is gone at once.
   *
   * @returns whether one is gone, so that it is worth another try
   */
  relieve(need: FrameNeed): boolean {
    if (this.isSparing) return false;
    const { kernel } = this;
    const victim = choose(kernel);
    if (victim === undefined) return false;
    const asker = kernel.scheduler.current?.process;
    const isBusy = victim.memory === asker?.memory || victim.memory === need?.memory;
    // One that dies already is told once.
    if (isBusy && (victim.pending.set & signalBit(SIGKILL)) !== 0n) return false;
    this.kills++;
    kernel.explainDeath(report(kernel, victim, asker, need));
    // What a dying process still touches kills nobody.
    this.spare(() => {
      for (const process of [...kernel.processes.values()]) {
        if (process.ending !== undefined || process.memory !== victim.memory) continue;
        if (isBusy) sendToProcess(process, { signal: SIGKILL, code: SI_KERNEL });
        else kernel.killProcess(process, { kind: 'signalled', signal: SIGKILL, dumpsCore: false });
      }
    });
    return !isBusy;
  }

  /** Does what kills nobody, even if it finds no frame. */
  spare<T>(work: () => T): T {
    const before = this.isSparing;
    this.isSparing = true;
    try {
      return work();
    } finally {
      this.isSparing = before;
    }
  }
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

function report(
  kernel: Kernel,
  victim: Process,
  asker: Process | undefined,
  need: FrameNeed,
): string {
  const { table } = victim.memory;
  const kilobytes = (pages: number) => `${(pages * PAGE_SIZE) / 1024} KiB`;
  const whose = asker === victim || asker === undefined ? '' : ` of pid ${asker.pid}`;
  const callNumber = kernel.scheduler.current?.callNumber ?? -1;
  const call = callNumber < 0 ? 'the kernel' : syscallName(callNumber);
  const what = need === undefined ? call : hex(need.va);
  return (
    `SIGKILL: out of memory (pid ${victim.pid}, ${victim.tasks[0]?.name ?? ''}): no frame is left for ${what}${whose}; ` +
    `it has ${kilobytes(table.residentPages)} in memory, ${kilobytes(table.swappedPages)} in swap, oom_score_adj ${victim.oomScoreAdj}`
  );
}
