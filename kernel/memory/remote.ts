import { leafPages, PAGE_SIZE } from '../../emulator/index.js';
import { bringIn, isOutOfMemory } from './bring-in.js';
import { COPY_STEPS_PER_64_BYTES } from './costs.js';
import { pageFloor, TASK_SIZE } from './layout.js';
import { PROT_WRITE, REGION_SHARED } from './mman.js';
import { withRoom } from './reclaim.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * /proc/PID/mem: moves bytes of one page between the address space and the kernel, past the region's
 * protection as a debugger does: what is mapped can be read, and a private page can be written, into
 * a copy of its own. Compare Linux's FOLL_FORCE, mm/gup.c.
 *
 * @param bytes must not cross a page
 * @returns false where nothing is mapped (any more) or a shared region forbids the store
 */
export function accessByForce(
  memory: VirtualMemory,
  va: number,
  bytes: Uint8Array,
  access: 'load' | 'store',
): boolean {
  if (va < 0 || va >= TASK_SIZE || memory.isReleased) return false;
  const start = pageFloor(va);
  const page = start / PAGE_SIZE;
  const region = memory.space.queryPage(start);
  if (region === undefined) return false;
  const isShared = (region.flags & REGION_SHARED) !== 0;
  if (access === 'store' && isShared && (region.prot & PROT_WRITE) === 0) return false;
  const { frames } = memory.system;
  const attempt = () => bringIn(memory, region, page, access);
  const result = withRoom(frames, attempt, isOutOfMemory, { memory, va });
  memory.fences.settle();
  if (result !== 'present') return false;
  const pteAddress = memory.table.find(page);
  const inSuperpage = page % leafPages(memory.table.levelOf(pteAddress, page));
  const pa = (memory.table.ppn(pteAddress) + inSuperpage) * PAGE_SIZE + (va - start);
  if (access === 'load') memory.system.ram.read(pa, bytes);
  else {
    // No leaf gets D for this store: a copy on the swap device would pass for the page.
    memory.system.swap?.detach(Math.floor(pa / PAGE_SIZE));
    memory.system.ram.write(pa, bytes);
  }
  memory.system.host.charge(Math.ceil(bytes.length / 64) * COPY_STEPS_PER_64_BYTES);
  return true;
}
