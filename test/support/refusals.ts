import { join } from 'node:path';
import { Cause } from '../../emulator/index.js';
import { Directory } from '../../kernel/files/directory.js';
import type { Kernel } from '../../kernel/index.js';
import type { Call } from '../../kernel/syscalls/call.js';
import type { SyscallEntry } from '../../kernel/syscalls/entry.js';
import { SYSCALLS } from '../../kernel/syscalls/table.js';
import { type GuestOptions, type GuestRun, runGuest } from './guest.js';
import { root } from './processes.js';

type Run = SyscallEntry['run'];

/** Calls that change nothing at all when they fail for want of memory. */
const ALL_OR_NOTHING = 'mmap munmap mremap brk mprotect clone execve shmget shmat memfd_create';

/** What of an operation's allocations is refused: the one whose turn it is, or all from there on. */
export type Refused = 'one' | 'the rest';

/**
 * Refuses allocations of a running kernel, frames and nodes of the mapper alike. Of each kind of
 * operation (each system call, page faults, the delivery of signals) it refuses the first allocation,
 * the next time the second and so on, until an operation has fewer; then it begins anew. A program
 * that makes each call until it succeeds so sees every call fail at each of its allocations.
 */
export class Refusals {
  /** How often something was refused to each kind of operation. */
  readonly counts = new Map<string, number>();
  /** Calls that failed and left something behind. */
  readonly leaks: string[] = [];
  private readonly refused: Refused;
  private kernel: Kernel | undefined;
  /** Which allocation is refused next, by kind; 1 is the first. */
  private readonly turns = new Map<string, number>();
  private kind = '';
  private operation = '';
  private allocations = 0;
  private calls = 0;
  private hasRefused = false;

  constructor(refused: Refused) {
    this.refused = refused;
  }

  /** For KernelOptions.mayAllocate. */
  readonly mayAllocate = (): boolean => {
    const { kernel } = this;
    const task = kernel?.scheduler.current;
    if (kernel === undefined || task === undefined) return true;
    const kind = kindOf(kernel, task.callNumber);
    const operation = `${kind} ${this.calls} ${kernel.faults}`;
    if (operation !== this.operation) this.begin(kind, operation);
    this.allocations++;
    const turn = this.turns.get(kind) ?? 1;
    const isDue = this.allocations === turn || (this.allocations > turn && this.refused !== 'one');
    if (isDue) this.hasRefused = true;
    return !isDue;
  };

  /** Starts to refuse at the first umask(2). `stop` puts back what this changes. */
  start(kernel: Kernel): { stop: () => void } {
    const originals = new Map<{ run: Run }, Run>();
    for (const entry of SYSCALLS.values()) {
      const { name, run } = entry;
      originals.set(entry, run);
      setRun(entry, (call, ...args) => {
        this.calls++;
        if (name === 'umask') this.kernel = kernel;
        return this.watched(name, call, () => run(call, ...args));
      });
    }
    return {
      stop: () => {
        this.kernel = undefined;
        for (const [entry, run] of originals) setRun(entry, run);
      },
    };
  }

  /** Makes a call; one that fails must leave as much as there was. */
  private watched(name: string, call: Call, make: () => number): number {
    const isAllOrNothing = ALL_OR_NOTHING.split(' ').includes(name);
    const before = belongings(call, isAllOrNothing);
    this.hasRefused = false;
    const result = make();
    const isFailure = result < 0 && result > -512;
    if (!this.hasRefused || !isFailure || call.task.state === 'dead') return result;
    const after = belongings(call, isAllOrNothing);
    if (before !== after) this.leaks.push(`${name} = ${result}: ${before} became ${after}`);
    return result;
  }

  private begin(kind: string, operation: string): void {
    if (this.kind !== '') this.end();
    this.kind = kind;
    this.operation = operation;
    this.allocations = 0;
    this.hasRefused = false;
  }

