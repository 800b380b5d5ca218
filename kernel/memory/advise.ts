import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { REGION_STEPS } from './costs.js';
import { demoteEdges } from './demote.js';
import { pageCeil, TASK_SIZE } from './layout.js';
import type { Region } from './mapper.js';
import { Advice } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Does the advice for [start, end), a part of `region`. @returns 0 or a negative errno, which stops */
type Handler = (memory: VirtualMemory, region: Region, start: number, end: number) => number;

const nothing: Handler = () => 0;

const HANDLERS = new Map<number, Handler>([
  [Advice.NORMAL, nothing],
  [Advice.RANDOM, nothing],
  [Advice.SEQUENTIAL, nothing],
  [Advice.WILLNEED, nothing],
  [Advice.DONTNEED, dropPages],
]);

/**
 * madvise(2). Acts on every mapped part of the range; holes make it answer -ENOMEM at the end.
 * Compare Linux's madvise_walk_vmas in mm/madvise.c.
 */
export function advise(
  memory: VirtualMemory,
  address: number,
  length: number,
  advice: number,
): number {
  const handler = HANDLERS.get(advice);
  if (handler === undefined || address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  const lengthBytes = pageCeil(length);
  if (!Number.isSafeInteger(address + lengthBytes)) return -Errno.EINVAL;
  if (lengthBytes === 0) return 0;
  const end = address + lengthBytes;
  let covered = address;
  let hasHole = false;
  const range = { start: Math.max(0, address), end: Math.min(end, TASK_SIZE) };
  const touched = range.start < range.end ? [...memory.space.regions(range)] : [];
  for (const region of touched) {
    if (region.start > covered) hasHole = true;
    covered = Math.min(region.end, end);
    const result = handler(memory, region, Math.max(region.start, address), covered);
    memory.fences.settle();
    memory.system.host.charge(REGION_STEPS);
    if (result < 0) return result;
  }
  return hasHole || covered < end ? -Errno.ENOMEM : 0;
}

/** MADV_DONTNEED: the next touch finds zeros, or the file's contents. */
function dropPages(memory: VirtualMemory, _region: Region, start: number, end: number): number {
  if (!demoteEdges(memory, start, end)) return -Errno.ENOMEM;
  memory.table.clear(start / PAGE_SIZE, end / PAGE_SIZE);
  return 0;
}
