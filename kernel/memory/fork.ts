import { leafPages, PAGE_SIZE, PTE_A, PTE_D, PTE_W } from '../../emulator/index.js';
import { PAGE_STEPS, REGION_STEPS } from './costs.js';
import { mayCommitCopy } from './limits.js';
import { LOCKS } from './lock.js';
import type { Region } from './mapper.js';
import { REGION_NO_FORK, REGION_SHARED, REGION_WIPE_ON_FORK } from './mman.js';
import { VirtualMemory } from './virtual-memory.js';

/**
 * fork(2)'s copy of an address space: same regions, same frames. Private pages lose W on both sides,
 * so that whoever writes first gets a copy. Compare Linux's dup_mmap in mm/mmap.c and copy_pte_range
 * in mm/memory.c.
 *
 * @returns undefined when frames, ASIDs, tree nodes or the commit limit have run out. The parent then means what it did before:
 *   pages that lost W get it back at the next store, as their last owner's.
 */
export function fork(parent: VirtualMemory): VirtualMemory | undefined {
  const { system } = parent;
  if (!mayCommitCopy(parent)) return undefined;
  if (!system.mayGrowTrees(2 * parent.mapper.stats().regions)) return undefined;
  const child = VirtualMemory.create(
    system,
    { placement: parent.placement, mmapBase: parent.mmapBase },
    parent.mapper.clone(),
  );
  if (child === undefined) return undefined;
  child.breakStart = parent.breakStart;
  child.breakEnd = parent.breakEnd;
  child.stackTop = parent.stackTop;
  child.barriers = parent.barriers;
  child.calls.inherit(parent.calls);
  Object.assign(child.limits, parent.limits);
  leaveOut(child);
  let isComplete = true;
  for (const region of child.space.regions()) {
    child.countMapped(region.file, region.end - region.start);
    const isCopied = (region.flags & REGION_WIPE_ON_FORK) === 0;
    if (isComplete && isCopied) isComplete = copyLeaves(parent, child, region);
  }
  parent.fences.settle();
  if (!isComplete) {
    child.release();
    return undefined;
  }
  unlock(child);
  return child;
}

/** MADV_DONTFORK: such regions are not in the child. */
function leaveOut(child: VirtualMemory): void {
  const absent = [...child.space.regions()].filter(({ flags }) => flags & REGION_NO_FORK);
  for (const { start, end } of absent) child.space.unmap(start, end - start);
}

/** @returns false when no frame was left for a table of the child's */
function copyLeaves(parent: VirtualMemory, child: VirtualMemory, region: Region): boolean {
  const { frames, host, ram, swap } = parent.system;
  const isPrivate = (region.flags & REGION_SHARED) === 0;
  let pages = 0;
  let isComplete = true;
  parent.table.eachLeaf(
    region.start / PAGE_SIZE,
    region.end / PAGE_SIZE,
    (pteAddress, page, level) => {
      if (!isComplete) return;
      const target = child.table.ensure(page, level);
      if (target === 0) {
        isComplete = false;
        return;
      }
      let flags = ram.readPteLow(pteAddress) & 0xff;
      const ppn = parent.table.ppn(pteAddress);
      // Once there are several leaves, D of one of them does not tell of the frame any more.
      if (flags & PTE_D) swap?.detach(ppn);
      if (isPrivate && flags & PTE_W) {
        flags &= ~PTE_W;
        parent.table.setFlags(pteAddress, page, flags);
      }
      for (let i = 0; i < leafPages(level); i++) frames.retain(ppn + i);
      // The child has made no access yet.
      child.table.install(target, ppn, flags & ~(PTE_A | PTE_D), level);
      pages++;
    },
  );
  parent.table.eachSwapped(
    region.start / PAGE_SIZE,
    region.end / PAGE_SIZE,
    (_pteAddress, page, slot) => {
      const target = isComplete ? child.table.ensure(page) : 0;
      if (target === 0) {
        isComplete = false;
        return;
      }
      child.table.installSwapped(target, slot);
      swap!.addName(slot);
      pages++;
    },
  );
  host.charge(REGION_STEPS + pages * PAGE_STEPS);
  return isComplete;
}

/** Memory locks are not inherited (mlock(2)). */
function unlock(child: VirtualMemory): void {
  const locked = [...child.space.regions()].filter((region) => region.flags & LOCKS);
  for (const region of locked) {
    child.space.setFlags(region.start, region.end - region.start, 0, LOCKS);
  }
}