  /** The operation before is over: the next one of its kind is refused its next allocation. */
  private end(): void {
    const { kind } = this;
    const turn = this.turns.get(kind) ?? 1;
    const wasRefused = this.allocations >= turn;
    this.turns.set(kind, wasRefused ? turn + 1 : 1);
    if (wasRefused) this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

/** Whoever has the entry in a table of his own calls the new function, too. */
function setRun(entry: { run: Run }, run: Run): void {
  entry.run = run;
}

function kindOf(kernel: Kernel, callNumber: number): string {
  if (callNumber >= 0) return SYSCALLS.get(callNumber)!.name;
  return kernel.machine.hart.trapCause === Cause.EcallFromUser ? 'signal' : 'fault';
}

/** What a failed call may not have changed. */
function belongings({ kernel, process }: Call, isAllOrNothing: boolean): string {
  const descriptors = [...process.descriptors.entries()].length;
  const { regions, mappedBytes } = process.memory.space.stats();
  const space = isAllOrNothing ? `, ${regions} regions of ${mappedBytes} bytes` : '';
  return (
    `${descriptors} descriptors, ${kernel.processes.size} processes, ${kernel.tasks.size} tasks, ` +
    `${kernel.segments.count} segments, ${kernel.memorySystem.spaces.size} address spaces${space}`
  );
}

/** What is left when all processes have ended, to be compared with another run. */
export function leftovers(kernel: Kernel) {
  const { frames, machine, memorySystem } = kernel;
  const pages = { anonymous: 0, file: 0, 'page-table': 0, kernel: 0, free: 0 };
  for (let i = 0; i < machine.ram.frameCount; i++) pages[frames.kind(machine.ram.firstPpn + i)]++;
  let slots = 0;
  for (const { kept } of memorySystem.swap?.uses() ?? []) {
    if (kept === undefined) slots++;
    else pages.file++;
  }
  return {
    pages: { ...pages, free: undefined },
    slots,
    heldFrames: frames.freeFrames - frames.availableFrames,
    spaces: memorySystem.spaces.size,
    processes: kernel.processes.size,
    tasks: kernel.tasks.size,
    segments: kernel.segments.count,
    names: kernel.sockets.abstract.size,
    filesOnTheirWay: kernel.sockets.filesOnTheirWay,
    timer: kernel.timers.earliest,
    diskBlocks: kernel.disk?.freeBlocks,
    tree: names(kernel),
  };
}

/** Every file with its size and links. */
function names(kernel: Kernel): string[] {
  const found: string[] = [];
  const visit = (directory: Directory, path: string) => {
    for (const { name, inode } of directory.entries()) {
      found.push(`${path}/${name} ${inode.sizeBytes} ${inode.linkCount}`);
      if (inode instanceof Directory) visit(inode, `${path}/${name}`);
    }
  };
  for (const folder of ['/tmp', '/disk', '/bin', '/dev/shm']) {
    const directory = kernel.files.resolve(folder);
    if (directory instanceof Directory) visit(directory, folder);
  }
  return found;
}

/**
 * Lets memory run out at one allocation: from then on there is none left, until the OOM killer has
 * chosen somebody.
 */
export class Exhaustion {
  /** Allocations since the first program began to run. */
  count = 0;
  private readonly at: number;
  private kernel: Kernel | undefined;

  /** @param at the first allocation is 1; Infinity: never */
  constructor(at: number) {
    this.at = at;
  }

  /** For KernelOptions.mayAllocate. */
  readonly mayAllocate = (): boolean => {
    const { kernel } = this;
    const isRunning = kernel?.scheduler.current !== undefined;
    if (isRunning && ++this.count === this.at) {
      kernel.frames.reserved = kernel.frames.freeFrames;
    }
    return true;
  };

  start(kernel: Kernel): void {
    this.kernel = kernel;
    const { frames } = kernel;
    const { reserved, whenExhausted } = frames;
    frames.whenExhausted = (need) => {
      const isRelieved = whenExhausted(need);
      frames.reserved = reserved;
      return isRelieved;
    };
  }
}

/** Source of a program that makes each of its calls until it succeeds, its compiler flags and arguments. */
export const workload = {
  source: join(root, 'test/guest/failures/workload.c'),
  flags: ['-std=gnu11', '-O1', '-w', '-static', '-pthread'],
  args: ['/bin/program', '/tmp', '/disk'],
};

/** Runs the workload, compiled for the guest, in a machine with a disk. */
export function runWorkload(program: Uint8Array, o: GuestOptions = {}): GuestRun {
  const machine = { memoryBytes: 16 * 2 ** 20, diskBytes: 2 ** 20 };
  return runGuest(program, { ...machine, args: workload.args, ...o });
}

/** What must be left of processes, whoever was killed when. */
const NOTHING: Record<string, unknown> = {
  ...{ slots: 0, heldFrames: 0, spaces: 0, processes: 0, tasks: 0 },
  ...{ segments: 0, names: 0, filesOnTheirWay: 0 },
};

/**
 * Runs the workload and lets memory run out at one allocation.
 *
 * @returns how many it made, the signal that ended it, and what is wrong with the machine afterwards
 */
export function runExhausted(
  program: Uint8Array,
  at: number,
): { allocations: number; signal: string | null; complaints: string[] } {
  const exhaustion = new Exhaustion(at);
  const { kernel, result, reports } = runWorkload(program, {
    mayAllocate: exhaustion.mayAllocate,
    prepare: (each) => exhaustion.start(each),
  });
  const { outcome, signal, oomKills, violations } = result;
  const left = leftovers(kernel);
  const { anonymous, 'page-table': tables } = left.pages;
  const complaints = [
    ...(outcome === 'limit' ? [`it never ends: ${reports}`] : []),
    ...(violations > 0 ? [reports] : []),
    ...(oomKills > 1 ? [`${oomKills} were killed`] : []),
    ...kernel.verify().map(({ rule, observed }) => `${rule} ${observed}`),
    ...(anonymous + tables > 0 ? [`${anonymous} anonymous frames and ${tables} tables left`] : []),
    ...Object.entries(NOTHING)
      .filter(([key, value]) => left[key as keyof typeof left] !== value)
      .map(([key]) => `${String(left[key as keyof typeof left])} ${key} left`),
  ];
  return { allocations: exhaustion.count, signal, complaints };
}
