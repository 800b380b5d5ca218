import { Errno } from '../errno.js';
import { demoteEdges } from './demote.js';
import { pageCeil, pageFloor, TASK_SIZE } from './layout.js';
import {
  isLockedAtOnce,
  MCL_CURRENT,
  MCL_FUTURE,
  MCL_ONFAULT,
  MLOCK_ONFAULT,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  REGION_LOCKED,
  REGION_LOCKED_ON_FAULT,
} from './mman.js';
import { populate } from './populate.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Both attributes of a locked region. */
export const LOCKS = REGION_LOCKED | REGION_LOCKED_ON_FAULT;
const ACCESSIBLE = PROT_READ | PROT_WRITE | PROT_EXEC;

/**
 * mlock(2) and mlock2(2). Locks up to the first hole. Compare Linux's do_mlock in mm/mlock.c.
 *
 * @param length the bits of a size_t read as a signed number
 * @returns 0; -EPERM under RLIMIT_MEMLOCK 0; -ENOMEM past the limit, at a hole, or where a page
 *   cannot be brought in; -EINVAL for bad flags
 */
export function lock(
  memory: VirtualMemory,
  address: number,
  length: number,
  flags: number,
): number {
  if (flags & ~MLOCK_ONFAULT) return -Errno.EINVAL;
  const limit = memory.limits.lockedBytes;
  if (limit === 0) return -Errno.EPERM;
  const { start, bytes } = pagesTouched(address, length);
  const already = lockedBytes(memory, { start, end: start + bytes });
  if (lockedBytes(memory) - already + bytes > limit) return -Errno.ENOMEM;
  if (start + bytes >= 2 ** 64) return -Errno.EINVAL;
  const set = flags & MLOCK_ONFAULT ? LOCKS : REGION_LOCKED;
  const result = changeLocks(memory, start, start + bytes, set);
  if (result < 0) return result;
  return populateLocked(memory, start, bytes, 'stop') ? 0 : -Errno.ENOMEM;
}

/**
 * munlock(2).
 *
 * @returns 0; -ENOMEM at a hole, and what lies before it is unlocked; -EINVAL past 2^64
 */
export function unlock(memory: VirtualMemory, address: number, length: number): number {
  const { start, bytes } = pagesTouched(address, length);
  if (start + bytes >= 2 ** 64) return -Errno.EINVAL;
  return changeLocks(memory, start, start + bytes, 0);
}

/** mlockall(2). Compare Linux's apply_mlockall_flags in mm/mlock.c. */
export function lockAll(memory: VirtualMemory, flags: number): number {
  const known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
  if ((flags & (MCL_CURRENT | MCL_FUTURE)) === 0 || flags & ~known) return -Errno.EINVAL;
  const limit = memory.limits.lockedBytes;
  if (limit === 0) return -Errno.EPERM;
  if (flags & MCL_CURRENT && memory.space.stats().mappedBytes > limit) return -Errno.ENOMEM;
  const set = flags & MCL_ONFAULT ? LOCKS : REGION_LOCKED;
  memory.futureLocks = flags & MCL_FUTURE ? set : 0;
  if (flags & MCL_CURRENT) {
    changeAll(memory, set);
    for (const region of [...memory.space.regions()]) {
      populateLocked(memory, region.start, region.end - region.start);
    }
  }
  return 0;
}

/** munlockall(2). */
export function unlockAll(memory: VirtualMemory): number {
  memory.futureLocks = 0;
  changeAll(memory, 0);
  return 0;
}

/** The locks that a new region gets: those of mlockall(MCL_FUTURE), or of MAP_LOCKED. */
export function lockingFlags(memory: VirtualMemory, isAskedFor: boolean): number {
  return memory.futureLocks | (isAskedFor ? REGION_LOCKED : 0);
}

/** Whether RLIMIT_MEMLOCK allows `bytes` more. Linux mm/mmap.c, mlock_future_ok. */
export function mayLockMore(memory: VirtualMemory, bytes: number): boolean {
  return lockedBytes(memory) + bytes <= memory.limits.lockedBytes;
}

/** VmLck of /proc/PID/status. */
export function lockedBytes(
  memory: VirtualMemory,
  range: { start: number; end: number } = { start: 0, end: TASK_SIZE },
): number {
  let bytes = 0;
  for (const region of memory.space.regions({
    start: range.start,
    end: Math.min(range.end, TASK_SIZE),
  })) {
    if ((region.flags & REGION_LOCKED) === 0) continue;
    bytes += Math.min(region.end, range.end) - Math.max(region.start, range.start);
  }
  return bytes;
}

/**
 * Brings in what is locked in the range and not only when touched.
 *
 * @param onFailure whether the regions after one that cannot be brought in are left alone
 * @returns false where a page cannot be brought in
 */
export function populateLocked(
  memory: VirtualMemory,
  start: number,
  bytes: number,
  onFailure: 'stop' | 'go on' = 'go on',
): boolean {
  const end = Math.min(start + bytes, TASK_SIZE);
  let isComplete = true;
  if (start >= end) return true;
  for (const region of memory.space.regions({ start, end })) {
    if (!isLockedAtOnce(region.flags)) continue;
    const from = Math.max(region.start, start);
    const isBroughtIn =
      (region.prot & ACCESSIBLE) !== 0 && populate(memory, from, Math.min(region.end, end) - from);
    isComplete &&= isBroughtIn;
    if (!isComplete && onFailure === 'stop') break;
  }
  return isComplete;
}

/**
 * mlock takes addresses inside pages; every page that the range touches counts. Length and offset are
 * added in 64 bits, where the sum may wrap around to few bytes. Compare Linux's do_mlock, len.
 *
 * @param length the bits of a size_t read as a signed number
 */
function pagesTouched(address: number, length: number): { start: number; bytes: number } {
  const start = pageFloor(Math.max(0, address));
  const sum = pageCeil(length + (address - start));
  return { start, bytes: sum >= 0 ? sum : sum + 2 ** 64 };
}

/** Gives [start, end) these locks, up to the first hole. */
function changeLocks(memory: VirtualMemory, start: number, end: number, set: number): number {
  if (start === end) return 0;
  let covered = start;
  for (const region of memory.space.regions({ start, end: Math.min(end, TASK_SIZE) })) {
    if (region.start > covered) break;
    covered = Math.min(region.end, end);
  }
  if (covered > start) {
    if (!demoteEdges(memory, start, covered)) return -Errno.ENOMEM;
    const result = memory.space.setFlags(start, covered - start, set, LOCKS & ~set);
    if (result < 0) return result;
  }
  return covered < end ? -Errno.ENOMEM : 0;
}

function changeAll(memory: VirtualMemory, set: number): void {
  for (const { start, end } of [...memory.space.regions()]) {
    memory.space.setFlags(start, end - start, set, LOCKS & ~set);
  }
}
