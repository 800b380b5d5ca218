import { Cause, type Hart } from '../emulator/index.js';
import { NANOSECONDS_PER_STEP } from './clock.js';
import { type CodePlace, placeOf } from './exec/symbols.js';
import type { Kernel } from './kernel.js';
import { cpuTime, type Process, type Program } from './process/process.js';
import { REG_A7, REG_RA } from './process/registers.js';
import type { Task } from './process/task.js';
import { EXPIRY_STEPS } from './process/timers.js';
import { deliverSignals } from './signals/deliver.js';
import { hasDeliverableSignal } from './signals/send.js';
import { INTERRUPTED } from './syscalls/call.js';
import { dispatchSyscall, resumeSyscall, syscallName } from './syscalls/dispatch.js';
import { exceptionName, exceptionText, handleException } from './trap.js';
import type { TrapEvent } from './verify/index.js';

/** A slice of host time at most: with host time, deadlines are looked at this often. */
const HOST_SLICE_INSTRUCTIONS = 100_000;

/** The kernel's main loop. See Kernel.run; 'turn': one turn alone. */
export function runMachine(
  kernel: Kernel,
  budgetSteps: number,
  until: 'budget' | 'trap' | 'turn',
): 'budget' | 'waiting' | 'exited' {
  const { recorder } = kernel;
  recorder?.enter();
  const stop = takeTurns(kernel, budgetSteps, until);
  recorder?.leave(stop, kernel.isAtLimit);
  return stop;
}

function takeTurns(
  kernel: Kernel,
  budgetSteps: number,
  until: 'budget' | 'trap' | 'turn',
): 'budget' | 'waiting' | 'exited' {
  const end = kernel.clock.steps + budgetSteps;
  const trapsBefore = kernel.syscalls + kernel.faults;
  for (;;) {
    if (kernel.hasExited) return 'exited';
    if (kernel.livingProcesses === 0) {
      kernel.finish('exited');
      return 'exited';
    }
    const limit = limitReached(kernel);
    if (limit !== undefined) {
      kernel.finish('limit', limit);
      return 'exited';
    }
    if (kernel.clock.steps >= end) return 'budget';
    if (until === 'trap' && kernel.syscalls + kernel.faults !== trapsBefore) return 'budget';
    fireTimers(kernel);
    const stop = takeTurn(kernel, end);
    if (stop !== undefined) return stop;
    kernel.recorder?.turned();
    if (until === 'turn') return 'budget';
  }
}

/** One thing is done, whatever comes next; or why nothing can be. */
function takeTurn(kernel: Kernel, end: number): 'waiting' | 'exited' | undefined {
  const { current } = kernel.scheduler;
  if (current?.wait?.host !== undefined && !current.wait.host()) {
    if (!hasDeliverableSignal(current)) return 'waiting';
    deliverSignals(current, INTERRUPTED);
    return undefined;
  }
  const task = kernel.scheduler.pick();
  if (task === undefined) return whenIdle(kernel);
  runTask(kernel, task, end);
  return undefined;
}

function limitReached(kernel: Kernel): string | undefined {
  const { limits, clock, machine } = kernel;
  if (clock.steps >= limits.steps) return `stopped at the limit of ${limits.steps} steps`;
  if (machine.hart.instret >= limits.instructions) {
    return `stopped at the limit of ${limits.instructions} instructions`;
  }
  if (kernel.isOutputExceeded) {
    return `stopped at the limit of ${limits.outputBytes} bytes of output`;
  }
  return undefined;
}

/** Nothing is runnable: time jumps, the host is asked, or nothing can ever happen again. */
function whenIdle(kernel: Kernel): 'waiting' | 'exited' | undefined {
  const deadline = kernel.earliestDeadline();
  if (deadline !== undefined && Number.isFinite(deadline)) {
    if (kernel.clock.mode === 'host') return 'waiting';
    kernel.clock.jumpTo(deadline);
    return undefined;
  }
  if (kernel.mayInput) return 'waiting';
  // Processes left behind by one that has ended may wait for ever without being missed.
  if (kernel.hasFirstEnded) kernel.finish('exited');
  else kernel.finish('limit', deadlockText(kernel));
  return 'exited';
}

function deadlockText(kernel: Kernel): string {
  const waiting = [...kernel.tasks.values()].map((task) => {
    const what =
      task.state === 'stopped' ? 'is stopped' : `waits in ${syscallName(task.callNumber)}`;
    return `pid ${task.tid} (${task.name}) ${what}`;
  });
  return `deadlock: nothing can ever wake what is left: ${waiting.join('; ')}`;
}

function fireTimers(kernel: Kernel): void {
  const { scheduler, timers } = kernel;
  let expired = 0;
  // The host's clock is not asked without need: after most traps, nobody waits for it.
  if (scheduler.hasSleepers || timers.hasArmed) {
    const now = kernel.clock.now();
    scheduler.wakeSleepers(now);
    expired = timers.expire(now);
  }
  const running = scheduler.current?.process;
  if (running?.cpuTimers.hasArmed) expired += running.cpuTimers.expire(cpuTime(running));
  if (expired > 0) kernel.clock.charge(expired * EXPIRY_STEPS);
}

