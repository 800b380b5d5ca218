import { Machine, PAGE_SIZE } from '../emulator/index.js';
import { auditKernel, kernelParts, spaceCount } from './audit.js';
import { Clock } from './clock.js';
import { spawnProgram } from './exec/spawn.js';
import { createTrampoline } from './exec/trampoline.js';
import { populateDevices } from './files/devices.js';
import { Disk } from './files/disk.js';
import type { RegularFile } from './files/regular-file.js';
import { FileTree } from './files/tree.js';
import { SocketSpace } from './files/unix-socket.js';
import { SegmentTable } from './ipc/shared-memory.js';
import {
  BufferRoom,
  createMapper,
  MAX_SWAP_BYTES,
  MemorySystem,
  PhysicalMemory,
} from './memory/index.js';
import {
  DEFAULT_MAX_OUTPUT_BYTES,
  defaultMaxTasks,
  type KernelOptions,
  type RunResult,
  type SpawnOptions,
} from './options.js';
import { exitProcess } from './process/exit.js';
import { FutexTable } from './process/futex.js';
import { Jobs } from './process/jobs.js';
import { OomKiller } from './process/out-of-memory.js';
import { type Ending, INIT_PID, type Process } from './process/process.js';
import { Scheduler } from './process/scheduler.js';
import type { Task } from './process/task.js';
import { TimerSet } from './process/timers.js';
import { WaitQueue } from './process/wait-queue.js';
import { populateProc } from './procfs/tree.js';
import { Random } from './random.js';
import { resultOf } from './result.js';
import { runMachine } from './run.js';
import { SI_KERNEL, SIGINT } from './signals/numbers.js';
import { sendToProcess } from './signals/send.js';
import type { HostAct } from './snapshot/acts.js';
import { parseSnapshot } from './snapshot/parse.js';
import { Recorder } from './snapshot/recorder.js';
import { Replay, type RestoreOptions, replayOptions } from './snapshot/replay.js';
import { type Snapshot, takeSnapshot } from './snapshot/snapshot.js';
import { StateHash } from './state-hash.js';
import { Tracer } from './strace/tracer.js';
import { Console } from './tty/console.js';
import { addTerminal, connectTerminal, hangUp, nextTerminal } from './tty/sessions.js';
import { type TerminalHost, type Tty, type TtyHost, windowOf } from './tty/tty.js';
import { explain, kernelView, Monitor, machineView, type Violation } from './verify/index.js';

function deviceBytes(what: string, bytes = 0): number {
  if (Number.isInteger(bytes / PAGE_SIZE) && bytes >= 0 && bytes <= MAX_SWAP_BYTES) return bytes;
  throw new Error(`a ${what} of ${bytes} bytes: give a multiple of 4096 below 4 GiB`);
}

/** Deaths of processes that are explained: a program may make them without end. */
const MAX_DEATHS_EXPLAINED = 100;

/**
 * A Linux kernel for one machine, as far as its programs can see. Nothing here waits for the host:
 * `run` does a bounded amount of work and says why it stopped.
 */
export class Kernel {
  readonly machine: Machine;
  readonly clock: Clock;
  readonly memorySystem: MemorySystem;
  readonly frames: PhysicalMemory;
  readonly files: FileTree;
  /** Mounted at /disk. */
  readonly disk: Disk | undefined;
  readonly console: Console;
  readonly entropy: Random;
  readonly scheduler: Scheduler;
  readonly jobs: Jobs;
  readonly futexes = new FutexTable();
  /** System V shared memory. */
  readonly segments: SegmentTable;
  readonly sockets = new SocketSpace();
  readonly timers = new TimerSet();
  /** Woken whenever anybody is sent a signal. */
  readonly signalArrived = new WaitQueue();
  readonly placement: 'top-down' | 'bottom-up';
  readonly trampoline: RegularFile;
  readonly tracer: Tracer | undefined;
  /** With `verify`. */
  readonly monitor: Monitor | undefined;
  /** With `record`. */
  readonly recorder: Recorder | undefined;
  readonly onFault: KernelOptions['onFault'];
  readonly limits: { steps: number; instructions: number; outputBytes: number; tasks: number };
  /** Every process that has not been waited for. */
  readonly processes = new Map<number, Process>();
  /** Every task that has not ended. */
  readonly tasks = new Map<number, Task>();
  /** The console's terminal, if it is one, and those that were added. */
  readonly ttys: Tty[] = [];
  /** Of `processes`, those that have not ended. */
  livingProcesses = 0;
  syscalls = 0;
  faults = 0;
  /** Of those, the ones that read a page from the swap device. */
  majorFaults = 0;
  readonly oomKiller = new OomKiller(this);
  /** What the verifier has found. */
  violations = 0;
  readonly unknownSyscalls = new Map<number, number>();
  private deathsExplained = 0;

