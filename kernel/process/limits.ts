import type { VirtualMemory } from '../memory/index.js';

/** getrlimit(2): soft and hard limit. RLIM_INFINITY is Infinity here. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

/** Seconds of CPU time. */
export const RLIMIT_CPU = 0;
/** Largest size that a process gives a file, in bytes. */
export const RLIMIT_FSIZE = 1;
export const RLIMIT_DATA = 2;
export const RLIMIT_STACK = 3;
export const RLIMIT_NPROC = 6;
export const RLIMIT_NOFILE = 7;
export const RLIMIT_MEMLOCK = 8;
export const RLIMIT_AS = 9;
/** Signals queued, and timers, of a process. */
export const RLIMIT_SIGPENDING = 11;
export const RLIMIT_COUNT = 16;

const UNLIMITED: Limit = { soft: Number.POSITIVE_INFINITY, hard: Number.POSITIVE_INFINITY };

/** What Linux gives a system of that size by itself; indexes as in asm-generic/resource.h. */
export function defaultLimits(maxProcesses: number): Limit[] {
  const limits: Limit[] = new Array(RLIMIT_COUNT).fill(UNLIMITED);
  limits[RLIMIT_STACK] = { soft: 8 * 2 ** 20, hard: Number.POSITIVE_INFINITY };
  limits[4] = { soft: 0, hard: Number.POSITIVE_INFINITY }; // CORE
  limits[RLIMIT_NPROC] = { soft: maxProcesses, hard: maxProcesses };
  limits[RLIMIT_NOFILE] = { soft: 1024, hard: 4096 };
  limits[RLIMIT_MEMLOCK] = { soft: 8 * 2 ** 20, hard: 8 * 2 ** 20 };
  limits[RLIMIT_SIGPENDING] = { soft: maxProcesses, hard: maxProcesses };
  limits[12] = { soft: 819200, hard: 819200 }; // MSGQUEUE
  limits[13] = { soft: 0, hard: 0 }; // NICE
  limits[14] = { soft: 0, hard: 0 }; // RTPRIO
  return limits;
}

/** Tells an address space the limits that it keeps by itself. */
export function applyMemoryLimits(memory: VirtualMemory, limits: readonly Limit[]): void {
  memory.limits.stack = limits[RLIMIT_STACK]!.soft;
  memory.limits.data = limits[RLIMIT_DATA]!.soft;
  memory.limits.dataAtMost = limits[RLIMIT_DATA]!.hard;
  memory.limits.addressSpace = limits[RLIMIT_AS]!.soft;
  memory.limits.lockedBytes = limits[RLIMIT_MEMLOCK]!.soft;
}
