import { type Timestamp, timestampOf } from '../clock.js';
import { Errno } from '../errno.js';
import { O_CLOEXEC, O_NONBLOCK } from '../files/mode.js';
import { TimerFile } from '../files/timerfd.js';
import { PosixTimer } from '../process/posix-timer.js';
import { cpuTime, type Process } from '../process/process.js';
import { Timer, type TimerSet } from '../process/timers.js';
import { SI_KERNEL, SIGALRM, SIGNAL_COUNT, SIGPROF, SIGVTALRM } from '../signals/numbers.js';
import { mayQueueMore, sendToProcess } from '../signals/send.js';
import type { Call } from './call.js';
import { installNew } from './descriptors.js';
import {
  absoluteDeadline,
  cpuClockOwner,
  deadlineAfter,
  encodePair,
  readTimespec,
} from './time.js';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;
/** Of the process and of the thread. */
const CPU_CLOCKS = new Set([2, 3]);
const CLOCK_PROCESS_CPUTIME_ID = 2;
const CLOCK_BOOTTIME = 7;
/** They would wake a sleeping system, which takes a privilege. */
const ALARM_CLOCKS = new Set([8, 9]);
/** MONOTONIC_RAW and the coarse ones have no timers. */
const CLOCKS_WITHOUT_TIMERS = new Set([4, 5, 6]);
const TIMER_ABSTIME = 1;
/** struct itimerspec: interval, value. */
const SPEC_BYTES = 32;

/** What a timer of that clock counts, and the time there. */
function clockOf(call: Call, clock: number): { timers: TimerSet; now: number } {
  const { kernel, process } = call;
  if (!CPU_CLOCKS.has(clock)) return { timers: kernel.timers, now: kernel.clock.now() };
  return { timers: process.cpuTimers, now: cpuTime(process) };
}

interface TimerSetting {
  /** Of the clock that the timer counts; undefined: not armed. */
  readonly at: number | undefined;
  readonly interval: number;
}

/** Reads a struct itimerspec. timerfd_settime(2), timer_settime(2). */
function readSetting(
  call: Call,
  address: number,
  clock: number,
  isAbsolute: boolean,
): TimerSetting | number {
  const interval = readTimespec(call, address);
  const value = readTimespec(call, address + 16);
  if (typeof interval === 'number') return interval;
  if (typeof value === 'number') return value;
  const isOff = value.seconds === 0 && value.nanoseconds === 0;
  return {
    at: isOff ? undefined : deadlineOf(call, clock, value, isAbsolute),
    interval: nanoseconds(interval),
  };
}

function deadlineOf(call: Call, clock: number, value: Timestamp, isAbsolute: boolean): number {
  if (CPU_CLOCKS.has(clock)) {
    return nanoseconds(value) + (isAbsolute ? 0 : clockOf(call, clock).now);
  }
  return isAbsolute ? absoluteDeadline(call, clock, value) : deadlineAfter(call, value);
}

function writeSetting(call: Call, address: number, timer: Timer, clock: number): number {
  const bytes = new Uint8Array(SPEC_BYTES);
  const left = timer.left(clockOf(call, clock).now);
  const spec = [timer.interval, Number.isFinite(left) ? left : 0].map(timestampOf);
  spec.forEach((time, index) => {
    bytes.set(encodePair(time.seconds, time.nanoseconds), 16 * index);
  });
  return call.write(address, bytes);
}

function nanoseconds({ seconds, nanoseconds: rest }: Timestamp): number {
  return seconds * 1e9 + rest;
}

// timerfd --------------------------------------------------------------------------------------

/** timerfd_create(2). */
export function sysTimerfdCreate(call: Call, clock: number, flags: number): number {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) !== 0) return -Errno.EINVAL;
  if (ALARM_CLOCKS.has(clock)) return -Errno.EPERM;
  if (clock !== CLOCK_REALTIME && clock !== CLOCK_MONOTONIC && clock !== CLOCK_BOOTTIME) {
    return -Errno.EINVAL;
  }
  const { files, timers } = call.kernel;
  const options = { timers, clock, flags: flags & O_NONBLOCK };
  return installNew(call, new TimerFile(files, call.process.credentials, options), flags);
}

