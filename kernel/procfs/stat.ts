import { PAGE_SIZE } from '../../emulator/index.js';
import { NANOSECONDS_PER_STEP } from '../clock.js';
import { deviceNumber } from '../files/device.js';
import type { Kernel } from '../kernel.js';
import { type Process, waitStatus } from '../process/process.js';
import { SIG_DFL, SIG_IGN } from '../signals/actions.js';
import type { SignalSet } from '../signals/numbers.js';
import { memorySizes } from './sizes.js';
import { stateText } from './status.js';

/** USER_HZ. */
const NANOSECONDS_PER_TICK = 10_000_000;
const UNLIMITED = '18446744073709551615';
/** Linux include/linux/sched.h, PF_FORKNOEXEC and PF_RANDOMIZE. */
const PF_FORKNOEXEC = 0x40;
const PF_RANDOMIZE = 0x40_0000;
const DEFAULT_PRIORITY = 20;

/** /proc/PID/stat: 52 fields; what this kernel does not count is 0. proc_pid_stat(5). */
export function statText(kernel: Kernel, process: Process): string {
  const { pid, group, session, parent, usage, childUsage, program } = process;
  const nice = process.tasks[0]?.nice ?? 0;
  const isAlive = process.ending === undefined;
  const tty = kernel.ttyOf(process);
  const fields: (number | string)[] = [
    pid,
    `(${process.tasks[0]?.name ?? ''})`,
    stateText(process)[0]!,
    parent?.pid ?? 1,
    group,
    session,
    tty === undefined ? 0 : deviceNumber(4, tty.number),
    tty?.foregroundGroup ?? -1,
    PF_RANDOMIZE | (process.hasExecuted ? 0 : PF_FORKNOEXEC),
    usage.faults - usage.majorFaults,
    childUsage.faults - childUsage.majorFaults,
    usage.majorFaults,
    childUsage.majorFaults,
    ticks(usage.steps),
    0,
    ticks(childUsage.steps),
    0,
    DEFAULT_PRIORITY + nice,
    nice,
    process.tasks.length,
    0,
    Math.floor(process.startedAt / NANOSECONDS_PER_TICK),
    ...(isAlive ? memoryFields(process) : [0, 0, UNLIMITED, 0, 0, 0]),
    // kstkesp and kstkeip: 0 unless the process is dying, as on Linux.
    0,
    0,
    ...signalFields(process),
    0,
    0,
    0,
    process.exitSignal,
    0,
    0,
    0,
    0,
    0,
    0,
    ...(isAlive
      ? [
          program.dataRange.start,
          program.dataRange.end,
          process.memory.breakStart,
          program.argumentRange.start,
          program.argumentRange.end,
          program.environmentRange.start,
          program.environmentRange.end,
        ]
      : [0, 0, 0, 0, 0, 0, 0]),
    process.ending === undefined ? 0 : waitStatus(process.ending),
  ];
  return `${fields.join(' ')}\n`;
}

/** /proc/PID/statm in pages: size, resident, shared, text, 0, data, 0. proc_pid_statm(5). */
export function statmText(process: Process): string {
  const sizes = memorySizes(process);
  const shared = sizes.file + sizes.sharedAnonymous;
  const data = sizes.data + sizes.stack;
  const bytes = [sizes.mapped, sizes.resident, shared, sizes.text, 0, data, 0];
  return `${bytes.map((value) => value / PAGE_SIZE).join(' ')}\n`;
}

/** vsize, rss, rsslim, startcode, endcode, startstack. */
function memoryFields({ memory, program }: Process): (number | string)[] {
  return [
    memory.space.stats().mappedBytes,
    memory.table.residentPages,
    UNLIMITED,
    program.codeRange.start,
    program.codeRange.end,
    program.stackStart,
  ];
}

/** signal, blocked, sigignore, sigcatch: the first 31 signals, in decimal. */
function signalFields(process: Process): number[] {
  const FIRST_31 = 0x7fff_ffffn;
  const first = (set: SignalSet) => Number(set & FIRST_31);
  const task = process.tasks[0];
  let ignored = 0;
  let caught = 0;
  process.actions.entries().forEach(({ handler }, signal) => {
    if (signal === 0 || signal > 31 || handler === SIG_DFL) return;
    if (handler === SIG_IGN) ignored += 2 ** (signal - 1);
    else caught += 2 ** (signal - 1);
  });
  return [first(task?.pending.set ?? 0n), first(task?.mask ?? 0n), ignored, caught];
}

function ticks(steps: number): number {
  return Math.floor((steps * NANOSECONDS_PER_STEP) / NANOSECONDS_PER_TICK);
}
