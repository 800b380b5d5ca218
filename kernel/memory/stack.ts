import { PAGE_SIZE } from '../../emulator/index.js';
import { STACK_GUARD_BYTES } from './layout.js';
import { mayCommit, mayExpand } from './limits.js';
import { mayLockMore } from './lock.js';
import type { Region } from './mapper.js';
import { PROT_READ, PROT_WRITE, REGION_GROWS_DOWN, REGION_LOCKED } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/** The size that the main stack begins with. Linux fs/exec.c, setup_arg_pages. */
const INITIAL_BYTES = 33 * PAGE_SIZE;

/** Maps the main stack below `top`. @returns 0 or a negative errno */
export function mapStack(memory: VirtualMemory, top: number, limit: number): number {
  const bytes = Math.min(INITIAL_BYTES, limit - (limit % PAGE_SIZE));
  const prot = PROT_READ | PROT_WRITE;
  const at = memory.space.mapAtIfFree(top - bytes, bytes, prot, REGION_GROWS_DOWN, undefined, 0);
  if (at < 0) return at;
  memory.limits.stack = limit;
  memory.stackTop = top;
  return 0;
}

/**
 * A fault on the unmapped page at `address`: grows the stack that lies next above it down to there.
 * Compare Linux's expand_downwards in mm/vma.c.
 *
 * @returns the grown region; undefined where there is no stack above, RLIMIT_STACK is reached, or
 *   the guard gap to the accessible region below would be touched
 */
export function growStack(memory: VirtualMemory, address: number): Region | undefined {
  const above = stackAbove(memory, address);
  if (above === undefined) return undefined;
  const bytes = above.start - address;
  const grown = memory.space.mapAtIfFree(address, bytes, above.prot, above.flags, undefined, 0);
  memory.notePeak();
  return grown < 0 ? undefined : memory.space.queryPage(address);
}

/** The stack that may grow down to the unmapped page at `address`. */
export function stackAbove(memory: VirtualMemory, address: number): Region | undefined {
  const reach = address + memory.limits.stack;
  const [above] = memory.space.regions({ start: address, end: reach });
  if (above === undefined || (above.flags & REGION_GROWS_DOWN) === 0) return undefined;
  if (above.end - address > memory.limits.stack) return undefined;
  if (!isGuardFree(memory, address)) return undefined;
  const bytes = above.start - address;
  if (above.flags & REGION_LOCKED && !mayLockMore(memory, bytes)) return undefined;
  if (!mayExpand(memory, above.prot, above.flags, bytes)) return undefined;
  return mayCommit(memory.system, above.flags, bytes) ? above : undefined;
}

/** Whether the region next below lies beyond the guard gap, or is a stack itself or inaccessible. */
function isGuardFree(memory: VirtualMemory, address: number): boolean {
  const gap = { start: Math.max(0, address - STACK_GUARD_BYTES), end: address };
  let isFree = true;
  for (const below of memory.space.regions(gap)) {
    isFree = below.prot === 0 || (below.flags & REGION_GROWS_DOWN) !== 0;
  }
  return isFree;
}
