export { BufferRoom } from './buffer-room.js';
export { DISK_STEPS } from './costs.js';
export { type BackingStore, DiskCache } from './disk-cache.js';
export {
  type Access,
  type FaultPolicy,
  type MemoryFault,
  mayAccess,
  wouldFault,
} from './fault.js';
export type { UserHart } from './fences.js';
export { MMAP_MIN_ADDRESS, mmapBase, pageCeil, pageFloor, TASK_SIZE } from './layout.js';
export { commitLimit, committedBytes } from './limits.js';
export { lockedBytes } from './lock.js';
export { type MappedFile, SharedAnonymousFile } from './mapped-file.js';
export { createMapper, type Mapper, type Region, type RegionUpdate } from './mapper.js';
export { regionName } from './maps-text.js';
export { type MemoryHost, MemorySystem, type MemorySystemOptions } from './memory-system.js';
export {
  Advice,
  MAP_ANONYMOUS,
  MAP_DENYWRITE,
  MAP_EXECUTABLE,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_HUGETLB,
  MAP_LOCKED,
  MAP_NONBLOCK,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_STACK,
  MAP_SYNC,
  MAP_TYPE,
  MCL_CURRENT,
  MCL_FUTURE,
  MCL_ONFAULT,
  MLOCK_ONFAULT,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  MS_ASYNC,
  MS_INVALIDATE,
  MS_SYNC,
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
  REGION_ACCOUNTED,
  REGION_GROWS_DOWN,
  REGION_HUGE,
  REGION_LOCKED,
  REGION_LOCKED_ON_FAULT,
  REGION_NEVER_WRITABLE,
  REGION_NO_DUMP,
  REGION_NO_FORK,
  REGION_NO_HUGE,
  REGION_NO_RESERVE,
  REGION_RANDOM,
  REGION_SEQUENTIAL,
  REGION_SHARED,
  REGION_WIPE_ON_FORK,
} from './mman.js';
export { PageCache, type Room } from './page-cache.js';
export { PageTable } from './page-table.js';
export { PAGEMAP_ENTRY_BYTES, pagemapEntries } from './pagemap.js';
export {
  ANONYMOUS,
  FILE,
  type FrameKind,
  type FrameNeed,
  KERNEL,
  PAGE_TABLE,
  PhysicalMemory,
  type PhysicalMemoryOptions,
} from './physical-memory.js';
export type { Replacement } from './reclaim.js';
export { accessByForce } from './remote.js';
export { eachPresentPage, type Residency, residency } from './residency.js';
export { smapsRollupText, smapsText } from './smaps-text.js';
export { MAX_SWAP_BYTES, SwapDevice } from './swap-device.js';
export { type MemoryLimits, VirtualMemory, type VirtualMemoryOptions } from './virtual-memory.js';
export { vmprintText } from './vmprint-text.js';
