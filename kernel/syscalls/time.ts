import { NANOSECONDS_PER_STEP, type Timestamp, timestampOf } from '../clock.js';
import { Errno } from '../errno.js';
import { type Call, INTERRUPTED, INTERRUPTED_FOR_GOOD } from './call.js';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
const CLOCK_PROCESS_CPUTIME_ID = 2;
const CLOCK_THREAD_CPUTIME_ID = 3;
const REALTIME_CLOCKS = new Set([CLOCK_REALTIME, 5, 8, 11]); // and COARSE, REALTIME_ALARM, TAI
const MONOTONIC_CLOCKS = new Set([CLOCK_MONOTONIC, 4, 6, 7, 9]); // RAW, COARSE, BOOTTIME, its ALARM

/** Those that a task can sleep by: the others only tell the time. */
const SLEEP_CLOCKS = new Set([CLOCK_REALTIME, CLOCK_MONOTONIC, 7, 11]);

/** Seconds beyond this never come. Linux KTIME_SEC_MAX. */
const MAX_SECONDS = 9_223_372_036;

/** clock_gettime(2). */
export function sysClockGettime(call: Call, clock: number, address: number): number {
  const time = readClock(call, clock);
  return time === undefined ? -Errno.EINVAL : call.write(address, encodeTimespec(time));
}

function readClock(call: Call, clock: number): Timestamp | undefined {
  const { kernel } = call;
  if (REALTIME_CLOCKS.has(clock)) return kernel.clock.realtime();
  if (MONOTONIC_CLOCKS.has(clock)) return timestampOf(kernel.clock.now());
  const steps = cpuSteps(call, clock);
  return steps === undefined ? undefined : timestampOf(steps * NANOSECONDS_PER_STEP);
}

/**
 * Whose CPU time a clock of negative number measures: the complement of a process or thread (0: the
 * caller), whether it is a thread, and the kind of the clock. clock_getcpuclockid(3); compare Linux
 * include/linux/posix-timers_types.h.
 */
export function cpuClockOwner(clock: number): { id: number; isThread: boolean } | undefined {
  const KIND = 3;
  const OF_A_THREAD = 4;
  if (clock >= 0 || (clock & KIND) === KIND) return undefined;
  return { id: ~(clock >> 3), isThread: (clock & OF_A_THREAD) !== 0 };
}

/** What has been run of whom a clock of CPU time measures; undefined where there is no such clock. */
function cpuSteps({ kernel, task, process }: Call, clock: number): number | undefined {
  if (clock === CLOCK_PROCESS_CPUTIME_ID) return process.usage.steps;
  if (clock === CLOCK_THREAD_CPUTIME_ID) return task.steps;
  const owner = cpuClockOwner(clock);
  if (owner === undefined) return undefined;
  const { id } = owner;
  if (!owner.isThread) return (id === 0 ? process : kernel.processes.get(id))?.usage.steps;
  const thread = id === 0 ? task : kernel.tasks.get(id);
  return thread?.process === process ? thread.steps : undefined;
}

/** clock_getres(2). */
export function sysClockGetres(call: Call, clock: number, address: number): number {
  if (readClock(call, clock) === undefined) return -Errno.EINVAL;
  if (address === 0) return 0;
  return call.write(address, encodeTimespec({ seconds: 0, nanoseconds: 1 }));
}

/** gettimeofday(2). */
export function sysGettimeofday(call: Call, timeAt: number, zoneAt: number): number {
  if (timeAt !== 0) {
    const { seconds, nanoseconds } = call.kernel.clock.realtime();
    const bytes = encodePair(seconds, Math.floor(nanoseconds / 1000));
    if (call.write(timeAt, bytes) < 0) return -Errno.EFAULT;
  }
  return zoneAt === 0 ? 0 : call.write(zoneAt, new Uint8Array(8));
}

/** nanosleep(2). */
export function sysNanosleep(call: Call, requestAt: number, remainingAt: number): number {
  return sleep(call, CLOCK_MONOTONIC, 0, requestAt, remainingAt);
}

/** clock_nanosleep(2). */
export function sysClockNanosleep(
  call: Call,
  clock: number,
  flags: number,
  requestAt: number,
  remainingAt: number,
): number {
  if (readClock(call, clock) === undefined) return -Errno.EINVAL;
  if (!SLEEP_CLOCKS.has(clock)) return -Errno.EOPNOTSUPP;
  return sleep(call, clock, flags, requestAt, remainingAt);
}

function sleep(
  call: Call,
  clock: number,
  flags: number,
  requestAt: number,
  remainingAt: number,
): number {
  const TIMER_ABSTIME = 1;
  const isAbsolute = (flags & TIMER_ABSTIME) !== 0;
  let deadline = call.wait?.deadline;
  if (deadline === undefined) {
    const request = readTimespec(call, requestAt);
    if (typeof request === 'number') return request;
    deadline = isAbsolute ? absoluteDeadline(call, clock, request) : deadlineAfter(call, request);
  }
  const left = deadline - call.kernel.clock.now();
  if (left <= 0) return 0;
  const blocked = call.block([], { deadline });
  if (blocked !== INTERRUPTED) return blocked;
  if (isAbsolute) return INTERRUPTED_FOR_GOOD;
  if (remainingAt !== 0 && call.write(remainingAt, encodeTimespec(timestampOf(left))) < 0) {
    return -Errno.EFAULT;
  }
  return INTERRUPTED_FOR_GOOD;
}

/** A struct timespec of user memory, or a negative errno. */
export function readTimespec(call: Call, address: number): Timestamp | number {
  const view = call.view(address, 16);
  if (view === undefined) return -Errno.EFAULT;
  const seconds = Number(view.getBigInt64(0, true));
  const nanoseconds = Number(view.getBigInt64(8, true));
  if (seconds < 0 || nanoseconds < 0 || nanoseconds > 999_999_999) return -Errno.EINVAL;
  return { seconds, nanoseconds };
}

/** The moment that lies a duration ahead; Infinity for durations that never end. */
export function deadlineAfter(call: Call, duration: Timestamp): number {
  if (duration.seconds >= MAX_SECONDS) return Number.POSITIVE_INFINITY;
  return call.kernel.clock.now() + duration.seconds * 1e9 + duration.nanoseconds;
}

export function absoluteDeadline(call: Call, clock: number, time: Timestamp): number {
  if (time.seconds >= MAX_SECONDS) return Number.POSITIVE_INFINITY;
  if (!REALTIME_CLOCKS.has(clock)) return time.seconds * 1e9 + time.nanoseconds;
  const now = call.kernel.clock.realtime();
  const ahead = (time.seconds - now.seconds) * 1e9 + (time.nanoseconds - now.nanoseconds);
  return call.kernel.clock.now() + ahead;
}

export function encodeTimespec(time: Timestamp): Uint8Array {
  return encodePair(time.seconds, time.nanoseconds);
}

export function encodePair(first: number, second: number): Uint8Array {
  return new Uint8Array(new BigInt64Array([BigInt(first), BigInt(second)]).buffer);
}

/** times(2): clock ticks of 10 ms. */
export function sysTimes(call: Call, address: number): number {
  const ticks = (steps: number) => BigInt(Math.floor((steps * NANOSECONDS_PER_STEP) / 1e7));
  const { usage, childUsage } = call.process;
  if (address !== 0) {
    const words = new BigInt64Array([ticks(usage.steps), 0n, ticks(childUsage.steps), 0n]);
    if (call.write(address, new Uint8Array(words.buffer)) < 0) return -Errno.EFAULT;
  }
  return Math.floor(call.kernel.clock.now() / 1e7);
}