/** timerfd_settime(2). Nobody sets the clock, so nothing is ever cancelled by that. */
export function sysTimerfdSettime(
  call: Call,
  fd: number,
  flags: number,
  newAt: number,
  oldAt: number,
): number {
  const CANCEL_ON_SET = 2;
  const view = call.view(newAt, SPEC_BYTES);
  if (view === undefined) return -Errno.EFAULT;
  if ((flags & ~(TIMER_ABSTIME | CANCEL_ON_SET)) !== 0) return -Errno.EINVAL;
  const file = timerFile(call, fd);
  if (typeof file === 'number') return file;
  const setting = readSetting(call, newAt, file.clock, (flags & TIMER_ABSTIME) !== 0);
  if (typeof setting === 'number') return setting;
  const problem = oldAt === 0 ? 0 : writeSetting(call, oldAt, file.timer, file.clock);
  file.set(setting.at, setting.interval);
  return problem;
}

/** timerfd_gettime(2). */
export function sysTimerfdGettime(call: Call, fd: number, address: number): number {
  const file = timerFile(call, fd);
  return typeof file === 'number' ? file : writeSetting(call, address, file.timer, file.clock);
}

function timerFile(call: Call, fd: number): TimerFile | number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  return file instanceof TimerFile ? file : -Errno.EINVAL;
}

// timer_create ---------------------------------------------------------------------------------

const SIGEV_SIGNAL = 0;
const SIGEV_NONE = 1;
const SIGEV_THREAD = 2;
const SIGEV_THREAD_ID = 4;
/** struct sigevent: value, signal, notify, thread. */
const EVENT_BYTES = 64;

/** timer_create(2). */
export function sysTimerCreate(call: Call, clockId: number, eventAt: number, idAt: number): number {
  const { process } = call;
  const clock = isOwnCpuClock(process, clockId) ? CLOCK_PROCESS_CPUTIME_ID : clockId;
  if (CLOCKS_WITHOUT_TIMERS.has(clock)) return -Errno.EOPNOTSUPP;
  if (ALARM_CLOCKS.has(clock)) return -Errno.EPERM;
  if (clock < 0 || clock > CLOCK_BOOTTIME) return -Errno.EINVAL;
  if (!mayQueueMore(process)) return -Errno.EAGAIN;
  const id = process.nextTimerId;
  const notice = readNotice(call, eventAt, id);
  if (typeof notice === 'number') return notice;
  if (call.writeU32(idAt, id) < 0) return -Errno.EFAULT;
  process.nextTimerId++;
  const { timers } = clockOf(call, clock);
  process.posixTimers.set(id, new PosixTimer(timers, { id, clock, ...notice }));
  return 0;
}

/** Whether a clock of negative number measures the CPU time of the process or of a thread of it. */
function isOwnCpuClock({ pid, tasks }: Process, clock: number): boolean {
  const owner = cpuClockOwner(clock);
  if (owner === undefined) return false;
  const { id, isThread } = owner;
  return id === 0 || (isThread ? tasks.some(({ tid }) => tid === id) : id === pid);
}

