import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { watchCpuLimit } from './cpu-limit.js';
import { RLIMIT_NPROC } from './limits.js';
import { Process, type SharedMemory } from './process.js';
import { PC_WORD, REG_A0, REG_SP, REG_TP, registerWord } from './registers.js';
import { NO_ALTERNATE_STACK, Task } from './task.js';

export const CLONE_VM = 0x100;
export const CLONE_FS = 0x200;
export const CLONE_FILES = 0x400;
export const CLONE_SIGHAND = 0x800;
export const CLONE_PIDFD = 0x1000;
export const CLONE_VFORK = 0x4000;
export const CLONE_PARENT = 0x8000;
export const CLONE_THREAD = 0x1_0000;
export const CLONE_SETTLS = 0x8_0000;
export const CLONE_PARENT_SETTID = 0x10_0000;
export const CLONE_CHILD_CLEARTID = 0x20_0000;
export const CLONE_CHILD_SETTID = 0x100_0000;
/** Namespaces, ptrace: not here. */
export const CLONE_KNOWN =
  CLONE_VM |
  CLONE_FS |
  CLONE_FILES |
  CLONE_SIGHAND |
  CLONE_PIDFD |
  CLONE_VFORK |
  CLONE_PARENT |
  CLONE_THREAD |
  CLONE_SETTLS |
  CLONE_PARENT_SETTID |
  CLONE_CHILD_CLEARTID |
  CLONE_CHILD_SETTID |
  0x4_0000 /* SYSVSEM */ |
  0x40_0000 /* DETACHED */ |
  0x80_0000; /* UNTRACED */

export interface CloneRequest {
  readonly flags: number;
  /** Where CLONE_PIDFD puts the descriptor. */
  readonly pidfdAt: number;
  /** 0: the child goes on with the parent's sp. */
  readonly stack: number;
  readonly parentTid: number;
  readonly tls: number;
  readonly childTid: number;
  readonly exitSignal: number;
}

/** clone(2). @returns the new task, not yet scheduled, or a negative errno */
export function cloneTask(kernel: Kernel, parent: Task, o: CloneRequest): Task | number {
  const { flags } = o;
  if ((flags & CLONE_SIGHAND) !== 0 && (flags & CLONE_VM) === 0) return -Errno.EINVAL;
  if ((flags & CLONE_THREAD) !== 0 && (flags & CLONE_SIGHAND) === 0) return -Errno.EINVAL;
  if (userTasks(kernel) >= parent.process.limits[RLIMIT_NPROC]!.soft) return -Errno.EAGAIN;
  if (kernel.tasks.size >= kernel.limits.tasks) return -Errno.EAGAIN;
  const isThread = (flags & CLONE_THREAD) !== 0;
  const process = isThread ? parent.process : forkProcess(kernel, parent, o);
  if (typeof process === 'number') return process;
  const tid = isThread ? kernel.nextPid() : process.pid;
  const task = new Task(kernel, process, tid, parent.name);
  process.tasks.push(task);
  kernel.tasks.set(tid, task);
  task.mask = parent.mask;
  task.nice = parent.nice;
  task.timerSlack = task.defaultTimerSlack = parent.timerSlack;
  const sharesMemory = (flags & CLONE_VM) !== 0 && (flags & CLONE_VFORK) === 0;
  task.alternateStack = sharesMemory ? NO_ALTERNATE_STACK : parent.alternateStack;
  if ((flags & CLONE_CHILD_CLEARTID) !== 0) task.clearChildTid = o.childTid;
  setRegisters(kernel, task, o);
  writeTids(parent, task, o);
  return task;
}

/** What RLIMIT_NPROC counts of the only user's: tasks, and processes that nobody has waited for. */
function userTasks(kernel: Kernel): number {
  return kernel.tasks.size + kernel.processes.size - kernel.livingProcesses;
}

function forkProcess(kernel: Kernel, parent: Task, o: CloneRequest): Process | number {
  const from = parent.process;
  const memory = forkMemory(from.sharedMemory, (o.flags & CLONE_VM) !== 0);
  if (memory === undefined) return -Errno.ENOMEM;
  const siblingOf = (o.flags & CLONE_PARENT) !== 0 ? from.parent : from;
  const pid = kernel.nextPid();
  const child = new Process(
    {
      pid,
      parent: siblingOf,
      memory,
      descriptors:
        (o.flags & CLONE_FILES) !== 0 ? from.descriptors.share() : from.descriptors.copy(),
      actions: (o.flags & CLONE_SIGHAND) !== 0 ? from.actions : from.actions.copy(),
      limits: [...from.limits],
      directory: from.directory,
      program: { ...from.program },
      group: from.group,
      session: from.session,
      startedAt: kernel.clock.now(),
    },
    o.exitSignal,
  );
  child.program.file.retain();
  child.program.file.executing++;
  child.umask = from.umask;
  child.isDumpable = from.isDumpable;
  child.hasNoNewPrivileges = from.hasNoNewPrivileges;
  child.oomScoreAdj = from.oomScoreAdj;
  child.personality = from.personality;
  child.credentials = from.credentials;
  child.isVforkChild = (o.flags & CLONE_VFORK) !== 0;
  watchCpuLimit(child);
  kernel.adopt(child);
  return child;
}

function forkMemory(shared: SharedMemory, isShared: boolean): SharedMemory | undefined {
  if (isShared) {
    shared.users++;
    return shared;
  }
  const memory = shared.memory.fork();
  return memory === undefined ? undefined : { memory, users: 1 };
}

/** The child goes on behind the ecall, with 0 as the call's answer. */
function setRegisters(kernel: Kernel, task: Task, o: CloneRequest): void {
  const { registers } = task;
  kernel.machine.hart.saveRegisters(registers);
  const set = (index: number, value: number) => {
    registers[registerWord(index)] = value;
    registers[registerWord(index) + 1] = Math.floor(value / 2 ** 32);
  };
  const pc = kernel.machine.hart.pc + 4;
  registers[PC_WORD] = pc;
  registers[PC_WORD + 1] = Math.floor(pc / 2 ** 32);
  set(REG_A0, 0);
  if (o.stack !== 0) set(REG_SP, o.stack);
  if ((o.flags & CLONE_SETTLS) !== 0) set(REG_TP, o.tls);
}

/** A bad address is not an error here: compare Linux kernel/fork.c, which ignores put_user. */
function writeTids(parent: Task, task: Task, o: CloneRequest): void {
  const tid = new Uint8Array(new Uint32Array([task.tid]).buffer);
  if ((o.flags & CLONE_PARENT_SETTID) !== 0) parent.process.memory.copyOut(o.parentTid, tid);
  if ((o.flags & CLONE_CHILD_SETTID) === 0) return;
  task.process.memory.activate();
  task.process.memory.copyOut(o.childTid, tid);
  parent.process.memory.activate();
}
