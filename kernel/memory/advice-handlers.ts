import { PAGE_SIZE, PTE_A, PTE_D } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { indexInFile } from './bring-in.js';
import { PAGE_STEPS } from './costs.js';
import { demoteEdges } from './demote.js';
import { TASK_SIZE } from './layout.js';
import type { Region } from './mapper.js';
import {
  Advice,
  PROT_READ,
  PROT_WRITE,
  REGION_HUGE,
  REGION_LOCKED,
  REGION_NEVER_WRITABLE,
  REGION_NO_DUMP,
  REGION_NO_FORK,
  REGION_NO_HUGE,
  REGION_RANDOM,
  REGION_SEQUENTIAL,
  REGION_SHARED,
  REGION_WIPE_ON_FORK,
} from './mman.js';
import { bringInRange } from './populate.js';
import { LEAF_LAZY_FREE } from './reclaim.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Follows the advice for [start, end), a part of `region`. @returns 0 or a negative errno */
export type AdviceHandler = (
  memory: VirtualMemory,
  region: Region,
  start: number,
  end: number,
) => number;

/** Every advice but POPULATE_READ and POPULATE_WRITE, which stop at a hole. */
export const adviceHandlers = new Map<number, AdviceHandler>([
  [Advice.NORMAL, changeFlags(0, REGION_RANDOM | REGION_SEQUENTIAL)],
  [Advice.RANDOM, changeFlags(REGION_RANDOM, REGION_SEQUENTIAL)],
  [Advice.SEQUENTIAL, changeFlags(REGION_SEQUENTIAL, REGION_RANDOM)],
  [Advice.WILLNEED, () => 0],
  [Advice.DONTNEED, unlessLocked(dropPages)],
  [Advice.DONTNEED_LOCKED, dropPages],
  [Advice.FREE, unlessLocked(freeLazily)],
  [Advice.REMOVE, unlessLocked(punchHole)],
  [Advice.DONTFORK, changeFlags(REGION_NO_FORK, 0)],
  [Advice.DOFORK, changeFlags(0, REGION_NO_FORK)],
  [Advice.MERGEABLE, () => 0],
  [Advice.UNMERGEABLE, () => 0],
  [Advice.HUGEPAGE, changeFlags(REGION_HUGE, REGION_NO_HUGE)],
  [Advice.NOHUGEPAGE, changeFlags(REGION_NO_HUGE, REGION_HUGE)],
  [Advice.DONTDUMP, changeFlags(REGION_NO_DUMP, 0)],
  [Advice.DODUMP, changeFlags(0, REGION_NO_DUMP)],
  [Advice.WIPEONFORK, ifPrivateAnonymous(changeFlags(REGION_WIPE_ON_FORK, 0))],
  [Advice.KEEPONFORK, changeFlags(0, REGION_WIPE_ON_FORK)],
  [Advice.COLD, unlessLocked(makeCold)],
  [Advice.PAGEOUT, unlessLocked(pageOut)],
]);

/**
 * MADV_POPULATE_READ and _WRITE: brings pages in as the access would, up to the first that cannot
 * be. Compare Linux's madvise_populate in mm/madvise.c.
 *
 * @returns 0; -ENOMEM at a hole; -EINVAL where the protection forbids the access; -EFAULT past the
 *   end of a file
 */
export function populateRange(
  memory: VirtualMemory,
  start: number,
  end: number,
  access: 'load' | 'store',
): number {
  const needed = access === 'load' ? PROT_READ : PROT_WRITE;
  let covered = start;
  if (start >= TASK_SIZE) return -Errno.ENOMEM;
  for (const region of memory.space.regions({ start, end: Math.min(end, TASK_SIZE) })) {
    if (region.start > covered) break;
    if ((region.prot & needed) === 0) return -Errno.EINVAL;
    const stop = Math.min(region.end, end);
    const result = bringInRange(memory, region, covered, stop, access);
    memory.fences.settle();
    if (result === 'past-end') return -Errno.EFAULT;
    if (result === 'out-of-memory') return -Errno.ENOMEM;
    covered = stop;
  }
  return covered < end ? -Errno.ENOMEM : 0;
}