  readonly states: StateHash;
  private readonly options: KernelOptions;
  private readonly explanations: string[] = [];
  lastPid = INIT_PID;
  /** Tasks that ever came to be: `processes` of /proc/stat. */
  tasksStarted = 0;
  private outputBytes = 0;
  private first: Process | undefined;
  private ending: Ending | 'limit' | undefined;
  private isOver = false;
  private lastState: string | undefined;

  /** @param startedAt what the host's clock showed then; now, unless given */
  private constructor(o: KernelOptions, startedAt?: number) {
    this.options = o;
    const seed = o.seed ?? 0;
    const hostNow = o.clock === 'host' ? o.hostNow : undefined;
    if (o.record) this.recorder = new Recorder(this, hostNow, startedAt);
    this.machine = Machine.create({
      memoryBytes: o.memoryBytes,
      supervisor: 'host',
      tlb: o.tlb,
    });
    this.clock = new Clock({
      mode: o.clock ?? 'virtual',
      retired: () => this.machine.hart.instret,
      hostNow: this.recorder === undefined ? o.hostNow : () => this.recorder!.time,
    });
    const verifies = o.verify !== undefined && o.verify !== 'off';
    this.frames = new PhysicalMemory(this.machine.ram, { poison: verifies });
    const mayGrowTrees = (nodes: number) =>
      this.memorySystem.mayGrowTrees(nodes) && (o.mayAllocate === undefined || o.mayAllocate());
    this.memorySystem = new MemorySystem({
      machine: this.machine,
      host: this.clock,
      frames: this.frames,
      swapBytes: deviceBytes('swap device', o.swapBytes),
      hasDisk: (o.diskBytes ?? 0) > 0,
      replacement: o.replacement,
      createMapper: (placement) =>
        createMapper(placement, { journal: o.verify === 'trap', mayAllocate: mayGrowTrees }),
    });
    if (o.mayAllocate !== undefined) this.frames.mayAllocate = o.mayAllocate;
    this.frames.whenExhausted = (need) => this.oomKiller.relieve(need);
    this.entropy = new Random(seed, 'entropy');
    this.scheduler = new Scheduler(new Random(seed, 'scheduling'));
    this.jobs = new Jobs(this.scheduler);
    this.placement = o.placement ?? 'top-down';
    this.onFault = o.onFault;
    this.limits = {
      steps: o.maxSteps ?? Number.POSITIVE_INFINITY,
      instructions: o.maxInstructions ?? Number.POSITIVE_INFINITY,
      outputBytes: o.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES,
      tasks: o.maxTasks ?? defaultMaxTasks(o.memoryBytes),
    };
    this.files = new FileTree({
      now: () => this.clock.realtime(),
      createPages: (room) => this.memorySystem.createCache(room),
      buffers: new BufferRoom(this.frames),
      pageLimit: Math.floor(this.machine.ram.frameCount / 2),
      hostAct: (act, work) => this.hostAct(act, work),
    });
    this.segments = new SegmentTable(this.memorySystem, {
      seconds: () => this.clock.realtime().seconds,
      currentPid: () => this.scheduler.current?.process.pid,
    });
    this.disk = this.mountDisk(deviceBytes('disk', o.diskBytes));
    this.console = new Console(
      o.console,
      { takeOutput: (bytes) => this.takeOutput(bytes) },
      this.ttyJobs(),
    );
    this.trampoline = createTrampoline(this.files);
    populateDevices(this);
    if (this.console.tty !== undefined) connectTerminal(this, this.console.tty);
    populateProc(this);
    this.files.allowNames(Math.floor(this.machine.ram.frameCount / 2));
    this.tracer = o.strace === undefined ? undefined : new Tracer(this, o.strace);
    this.states = new StateHash(this);
    if (verifies) this.monitor = this.createMonitor(o.verify === 'trap' ? 'trap' : 'exit');
  }

