/** Constants of <sys/mman.h>. Linux include/uapi/asm-generic/mman-common.h and mman.h. */
export const PROT_NONE = 0;
export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;
/** mprotect extends the range to the start (or end) of a region that grows. */
export const PROT_GROWSDOWN = 0x0100_0000;
export const PROT_GROWSUP = 0x0200_0000;

export const MAP_SHARED = 0x01;
export const MAP_PRIVATE = 0x02;
export const MAP_SHARED_VALIDATE = 0x03;
/** The bits that tell how a mapping is shared. */
export const MAP_TYPE = 0x0f;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_GROWSDOWN = 0x0100;
export const MAP_DENYWRITE = 0x0800;
export const MAP_EXECUTABLE = 0x1000;
export const MAP_LOCKED = 0x2000;
export const MAP_NORESERVE = 0x4000;
export const MAP_POPULATE = 0x8000;
export const MAP_NONBLOCK = 0x1_0000;
export const MAP_STACK = 0x2_0000;
export const MAP_HUGETLB = 0x4_0000;
export const MAP_SYNC = 0x8_0000;
export const MAP_FIXED_NOREPLACE = 0x10_0000;

export const MREMAP_MAYMOVE = 1;
export const MREMAP_FIXED = 2;
export const MREMAP_DONTUNMAP = 4;

export const MS_ASYNC = 1;
export const MS_INVALIDATE = 2;
export const MS_SYNC = 4;

export const MCL_CURRENT = 1;
export const MCL_FUTURE = 2;
export const MCL_ONFAULT = 4;

export const MLOCK_ONFAULT = 1;

/** Advice of madvise(2). */
export const Advice = {
  NORMAL: 0,
  RANDOM: 1,
  SEQUENTIAL: 2,
  WILLNEED: 3,
  DONTNEED: 4,
  FREE: 8,
  REMOVE: 9,
  DONTFORK: 10,
  DOFORK: 11,
  MERGEABLE: 12,
  UNMERGEABLE: 13,
  HUGEPAGE: 14,
  NOHUGEPAGE: 15,
  DONTDUMP: 16,
  DODUMP: 17,
  WIPEONFORK: 18,
  KEEPONFORK: 19,
  COLD: 20,
  PAGEOUT: 21,
  POPULATE_READ: 22,
  POPULATE_WRITE: 23,
  DONTNEED_LOCKED: 24,
} as const;

/** Attributes of a region, as `mm` keeps them; regions with equal ones may merge. */
export const REGION_SHARED = 0x0001;
export const REGION_GROWS_DOWN = 0x0002;
/** A shared mapping of a file that was opened without write access: never to become writable. */
export const REGION_NEVER_WRITABLE = 0x0004;
export const REGION_LOCKED = 0x0008;
export const REGION_LOCKED_ON_FAULT = 0x0010;
export const REGION_NO_RESERVE = 0x0020;
export const REGION_NO_FORK = 0x0040;
export const REGION_WIPE_ON_FORK = 0x0080;
export const REGION_HUGE = 0x0100;
export const REGION_NO_HUGE = 0x0200;
export const REGION_NO_DUMP = 0x0400;
/** Charged against the commit limit. */
export const REGION_ACCOUNTED = 0x0800;
export const REGION_RANDOM = 0x1000;
export const REGION_SEQUENTIAL = 0x2000;

/** Whether a region is locked with its pages brought in at once, and not only when touched. */
export function isLockedAtOnce(regionFlags: number): boolean {
  return (regionFlags & (REGION_LOCKED | REGION_LOCKED_ON_FAULT)) === REGION_LOCKED;
}
