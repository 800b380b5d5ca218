import { PAGE_SIZE } from '../../emulator/index.js';
import { pageCeil, STACK_GUARD_BYTES, TASK_SIZE } from './layout.js';
import { mayCommit, mayExpand } from './limits.js';
import { lockingFlags, mayLockMore } from './lock.js';
import { isLockedAtOnce, PROT_READ, PROT_WRITE, REGION_GROWS_DOWN, REGION_LOCKED } from './mman.js';
import { populate } from './populate.js';
import type { VirtualMemory } from './virtual-memory.js';

/** brk(2). Compare Linux's sys_brk in mm/mmap.c. @returns the end of the heap, old or new */
export function setBreak(memory: VirtualMemory, address: number): number {
  const { breakStart, breakEnd } = memory;
  if (address < breakStart || address > TASK_SIZE) return breakEnd;
  const oldEnd = pageCeil(breakEnd);
  const newEnd = pageCeil(address);
  if (newEnd < oldEnd) {
    if (memory.unmap(newEnd, oldEnd - newEnd) < 0) return breakEnd;
  } else if (newEnd > oldEnd) {
    // RLIMIT_DATA is asked twice, here without the exception that limits.ts makes for 0.
    if (address - breakStart > memory.limits.data) return breakEnd;
    if (!isRoom(memory, oldEnd, newEnd) || !extend(memory, oldEnd, newEnd)) return breakEnd;
  }
  memory.breakEnd = address;
  return address;
}

/** Maps [start, end) as more heap, as far as the limits allow. */
function extend(memory: VirtualMemory, start: number, end: number): boolean {
  const bytes = end - start;
  const prot = PROT_READ | PROT_WRITE;
  const flags = lockingFlags(memory, false);
  if (flags & REGION_LOCKED && !mayLockMore(memory, bytes)) return false;
  if (!mayExpand(memory, prot, flags, bytes)) return false;
  if (!mayCommit(memory.system, flags, bytes)) return false;
  if (memory.space.mapAtIfFree(start, bytes, prot, flags, undefined, 0) < 0) return false;
  const isLocked = isLockedAtOnce(flags);
  if (isLocked) populate(memory, start, bytes);
  return true;
}

/** Whether [start, end) is free, with a page behind it, or a stack's guard gap. */
function isRoom(memory: VirtualMemory, start: number, end: number): boolean {
  for (const region of memory.space.regions({ start, end: end + STACK_GUARD_BYTES })) {
    const gap = region.flags & REGION_GROWS_DOWN ? STACK_GUARD_BYTES : 0;
    return end + PAGE_SIZE <= region.start - gap;
  }
  return true;
}