  /** @throws Error naming a size of memory or swap that is not possible */
  static create(o: KernelOptions): Kernel {
    return new Kernel(o);
  }

  /**
   * Starts a program as a process of its own, with the console as its standard files.
   *
   * @throws Error with one line that says why it cannot be started
   */
  spawn(o: SpawnOptions): Process {
    const { path, args, env, cwd, tty } = o;
    const act = { kind: 'spawn', path, args, env, cwd, tty: tty?.number ?? 0 } as const;
    const process = this.hostAct(act, () => spawnProgram(this, o));
    this.options.onSpawn?.(process);
    return process;
  }

  /**
   * Another terminal, for programs that `spawn` starts on it; /dev/ttyN in the guest.
   *
   * @param number N, which no connected terminal has; the next one when left out
   */
  addTerminal(host: TerminalHost, number = nextTerminal(this)): Tty {
    const { columns, rows } = windowOf(host);
    const act = { kind: 'terminal', tty: number, columns, rows } as const;
    return this.hostAct(act, () => addTerminal(this, host, number));
  }

  /** The host closes a terminal: its session hears SIGHUP, and no program can use it any more. */
  hangUp(tty: Tty): void {
    this.hostAct({ kind: 'hang-up', tty: tty.number }, () => hangUp(this, tty));
  }

  /**
   * Standard input: what a user typed, or what a file or pipe holds.
   *
   * @returns how many bytes were taken; a terminal takes no more than it has room for
   */
  input(bytes: Uint8Array): number {
    return this.hostAct({ kind: 'input', tty: 0, bytes }, () => this.console.input(bytes));
  }

  /** Standard input ends; a terminal hangs up. */
  endInput(): void {
    this.hostAct({ kind: 'end-input' }, () => {
      this.console.endInput();
      if (this.console.hasTerminal(0) && this.console.tty !== undefined)
        this.hangUp(this.console.tty);
    });
  }

  /** Ctrl-C of a host that has no terminal: SIGINT to the foreground processes. */
  interrupt(): void {
    this.hostAct({ kind: 'interrupt', tty: 0 }, () => {
      const group = this.console.tty?.foregroundGroup ?? this.first?.group;
      if (group !== undefined) this.signalGroup(group, SIGINT);
    });
  }

  /** The host sends a signal to every process of a group. */
  kill(group: number, signal: number): void {
    this.hostAct({ kind: 'signal', group, signal }, () => this.signalGroup(group, signal));
  }

  /**
   * Runs for about `budgetSteps`, or until one trap has been handled. 'waiting' means: give input, or
   * call again at `nextDeadline`.
   */
  run(budgetSteps: number, until: 'budget' | 'trap' = 'budget'): 'budget' | 'waiting' | 'exited' {
    return runMachine(this, budgetSteps, until);
  }

  /** After 'waiting': whether only input helps; otherwise the next deadline does. */
  get waitsForInput(): boolean {
    return this.scheduler.current?.wait?.host !== undefined || this.nextDeadline() === undefined;
  }

  /** Host clock: when a task wakes by itself, on the same base as `hostNow`; undefined when none will. */
  nextDeadline(): number | undefined {
    const deadline = this.earliestDeadline();
    if (deadline === undefined) return undefined;
    const time = this.clock.hostTime(deadline);
    return this.recorder?.onHostBase(time) ?? time;
  }

