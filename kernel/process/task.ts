import { REGISTER_WORDS } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';
import type { AlternateStack } from '../signals/frame.js';
import type { SignalSet } from '../signals/numbers.js';
import { PendingSignals } from '../signals/pending.js';
import type { Process } from './process.js';
import type { WaitQueue } from './wait-queue.js';

export type TaskState = 'runnable' | 'blocked' | 'stopped' | 'dead';

/**
 * What a task waits for inside a system call. The call is made again from its beginning when the task
 * wakes; this is all that it remembers of the times before.
 */
export interface Wait {
  queues: readonly WaitQueue[];
  /** Virtual time, in nanoseconds, at which the task wakes at the latest. */
  deadline: number | undefined;
  /** Whatever the call needs to know about its earlier attempts, e.g. the bytes already written. */
  progress: number;
  /** Somebody picked this very task (futex). */
  isGranted: boolean;
  /** The signal mask to put back when the call ends (ppoll, rt_sigsuspend). */
  savedMask: SignalSet | undefined;
  /** The whole machine waits for the host: what must be there before it goes on. */
  host: (() => boolean) | undefined;
}

/** Nanoseconds. prctl(2), PR_SET_TIMERSLACK. */
const DEFAULT_TIMER_SLACK = 50_000;
export const NO_ALTERNATE_STACK: AlternateStack = { address: 0, size: 0, flags: 2 };

/** A thread: registers, signal mask and what it waits for. Everything shared is its process's. */
export class Task {
  readonly tid: number;
  readonly process: Process;
  readonly kernel: Kernel;
  state: TaskState = 'runnable';
  /** Valid while the task is not on the hart. Words as Hart.saveRegisters lays them out. */
  readonly registers = new Uint32Array(REGISTER_WORDS);
  /** prctl(PR_SET_NAME); at most 15 bytes. */
  name: string;
  /** nice(2); from -20 to 19. */
  nice = 0;
  /** prctl(PR_SET_TIMERSLACK), in nanoseconds. Nothing here is ever late. */
  timerSlack = DEFAULT_TIMER_SLACK;
  /** What its creator had. */
  defaultTimerSlack = DEFAULT_TIMER_SLACK;
  mask: SignalSet = 0n;
  readonly pending = new PendingSignals();
  alternateStack: AlternateStack = NO_ALTERNATE_STACK;
  /** set_tid_address(2), CLONE_CHILD_CLEARTID; 0 = none. */
  clearChildTid = 0;
  robustList = 0;
  /** What the thread has run: its CPU time. */
  steps = 0;
  /** Instructions left of the present time slice. */
  slice = 0;
  wait: Wait | undefined;
  /** The number of the system call being made, while it waits; -1 otherwise. */
  callNumber = -1;

  constructor(kernel: Kernel, process: Process, tid: number, name: string) {
    this.kernel = kernel;
    this.process = process;
    this.tid = tid;
    this.name = name;
  }

  /** Ends the wait: the task makes its system call again when it runs next. */
  wake(): boolean {
    this.leaveQueues();
    if (this.state !== 'blocked') return false;
    this.kernel.scheduler.makeRunnable(this);
    return true;
  }

  block(wait: Wait): void {
    this.wait = wait;
    for (const queue of wait.queues) queue.add(this);
    this.kernel.scheduler.block(this);
  }

  /** Forgets the system call that was waiting. */
  endWait(): void {
    this.callNumber = -1;
    if (this.wait === undefined) return;
    this.leaveQueues();
    this.kernel.futexes.remove(this);
    this.wait = undefined;
  }

  private leaveQueues(): void {
    for (const queue of this.wait?.queues ?? []) queue.remove(this);
  }
}