/** Where a region cannot be split it is -EAGAIN: Linux mm/madvise.c, madvise_vma_behavior. */
function changeFlags(set: number, clear: number): AdviceHandler {
  return (memory, _region, start, end) => {
    if (!demoteEdges(memory, start, end)) return -Errno.EAGAIN;
    const result = memory.space.setFlags(start, end - start, set, clear);
    return result === -Errno.ENOMEM ? -Errno.EAGAIN : result;
  };
}

function unlessLocked(handler: AdviceHandler): AdviceHandler {
  return (memory, region, start, end) =>
    region.flags & REGION_LOCKED ? -Errno.EINVAL : handler(memory, region, start, end);
}

function ifPrivateAnonymous(handler: AdviceHandler): AdviceHandler {
  return (memory, region, start, end) =>
    region.file === undefined ? handler(memory, region, start, end) : -Errno.EINVAL;
}

/** The next touch finds zeros, or the file's contents. */
function dropPages(memory: VirtualMemory, _region: Region, start: number, end: number): number {
  if (!demoteEdges(memory, start, end)) return -Errno.ENOMEM;
  memory.clearPages(start / PAGE_SIZE, end / PAGE_SIZE);
  return 0;
}

/**
 * The pages may be taken when frames run out, unless they are written first: the leaf is marked and
 * its D cleared, so that D tells whether they were.
 */
function freeLazily(memory: VirtualMemory, region: Region, start: number, end: number): number {
  if (region.file !== undefined) return -Errno.EINVAL;
  if (!demoteEdges(memory, start, end)) return -Errno.ENOMEM;
  const { frames, host, ram, reclaimer, swap } = memory.system;
  const { table } = memory;
  const superpages: number[] = [];
  table.eachLeaf(start / PAGE_SIZE, end / PAGE_SIZE, (_pteAddress, page, level) => {
    if (level > 0) superpages.push(page);
  });
  if (!superpages.every((page) => table.demote(page))) return -Errno.ENOMEM;
  table.eachLeaf(start / PAGE_SIZE, end / PAGE_SIZE, (pteAddress, page) => {
    host.charge(PAGE_STEPS);
    const ppn = table.ppn(pteAddress);
    if (!frames.areOwn(ppn, 1)) return;
    const low = ram.readPteLow(pteAddress);
    table.setFlags(pteAddress, page, (low & 0xff & ~(PTE_A | PTE_D)) | LEAF_LAZY_FREE);
    swap?.detach(ppn);
    reclaimer.noteOffered(1);
  });
  host.charge(table.clearSwapped(start / PAGE_SIZE, end / PAGE_SIZE) * PAGE_STEPS);
  table.prune(start / PAGE_SIZE, end / PAGE_SIZE);
  return 0;
}

/** As if the pages had not been used for long. */
function makeCold(memory: VirtualMemory, _region: Region, start: number, end: number): number {
  const { host, ram } = memory.system;
  const { table } = memory;
  table.eachLeaf(start / PAGE_SIZE, end / PAGE_SIZE, (pteAddress, page) => {
    host.charge(PAGE_STEPS);
    const low = ram.readPteLow(pteAddress);
    if (low & PTE_A) table.setFlags(pteAddress, page, low & 0x3ff & ~PTE_A);
  });
  return 0;
}

/** Pages that nobody else maps go to the swap device, where there is one. */
function pageOut(memory: VirtualMemory, _region: Region, start: number, end: number): number {
  memory.system.reclaimer.pageOut(memory, start / PAGE_SIZE, end / PAGE_SIZE);
  return 0;
}

/** MADV_REMOVE: the file itself gets a hole. */
function punchHole(memory: VirtualMemory, region: Region, start: number, end: number): number {
  const { file, flags } = region;
  if (file === undefined) return -Errno.EINVAL;
  if ((flags & (REGION_SHARED | REGION_NEVER_WRITABLE)) !== REGION_SHARED) return -Errno.EACCES;
  if (file.isWriteSealed) return -Errno.EPERM;
  const offset = indexInFile(region, start / PAGE_SIZE) * PAGE_SIZE;
  memory.system.host.charge((PAGE_STEPS * (end - start)) / PAGE_SIZE);
  file.pages.punchHole(offset, end - start);
  return 0;
}
