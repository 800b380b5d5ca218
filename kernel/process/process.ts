import { NANOSECONDS_PER_STEP } from '../clock.js';
import type { DebugInfo } from '../exec/symbols.js';
import type { DescriptorTable } from '../files/descriptors.js';
import type { Directory } from '../files/directory.js';
import { type Credentials, USER } from '../files/inode.js';
import type { RegularFile } from '../files/regular-file.js';
import type { VirtualMemory } from '../memory/index.js';
import type { SignalActions } from '../signals/actions.js';
import { PendingSignals } from '../signals/pending.js';
import type { Limit } from './limits.js';
import type { PosixTimer } from './posix-timer.js';
import type { Task } from './task.js';
import { type Timer, TimerSet } from './timers.js';
import { WaitQueue } from './wait-queue.js';

/** The machine itself: every process without a parent belongs to it. */
export const INIT_PID = 1;

/** How a process ended. */
export type Ending =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: number; readonly dumpsCore: boolean };

/** An address space and the number of processes that run in it (CLONE_VM). */
export interface SharedMemory {
  readonly memory: VirtualMemory;
  users: number;
}

/** The program that a process executes. */
export interface Program {
  readonly file: RegularFile;
  /** argv as byte strings. */
  readonly args: readonly string[];
  /** Arguments and environment on the initial stack: [start, end). */
  readonly argumentRange: { readonly start: number; readonly end: number };
  readonly environmentRange: { readonly start: number; readonly end: number };
  /** What the file holds of code and of data, as addresses: [start, end). */
  readonly codeRange: { readonly start: number; readonly end: number };
  readonly dataRange: { readonly start: number; readonly end: number };
  /** sp at the first instruction. */
  readonly stackStart: number;
  /** Parsed on first use; one for all processes that fork has made of it. */
  readonly debug: { info: DebugInfo | undefined };
  /** Added to the file's addresses. */
  readonly loadBias: number;
}

export interface Usage {
  /** Steps charged while the process ran. */
  steps: number;
  faults: number;
  /** Of those, the ones that read a page from the swap device. */
  majorFaults: number;
}

export interface ProcessParts {
  readonly pid: number;
  readonly parent: Process | undefined;
  readonly memory: SharedMemory;
  readonly descriptors: DescriptorTable;
  readonly actions: SignalActions;
  readonly limits: Limit[];
  readonly directory: Directory;
  readonly program: Program;
  readonly group: number;
  readonly session: number;
  /** Virtual time at which it came to be, in nanoseconds. */
  readonly startedAt: number;
}

/** A process (thread group): what its tasks share. */
export class Process {
  readonly pid: number;
  parent: Process | undefined;
  readonly children = new Set<Process>();
  readonly tasks: Task[] = [];
  sharedMemory: SharedMemory;
  descriptors: DescriptorTable;
  actions: SignalActions;
  limits: Limit[];
  directory: Directory;
  program: Program;
  credentials: Credentials = USER;
  umask = 0o022;
  /** -1000 to 1000: the higher, the sooner it is killed when memory runs out. */
  oomScoreAdj = 0;
  group: number;
  session: number;
  readonly startedAt: number;
  /** Sent to the parent at the end; 0 for a child cloned without a signal. */
  exitSignal: number;
  /** prctl(PR_SET_PDEATHSIG): sent when the parent ends; 0 = none. A child starts without. */
  parentDeathSignal = 0;
  /** prctl(PR_SET_DUMPABLE): whether other processes may look into its memory. */
  isDumpable = true;
  /** prctl(PR_SET_NO_NEW_PRIVS); there are none to gain. */
  hasNoNewPrivileges = false;
  /** personality(2): a kind of system, Linux here, and flags. */
  personality = 0;
  /** Signals for whichever task takes them first. */
  readonly pending = new PendingSignals();
  /** The parent looks here for children that ended, stopped or went on. */
  readonly childChanges = new WaitQueue();
  /** Woken when the process has ended. */
  readonly ended = new WaitQueue();
  /** A vfork(2)ing parent waits here until the child executes or ends. */
  readonly vforkDone = new WaitQueue();
  isVforkChild = false;
  /** Set once it has ended: a zombie until its parent has waited for it. */
  ending: Ending | undefined;
  /** The ending of a group exit in progress. */
  groupEnding: Ending | undefined;
  /** A stop or continuation that the parent has not seen yet. */
  jobChange: { kind: 'stopped'; signal: number } | { kind: 'continued' } | undefined;
  isStopped = false;
  /** setitimer(2), by number; made on first use. */
  readonly intervalTimers: Timer[] = [];
  /** timer_create(2), by number. */
  readonly posixTimers = new Map<number, PosixTimer>();
  nextTimerId = 0;
  /** Timers that count the process's CPU time. */
  readonly cpuTimers = new TimerSet();
  /** Watches RLIMIT_CPU; made when the process gets one. */
  cpuLimit: Timer | undefined;
  readonly usage: Usage = { steps: 0, faults: 0, majorFaults: 0 };
  readonly childUsage: Usage = { steps: 0, faults: 0, majorFaults: 0 };
  hasExecuted = false;

  constructor(parts: ProcessParts, exitSignal: number) {
    this.pid = parts.pid;
    this.parent = parts.parent;
    this.sharedMemory = parts.memory;
    this.descriptors = parts.descriptors;
    this.actions = parts.actions;
    this.limits = parts.limits;
    this.directory = parts.directory;
    this.program = parts.program;
    this.group = parts.group;
    this.session = parts.session;
    this.startedAt = parts.startedAt;
    this.exitSignal = exitSignal;
    parts.parent?.children.add(this);
  }

  get memory(): VirtualMemory {
    return this.sharedMemory.memory;
  }

  /** execve(2) ends the timers of timer_create, the end of the process all of them. */
  dropTimers(which: 'created' | 'all'): void {
    for (const { timer } of this.posixTimers.values()) timer.disarm();
    this.posixTimers.clear();
    if (which !== 'all') return;
    for (const timer of this.intervalTimers) timer?.disarm();
    this.cpuLimit?.disarm();
  }

  get leader(): Task {
    return this.tasks[0]!;
  }
}

/** Nanoseconds that the process has run. */
export function cpuTime({ usage }: Process): number {
  return usage.steps * NANOSECONDS_PER_STEP;
}

/** wait(2)'s status word. */
export function waitStatus(ending: Ending): number {
  if (ending.kind === 'exited') return (ending.status & 0xff) << 8;
  return ending.signal | (ending.dumpsCore ? 0x80 : 0);
}

/**
 * Whether a process may not look into the memory of another: ptrace(2), "Ptrace access mode
 * checking". All have the same user, so that this is a matter of the dumpable attribute.
 */
export function isClosedTo(process: Process, other: Process): boolean {
  return !process.isDumpable && other !== process && other.credentials.uid !== 0;
}
