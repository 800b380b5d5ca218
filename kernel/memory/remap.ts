import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { REGION_STEPS } from './costs.js';
import { demoteEdges } from './demote.js';
import { MMAP_MIN_ADDRESS, roundLength, TASK_SIZE } from './layout.js';
import { mayCommit, mayExpand } from './limits.js';
import { LOCKS, mayLockMore, populateLocked } from './lock.js';
import type { Region } from './mapper.js';
import {
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  PROT_WRITE,
  REGION_LOCKED,
  REGION_SHARED,
} from './mman.js';
import { makeTablesFor, moveLeaves } from './move-leaves.js';
import { clearsStackGuard, findPlace } from './place.js';
import type { VirtualMemory } from './virtual-memory.js';

/**
 * mremap(2). Compare Linux's sys_mremap, mremap_to and vma_to_resize in mm/mremap.c (6.12).
 *
 * @returns the new address; -EINVAL, -EFAULT where the old range leaves its region, -ENOMEM. What
 *   MREMAP_FIXED replaces is gone even if the move then fails, as on Linux.
 */
export function remap(
  memory: VirtualMemory,
  address: number,
  oldLength: number,
  newLength: number,
  flags: number,
  newAddress: number,
): number {
  if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) return -Errno.EINVAL;
  const mayMove = (flags & MREMAP_MAYMOVE) !== 0;
  if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !mayMove) return -Errno.EINVAL;
  if (flags & MREMAP_DONTUNMAP && oldLength !== newLength) return -Errno.EINVAL;
  if (address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  const oldBytes = roundLength(oldLength);
  const newBytes = roundLength(newLength);
  if (newBytes === 0) return -Errno.EINVAL;
  if (memory.space.queryPage(address) === undefined) return -Errno.EFAULT;
  if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) {
    return remapTo(memory, address, oldBytes, newBytes, flags, newAddress);
  }
  if (newBytes <= oldBytes) {
    if (newBytes === oldBytes) return address;
    const result = memory.unmap(address + newBytes, oldBytes - newBytes);
    return result < 0 ? result : address;
  }
  const region = resizable(memory, address, oldBytes, newBytes);
  if (typeof region === 'number') return region;
  if (oldBytes > 0) {
    const grown = growInPlace(memory, region, address, oldBytes, newBytes);
    if (grown !== -Errno.ENOMEM) return grown;
  }
  if (!mayMove) return -Errno.ENOMEM;
  const target = findPlace(memory, newBytes);
  return target < 0 ? target : move(memory, region, address, oldBytes, newBytes, target, false);
}

/** MREMAP_FIXED and MREMAP_DONTUNMAP. Compare Linux's mremap_to. */
function remapTo(
  memory: VirtualMemory,
  address: number,
  oldBytes: number,
  newBytes: number,
  flags: number,
  newAddress: number,
): number {
  if (newAddress % PAGE_SIZE !== 0) return -Errno.EINVAL;
  if (newAddress < 0 || newAddress > TASK_SIZE - newBytes) return -Errno.EINVAL;
  if (address < newAddress + newBytes && newAddress < address + oldBytes) return -Errno.EINVAL;
  if (flags & MREMAP_FIXED) {
    if (newAddress < MMAP_MIN_ADDRESS) return -Errno.EPERM;
    const replaced = memory.unmap(newAddress, newBytes);
    if (replaced < 0) return replaced;
  }
  if (oldBytes > newBytes) {
    const shrunk = memory.unmap(address + newBytes, oldBytes - newBytes);
    if (shrunk < 0) return shrunk;
  }
  const bytes = Math.min(oldBytes, newBytes);
  const region = resizable(memory, address, bytes, newBytes);
  if (typeof region === 'number') return region;
  const isHintFree =
    newAddress >= MMAP_MIN_ADDRESS &&
    clearsStackGuard(memory, newAddress, newBytes) &&
    memory.space.regions({ start: newAddress, end: newAddress + newBytes }).next().done === true;
  const target = flags & MREMAP_FIXED || isHintFree ? newAddress : findPlace(memory, newBytes);
  if (target < 0) return target;
  const keepsOld = (flags & MREMAP_DONTUNMAP) !== 0;
  return move(memory, region, address, bytes, newBytes, target, keepsOld);
}

/** The region at `address`, if the old range may be resized or moved; else a negative errno. */
function resizable(
  memory: VirtualMemory,
  address: number,
  oldBytes: number,
  newBytes: number,
): Region | number {
  const region = memory.space.queryPage(address);
  if (region === undefined) return -Errno.EFAULT;
  // An old length of 0 asks for a second mapping of shared memory.
  if (oldBytes === 0 && (region.flags & REGION_SHARED) === 0) return -Errno.EINVAL;
  if (oldBytes > region.end - address) return -Errno.EFAULT;
  const more = newBytes - oldBytes;
  if (more <= 0) return region;
  if (region.flags & REGION_LOCKED && !mayLockMore(memory, more)) return -Errno.EAGAIN;
  const isCommitted = (region.flags & REGION_SHARED) === 0 && region.prot & PROT_WRITE;
  return mayExpand(memory, region.prot, region.flags, more) &&
    (!isCommitted || mayCommit(memory.system, region.flags, more))
    ? region
    : -Errno.ENOMEM;
}

/** @returns the address, or -ENOMEM where the range is not the region's end or no room is behind */
function growInPlace(
  memory: VirtualMemory,
  region: Region,
  address: number,
  oldBytes: number,
  newBytes: number,
): number {
  if (address + oldBytes !== region.end || address + newBytes > TASK_SIZE) return -Errno.ENOMEM;
  const at = memory.space.remap(address, oldBytes, newBytes, { mayMove: false });
  if (at < 0) return at;
  memory.countMapped(region.file, newBytes - oldBytes);
  populateLocked(memory, address + oldBytes, newBytes - oldBytes);
  memory.system.host.charge(REGION_STEPS);
  return at;
}

/** Moves (or with an old length of 0, repeats) part of a region. */
function move(
  memory: VirtualMemory,
  region: Region,
  address: number,
  oldBytes: number,
  newBytes: number,
  target: number,
  keepsOld: boolean,
): number {
  const { space, table } = memory;
  const { file, prot, flags } = region;
  if (oldBytes === 0) {
    const offset = region.offset + (address - region.base);
    const at = space.mapAtIfFree(target, newBytes, prot, flags, file, offset);
    if (at >= 0) memory.countMapped(file, newBytes);
    return at;
  }
  const first = address / PAGE_SIZE;
  const end = first + oldBytes / PAGE_SIZE;
  const shift = target / PAGE_SIZE - first;
  if (!demoteEdges(memory, address, address + oldBytes)) return -Errno.ENOMEM;
  if (!makeTablesFor(memory, first, end, shift)) return -Errno.ENOMEM;
  memory.countMapped(file, newBytes);
  const at = space.remap(address, oldBytes, newBytes, {
    mayMove: true,
    newAddr: target,
    keepOld: keepsOld,
    onMove: () => moveLeaves(memory, first, end, shift),
  });
  if (at < 0 || !keepsOld) memory.countUnmapped(file, at < 0 ? newBytes : oldBytes);
  table.prune(first, end);
  table.prune(first + shift, end + shift);
  memory.fences.settle();
  if (at >= 0) populateLocked(memory, at, newBytes);
  // What MREMAP_DONTUNMAP leaves behind is not locked any more.
  if (at >= 0 && keepsOld) space.setFlags(address, oldBytes, 0, LOCKS);
  memory.system.host.charge(REGION_STEPS);
  return at;
}
