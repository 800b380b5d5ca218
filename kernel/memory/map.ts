import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { REGION_STEPS } from './costs.js';
import { demoteEdges } from './demote.js';
import { MMAP_MIN_ADDRESS, pageFloor, roundLength, TASK_SIZE } from './layout.js';
import { mayCommit, mayExpand } from './limits.js';
import { lockingFlags, mayLockMore } from './lock.js';
import { type MappedFile, SharedAnonymousFile } from './mapped-file.js';
import {
  isLockedAtOnce,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  REGION_GROWS_DOWN,
  REGION_LOCKED,
  REGION_NEVER_WRITABLE,
  REGION_NO_RESERVE,
  REGION_SHARED,
} from './mman.js';
import { clearsStackGuard, placeAnywhere } from './place.js';
import { populate } from './populate.js';
import type { VirtualMemory } from './virtual-memory.js';

export interface MapOptions {
  /** False when a shared file was opened without write access; default true. */
  readonly mayWrite?: boolean;
  /** What the file refuses. Linux asks it after the checks of address and locks. */
  readonly refusal?: () => number;
}

/**
 * mmap(2) of a descriptor that is there. Compare Linux's do_mmap in mm/mmap.c.
 *
 * @returns the address, or -EINVAL, -ENOMEM, -EEXIST, -EPERM, -EAGAIN, -EOVERFLOW; then nothing
 *   changed
 */
export function map(
  memory: VirtualMemory,
  address: number,
  length: number,
  prot: number,
  flags: number,
  file: MappedFile | undefined,
  offset: number,
  o: MapOptions,
): number {
  if (offset % PAGE_SIZE !== 0) return -Errno.EINVAL;
  if (length === 0) return -Errno.EINVAL;
  const lengthBytes = roundLength(length);
  if (lengthBytes === 0 || lengthBytes > TASK_SIZE) return -Errno.ENOMEM;
  if (offset < 0 || offset + lengthBytes > 2 ** 53) return -Errno.EOVERFLOW;

  const isFixed = (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0;
  if (isFixed) {
    const refusal = checkFixed(address, lengthBytes);
    if (refusal !== 0) return refusal;
    if (flags & MAP_FIXED_NOREPLACE && isAnyMapped(memory, address, lengthBytes)) {
      return -Errno.EEXIST;
    }
  }
  if (flags & MAP_LOCKED && memory.limits.lockedBytes === 0) return -Errno.EPERM;
  const locks = lockingFlags(memory, (flags & MAP_LOCKED) !== 0);
  if (locks & REGION_LOCKED && !mayLockMore(memory, lengthBytes)) return -Errno.EAGAIN;
  const refusal = o.refusal?.() ?? 0;
  if (refusal !== 0) return refusal;
  const isShared = sharing(flags, file);
  if (isShared === undefined) return -Errno.EINVAL;

  const access = prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
  const regionFlags =
    locks |
    (isShared ? REGION_SHARED : 0) |
    (flags & MAP_GROWSDOWN ? REGION_GROWS_DOWN : 0) |
    (flags & MAP_NORESERVE ? REGION_NO_RESERVE : 0) |
    (isShared && o.mayWrite === false ? REGION_NEVER_WRITABLE : 0);
  const replaced = isFixed ? { start: address, end: address + lengthBytes } : undefined;
  if (!mayExpand(memory, access, regionFlags, lengthBytes, replaced)) return -Errno.ENOMEM;
  const isCommitted =
    file === undefined && isShared ? true : (access & PROT_WRITE) !== 0 && !isShared;
  if (isCommitted && !mayCommit(memory.system, regionFlags, lengthBytes)) return -Errno.ENOMEM;
  if (replaced && !demoteEdges(memory, replaced.start, replaced.end)) return -Errno.ENOMEM;
  const backing = file ?? (isShared ? nameless(memory, lengthBytes) : undefined);
  memory.countMapped(backing, lengthBytes);
  const at = isFixed
    ? memory.space.mapAt(
        address,
        lengthBytes,
        access,
        regionFlags,
        backing,
        offset,
        memory.clearUnmapped,
      )
    : place(memory, address, lengthBytes, access, regionFlags, backing, offset);
  memory.fences.settle();
  if (at < 0) {
    memory.countUnmapped(backing, lengthBytes);
    return at;
  }
  memory.system.host.charge(REGION_STEPS);
  const populates = (flags & (MAP_POPULATE | MAP_NONBLOCK)) === MAP_POPULATE;
  const isLocked = isLockedAtOnce(regionFlags);
  if (populates || isLocked) populate(memory, at, lengthBytes);
  return at;
}

/** A fixed address is taken as it is or refused. @returns 0 or a negative errno */
function checkFixed(address: number, length: number): number {
  if (address > TASK_SIZE - length || address < 0) return -Errno.ENOMEM;
  if (address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  return address < MMAP_MIN_ADDRESS ? -Errno.EPERM : 0;
}

/** Whether the mapping is shared; undefined where the flags contradict each other. */
function sharing(flags: number, file: MappedFile | undefined): boolean | undefined {
  const type = flags & MAP_TYPE;
  const growsDown = (flags & MAP_GROWSDOWN) !== 0;
  if (file !== undefined && (flags & MAP_ANONYMOUS) === 0) {
    if (growsDown) return undefined;
    if (type === MAP_PRIVATE) return false;
    return type === MAP_SHARED || type === MAP_SHARED_VALIDATE ? true : undefined;
  }
  if (type === MAP_PRIVATE) return false;
  return type === MAP_SHARED && !growsDown ? true : undefined;
}

function isAnyMapped(memory: VirtualMemory, address: number, length: number): boolean {
  return memory.space.regions({ start: address, end: address + length }).next().done !== true;
}

function nameless(memory: VirtualMemory, length: number): MappedFile {
  const pages = memory.system.createCache();
  pages.truncate(length);
  return new SharedAnonymousFile(pages, memory.system.newInode());
}

/** The hint if it is free, else where the policy says, then bottom-up. */
function place(
  memory: VirtualMemory,
  hint: number,
  length: number,
  prot: number,
  flags: number,
  file: MappedFile | undefined,
  offset: number,
): number {
  if (hint >= PAGE_SIZE) {
    const address = Math.max(pageFloor(hint), MMAP_MIN_ADDRESS);
    if (address <= TASK_SIZE - length && clearsStackGuard(memory, address, length)) {
      const at = memory.space.mapAtIfFree(address, length, prot, flags, file, offset);
      if (at !== -Errno.EEXIST) return at;
    }
  }
  return placeAnywhere(memory, length, prot, flags, file, offset);
}
