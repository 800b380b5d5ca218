import { SA_NOCLDSTOP } from '../signals/actions.js';
import { CLD_CONTINUED, CLD_STOPPED, SIGCHLD, SIGCONT } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import type { Process } from './process.js';
import type { Scheduler } from './scheduler.js';

/** Stops and continues whole processes. */
export class Jobs {
  private readonly scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  stop(process: Process, signal: number): void {
    process.isStopped = true;
    process.jobChange = { kind: 'stopped', signal };
    for (const task of process.tasks) {
      // A waiting task leaves its queues and makes its call again once it is continued.
      if (task.state === 'blocked') task.wake();
      this.scheduler.stop(task);
    }
    this.tellParent(process, CLD_STOPPED, signal);
  }

  /** @param isReported whether wait4(WCONTINUED) hears of it: not when the process is about to die */
  continue(process: Process, isReported: boolean): void {
    process.isStopped = false;
    for (const task of process.tasks) {
      if (task.state === 'stopped') this.scheduler.makeRunnable(task);
    }
    if (!isReported) return;
    process.jobChange = { kind: 'continued' };
    this.tellParent(process, CLD_CONTINUED, SIGCONT);
  }

  private tellParent(process: Process, code: number, status: number): void {
    const { parent } = process;
    if (parent === undefined) return;
    if ((parent.actions.get(SIGCHLD).flags & SA_NOCLDSTOP) === 0) {
      const { uid } = process.credentials;
      sendToProcess(parent, { signal: SIGCHLD, code, pid: process.pid, uid, status });
    }
    parent.childChanges.wake();
  }
}
