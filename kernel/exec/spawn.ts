import { fromHostText } from '../bytes.js';
import { DescriptorTable } from '../files/descriptors.js';
import { Directory } from '../files/directory.js';
import { O_RDWR } from '../files/mode.js';
import type { Kernel } from '../kernel.js';
import type { SpawnOptions } from '../options.js';
import { defaultLimits, RLIMIT_STACK } from '../process/limits.js';
import { INIT_PID, Process } from '../process/process.js';
import { Task } from '../process/task.js';
import { SignalActions } from '../signals/actions.js';
import { type Tty, TtyFile } from '../tty/tty.js';
import { adoptProgram } from './execute.js';
import { type LoadedProgram, loadProgram } from './load.js';

/**
 * The host starts a program: a process of its own, on a terminal or with the console as its standard
 * files.
 *
 * @throws Error with one line that says why it cannot be started
 */
export function spawnProgram(kernel: Kernel, o: SpawnOptions): Process {
  const directory = kernel.files.resolve(fromHostText(o.cwd));
  if (!(directory instanceof Directory)) {
    throw new Error(`working directory ${o.cwd} is not a directory of the guest's tree`);
  }
  const limits = defaultLimits(kernel.limits.tasks);
  const loaded = loadProgram(kernel, {
    path: fromHostText(o.path),
    args: o.args.map(fromHostText),
    env: o.env.map(fromHostText),
    base: directory,
    stackLimit: limits[RLIMIT_STACK]!.soft,
  });
  if ('errno' in loaded) throw new Error(loaded.reason);
  return start(kernel, loaded, directory, limits, o.tty);
}

function start(
  kernel: Kernel,
  loaded: LoadedProgram,
  directory: Directory,
  limits: Process['limits'],
  onTty: Tty | undefined,
): Process {
  const pid = kernel.nextPid();
  const process = new Process(
    {
      pid,
      parent: undefined,
      memory: { memory: loaded.memory, users: 1 },
      descriptors: new DescriptorTable(),
      actions: new SignalActions(),
      limits,
      directory,
      program: loaded.program,
      group: pid,
      session: onTty === undefined ? INIT_PID : sessionOn(kernel, onTty, pid),
      startedAt: kernel.clock.now(),
    },
    0,
  );
  const task = new Task(kernel, process, pid, loaded.name);
  process.tasks.push(task);
  adoptProgram(task, loaded);
  kernel.adopt(process);
  kernel.tasks.set(pid, task);
  openStandardFiles(kernel, process, onTty);
  kernel.startRun(process);
  const tty = onTty ?? kernel.console.tty;
  if (tty !== undefined) takeTerminal(kernel, process, tty);
  kernel.scheduler.add(task);
  return process;
}

function openStandardFiles(kernel: Kernel, process: Process, onTty: Tty | undefined): void {
  const tty = onTty ?? kernel.console.tty;
  for (const fd of [0, 1, 2] as const) {
    const isTerminal = onTty !== undefined || kernel.console.hasTerminal(fd);
    const file =
      isTerminal && tty !== undefined
        ? openTty(kernel, tty)
        : kernel.console.open(fd, kernel.files);
    process.descriptors.install(file, { closeOnExec: false, limit: 3, from: fd });
  }
}

function openTty(kernel: Kernel, tty: Tty): TtyFile {
  const inode = kernel.files.resolve(tty.path);
  if (typeof inode === 'number') throw new Error(`${tty.path} was removed; start no program on it`);
  return new TtyFile(inode, O_RDWR, tty);
}

/** A program on a terminal joins the session there, or is the leader of a new one. */
function sessionOn(kernel: Kernel, tty: Tty, pid: number): number {
  if (kernel.hasSession(tty.session)) return tty.session;
  return tty === kernel.console.tty ? INIT_PID : pid;
}

/** A started program is in the foreground unless another one of the host's still is. */
function takeTerminal(kernel: Kernel, process: Process, tty: Tty): void {
  const isTaken = [...kernel.processes.values()].some(
    (other) => other.group === tty.foregroundGroup && other.ending === undefined,
  );
  if (isTaken) return;
  tty.foregroundGroup = process.group;
  tty.session = process.session;
}
