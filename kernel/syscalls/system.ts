import { bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import { watchCpuLimit } from '../process/cpu-limit.js';
import { applyMemoryLimits, type Limit, RLIMIT_COUNT, RLIMIT_CPU } from '../process/limits.js';
import type { Call } from './call.js';
import { encodeUsage } from './usage.js';

const INFINITY = 0xffff_ffff_ffff_ffffn;

/** uname(2). */
export function sysUname(call: Call, address: number): number {
  const FIELD_BYTES = 65;
  const bytes = new Uint8Array(6 * FIELD_BYTES);
  const fields = ['Linux', 'pagewalk', '6.12.0', '#1 pagewalk', 'riscv64', '(none)'];
  fields.forEach((text, index) => {
    bytes.set(bytesOf(text), FIELD_BYTES * index);
  });
  return call.write(address, bytes);
}

/** rseq(2): not there, as in a kernel without CONFIG_RSEQ; libraries then do without. */
export function sysRseq(): number {
  return -Errno.ENOSYS;
}

/** getrandom(2): never blocks; the seed decides what it gives. */
export function sysGetrandom(call: Call, address: number, length: number, flags: number): number {
  const [NONBLOCK, RANDOM, INSECURE] = [1, 2, 4];
  if ((flags & ~(NONBLOCK | RANDOM | INSECURE)) !== 0) return -Errno.EINVAL;
  if ((flags & (RANDOM | INSECURE)) === (RANDOM | INSECURE)) return -Errno.EINVAL;
  const bytes = new Uint8Array(Math.min(length, 33_554_431));
  call.kernel.entropy.fill(bytes);
  return call.write(address, bytes) || bytes.length;
}

/** prlimit64(2) for any process of the machine. */
export function sysPrlimit64(
  call: Call,
  pid: number,
  resource: number,
  newAt: number,
  oldAt: number,
): number {
  if (resource < 0 || resource >= RLIMIT_COUNT) return -Errno.EINVAL;
  const process = pid === 0 ? call.process : call.kernel.processes.get(pid);
  if (process === undefined) return -Errno.ESRCH;
  const old = process.limits[resource]!;
  if (newAt !== 0) {
    const view = call.view(newAt, 16);
    if (view === undefined) return -Errno.EFAULT;
    const limit: Limit = { soft: decodeLimit(view, 0), hard: decodeLimit(view, 8) };
    if (limit.soft > limit.hard) return -Errno.EINVAL;
    if (limit.hard > old.hard) return -Errno.EPERM;
    process.limits[resource] = limit;
    if (process.ending === undefined) {
      applyMemoryLimits(process.memory, process.limits);
      if (resource === RLIMIT_CPU) watchCpuLimit(process);
    }
  }
  if (oldAt === 0) return 0;
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, encodeLimit(old.soft), true);
  view.setBigUint64(8, encodeLimit(old.hard), true);
  return call.write(oldAt, bytes);
}

export function sysGetrlimit(call: Call, resource: number, address: number): number {
  return sysPrlimit64(call, 0, resource, 0, address);
}

export function sysSetrlimit(call: Call, resource: number, address: number): number {
  return sysPrlimit64(call, 0, resource, address, 0);
}

function decodeLimit(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value === INFINITY ? Number.POSITIVE_INFINITY : Number(value);
}

function encodeLimit(value: number): bigint {
  return Number.isFinite(value) ? BigInt(value) : INFINITY;
}

/** getrusage(2). */
export function sysGetrusage(call: Call, who: number, address: number): number {
  const [SELF, CHILDREN, THREAD] = [0, -1, 1];
  if (who !== SELF && who !== CHILDREN && who !== THREAD) return -Errno.EINVAL;
  const { usage, childUsage } = call.process;
  return call.write(address, encodeUsage(who === CHILDREN ? childUsage : usage));
}

/** sysinfo(2). */
export function sysSysinfo(call: Call, address: number): number {
  const { clock, frames, machine, memorySystem, processes } = call.kernel;
  const { slotCount = 0, usedSlots = 0 } = memorySystem.swap ?? {};
  const bytes = new Uint8Array(112);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt(Math.floor(clock.now() / 1e9)), true);
  view.setBigUint64(32, BigInt(machine.ram.sizeBytes), true);
  view.setBigUint64(40, BigInt(frames.availableFrames * 4096), true);
  view.setBigUint64(64, BigInt(slotCount * 4096), true);
  view.setBigUint64(72, BigInt((slotCount - usedSlots) * 4096), true);
  view.setUint16(80, processes.size, true);
  view.setUint32(104, 1, true);
  return call.write(address, bytes);
}

/** sched_getaffinity(2): one hart. */
export function sysSchedGetaffinity(call: Call, pid: number, size: number, mask: number): number {
  if (pid !== 0 && !call.kernel.tasks.has(pid)) return -Errno.ESRCH;
  if (size < 8 || size % 8 !== 0) return -Errno.EINVAL;
  return call.writeU64(mask, 1n) || 8;
}

/** sched_setaffinity(2): any mask with the one hart in it. */
export function sysSchedSetaffinity(call: Call, pid: number, size: number, mask: number): number {
  if (pid !== 0 && !call.kernel.tasks.has(pid)) return -Errno.ESRCH;
  const bytes = call.read(mask, Math.min(size, 8));
  if (typeof bytes === 'number') return bytes;
  return ((bytes[0] ?? 0) & 1) === 1 ? 0 : -Errno.EINVAL;
}

/** sched_getscheduler(2): SCHED_OTHER for everybody. */
export function sysSchedGetscheduler(call: Call, pid: number): number {
  return pid === 0 || call.kernel.tasks.has(pid) ? 0 : -Errno.ESRCH;
}

/** sched_getparam(2): the static priority of SCHED_OTHER is 0. */
export function sysSchedGetparam(call: Call, pid: number, address: number): number {
  if (pid !== 0 && !call.kernel.tasks.has(pid)) return -Errno.ESRCH;
  return call.writeU32(address, 0);
}

/** getcpu(2). */
export function sysGetcpu(call: Call, cpuAt: number, nodeAt: number): number {
  if (cpuAt !== 0 && call.writeU32(cpuAt, 0) < 0) return -Errno.EFAULT;
  return nodeAt !== 0 ? call.writeU32(nodeAt, 0) : 0;
}
