import { PAGE_SIZE } from '../../emulator/index.js';
import type { Process } from '../process/process.js';
import type { SignalSet } from '../signals/numbers.js';

/** /proc/PID/status. proc_pid_status(5). */
export function statusText(process: Process): string {
  const task = process.tasks[0];
  const { uid, gid } = process.credentials;
  const rows: [string, string][] = [
    ['Name', task?.name ?? ''],
    ['Umask', process.umask.toString(8).padStart(4, '0')],
    ['State', stateText(process)],
    ['Tgid', `${process.pid}`],
    ['Pid', `${process.pid}`],
    ['PPid', `${process.parent?.pid ?? 1}`],
    ['TracerPid', '0'],
    ['Uid', `${uid}\t${uid}\t${uid}\t${uid}`],
    ['Gid', `${gid}\t${gid}\t${gid}\t${gid}`],
  ];
  if (process.ending === undefined) {
    const { mapped, resident, stack } = sizes(process);
    rows.push(
      ['VmSize', kilobytes(mapped)],
      ['VmRSS', kilobytes(resident)],
      ['VmData', kilobytes(process.memory.breakEnd - process.memory.breakStart)],
      ['VmStk', kilobytes(stack)],
    );
  }
  rows.push(
    ['Threads', `${process.tasks.length}`],
    ['SigPnd', setText(task?.pending.set ?? 0n)],
    ['ShdPnd', setText(process.pending.set)],
    ['SigBlk', setText(task?.mask ?? 0n)],
  );
  return rows.map(([name, value]) => `${name}:\t${value}\n`).join('');
}

/** /proc/PID/stat: what this kernel does not count is 0. proc_pid_stat(5). */
export function statText(process: Process): string {
  const { pid, group, session, parent, usage } = process;
  const isAlive = process.ending === undefined;
  const size = isAlive ? sizes(process) : { mapped: 0, resident: 0 };
  const ticks = Math.floor(usage.steps / 1e6);
  const fields = [
    pid,
    `(${process.tasks[0]?.name ?? ''})`,
    stateText(process)[0]!,
    parent?.pid ?? 1,
    group,
    session,
    0,
    -1,
    0,
    usage.faults,
    0,
    0,
    0,
    ticks,
    0,
    0,
    0,
    20,
    0,
    process.tasks.length,
    0,
    0,
    size.mapped,
    size.resident / PAGE_SIZE,
    '18446744073709551615',
  ];
  return `${[...fields, ...new Array(52 - fields.length).fill(0)].join(' ')}\n`;
}

/** /proc/PID/statm in pages: size, resident, shared, text, 0, data, 0. */
export function statmText(process: Process): string {
  const { mapped, resident } = sizes(process);
  return `${mapped / PAGE_SIZE} ${resident / PAGE_SIZE} 0 0 0 0 0\n`;
}

function sizes(process: Process): { mapped: number; resident: number; stack: number } {
  const { memory } = process;
  let mapped = 0;
  let resident = 0;
  let stack = 0;
  for (const region of memory.space.regions()) {
    mapped += region.end - region.start;
    if (region.start < memory.stackTop && region.end >= memory.stackTop) {
      stack = region.end - region.start;
    }
    memory.table.eachLeaf(
      region.start / PAGE_SIZE,
      region.end / PAGE_SIZE,
      (_entry, _page, level) => {
        resident += PAGE_SIZE * 512 ** level;
      },
    );
  }
  return { mapped, resident, stack };
}

function stateText(process: Process): string {
  if (process.ending !== undefined) return 'Z (zombie)';
  if (process.isStopped) return 'T (stopped)';
  return process.tasks.some((task) => task.state === 'runnable') ? 'R (running)' : 'S (sleeping)';
}

function kilobytes(bytes: number): string {
  return `${String(bytes / 1024).padStart(8)} kB`;
}

function setText(set: SignalSet): string {
  return set.toString(16).padStart(16, '0');
}
