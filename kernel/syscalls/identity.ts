import { Errno } from '../errno.js';
import type { Call } from './call.js';

/** getresuid(2): the three user ids are one. */
export function sysGetresuid(call: Call, real: number, effective: number, saved: number): number {
  return writeIds(call, [real, effective, saved], call.process.credentials.uid);
}

export function sysGetresgid(call: Call, real: number, effective: number, saved: number): number {
  return writeIds(call, [real, effective, saved], call.process.credentials.gid);
}

function writeIds(call: Call, addresses: readonly number[], id: number): number {
  for (const address of addresses) {
    if (call.writeU32(address, id) < 0) return -Errno.EFAULT;
  }
  return 0;
}

/** setresuid(2), setreuid(2): without privileges each id can only become what it is; -1 keeps it. */
export function sysSetresuid(call: Call, ...ids: number[]): number {
  return checkIds(ids, call.process.credentials.uid);
}

export function sysSetresgid(call: Call, ...ids: number[]): number {
  return checkIds(ids, call.process.credentials.gid);
}

function checkIds(ids: readonly number[], own: number): number {
  return ids.every((id) => id === -1 || id === own) ? 0 : -Errno.EPERM;
}

/** Versions 1 to 3 of the header, and the bytes of their data. capget(2). */
const CAPABILITY_BYTES = new Map([
  [0x1998_0330, 12],
  [0x2007_1026, 24],
  [0x2008_0522, 24],
]);
const LATEST_CAPABILITIES = 0x2008_0522;

/** capget(2): no capabilities. */
export function sysCapget(call: Call, header: number, data: number): number {
  const asked = capabilityHeader(call, header);
  const problem = typeof asked === 'number' ? asked : 0;
  if (data === 0 && (problem === 0 || problem === -Errno.EINVAL)) return 0;
  if (typeof asked === 'number') return asked;
  if (asked.pid !== 0 && !call.kernel.tasks.has(asked.pid)) return -Errno.ESRCH;
  return call.write(data, new Uint8Array(asked.dataBytes));
}

/** capset(2): who has no capabilities can only keep having none. */
export function sysCapset(call: Call, header: number, data: number): number {
  const asked = capabilityHeader(call, header);
  if (typeof asked === 'number') return asked;
  if (asked.pid !== 0 && asked.pid !== call.task.tid) return -Errno.EPERM;
  const wanted = call.read(data, asked.dataBytes);
  if (typeof wanted === 'number') return wanted;
  return wanted.every((byte) => byte === 0) ? 0 : -Errno.EPERM;
}

/** Whom a capability call is about; the latest version is written back over an unknown one. */
function capabilityHeader(call: Call, at: number): { pid: number; dataBytes: number } | number {
  const version = call.readU32(at);
  if (version === undefined) return -Errno.EFAULT;
  const dataBytes = CAPABILITY_BYTES.get(version);
  if (dataBytes === undefined) return call.writeU32(at, LATEST_CAPABILITIES) || -Errno.EINVAL;
  const pid = call.readU32(at + 4);
  if (pid === undefined) return -Errno.EFAULT;
  return pid > 0x7fff_ffff ? -Errno.EINVAL : { pid, dataBytes };
}

/** personality(2). READ_IMPLIES_EXEC counts for mmap and mprotect, the rest is only remembered. */
export function sysPersonality(call: Call, persona: number): number {
  const QUERY = 0xffff_ffff;
  const { process } = call;
  const before = process.personality;
  if (persona !== QUERY) process.personality = persona;
  return before;
}

/** setfsuid(2), setfsgid(2): answer the id that there is, whether it could be changed or not. */
export function sysSetfsuid(call: Call): number {
  return call.process.credentials.uid;
}

export function sysSetfsgid(call: Call): number {
  return call.process.credentials.gid;
}

/** sched_setscheduler(2): SCHED_OTHER, BATCH and IDLE with priority 0; the rest needs privileges. */
export function sysSchedSetscheduler(
  call: Call,
  pid: number,
  policy: number,
  parameters: number,
): number {
  const PRIVILEGED = [1, 2]; // FIFO, RR
  const ORDINARY = [0, 3, 5];
  if (pid < 0) return -Errno.EINVAL;
  if (pid !== 0 && !call.kernel.tasks.has(pid)) return -Errno.ESRCH;
  const priority = call.readU32(parameters);
  if (priority === undefined) return -Errno.EFAULT;
  if (PRIVILEGED.includes(policy))
    return priority >= 1 && priority <= 99 ? -Errno.EPERM : -Errno.EINVAL;
  return ORDINARY.includes(policy) && priority === 0 ? 0 : -Errno.EINVAL;
}

/** sched_get_priority_max(2). */
export function sysSchedGetPriorityMax(_call: Call, policy: number): number {
  if (policy === 1 || policy === 2) return 99;
  return policy === 0 || policy === 3 || policy === 5 ? 0 : -Errno.EINVAL;
}

/** sched_get_priority_min(2). */
export function sysSchedGetPriorityMin(_call: Call, policy: number): number {
  if (policy === 1 || policy === 2) return 1;
  return policy === 0 || policy === 3 || policy === 5 ? 0 : -Errno.EINVAL;
}