  /** The terminal's window has another size: SIGWINCH to the foreground. */
  resize(columns: number, rows: number): void {
    this.console.tty?.resize({ columns, rows });
  }

  /** The terminal that controls a process. */
  ttyOf({ session }: Process): Tty | undefined {
    return this.ttys.find((tty) => tty.session === session && tty.isConnected);
  }

  /** Whether a process of the session is alive. */
  hasSession(session: number): boolean {
    for (const process of this.processes.values()) {
      if (process.session === session && process.ending === undefined) return true;
    }
    return false;
  }

  /** Whether the host can still make a waiting task runnable: by typing. */
  get mayInput(): boolean {
    if (this.console.mayInput) return true;
    return this.ttys.some((tty) => tty !== this.console.tty && tty.isConnected);
  }

  /** Whether there ever was more than one task. */
  get hasForked(): boolean {
    return this.lastPid > INIT_PID + 1;
  }

  get hasExited(): boolean {
    return this.isOver;
  }

  /** Recomputes everything from raw memory and compares. See kernel/verify. */
  verify(): Violation[] {
    return auditKernel(this);
  }

  result(): RunResult {
    return resultOf(this, this.ending, this.lastState ?? this.states.compute());
  }

  /** What a person should know besides the program's output: why it died, what it asked in vain. */
  diagnostics(): string {
    return this.explanations.join('\n');
  }

  /**
   * All that it takes to have this machine again as it is now, as plain data.
   *
   * @throws Error where the machine does not `record`, or what came from outside cannot be told
   */
  snapshot(): Snapshot {
    return takeSnapshot(this, this.options);
  }

  /**
   * A machine as it was when a snapshot was taken: a fresh one is given the same configuration and
   * the same input, and run to the same step. Where its state then differs, rule L7 is violated.
   *
   * @param data what `snapshot` gave, by whatever way it came here
   * @throws Error with one line that says what is wrong with the data
   */
  static restore(data: unknown, o: RestoreOptions): Kernel {
    const replay = Kernel.replay(data, o);
    replay.run();
    return replay.kernel;
  }

  /** The same in pieces, for a host that has to do something else in between. */
  static replay(data: unknown, o: RestoreOptions): Replay {
    const snapshot = parseSnapshot(data, o.maxSteps);
    return new Replay(new Kernel(replayOptions(snapshot, o), snapshot.startedAt), snapshot, o);
  }

  // For the parts of the kernel. -----------------------------------------------------------------

  /**
   * Something that comes from the host, and is remembered where the machine records. What finds no
   * memory fails; no program dies for it.
   */
  hostAct<T>(act: HostAct, work: () => T): T {
    const gentle = () => this.oomKiller.spare(work);
    return this.recorder === undefined ? gentle() : this.recorder.perform(act, gentle);
  }

  /** What a terminal needs of the kernel. */
  ttyJobs(): Omit<TtyHost, 'output'> {
    return {
      signalGroup: (group, signal) => this.signalGroup(group, signal),
      hostAct: (act, work) => this.hostAct(act, work),
    };
  }

  explain(text: string): void {
    this.explanations.push(text);
    this.options.report?.(text);
  }

  /** Says why a process dies; of more than anybody reads, only that there are more. */
  explainDeath(text: string): void {
    this.deathsExplained++;
    if (this.deathsExplained <= MAX_DEATHS_EXPLAINED) this.explain(text);
    else if (this.deathsExplained === MAX_DEATHS_EXPLAINED + 1) {
      this.explain(`${MAX_DEATHS_EXPLAINED} processes that died were explained: no more are`);
    }
  }

  nextPid(): number {
    this.tasksStarted++;
    do {
      this.lastPid = this.lastPid >= 32767 ? 300 : this.lastPid + 1;
    } while (this.processes.has(this.lastPid) || this.tasks.has(this.lastPid));
    return this.lastPid;
  }

  /** A process comes to be. */
  adopt(process: Process): void {
    this.processes.set(process.pid, process);
    this.livingProcesses++;
  }

  afterExec(process: Process): void {
    this.options.afterExec?.(process);
  }

