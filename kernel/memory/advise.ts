import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { type AdviceHandler, adviceHandlers, populateRange } from './advice-handlers.js';
import { REGION_STEPS } from './costs.js';
import { roundLength, TASK_SIZE } from './layout.js';
import { Advice } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * madvise(2). Acts on every mapped part of the range; holes make it answer -ENOMEM at the end.
 * Compare Linux's do_madvise and madvise_walk_vmas in mm/madvise.c.
 *
 * @returns 0; -EINVAL for unknown advice, an unaligned address, or a region that the advice does not
 *   suit; -ENOMEM where a part is not mapped
 */
export function advise(
  memory: VirtualMemory,
  address: number,
  length: number,
  advice: number,
): number {
  const handler = adviceHandlers.get(advice);
  const populating =
    advice === Advice.POPULATE_READ
      ? 'load'
      : advice === Advice.POPULATE_WRITE
        ? 'store'
        : undefined;
  if (handler === undefined && populating === undefined) return -Errno.EINVAL;
  if (address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  const lengthBytes = roundLength(length);
  if (length !== 0 && lengthBytes === 0) return -Errno.EINVAL;
  if (address < 0 || address + lengthBytes >= 2 ** 64) return -Errno.EINVAL;
  if (lengthBytes === 0) return 0;
  const end = address + lengthBytes;
  if (populating !== undefined) return populateRange(memory, address, end, populating);
  return handler === undefined ? 0 : walkRegions(memory, address, end, handler);
}

function walkRegions(
  memory: VirtualMemory,
  address: number,
  end: number,
  handler: AdviceHandler,
): number {
  const range = { start: address, end: Math.min(end, TASK_SIZE) };
  // A list, since the handlers split and merge regions.
  const touched = range.start < range.end ? [...memory.space.regions(range)] : [];
  let covered = address;
  let hasHole = false;
  for (const region of touched) {
    if (region.start > covered) hasHole = true;
    const start = Math.max(region.start, address);
    covered = Math.min(region.end, end);
    const result = handler(memory, region, start, covered);
    memory.fences.settle();
    memory.system.host.charge(REGION_STEPS);
    if (result < 0) return result;
  }
  return hasHole || covered < end ? -Errno.ENOMEM : 0;
}