/** Puts the task on the hart and lets it do one thing: a waiting call, a signal, or instructions. */
function runTask(kernel: Kernel, task: Task, end: number): void {
  switchTo(kernel, task);
  if (task.callNumber >= 0 || hasDeliverableSignal(task)) {
    watched(kernel, task, resume);
    return;
  }
  const before = kernel.machine.hart.instret;
  const stop = kernel.machine.hart.run(instructionsToRun(kernel, task, end));
  const retired = kernel.machine.hart.instret - before;
  task.slice -= retired;
  task.steps += retired;
  task.process.usage.steps += retired;
  if (stop !== 'trap') return;
  kernel.clock.charge(1);
  watched(kernel, task, handleTrap);
}

type Work = (kernel: Kernel, task: Task) => void;

/** What the task was about before it can go on: a call that waited, or a signal. */
const resume: Work = (kernel, task) => {
  if (task.callNumber >= 0) resumeSyscall(kernel, task);
  else deliverSignals(task, undefined);
};

/** What the hart stopped for. */
const handleTrap: Work = (kernel, task) => {
  const { trapCause, trapValue } = kernel.machine.hart;
  if (trapCause === Cause.EcallFromUser) {
    dispatchSyscall(kernel, task);
    return;
  }
  handleException(kernel, task, trapCause, trapValue);
  if (hasDeliverableSignal(task)) deliverSignals(task, undefined);
};

/** Does the kernel's work, under the eyes of the verifier where it is on. */
function watched(kernel: Kernel, task: Task, work: Work): void {
  const { monitor } = kernel;
  if (monitor?.mode !== 'trap') {
    work(kernel, task);
    return;
  }
  const { memory } = task.process;
  const name = work === resume ? resumedName(task) : trapName(kernel);
  monitor.begin(new KernelTrap(name, task.process, kernel.machine.hart));
  work(kernel, task);
  monitor.end(memory);
}

function resumedName({ callNumber }: Task): string {
  return callNumber >= 0 ? syscallName(callNumber) : 'signal';
}

function trapName({ machine }: Kernel): string {
  const { trapCause } = machine.hart;
  if (trapCause !== Cause.EcallFromUser) return exceptionName(trapCause);
  return syscallName(machine.hart.readX(REG_A7));
}

/** One trap, as reports may ask for it much later. The verifier keeps one for each entry: it is small. */
class KernelTrap implements TrapEvent {
  readonly name: string;
  readonly pid: number;
  readonly instruction: number;
  readonly pc: number | undefined;
  /** ra: where a system call's wrapper will return to. */
  private readonly returnTo: number;
  private readonly program: Program;
  private readonly cause: number;
  private readonly value: number | bigint;

  constructor(name: string, { pid, program }: Process, hart: Hart) {
    this.name = name;
    this.pid = pid;
    this.instruction = hart.instret;
    this.pc = Number.isSafeInteger(hart.pc) ? hart.pc : undefined;
    this.returnTo = hart.readX(REG_RA);
    this.program = program;
    this.cause = hart.trapCause;
    const { trapValue } = hart;
    this.value = Number.isSafeInteger(trapValue) ? trapValue : hart.trapValue64;
  }

  what(): string {
    if (this.name === 'signal') return 'delivery of a signal';
    return this.isException ? exceptionText(this.cause, this.value) : this.name;
  }

  place(): CodePlace | undefined {
    return this.pc === undefined ? undefined : placeOf(this.program, this.pc);
  }

  caller(): ({ readonly pc: number } & CodePlace) | undefined {
    if (this.isException || this.name === 'signal') return undefined;
    // The call is the instruction before.
    return { pc: this.returnTo, ...placeOf(this.program, this.returnTo - 1) };
  }

  private get isException(): boolean {
    return this.name === 'fault' || this.name === 'exception';
  }
}

function instructionsToRun(kernel: Kernel, task: Task, end: number): number {
  const { clock, limits, machine } = kernel;
  const stepsLeft = Math.min(end, limits.steps) - clock.steps;
  const instructionsLeft = limits.instructions - machine.hart.instret;
  let count = Math.min(task.slice, stepsLeft, instructionsLeft);
  const deadline = kernel.earliestDeadline();
  if (deadline !== undefined) {
    const isVirtual = clock.mode === 'virtual';
    count = Math.min(count, isVirtual ? clock.stepsUntil(deadline) : HOST_SLICE_INSTRUCTIONS);
  }
  const { process } = task;
  const cpuDeadline = process.cpuTimers.earliest;
  if (cpuDeadline !== undefined) {
    const left = cpuDeadline - cpuTime(process);
    count = Math.min(count, Math.ceil(left / NANOSECONDS_PER_STEP));
  }
  return Math.max(1, count);
}

function switchTo(kernel: Kernel, task: Task): void {
  const { scheduler, machine } = kernel;
  const { current } = scheduler;
  if (current === task) return;
  if (current !== undefined) machine.hart.saveRegisters(current.registers);
  task.process.memory.activate();
  machine.hart.loadRegisters(task.registers);
  scheduler.current = task;
}
