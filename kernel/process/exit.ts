import { POLLIN } from '../files/mode.js';
import type { Kernel } from '../kernel.js';
import { SA_NOCLDWAIT, SIG_IGN } from '../signals/actions.js';
import { CLD_DUMPED, CLD_EXITED, CLD_KILLED, SI_USER, SIGCHLD } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import { hangUpOrphans, leaveTerminal } from '../tty/sessions.js';
import { wakeFutex } from './futex.js';
import type { Ending, Process } from './process.js';
import { walkRobustList } from './robust-list.js';
import type { Task } from './task.js';

/** exit(2) of one task; the last one takes the process with it. */
export function exitTask(kernel: Kernel, task: Task, status: number): void {
  const { process } = task;
  if (process.tasks.length === 1) {
    exitProcess(kernel, process, process.groupEnding ?? { kind: 'exited', status });
    return;
  }
  walkRobustList(kernel, task);
  clearChildTid(kernel, task);
  removeTask(kernel, task);
  process.tasks.splice(process.tasks.indexOf(task), 1);
}

/** exit_group(2) or death by a signal: every task ends. */
export function exitProcess(kernel: Kernel, process: Process, ending: Ending): void {
  if (process.ending !== undefined) return;
  for (const task of process.tasks) walkRobustList(kernel, task);
  kernel.beforeExit(process);
  for (const task of process.tasks) removeTask(kernel, task);
  process.ending = ending;
  process.ended.wake(POLLIN);
  process.dropTimers('all');
  kernel.processEnded(process, ending);
  releaseMemory(kernel, process);
  process.descriptors.release();
  process.program.file.executing--;
  process.program.file.release();
  leaveTerminal(kernel, process);
  hangUpOrphans(kernel, process);
  orphanChildren(kernel, process);
  tellParent(kernel, process, ending);
}

function removeTask(kernel: Kernel, task: Task): void {
  task.endWait();
  kernel.scheduler.kill(task);
  kernel.tasks.delete(task.tid);
}

/** CLONE_CHILD_CLEARTID: whoever joins the thread waits for this word. set_tid_address(2). */
function clearChildTid(kernel: Kernel, task: Task): void {
  if (task.clearChildTid === 0) return;
  task.process.memory.copyOut(task.clearChildTid, new Uint8Array(4));
  wakeFutex(kernel, task.process, task.clearChildTid, 1);
}

/** Leaves the address space, which ends with its last process. Wakes a parent that lent it. */
export function releaseMemory(kernel: Kernel, process: Process): void {
  const shared = process.sharedMemory;
  shared.users--;
  if (shared.users === 0) shared.memory.release();
  if (kernel.scheduler.current?.process === process) kernel.scheduler.current = undefined;
  process.isVforkChild = false;
  process.vforkDone.wake();
}

/** Orphans belong to the machine, which waits for nothing. */
function orphanChildren(kernel: Kernel, process: Process): void {
  const { uid } = process.credentials;
  for (const child of process.children) {
    child.parent = undefined;
    const { parentDeathSignal: signal } = child;
    if (signal !== 0) sendToProcess(child, { signal, code: SI_USER, pid: process.pid, uid });
    if (child.ending !== undefined) kernel.reap(child);
  }
  process.children.clear();
}

function tellParent(kernel: Kernel, process: Process, ending: Ending): void {
  const { parent } = process;
  if (parent === undefined) {
    kernel.reap(process);
    return;
  }
  const action = parent.actions.get(SIGCHLD);
  const isIgnored = action.handler === SIG_IGN || (action.flags & SA_NOCLDWAIT) !== 0;
  if (process.exitSignal !== 0) {
    const isExit = ending.kind === 'exited';
    sendToProcess(parent, {
      signal: process.exitSignal,
      code: isExit ? CLD_EXITED : ending.dumpsCore ? CLD_DUMPED : CLD_KILLED,
      pid: process.pid,
      uid: process.credentials.uid,
      status: isExit ? ending.status : ending.signal,
    });
  }
  if (isIgnored && process.exitSignal === SIGCHLD) kernel.reap(process);
  parent.childChanges.wake();
}
