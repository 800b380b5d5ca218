import { byteString } from '../bytes.js';
import { Errno } from '../errno.js';
import { replaceProgram } from '../exec/execute.js';
import { loadProgram } from '../exec/load.js';
import { exitProcess, exitTask } from '../process/exit.js';
import {
  CLONE_KNOWN,
  CLONE_PARENT_SETTID,
  CLONE_PIDFD,
  CLONE_THREAD,
  CLONE_VFORK,
  type CloneRequest,
  cloneTask,
} from '../process/fork.js';
import { RLIMIT_STACK } from '../process/limits.js';
import { type Call, NO_RESULT } from './call.js';
import { descriptorLimit } from './descriptors.js';
import { openProcess } from './pidfd.js';

/** exit(2): this thread alone. */
export function sysExit(call: Call, status: number): number {
  exitTask(call.kernel, call.task, status & 0xff);
  return NO_RESULT;
}

export function sysExitGroup(call: Call, status: number): number {
  exitProcess(call.kernel, call.process, { kind: 'exited', status: status & 0xff });
  return NO_RESULT;
}

/** clone(2); riscv64 passes tls before child_tid. */
export function sysClone(
  call: Call,
  flags: number,
  stack: number,
  parentTid: number,
  tls: number,
  childTid: number,
): number {
  const exitSignal = flags & 0xff;
  if ((flags & ~0xff & ~CLONE_KNOWN) !== 0) return -Errno.EINVAL;
  const pidfdAt = parentTid;
  return clone(call, {
    flags: flags & ~0xff,
    pidfdAt,
    stack,
    parentTid,
    tls,
    childTid,
    exitSignal,
  });
}

/** clone3(2) without its later fields: set_tid and cgroup answer -EINVAL. */
export function sysClone3(call: Call, address: number, size: number): number {
  const FIELDS_BYTES = 64;
  if (size < FIELDS_BYTES || size > 4096) return size > 4096 ? -Errno.E2BIG : -Errno.EINVAL;
  const view = call.view(address, size);
  if (view === undefined) return -Errno.EFAULT;
  const field = (index: number) => Number(view.getBigUint64(8 * index, true));
  const [flags, exitSignal, stack, stackSize] = [field(0), field(4), field(5), field(6)];
  for (let index = 8; 8 * index + 8 <= size; index++) {
    if (field(index) !== 0) return -Errno.EINVAL;
  }
  if ((flags & ~CLONE_KNOWN) !== 0 || flags > 0xffff_ffff || exitSignal > 64) return -Errno.EINVAL;
  if ((stack === 0) !== (stackSize === 0)) return -Errno.EINVAL;
  return clone(call, {
    flags,
    exitSignal,
    pidfdAt: field(1),
    stack: stack + stackSize,
    parentTid: field(3),
    childTid: field(2),
    tls: field(7),
  });
}

function clone(call: Call, request: CloneRequest): number {
  if (call.wait !== undefined) return waitForVfork(call, call.wait.progress);
  const hasPidfd = (request.flags & CLONE_PIDFD) !== 0;
  if (hasPidfd) {
    const problem = checkPidfd(call, request);
    if (problem < 0) return problem;
  }
  const child = cloneTask(call.kernel, call.task, request);
  if (typeof child === 'number') return child;
  if (hasPidfd) call.writeU32(request.pidfdAt, openProcess(call, child.process, 0));
  call.kernel.scheduler.add(child);
  return (request.flags & CLONE_VFORK) !== 0 ? waitForVfork(call, child.tid) : child.tid;
}

/** Whether a pidfd can be made and told, before there is a child. */
function checkPidfd(call: Call, { flags, pidfdAt, parentTid }: CloneRequest): number {
  const isTold = (flags & CLONE_PARENT_SETTID) !== 0 && pidfdAt === parentTid;
  if ((flags & CLONE_THREAD) !== 0 || isTold) return -Errno.EINVAL;
  if (!call.process.descriptors.hasRoom(descriptorLimit(call))) return -Errno.EMFILE;
  return call.writeU32(pidfdAt, 0);
}

/** The parent sleeps while the child runs in its memory. */
function waitForVfork(call: Call, pid: number): number {
  const child = call.kernel.processes.get(pid);
  if (child === undefined || !child.isVforkChild) return pid;
  return call.block([child.vforkDone], { progress: pid, isUninterruptible: true });
}

/** execve(2). */
export function sysExecve(call: Call, pathAt: number, argvAt: number, envpAt: number): number {
  const path = call.path(pathAt);
  if (typeof path === 'number') return path;
  return execute(call, path, argvAt, envpAt, call.process.directory);
}

/** execveat(2). */
export function sysExecveat(
  call: Call,
  dirfd: number,
  pathAt: number,
  argvAt: number,
  envpAt: number,
  flags: number,
): number {
  const AT_EMPTY_PATH = 0x1000;
  const path = call.path(pathAt);
  if (typeof path === 'number') return path;
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0) {
    return execute(call, `/proc/self/fd/${dirfd}`, argvAt, envpAt, call.process.directory);
  }
  const base = call.base(dirfd, path);
  return typeof base === 'number' ? base : execute(call, path, argvAt, envpAt, base);
}

