import { Errno } from '../errno.js';
import { BOTTOM_UP_BASE, MMAP_MIN_ADDRESS, STACK_GUARD_BYTES, TASK_SIZE } from './layout.js';
import type { MappedFile } from './mapped-file.js';
import type { Region } from './mapper.js';
import { REGION_GROWS_DOWN } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Whether [address, address + length) stays out of the guard gap below a region that grows down. */
export function clearsStackGuard(memory: VirtualMemory, address: number, length: number): boolean {
  return stackAbove(memory, address + length) === undefined;
}

/**
 * Where `mmap` without a hint would put `length` bytes. Nothing stays mapped.
 *
 * @returns the address or -ENOMEM
 */
export function findPlace(memory: VirtualMemory, length: number): number {
  const at = placeAnywhere(memory, length, 0, 0, undefined, 0);
  if (at >= 0) memory.space.unmap(at, length);
  return at;
}

/**
 * Maps where the policy says: top-down below mmap_base, then bottom-up. Compare Linux's
 * arch_get_unmapped_area_topdown in mm/mmap.c.
 *
 * @returns the address or a negative errno
 */
export function placeAnywhere(
  memory: VirtualMemory,
  length: number,
  prot: number,
  flags: number,
  file: MappedFile | undefined,
  offset: number,
): number {
  const mapping: Mapping = { length, prot, flags, file, offset };
  if (memory.placement === 'top-down') {
    const topDown = { start: MMAP_MIN_ADDRESS, end: memory.mmapBase };
    const at = placeIn(memory, mapping, topDown, 'top-down');
    if (at !== -Errno.ENOMEM) return at;
  }
  return placeIn(memory, mapping, { start: BOTTOM_UP_BASE, end: TASK_SIZE }, 'bottom-up');
}

interface Mapping {
  readonly length: number;
  readonly prot: number;
  readonly flags: number;
  readonly file: MappedFile | undefined;
  readonly offset: number;
}

/**
 * Maps inside the range, out of the guard gap of every region that grows down. Compare Linux's
 * vm_start_gap in include/linux/mm.h.
 */
function placeIn(
  memory: VirtualMemory,
  { length, prot, flags, file, offset }: Mapping,
  range: { start: number; end: number },
  placement: 'top-down' | 'bottom-up',
): number {
  let { start, end } = range;
  while (end - start >= length) {
    const at = memory.space.mapAny(length, prot, flags, file, offset, {
      range: { start, end },
      placement,
    });
    if (at < 0) return at;
    const stack = stackAbove(memory, at + length);
    if (stack === undefined) return at;
    memory.space.unmap(at, length);
    if (placement === 'top-down') end = stack.start - STACK_GUARD_BYTES;
    else start = stack.end;
  }
  return -Errno.ENOMEM;
}

/** The region that grows down and whose guard gap begins below `end`, if there is one. */
function stackAbove(memory: VirtualMemory, end: number): Region | undefined {
  const { space } = memory;
  // Most mappings end where the next one begins.
  const next =
    space.queryPage(end) ??
    space.regions({ start: end, end: end + STACK_GUARD_BYTES }).next().value;
  return next && next.flags & REGION_GROWS_DOWN ? next : undefined;
}
