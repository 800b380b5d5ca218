import { PAGE_SIZE } from '../../emulator/index.js';
import type { Region } from './mapper.js';
import type { MemorySystem } from './memory-system.js';
import { PROT_WRITE, REGION_GROWS_DOWN, REGION_NO_RESERVE, REGION_SHARED } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Private, writable and no stack: what RLIMIT_DATA counts. Linux mm/internal.h, is_data_mapping. */
function isData(prot: number, flags: number): boolean {
  return (prot & PROT_WRITE) !== 0 && (flags & (REGION_SHARED | REGION_GROWS_DOWN)) === 0;
}

/**
 * RLIMIT_AS and RLIMIT_DATA. Compare Linux's may_expand_vm in mm/mmap.c.
 *
 * @param replaced a range whose present regions will be gone
 */
export function mayExpand(
  memory: VirtualMemory,
  prot: number,
  flags: number,
  bytes: number,
  replaced?: { start: number; end: number },
): boolean {
  const { limits, space } = memory;
  if (limits.addressSpace !== Number.POSITIVE_INFINITY) {
    const total = space.stats().mappedBytes + bytes;
    const gone = replaced === undefined ? 0 : sum(memory, () => true, replaced);
    if (total - gone > pageLimit(limits.addressSpace)) return false;
  }
  return !isData(prot, flags) || mayHoldData(memory, flags, bytes, replaced);
}

/**
 * RLIMIT_DATA: whether `bytes` more of private writable memory are allowed. Valgrind sets it to 0
 * to stop brk alone, so Linux takes the hard limit then (may_expand_vm).
 */
export function mayHoldData(
  memory: VirtualMemory,
  flags: number,
  bytes: number,
  replaced?: { start: number; end: number },
): boolean {
  const { data, dataAtMost } = memory.limits;
  const limit = data === 0 ? dataAtMost : data;
  if (limit === Number.POSITIVE_INFINITY || flags & REGION_GROWS_DOWN) return true;
  const is = (region: Region): boolean => isData(region.prot, region.flags);
  const gone = replaced === undefined ? 0 : sum(memory, is, replaced);
  return sum(memory, is) - gone + bytes <= pageLimit(limit);
}

/**
 * vm.overcommit_memory. Compare Linux's __vm_enough_memory in mm/util.c: mode 0 refuses one request
 * for more than all RAM and swap, mode 2 whatever goes past the commit limit.
 *
 * @param flags of the region; REGION_NO_RESERVE is heeded except in mode 2
 */
export function mayCommit(system: MemorySystem, flags: number, bytes: number): boolean {
  if (system.overcommitMode === 1) return true;
  if (system.overcommitMode === 2) return committedBytes(system) + bytes <= commitLimit(system);
  return (
    (flags & REGION_NO_RESERVE) !== 0 ||
    bytes <= (system.ram.frameCount + swapPages(system)) * PAGE_SIZE
  );
}

/** Whether a second copy of the address space may be committed to. Linux mm/mmap.c, dup_mmap. */
export function mayCommitCopy(memory: VirtualMemory): boolean {
  const { system } = memory;
  // In mode 0 each region was allowed when it was mapped.
  return system.overcommitMode !== 2 || mayCommit(system, 0, sum(memory, isCommitted));
}

/** Bytes that vm.overcommit_memory 2 allows: CommitLimit of /proc/meminfo. */
export function commitLimit(system: MemorySystem): number {
  const pages = Math.floor((system.ram.frameCount * system.overcommitRatio) / 100);
  return (pages + swapPages(system)) * PAGE_SIZE;
}

function swapPages({ swap }: MemorySystem): number {
  return swap?.slotCount ?? 0;
}

/** Committed_AS of /proc/meminfo: private writable memory. */
export function committedBytes(system: MemorySystem): number {
  let bytes = 0;
  for (const memory of system.spaces) {
    bytes += sum(memory, isCommitted);
  }
  return bytes;
}

/** A private region that can be written may come to need all its frames. */
function isCommitted({ prot, flags }: Region): boolean {
  return (prot & PROT_WRITE) !== 0 && (flags & REGION_SHARED) === 0;
}

function sum(
  memory: VirtualMemory,
  is: (region: Region) => boolean,
  range?: { start: number; end: number },
): number {
  let bytes = 0;
  for (const region of memory.space.regions(range)) {
    if (!is(region)) continue;
    const start = Math.max(region.start, range?.start ?? 0);
    bytes += Math.min(region.end, range?.end ?? region.end) - start;
  }
  return bytes;
}

function pageLimit(bytes: number): number {
  return bytes - (bytes % PAGE_SIZE);
}