function execute(
  call: Call,
  path: string,
  argvAt: number,
  envpAt: number,
  base: Call['process']['directory'],
): number {
  const args = readStrings(call, argvAt);
  if (typeof args === 'number') return args;
  const env = readStrings(call, envpAt);
  if (typeof env === 'number') return env;
  const loaded = loadProgram(call.kernel, {
    path,
    // Linux gives a program without arguments an empty argv[0] since 5.18.
    args: args.length === 0 ? [''] : args,
    env,
    base,
    stackLimit: call.process.limits[RLIMIT_STACK]!.soft,
    call,
  });
  if ('errno' in loaded) {
    call.memory.activate();
    return -loaded.errno;
  }
  replaceProgram(call.kernel, call.task, loaded);
  return NO_RESULT;
}

/** A NULL-terminated array of strings; NULL instead of it is an empty one. execve(2), "Linux". */
function readStrings(call: Call, address: number): string[] | number {
  const MAX_STRING = 131072;
  const MAX_BYTES = 6 * 2 ** 20;
  const texts: string[] = [];
  let total = 0;
  if (address === 0) return texts;
  for (let index = 0; ; index++) {
    const pointer = call.readU64(address + 8 * index);
    if (pointer === undefined) return -Errno.EFAULT;
    if (pointer === 0n) return texts;
    const bytes = call.memory.copyInString(Number(pointer), MAX_STRING);
    if (typeof bytes === 'number') {
      return bytes === -Errno.ENAMETOOLONG ? -Errno.E2BIG : bytes;
    }
    texts.push(byteString(bytes));
    total += bytes.length + 9;
    if (total > MAX_BYTES) return -Errno.E2BIG;
  }
}

export function sysGetpid(call: Call): number {
  return call.process.pid;
}

/** The machine itself, pid 1, is everybody's first ancestor. */
export function sysGetppid(call: Call): number {
  return call.process.parent?.pid ?? 1;
}

export function sysGettid(call: Call): number {
  return call.task.tid;
}

/** set_tid_address(2): where a 0 is written and a futex woken when this thread ends. */
export function sysSetTidAddress(call: Call, address: number): number {
  call.task.clearChildTid = address;
  return call.task.tid;
}

/** set_robust_list(2): struct robust_list_head is 24 bytes. */
export function sysSetRobustList(call: Call, head: number, length: number): number {
  if (length !== 24) return -Errno.EINVAL;
  call.task.robustList = head;
  return 0;
}

/** get_robust_list(2). */
export function sysGetRobustList(
  call: Call,
  tid: number,
  headAt: number,
  lengthAt: number,
): number {
  const task = tid === 0 ? call.task : call.kernel.tasks.get(tid);
  if (task === undefined) return -Errno.ESRCH;
  if (call.writeU64(lengthAt, 24n) < 0) return -Errno.EFAULT;
  return call.writeU64(headAt, BigInt(task.robustList));
}

export function sysGetuid(call: Call): number {
  return call.process.credentials.uid;
}

export function sysGetgid(call: Call): number {
  return call.process.credentials.gid;
}

export function sysGetgroups(call: Call, size: number, list: number): number {
  if (size === 0) return 1;
  if (size < 0) return -Errno.EINVAL;
  return call.writeU32(list, call.process.credentials.gid) || 1;
}

/** setpgid(2). */
export function sysSetpgid(call: Call, pid: number, group: number): number {
  if (group < 0) return -Errno.EINVAL;
  const target = call.kernel.processes.get(pid === 0 ? call.process.pid : pid);
  if (target === undefined || target.ending !== undefined) return -Errno.ESRCH;
  if (target !== call.process && target.parent !== call.process) return -Errno.ESRCH;
  if (target.session !== call.process.session) return -Errno.EPERM;
  if (target !== call.process && target.hasExecuted) return -Errno.EACCES;
  if (target.session === target.pid) return -Errno.EPERM;
  const wanted = group === 0 ? target.pid : group;
  const isKnown = [...call.kernel.processes.values()].some(
    (process) => process.group === wanted && process.session === target.session,
  );
  if (wanted !== target.pid && !isKnown) return -Errno.EPERM;
  target.group = wanted;
  return 0;
}

export function sysGetpgid(call: Call, pid: number): number {
  return call.kernel.processes.get(pid === 0 ? call.process.pid : pid)?.group ?? -Errno.ESRCH;
}

export function sysGetsid(call: Call, pid: number): number {
  return call.kernel.processes.get(pid === 0 ? call.process.pid : pid)?.session ?? -Errno.ESRCH;
}

/** setsid(2): a leader of a process group cannot start a session. */
export function sysSetsid(call: Call): number {
  const { process, kernel } = call;
  const isLeader = [...kernel.processes.values()].some((other) => other.group === process.pid);
  if (isLeader) return -Errno.EPERM;
  process.group = process.pid;
  process.session = process.pid;
  return process.pid;
}

/** sched_yield(2). */
export function sysSchedYield(call: Call): number {
  call.kernel.scheduler.yield(call.task);
  return 0;
}
