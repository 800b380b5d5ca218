import { Errno } from '../errno.js';
import { POLLIN } from '../files/mode.js';
import { RLIMIT_SIGPENDING } from '../process/limits.js';
import type { Process } from '../process/process.js';
import type { Task } from '../process/task.js';
import { SIG_DFL } from './actions.js';
import {
  defaultAction,
  SI_USER,
  SIGCONT,
  SIGKILL,
  SIGNAL_COUNT,
  SIGRTMIN,
  type SignalSet,
  signalBit,
  UNBLOCKABLE,
} from './numbers.js';
import type { PendingSignals, SignalInfo } from './pending.js';

const STOP_SIGNALS: SignalSet = signalsWith('stop');

/**
 * Sends to a process: the first task that does not block the signal takes it. kill(2).
 *
 * @returns 0, or -EAGAIN where the signal would be queued and too many are. sigqueue(3)
 */
export function sendToProcess(process: Process, info: SignalInfo): number {
  if (process.ending !== undefined) return 0;
  if (!prepare(process, info.signal, process.tasks)) return 0;
  if (!hasRoomFor(info, process, process.pending)) return refusal(info);
  process.pending.add(info);
  process.leader.kernel.signalArrived.wake(POLLIN);
  const bit = signalBit(info.signal);
  const taker = process.tasks.find((task) => (task.mask & bit) === 0n);
  if (taker !== undefined) alert(taker, info.signal);
  return 0;
}

/** Sends to one task. tgkill(2). @returns as sendToProcess */
export function sendToTask(task: Task, info: SignalInfo): number {
  if (task.state === 'dead') return 0;
  if (!prepare(task.process, info.signal, [task])) return 0;
  if (!hasRoomFor(info, task.process, task.pending)) return refusal(info);
  task.pending.add(info);
  task.kernel.signalArrived.wake(POLLIN);
  if ((task.mask & signalBit(info.signal)) === 0n) alert(task, info.signal);
  return 0;
}

/** Whether a process may have one more timer or queued signal. RLIMIT_SIGPENDING of getrlimit(2). */
export function mayQueueMore({ pending, tasks, posixTimers, limits }: Process): boolean {
  const queued = tasks.reduce((sum, task) => sum + task.pending.length, pending.length);
  return queued + posixTimers.size < limits[RLIMIT_SIGPENDING]!.soft;
}

/** A standard signal is pending once at most, a timer has its place: the others are queued. */
function hasRoomFor(info: SignalInfo, process: Process, pending: PendingSignals): boolean {
  if (info.signal < SIGRTMIN || info.source !== undefined) return true;
  // kill(2) sees to it that the signal is pending, if without telling who sent it how often.
  const isFirst = (pending.set & signalBit(info.signal)) === 0n;
  return (info.code === SI_USER && isFirst) || mayQueueMore(process);
}

function refusal({ code }: SignalInfo): number {
  return code === SI_USER ? 0 : -Errno.EAGAIN;
}

/**
 * A fault of the task itself: cannot be blocked or ignored. Linux kernel/signal.c,
 * force_sig_info_to_task.
 */
export function forceSignal(task: Task, info: SignalInfo): void {
  const { actions } = task.process;
  const bit = signalBit(info.signal);
  if (actions.ignores(info.signal) || (task.mask & bit) !== 0n) {
    actions.set(info.signal, { handler: SIG_DFL, flags: 0, mask: 0n });
    task.mask &= ~bit;
  }
  task.pending.add(info);
}

export function hasDeliverableSignal(task: Task): boolean {
  // After nearly every trap there is none, and big integers take their time.
  if (task.pending.isEmpty && task.process.pending.isEmpty) return false;
  return ((task.pending.set | task.process.pending.set) & ~task.mask) !== 0n;
}

/** What happens at once, whatever is blocked. @returns false if nothing is left to deliver */
function prepare(process: Process, signal: number, targets: readonly Task[]): boolean {
  if (signal === SIGCONT || signal === SIGKILL) {
    discard(process, signal === SIGCONT ? STOP_SIGNALS : 0n);
    if (process.isStopped) process.leader.kernel.jobs.continue(process, signal === SIGCONT);
  } else if ((signalBit(signal) & STOP_SIGNALS) !== 0n) {
    discard(process, signalBit(SIGCONT));
  }
  const bit = signalBit(signal);
  // rt_sigtimedwait lifts the mask while it waits, and still wants what is ignored.
  const isBlocked = targets.some(
    (task) => ((task.mask | (task.wait?.savedMask ?? 0n)) & bit) !== 0n,
  );
  return isBlocked || !process.actions.ignores(signal);
}

function discard(process: Process, signals: SignalSet): void {
  process.pending.discard(signals);
  for (const task of process.tasks) task.pending.discard(signals);
}

/** Makes a waiting task look at its signals. A stopped one hears only SIGKILL and SIGCONT. */
function alert(task: Task, signal: number): void {
  if (task.state === 'blocked') task.wake();
  else if (task.state === 'stopped' && (signalBit(signal) & UNBLOCKABLE & ~STOP_SIGNALS) !== 0n) {
    task.kernel.scheduler.makeRunnable(task);
  }
}

function signalsWith(action: ReturnType<typeof defaultAction>): SignalSet {
  let set = 0n;
  for (let signal = 1; signal <= SIGNAL_COUNT; signal++) {
    if (defaultAction(signal) === action) set |= signalBit(signal);
  }
  return set;
}
