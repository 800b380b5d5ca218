import { Errno } from '../errno.js';
import { O_CLOEXEC, O_NONBLOCK, POLLIN } from '../files/mode.js';
import { SignalFile } from '../files/signalfd.js';
import type { Process } from '../process/process.js';
import { REG_SP } from '../process/registers.js';
import { isOnStack, returnFromHandler, SS_DISABLE, stackFlags } from '../signals/deliver.js';
import { decodeStack, encodeInfo, encodeStack, STACK_BYTES } from '../signals/frame.js';
import {
  SI_TKILL,
  SI_USER,
  SIGKILL,
  SIGNAL_COUNT,
  SIGSTOP,
  type SignalSet,
  signalBit,
  UNBLOCKABLE,
} from '../signals/numbers.js';
import type { SignalInfo } from '../signals/pending.js';
import { sendToProcess, sendToTask } from '../signals/send.js';
import { type Call, INTERRUPTED, INTERRUPTED_FOR_GOOD } from './call.js';
import { installNew } from './descriptors.js';
import { deadlineAfter, readTimespec } from './time.js';

/** sigset_t as the kernel has it: 64 bits. */
export const SET_BYTES = 8;
const ACTION_BYTES = 24;

/** rt_sigaction(2). */
export function sysRtSigaction(
  call: Call,
  signal: number,
  newAt: number,
  oldAt: number,
  setSize: number,
): number {
  if (setSize !== SET_BYTES || signal < 1 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  const { actions } = call.process;
  const old = actions.get(signal);
  if (newAt !== 0) {
    if (signal === SIGKILL || signal === SIGSTOP) return -Errno.EINVAL;
    const view = call.view(newAt, ACTION_BYTES);
    if (view === undefined) return -Errno.EFAULT;
    actions.set(signal, {
      handler: Number(view.getBigUint64(0, true)),
      flags: view.getUint32(8, true),
      mask: view.getBigUint64(16, true) & ~UNBLOCKABLE,
    });
    if (actions.ignores(signal)) {
      call.process.pending.discard(signalBit(signal));
      for (const task of call.process.tasks) task.pending.discard(signalBit(signal));
    }
  }
  if (oldAt === 0) return 0;
  const bytes = new Uint8Array(ACTION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(old.handler), true);
  view.setUint32(8, old.flags, true);
  view.setBigUint64(16, old.mask, true);
  return call.write(oldAt, bytes);
}

/** rt_sigprocmask(2). */
export function sysRtSigprocmask(
  call: Call,
  how: number,
  setAt: number,
  oldAt: number,
  setSize: number,
): number {
  if (setSize !== SET_BYTES) return -Errno.EINVAL;
  const { task } = call;
  const old = task.mask;
  if (setAt !== 0) {
    const set = call.readU64(setAt);
    if (set === undefined) return -Errno.EFAULT;
    const [BLOCK, UNBLOCK, SETMASK] = [0, 1, 2];
    if (how === BLOCK) task.mask = (old | set) & ~UNBLOCKABLE;
    else if (how === UNBLOCK) task.mask = old & ~set;
    else if (how === SETMASK) task.mask = set & ~UNBLOCKABLE;
    else return -Errno.EINVAL;
  }
  return oldAt === 0 ? 0 : call.writeU64(oldAt, old);
}

/** rt_sigpending(2). */
export function sysRtSigpending(call: Call, address: number, setSize: number): number {
  if (setSize > SET_BYTES) return -Errno.EINVAL;
  const { task, process } = call;
  return call.writeU64(address, (task.pending.set | process.pending.set) & task.mask);
}

/** rt_sigsuspend(2): waits with another mask until a handler has run. */
export function sysRtSigsuspend(call: Call, setAt: number, setSize: number): number {
  if (setSize !== SET_BYTES) return -Errno.EINVAL;
  const mask = readMask(call, setAt);
  if (mask === undefined) return -Errno.EFAULT;
  const savedMask = call.wait?.savedMask ?? call.task.mask;
  call.task.mask = mask;
  const blocked = call.block([], { savedMask });
  return blocked === INTERRUPTED ? INTERRUPTED_FOR_GOOD : blocked;
}

export function readMask(call: Call, address: number): SignalSet | undefined {
  const set = call.readU64(address);
  return set === undefined ? undefined : set & ~UNBLOCKABLE;
}

/** rt_sigtimedwait(2): takes a pending signal of the set without a handler. */
export function sysRtSigtimedwait(
  call: Call,
  setAt: number,
  infoAt: number,
  timeoutAt: number,
  setSize: number,
): number {
  if (setSize !== SET_BYTES) return -Errno.EINVAL;
  const set = readMask(call, setAt);
  if (set === undefined) return -Errno.EFAULT;
  const info = call.task.pending.take(set) ?? call.process.pending.take(set);
  if (info !== undefined) {
    // The mask that was lifted while waiting comes back with the call's end.
    if (infoAt !== 0 && call.write(infoAt, encodeInfo(info)) < 0) return -Errno.EFAULT;
    return info.signal;
  }
  let deadline = call.wait?.deadline;
  if (call.wait === undefined && timeoutAt !== 0) {
    const timeout = readTimespec(call, timeoutAt);
    if (typeof timeout === 'number') return timeout;
    deadline = deadlineAfter(call, timeout);
  }
  if (deadline !== undefined && deadline <= call.kernel.clock.now()) return -Errno.EAGAIN;
  const savedMask = call.wait?.savedMask ?? call.task.mask;
  // A signal of the set must wake the task although it is blocked, and must not run a handler.
  call.task.mask = savedMask & ~set;
  const isInterrupted = ((call.task.pending.set | call.process.pending.set) & ~savedMask) !== 0n;
  if (isInterrupted) return INTERRUPTED_FOR_GOOD;
  return call.block([], { deadline, savedMask, isUninterruptible: true });
}

/** rt_sigreturn(2). */
export function sysRtSigreturn(call: Call): number {
  return returnFromHandler(call.task);
}

/** kill(2): everybody here is the same user, so permission is never the question. */
export function sysKill(call: Call, pid: number, signal: number): number {
  if (signal < 0 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  const targets = killTargets(call, pid);
  if (targets.length === 0) return pid === 1 ? -Errno.EPERM : -Errno.ESRCH;
  for (const process of targets) {
    if (signal !== 0) sendToProcess(process, senderInfo(call, signal, SI_USER));
  }
  return 0;
}

function killTargets(call: Call, pid: number): Process[] {
  const { process, kernel } = call;
  if (pid > 0) {
    const target = kernel.processes.get(pid) ?? kernel.tasks.get(pid)?.process;
    return target === undefined ? [] : [target];
  }
  const group = pid === 0 ? process.group : -pid;
  return [...kernel.processes.values()].filter((other) =>
    pid === -1 ? other !== process : other.group === group,
  );
}

/** tgkill(2). */
export function sysTgkill(call: Call, pid: number, tid: number, signal: number): number {
  if (pid <= 0 || tid <= 0 || signal < 0 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  const task = call.kernel.tasks.get(tid);
  if (task === undefined || task.process.pid !== pid) return -Errno.ESRCH;
  return signal === 0 ? 0 : sendToTask(task, senderInfo(call, signal, SI_TKILL));
}

/** tkill(2). */
export function sysTkill(call: Call, tid: number, signal: number): number {
  const pid = call.kernel.tasks.get(tid)?.process.pid;
  if (tid <= 0) return -Errno.EINVAL;
  return pid === undefined ? -Errno.ESRCH : sysTgkill(call, pid, tid, signal);
}

/** rt_sigqueueinfo(2): a process may claim any negative si_code. */
export function sysRtSigqueueinfo(call: Call, pid: number, signal: number, infoAt: number): number {
  if (signal < 0 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  const info = readSignalInfo(call, signal, infoAt);
  if (typeof info === 'number') return info;
  if (info.code >= 0 && pid !== call.process.pid) return -Errno.EPERM;
  // The number of a thread stands for its process.
  const target = call.kernel.processes.get(pid) ?? call.kernel.tasks.get(pid)?.process;
  if (target === undefined) return -Errno.ESRCH;
  return signal === 0 ? 0 : sendToProcess(target, info);
}

/** rt_tgsigqueueinfo(2): to one thread. */
export function sysRtTgsigqueueinfo(
  call: Call,
  pid: number,
  tid: number,
  signal: number,
  infoAt: number,
): number {
  if (pid <= 0 || tid <= 0 || signal < 0 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  const info = readSignalInfo(call, signal, infoAt);
  if (typeof info === 'number') return info;
  if (info.code >= 0 && pid !== call.process.pid) return -Errno.EPERM;
  const task = call.kernel.tasks.get(tid);
  if (task === undefined || task.process.pid !== pid) return -Errno.ESRCH;
  return signal === 0 ? 0 : sendToTask(task, info);
}

/** The siginfo_t that a process makes up itself. */
export function readSignalInfo(call: Call, signal: number, address: number): SignalInfo | number {
  const view = call.view(address, 128);
  if (view === undefined) return -Errno.EFAULT;
  return {
    signal,
    code: view.getInt32(8, true),
    pid: view.getInt32(16, true),
    uid: view.getUint32(20, true),
    value: { low: view.getUint32(24, true), high: view.getUint32(28, true) },
  };
}

export function senderInfo(call: Call, signal: number, code: number) {
  return { signal, code, pid: call.process.pid, uid: call.process.credentials.uid };
}

/** signalfd4(2): a new one with fd -1, else another mask for that one. */
export function sysSignalfd4(
  call: Call,
  fd: number,
  maskAt: number,
  setSize: number,
  flags: number,
): number {
  if (setSize !== SET_BYTES) return -Errno.EINVAL;
  const mask = readMask(call, maskAt);
  if (mask === undefined) return -Errno.EFAULT;
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -Errno.EINVAL;
  const { files, signalArrived } = call.kernel;
  if (fd === -1) {
    const options = { arrivals: signalArrived, mask, flags: flags & O_NONBLOCK };
    return installNew(call, new SignalFile(files, call.process.credentials, options), flags);
  }
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (!(file instanceof SignalFile)) return -Errno.EINVAL;
  file.mask = mask;
  signalArrived.wake(POLLIN);
  return fd;
}

/** sigaltstack(2). */
export function sysSigaltstack(call: Call, newAt: number, oldAt: number): number {
  const MINSIGSTKSZ = 2048;
  const SS_AUTODISARM = 0x8000_0000;
  const { task } = call;
  const sp = call.kernel.machine.hart.readX(REG_SP);
  const old = { ...task.alternateStack, flags: stackFlags(task.alternateStack, sp) };
  if (newAt !== 0) {
    const bytes = call.read(newAt, STACK_BYTES);
    if (typeof bytes === 'number') return bytes;
    if (isOnStack(task.alternateStack, sp)) return -Errno.EPERM;
    const { address, size, flags } = decodeStack(bytes);
    const mode = (flags & ~SS_AUTODISARM) >>> 0;
    if (mode > SS_DISABLE) return -Errno.EINVAL;
    if (mode === SS_DISABLE) task.alternateStack = { address: 0, size: 0, flags: SS_DISABLE };
    else if (size < MINSIGSTKSZ) return -Errno.ENOMEM;
    else task.alternateStack = { address, size, flags: 0 };
  }
  return oldAt === 0 ? 0 : call.write(oldAt, encodeStack(old));
}