/** What a struct sigevent asks for: without one, SIGALRM with the timer's number. */
function readNotice(call: Call, at: number, id: number) {
  const { process, kernel } = call;
  if (at === 0) return { signal: SIGALRM, value: { low: id, high: 0 }, target: process };
  const view = call.view(at, EVENT_BYTES);
  if (view === undefined) return -Errno.EFAULT;
  const value = { low: view.getUint32(0, true), high: view.getUint32(4, true) };
  const signal = view.getInt32(8, true);
  const notify = view.getInt32(12, true);
  if (notify === SIGEV_NONE) return { signal: 0, value, target: process };
  if (notify !== SIGEV_SIGNAL && notify !== SIGEV_THREAD && notify !== SIGEV_THREAD_ID) {
    return -Errno.EINVAL;
  }
  if (signal <= 0 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  if (notify !== SIGEV_THREAD_ID) return { signal, value, target: process };
  const target = kernel.tasks.get(view.getInt32(16, true));
  return target?.process === process ? { signal, value, target } : -Errno.EINVAL;
}

/** timer_settime(2). */
export function sysTimerSettime(
  call: Call,
  id: number,
  flags: number,
  newAt: number,
  oldAt: number,
): number {
  if (newAt === 0) return -Errno.EINVAL;
  const timer = call.process.posixTimers.get(id);
  const clock = timer?.clock ?? CLOCK_MONOTONIC;
  const setting = readSetting(call, newAt, clock, (flags & TIMER_ABSTIME) !== 0);
  if (typeof setting === 'number') return setting;
  if (timer === undefined) return -Errno.EINVAL;
  const problem = oldAt === 0 ? 0 : writeSetting(call, oldAt, timer.timer, clock);
  timer.timer.disarm();
  timer.timer.interval = setting.interval;
  if (setting.at !== undefined) timer.timer.arm(setting.at, setting.interval);
  return problem;
}

/** timer_gettime(2). */
export function sysTimerGettime(call: Call, id: number, address: number): number {
  const timer = call.process.posixTimers.get(id);
  return timer === undefined
    ? -Errno.EINVAL
    : writeSetting(call, address, timer.timer, timer.clock);
}

/** timer_getoverrun(2). */
export function sysTimerGetoverrun(call: Call, id: number): number {
  return call.process.posixTimers.get(id)?.lastOverrun ?? -Errno.EINVAL;
}

/** timer_delete(2). */
export function sysTimerDelete(call: Call, id: number): number {
  const timer = call.process.posixTimers.get(id);
  if (timer === undefined) return -Errno.EINVAL;
  timer.timer.disarm();
  call.process.posixTimers.delete(id);
  return 0;
}

// Interval timers ------------------------------------------------------------------------------

/** ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF: all of a process's CPU time is user time here. */
const INTERVAL_SIGNALS = [SIGALRM, SIGVTALRM, SIGPROF] as const;
const INTERVAL_CLOCKS = [
  CLOCK_MONOTONIC,
  CLOCK_PROCESS_CPUTIME_ID,
  CLOCK_PROCESS_CPUTIME_ID,
] as const;

/** setitimer(2). */
export function sysSetitimer(call: Call, which: number, newAt: number, oldAt: number): number {
  const clock = INTERVAL_CLOCKS[which];
  if (clock === undefined) return -Errno.EINVAL;
  const view =
    newAt === 0 ? new DataView(new ArrayBuffer(SPEC_BYTES)) : call.view(newAt, SPEC_BYTES);
  if (view === undefined) return -Errno.EFAULT;
  const read = (at: number) => ({
    seconds: Number(view.getBigInt64(at, true)),
    microseconds: Number(view.getBigInt64(at + 8, true)),
  });
  const [interval, value] = [read(0), read(16)];
  for (const { seconds, microseconds } of [interval, value]) {
    if (seconds < 0 || microseconds < 0 || microseconds > 999_999) return -Errno.EINVAL;
  }
  const problem = oldAt === 0 ? 0 : sysGetitimer(call, which, oldAt);
  if (problem < 0) return problem;
  const { timers, now } = clockOf(call, clock);
  const length = value.seconds * 1e9 + value.microseconds * 1000;
  const timer = intervalTimer(call.process, which, timers);
  timer.disarm();
  timer.interval = interval.seconds * 1e9 + interval.microseconds * 1000;
  if (length > 0) timer.arm(now + length, timer.interval);
  return 0;
}

function intervalTimer(process: Process, which: number, timers: TimerSet): Timer {
  const signal = INTERVAL_SIGNALS[which]!;
  process.intervalTimers[which] ??= new Timer(timers, () =>
    sendToProcess(process, { signal, code: SI_KERNEL }),
  );
  return process.intervalTimers[which];
}

/** getitimer(2). */
export function sysGetitimer(call: Call, which: number, address: number): number {
  const clock = INTERVAL_CLOCKS[which];
  if (clock === undefined) return -Errno.EINVAL;
  const timer = call.process.intervalTimers[which];
  const left = timer?.left(clockOf(call, clock).now) ?? 0;
  const interval = timestampOf(left === 0 ? 0 : (timer?.interval ?? 0));
  const value = timestampOf(left === 0 ? 0 : Math.max(1000, left));
  const bytes = new Uint8Array(SPEC_BYTES);
  bytes.set(encodePair(interval.seconds, Math.floor(interval.nanoseconds / 1000)));
  bytes.set(encodePair(value.seconds, Math.floor(value.nanoseconds / 1000)), 16);
  return call.write(address, bytes);
}
