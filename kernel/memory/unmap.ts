import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { REGION_STEPS } from './costs.js';
import { demoteEdges } from './demote.js';
import { MMAP_MIN_ADDRESS, roundLength, TASK_SIZE } from './layout.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * munmap(2). Unmaps every page that overlaps [address, address + length); holes are skipped.
 *
 * @returns 0; -EINVAL if address is unaligned, length is 0 or the range leaves user space; -ENOMEM
 *   where a split would make too many regions
 */
export function unmap(memory: VirtualMemory, address: number, length: number): number {
  const lengthBytes = roundLength(length);
  if (address % PAGE_SIZE !== 0 || lengthBytes === 0) return -Errno.EINVAL;
  if (address < 0 || lengthBytes > TASK_SIZE - address) return -Errno.EINVAL;
  const start = Math.max(address, MMAP_MIN_ADDRESS);
  const end = address + lengthBytes;
  if (start >= end) return 0;
  if (!demoteEdges(memory, start, end)) return -Errno.ENOMEM;
  const result = memory.space.unmap(start, end - start, memory.clearUnmapped);
  memory.fences.settle();
  memory.system.host.charge(REGION_STEPS);
  return result;
}
