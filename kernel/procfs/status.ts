import { PAGE_SIZE } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import { SIG_DFL, SIG_IGN } from '../signals/actions.js';
import { type SignalSet, signalBit } from '../signals/numbers.js';
import { memorySizes, pageTableBytes } from './sizes.js';

/** Linux fs/proc/array.c, task_state_array. */
export function stateText(process: Process): string {
  if (process.ending !== undefined) return 'Z (zombie)';
  if (process.isStopped) return 'T (stopped)';
  return process.tasks.some((task) => task.state === 'runnable') ? 'R (running)' : 'S (sleeping)';
}

/** /proc/PID/status. proc_pid_status(5); Linux fs/proc/array.c, proc_pid_status. */
export function statusText(kernel: Kernel, process: Process): string {
  const { pid, group, session, credentials } = process;
  const { uid, gid } = credentials;
  const isAlive = process.ending === undefined;
  const rows: [string, string][] = [
    ['Name', process.tasks[0]?.name ?? ''],
    ...(isAlive ? [umaskRow(process)] : []),
    ['State', stateText(process)],
    ['Tgid', `${pid}`],
    ['Ngid', '0'],
    ['Pid', `${pid}`],
    ['PPid', `${process.parent?.pid ?? 1}`],
    ['TracerPid', '0'],
    ['Uid', [uid, uid, uid, uid].join('\t')],
    ['Gid', [gid, gid, gid, gid].join('\t')],
    ['FDSize', `${descriptorSlots(process)}`],
    ['Groups', `${gid} `],
    ['NStgid', `${pid}`],
    ['NSpid', `${pid}`],
    ['NSpgid', `${group}`],
    ['NSsid', `${session}`],
    ['Kthread', '0'],
    ...(isAlive ? memoryRows(process) : []),
    ['Threads', `${process.tasks.length}`],
    ...signalRows(kernel, process),
    ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name): [string, string] => [
      name,
      setText(0n),
    ]),
    ['NoNewPrivs', process.hasNoNewPrivileges ? '1' : '0'],
    ['Seccomp', '0'],
    ['Seccomp_filters', '0'],
    ['Speculation_Store_Bypass', 'unknown'],
    ['SpeculationIndirectBranch', 'unsupported'],
    ['Cpus_allowed', '1'],
    ['Cpus_allowed_list', '0'],
    ['Mems_allowed', '1'],
    ['Mems_allowed_list', '0'],
    ['voluntary_ctxt_switches', '0'],
    ['nonvoluntary_ctxt_switches', '0'],
  ];
  return rows.map(([name, value]) => `${name}:\t${value}\n`).join('');
}

function umaskRow({ umask }: Process): [string, string] {
  return ['Umask', umask.toString(8).padStart(4, '0')];
}

function memoryRows(process: Process): [string, string][] {
  const { memory } = process;
  const sizes = memorySizes(process);
  const peak = memory.table.peakResidentPages * PAGE_SIZE;
  const rows: [string, number][] = [
    ['VmPeak', memory.peakMappedBytes],
    ['VmSize', sizes.mapped],
    ['VmLck', sizes.locked],
    ['VmPin', 0],
    ['VmHWM', peak],
    ['VmRSS', sizes.resident],
    ['RssAnon', sizes.anonymous],
    ['RssFile', sizes.file],
    ['RssShmem', sizes.sharedAnonymous],
    ['VmData', sizes.data],
    ['VmStk', sizes.stack],
    ['VmExe', Math.min(sizes.text, sizes.executable)],
    ['VmLib', Math.max(0, sizes.executable - sizes.text)],
    ['VmPTE', pageTableBytes(process)],
    ['VmSwap', memory.table.swappedPages * PAGE_SIZE],
    ['HugetlbPages', 0],
  ];
  return [
    ...rows.map(([name, bytes]): [string, string] => [name, kilobytes(bytes)]),
    ['CoreDumping', '0'],
    ['THP_enabled', '1'],
    ['untag_mask', '0xffffffffffffffff'],
  ];
}

function signalRows(kernel: Kernel, process: Process): [string, string][] {
  const task = process.tasks[0];
  let ignored: SignalSet = 0n;
  let caught: SignalSet = 0n;
  process.actions.entries().forEach(({ handler }, signal) => {
    if (handler === SIG_IGN) ignored |= signalBit(signal);
    else if (handler !== SIG_DFL) caught |= signalBit(signal);
  });
  return [
    ['SigQ', `${process.pending.entries().length}/${kernel.limits.tasks}`],
    ['SigPnd', setText(task?.pending.set ?? 0n)],
    ['ShdPnd', setText(process.pending.set)],
    ['SigBlk', setText(task?.mask ?? 0n)],
    ['SigIgn', setText(ignored)],
    ['SigCgt', setText(caught)],
  ];
}

/** The size of the descriptor table: a power of two of at least 64. Linux fs/file.c, alloc_fdtable. */
function descriptorSlots(process: Process): number {
  let highest = 0;
  for (const [fd] of process.descriptors.entries()) highest = fd;
  let slots = 64;
  while (slots <= highest) slots *= 2;
  return slots;
}

function kilobytes(bytes: number): string {
  return `${String(bytes / 1024).padStart(8)} kB`;
}

function setText(set: SignalSet): string {
  return set.toString(16).padStart(16, '0');
}
