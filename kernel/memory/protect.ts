import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { PAGE_STEPS, REGION_STEPS } from './costs.js';
import { demoteEdges } from './demote.js';
import { MMAP_MIN_ADDRESS, roundLength, TASK_SIZE } from './layout.js';
import { leafFlags } from './leaf-flags.js';
import { mayCommit, mayHoldData } from './limits.js';
import type { Region } from './mapper.js';
import {
  isLockedAtOnce,
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_READ,
  PROT_WRITE,
  REGION_GROWS_DOWN,
  REGION_NEVER_WRITABLE,
  REGION_SHARED,
} from './mman.js';
import { populate } from './populate.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Accepted and without effect, as on Linux. */
const PROT_SEM = 8;

/**
 * mprotect(2). Regions are changed in ascending order up to the first hole, or the first that may
 * not have the protection. Compare Linux's do_mprotect_pkey in mm/mprotect.c.
 *
 * @returns 0; -EINVAL for an unaligned address or unknown bits; -ENOMEM at a hole; -EACCES where a
 *   file without write access would become writable
 */
export function protect(
  memory: VirtualMemory,
  address: number,
  length: number,
  prot: number,
): number {
  const grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
  if (grows === (PROT_GROWSDOWN | PROT_GROWSUP)) return -Errno.EINVAL;
  if (address % PAGE_SIZE !== 0) return -Errno.EINVAL;
  if (length === 0) return 0;
  const lengthBytes = roundLength(length);
  const end = address + lengthBytes;
  if (address < 0 || lengthBytes === 0 || end > 2 ** 53) return -Errno.ENOMEM;
  if (prot & ~(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | grows)) return -Errno.EINVAL;
  const start = grows === 0 ? address : extendDown(memory, address, grows);
  if (start < 0) return start;

  const access = prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
  const { limit, refusal } = permittedPrefix(memory, start, end, access);
  if (limit === start) return refusal;
  if (!demoteEdges(memory, start, limit)) return -Errno.ENOMEM;
  const toPopulate: { from: number; bytes: number }[] = [];
  const result = memory.space.protect(start, limit - start, access, (from, bytes, before) => {
    changeLeaves(memory, from, bytes, before, access);
    if (access & PROT_WRITE && isLockedAgainstCopies(before)) toPopulate.push({ from, bytes });
  });
  memory.fences.settle();
  // A locked private page gets its copy now, so that the first store to it does not fault.
  for (const { from, bytes } of toPopulate) populate(memory, from, bytes);
  return result < 0 ? result : refusal;
}

/** Locked, private, and not writable yet. Compare Linux's mprotect_fixup in mm/mprotect.c. */
function isLockedAgainstCopies({ prot, flags }: Region): boolean {
  const isLocked = isLockedAtOnce(flags);
  return isLocked && (flags & REGION_SHARED) === 0 && (prot & PROT_WRITE) === 0;
}

/** PROT_GROWSDOWN: the range begins where the stack does. @returns the start or a negative errno */
function extendDown(memory: VirtualMemory, address: number, grows: number): number {
  const region = memory.space.queryPage(address);
  if (region === undefined) return -Errno.ENOMEM;
  const isStack = (region.flags & REGION_GROWS_DOWN) !== 0;
  return grows === PROT_GROWSDOWN && isStack ? region.start : -Errno.EINVAL;
}

/** How far from `start` the change may go, and what to answer there. */
function permittedPrefix(
  memory: VirtualMemory,
  start: number,
  end: number,
  prot: number,
): { limit: number; refusal: number } {
  let limit = start;
  if (start < MMAP_MIN_ADDRESS || start >= TASK_SIZE) return { limit, refusal: -Errno.ENOMEM };
  for (const region of memory.space.regions({ start, end: Math.min(end, TASK_SIZE) })) {
    if (region.start > limit) break;
    if (prot & PROT_WRITE && region.flags & REGION_NEVER_WRITABLE) {
      return { limit, refusal: -Errno.EACCES };
    }
    const stop = Math.min(region.end, end);
    if (!mayChangeTo(memory, region, prot, stop - limit)) return { limit, refusal: -Errno.ENOMEM };
    limit = stop;
  }
  return { limit, refusal: limit === end ? 0 : -Errno.ENOMEM };
}

/** Whether `bytes` of a region may become data where they were not, and be committed to. */
function mayChangeTo(memory: VirtualMemory, region: Region, prot: number, bytes: number): boolean {
  const { flags } = region;
  if (region.prot & PROT_WRITE || (prot & PROT_WRITE) === 0 || flags & REGION_SHARED) return true;
  return mayHoldData(memory, flags, bytes) && mayCommit(memory.system, flags, bytes);
}

/** Gives the present leaves of a region part the new protection; COW pages stay unwritable. */
function changeLeaves(
  memory: VirtualMemory,
  from: number,
  lengthBytes: number,
  before: Region,
  prot: number,
): void {
  const isShared = (before.flags & REGION_SHARED) !== 0;
  const writable = leafFlags(prot, true);
  const others = isShared ? writable : leafFlags(prot, false);
  const [first, end] = [from / PAGE_SIZE, (from + lengthBytes) / PAGE_SIZE];
  const changed = memory.table.changeFlags(first, end, writable, others);
  memory.system.host.charge(REGION_STEPS + changed * PAGE_STEPS);
}
