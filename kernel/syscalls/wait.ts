import { Errno } from '../errno.js';
import type { Process, Usage } from '../process/process.js';
import { waitStatus } from '../process/process.js';
import { encodeInfo } from '../signals/frame.js';
import {
  CLD_CONTINUED,
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  SIGCHLD,
  SIGCONT,
} from '../signals/numbers.js';
import type { Call } from './call.js';
import { processOf } from './pidfd.js';
import { encodeUsage } from './usage.js';

const WNOHANG = 1;
const WUNTRACED = 2;
const WEXITED = 4;
const WCONTINUED = 8;
const WNOWAIT = 0x100_0000;
/** __WNOTHREAD, __WALL, __WCLONE: every child here is of the ordinary kind. */
const CLONE_BITS = 0xe000_0000;

/** What waiting for a child found. */
interface Event {
  readonly child: Process;
  readonly code: number;
  readonly status: number;
  /** wait4's status word. */
  readonly word: number;
}

/** wait4(2). */
export function sysWait4(
  call: Call,
  pid: number,
  statusAt: number,
  options: number,
  usageAt: number,
): number {
  if ((options & ~(WNOHANG | WUNTRACED | WCONTINUED | CLONE_BITS)) !== 0) return -Errno.EINVAL;
  // It has no opposite. Linux kernel/exit.c, kernel_wait4.
  if (pid === -(2 ** 31)) return -Errno.ESRCH;
  const group = pid === 0 ? call.process.group : -pid;
  const isWanted = (child: Process) =>
    pid === -1 || (pid > 0 ? child.pid === pid : child.group === group);
  const event = wait(call, isWanted, options | WEXITED);
  if (typeof event === 'number') return event;
  if (statusAt !== 0 && call.writeU32(statusAt, event.word) < 0) return -Errno.EFAULT;
  if (usageAt !== 0 && call.write(usageAt, encodeUsage(event.child.usage)) < 0) {
    return -Errno.EFAULT;
  }
  return event.child.pid;
}

/** waitid(2). */
export function sysWaitid(
  call: Call,
  idType: number,
  id: number,
  infoAt: number,
  options: number,
  usageAt: number,
): number {
  const wanted = options & (WEXITED | WUNTRACED | WCONTINUED);
  if (wanted === 0 || idType < 0 || idType > 3) return -Errno.EINVAL;
  const [ALL, PID, PIDFD] = [0, 1, 3];
  const file = idType === PIDFD ? processOf(call, id) : undefined;
  if (typeof file === 'number') return file;
  const group = id === 0 ? call.process.group : id;
  const isWanted = (child: Process) =>
    idType === ALL ||
    child === file?.process ||
    (idType === PID ? child.pid === id : idType !== PIDFD && child.group === group);
  const isPatient = file?.isNonblocking !== true || (options & WNOHANG) !== 0;
  const event = wait(call, isWanted, isPatient ? options : options | WNOHANG);
  if (event === 0 && !isPatient) return -Errno.EAGAIN;
  if (typeof event === 'number' && event !== 0) return event;
  if (typeof event === 'object' && usageAt !== 0) {
    if (call.write(usageAt, encodeUsage(event.child.usage)) < 0) return -Errno.EFAULT;
  }
  if (infoAt === 0) return 0;
  const info =
    typeof event === 'number'
      ? new Uint8Array(128)
      : encodeInfo({
          signal: SIGCHLD,
          code: event.code,
          pid: event.child.pid,
          uid: event.child.credentials.uid,
          status: event.status,
        });
  return call.write(infoAt, info);
}

function wait(call: Call, isWanted: (child: Process) => boolean, options: number): Event | number {
  const candidates = [...call.process.children].filter(isWanted);
  if (candidates.length === 0) return -Errno.ECHILD;
  for (const child of candidates) {
    const event = eventOf(child, options);
    if (event === undefined) continue;
    if ((options & WNOWAIT) === 0) consume(call, child);
    return event;
  }
  if ((options & WNOHANG) !== 0) return 0;
  return call.block([call.process.childChanges]);
}

function eventOf(child: Process, options: number): Event | undefined {
  const { ending, jobChange } = child;
  if (ending !== undefined) {
    if ((options & WEXITED) === 0) return undefined;
    const isExit = ending.kind === 'exited';
    return {
      child,
      code: isExit ? CLD_EXITED : ending.dumpsCore ? CLD_DUMPED : CLD_KILLED,
      status: isExit ? ending.status : ending.signal,
      word: waitStatus(ending),
    };
  }
  if (jobChange?.kind === 'stopped' && (options & WUNTRACED) !== 0) {
    const { signal } = jobChange;
    return { child, code: CLD_STOPPED, status: signal, word: (signal << 8) | 0x7f };
  }
  if (jobChange?.kind === 'continued' && (options & WCONTINUED) !== 0) {
    return { child, code: CLD_CONTINUED, status: SIGCONT, word: 0xffff };
  }
  return undefined;
}

function consume(call: Call, child: Process): void {
  child.jobChange = undefined;
  if (child.ending === undefined) return;
  addUsage(call.process.childUsage, child.usage);
  addUsage(call.process.childUsage, child.childUsage);
  call.kernel.reap(child);
}

function addUsage(sum: Usage, part: Usage): void {
  sum.steps += part.steps;
  sum.faults += part.faults;
  sum.majorFaults += part.majorFaults;
}