  /** A process is about to give its memory up. The last one leaves the state hash behind. */
  beforeExit(process: Process): void {
    this.options.beforeExit?.(process);
    this.monitor?.leaving(process.memory.table.rootPpn);
    if (this.livingProcesses !== 1) return;
    this.lastState = this.states.compute();
    this.monitor?.scan();
  }

  private createMonitor(mode: 'exit' | 'trap'): Monitor {
    const { machine, memorySystem } = this;
    return new Monitor(mode, {
      machine,
      memorySystem,
      view: (history) => ({
        machine: machineView(machine, history),
        kernel: kernelView(kernelParts(this)),
      }),
      report: (violation) => this.report(violation),
      spaceCount: () => spaceCount(this),
    });
  }

  /** The verifier, or a restored snapshot, has found something. */
  report(violation: Violation): void {
    this.violations++;
    this.options.onViolation?.(violation);
    this.explain(explain(violation));
  }

  processEnded(process: Process, ending: Ending): void {
    this.livingProcesses--;
    if (process === this.first) this.ending = ending;
    if (ending.kind === 'signalled') this.tracer?.killed(process, ending);
    else this.tracer?.exited(process, ending.status);
  }

  /** The process is gone: its parent has seen how it ended, or never will. */
  reap(process: Process): void {
    this.processes.delete(process.pid);
    process.parent?.children.delete(process);
  }

  private mountDisk(sizeBytes: number): Disk | undefined {
    if (sizeBytes === 0) return undefined;
    const { clock, files, frames } = this;
    const charge = (steps: number) => clock.charge(steps);
    const disk = new Disk(sizeBytes, { frames, charge, now: () => clock.realtime() });
    files.root.link('disk', disk.root);
    return disk;
  }

  killProcess(process: Process, ending: Ending): void {
    exitProcess(this, process, ending);
  }

  /** A thread that ends because another one executes a program. */
  dropTask(task: Task): void {
    task.endWait();
    this.scheduler.kill(task);
    this.tasks.delete(task.tid);
    const { tasks } = task.process;
    tasks.splice(tasks.indexOf(task), 1);
  }

  signalGroup(group: number, signal: number): number {
    const members = [...this.processes.values()].filter(
      (process) => process.group === group && process.ending === undefined,
    );
    for (const process of members) sendToProcess(process, { signal, code: SI_KERNEL });
    return members.length;
  }

  earliestDeadline(): number | undefined {
    const wake = this.scheduler.nextDeadline();
    const timer = this.timers.earliest;
    return wake === undefined || timer === undefined ? (wake ?? timer) : Math.min(wake, timer);
  }

  /** Ends the run: all processes are gone, or a limit was reached. */
  finish(why: 'exited' | 'limit', message?: string): void {
    if (message !== undefined) this.explain(message);
    this.monitor?.scan();
    for (const [number, count] of this.unknownSyscalls) {
      const times = count === 1 ? 'once' : `${count} times`;
      this.explain(`unknown system call ${number}: answered ENOSYS ${times}`);
    }
    this.lastState ??= this.states.compute();
    if (why === 'limit') this.ending = 'limit';
    this.isOver = true;
  }

  /** Whether a limit ended the run, and nothing in the guest. */
  get isAtLimit(): boolean {
    return this.ending === 'limit';
  }

  get hasFirstEnded(): boolean {
    return this.first?.ending !== undefined;
  }

  get isOutputExceeded(): boolean {
    return this.outputBytes > this.limits.outputBytes;
  }

  /** What is told about a run is told about its first process: this one, if no run is under way. */
  startRun(process: Process): void {
    if (this.first !== undefined && !this.isOver) return;
    this.first = process;
    this.ending = undefined;
    this.lastState = undefined;
    this.isOver = false;
  }

  /** Counts output; answers how many of the bytes may still be written. */
  takeOutput(bytes: number): number {
    const allowed = Math.max(0, Math.min(bytes, this.limits.outputBytes - this.outputBytes));
    this.outputBytes += bytes;
    return allowed;
  }
}
