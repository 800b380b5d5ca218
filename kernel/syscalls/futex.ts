import { Errno } from '../errno.js';
import type { Call } from './call.js';
import { absoluteDeadline, deadlineAfter, readTimespec } from './time.js';

const FUTEX_WAIT = 0;
const FUTEX_WAKE = 1;
const FUTEX_REQUEUE = 3;
const FUTEX_CMP_REQUEUE = 4;
const FUTEX_WAIT_BITSET = 9;
const FUTEX_WAKE_BITSET = 10;
const FUTEX_PRIVATE_FLAG = 128;
const FUTEX_CLOCK_REALTIME = 256;
const ANY_BIT = 0xffff_ffff;

/** futex(2): waiting, waking and requeueing; priority inheritance is ENOSYS. */
export function sysFutex(
  call: Call,
  address: number,
  operation: number,
  value: number,
  timeoutAt: number,
  address2: number,
  value3: number,
): number {
  const command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
  const isPrivate = (operation & FUTEX_PRIVATE_FLAG) !== 0;
  if (address % 4 !== 0) return -Errno.EINVAL;
  switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
      const bitset = command === FUTEX_WAIT ? ANY_BIT : value3;
      return wait(call, address, isPrivate, operation, value, timeoutAt, bitset);
    }
    case FUTEX_WAKE:
      return wake(call, address, isPrivate, value, ANY_BIT);
    case FUTEX_WAKE_BITSET:
      return wake(call, address, isPrivate, value, value3);
    case FUTEX_REQUEUE:
      return requeue(call, address, isPrivate, value | 0, timeoutAt | 0, address2);
    case FUTEX_CMP_REQUEUE: {
      const present = call.readU32(address);
      if (present === undefined) return -Errno.EFAULT;
      if (present !== value3) return -Errno.EAGAIN;
      return requeue(call, address, isPrivate, value | 0, timeoutAt | 0, address2);
    }
    default:
      return -Errno.ENOSYS;
  }
}

function wait(
  call: Call,
  address: number,
  isPrivate: boolean,
  operation: number,
  expected: number,
  timeoutAt: number,
  bitset: number,
): number {
  const { futexes } = call.kernel;
  if (bitset === 0) return -Errno.EINVAL;
  if (call.wait?.isGranted === true) return 0;
  const present = call.readU32(address);
  if (present === undefined) return -Errno.EFAULT;
  const key = keyOf(call, address, isPrivate);
  const isFirst = call.wait === undefined;
  if (isFirst && present !== expected) return -Errno.EAGAIN;
  const deadline = isFirst ? deadlineOf(call, operation, timeoutAt) : call.wait?.deadline;
  if (deadline !== undefined && deadline < 0) return deadline;
  if (deadline !== undefined && deadline <= call.kernel.clock.now()) {
    futexes.remove(call.task);
    return -Errno.ETIMEDOUT;
  }
  const blocked = call.block([], { deadline });
  if (call.task.state === 'blocked') {
    if (isFirst) futexes.add(key, call.task, bitset);
  } else {
    futexes.remove(call.task);
  }
  return blocked;
}

/** undefined without a timeout, a negative errno for a bad one. FUTEX_WAIT's is relative. */
function deadlineOf(call: Call, operation: number, timeoutAt: number): number | undefined {
  if (timeoutAt === 0) return undefined;
  const time = readTimespec(call, timeoutAt);
  if (typeof time === 'number') return time;
  const command = operation & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);
  if (command === FUTEX_WAIT) return deadlineAfter(call, time);
  const clock = (operation & FUTEX_CLOCK_REALTIME) !== 0 ? 0 : 1;
  return Math.max(0, absoluteDeadline(call, clock, time));
}

function wake(
  call: Call,
  address: number,
  isPrivate: boolean,
  count: number,
  bitset: number,
): number {
  if (bitset === 0) return -Errno.EINVAL;
  // A shared futex is known by its frame, so the word must be there.
  if (!isPrivate && call.readU32(address) === undefined) return -Errno.EFAULT;
  const key = keyOf(call, address, isPrivate);
  return call.kernel.futexes.wake(key, Math.max(1, count | 0), bitset);
}

function requeue(
  call: Call,
  address: number,
  isPrivate: boolean,
  wakeCount: number,
  moveCount: number,
  address2: number,
): number {
  if (address2 % 4 !== 0 || wakeCount < 0 || moveCount < 0) return -Errno.EINVAL;
  if (call.readU32(address) === undefined || call.readU32(address2) === undefined) {
    return -Errno.EFAULT;
  }
  const { futexes } = call.kernel;
  const from = keyOf(call, address, isPrivate);
  const woken = wakeCount === 0 ? 0 : futexes.wake(from, wakeCount);
  return woken + futexes.move(from, keyOf(call, address2, isPrivate), moveCount);
}

function keyOf(call: Call, address: number, isPrivate: boolean): string {
  const { kernel, process } = call;
  return kernel.futexes.key(process.memory, address, isPrivate);
}
