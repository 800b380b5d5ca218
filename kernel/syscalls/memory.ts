import { Errno } from '../errno.js';
import { ZeroFile } from '../files/device.js';
import type { OpenFile } from '../files/open-file.js';
import { RegularFile } from '../files/regular-file.js';
import {
  MAP_ANONYMOUS,
  MAP_DENYWRITE,
  MAP_EXECUTABLE,
  MAP_FIXED,
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
  MAP_TYPE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from '../memory/index.js';
import { TtyFile } from '../tty/tty.js';
import type { Call } from './call.js';

const PAGE_BYTES = 4096;
const MAP_UNINITIALIZED = 0x400_0000;
const MAP_HUGE_2MB = 21 << 26;
const MAP_HUGE_1GB = 30 << 26;
/** Flags that MAP_SHARED_VALIDATE knows; Linux include/linux/mman.h, LEGACY_MAP_MASK. */
const VALIDATED =
  MAP_SHARED |
  MAP_PRIVATE |
  MAP_FIXED |
  MAP_ANONYMOUS |
  MAP_DENYWRITE |
  MAP_EXECUTABLE |
  MAP_GROWSDOWN |
  MAP_LOCKED |
  MAP_NORESERVE |
  MAP_POPULATE |
  MAP_NONBLOCK |
  MAP_STACK |
  MAP_HUGETLB |
  MAP_UNINITIALIZED |
  MAP_HUGE_2MB |
  MAP_HUGE_1GB;

/** mmap(2). Compare Linux mm/mmap.c, ksys_mmap_pgoff and do_mmap. */
export function sysMmap(
  call: Call,
  address: number,
  length: number,
  prot: number,
  flags: number,
  fd: number,
  offset: number,
): number {
  if (offset % PAGE_BYTES !== 0) return -Errno.EINVAL;
  const access = withImpliedExec(call, prot);
  if ((flags & MAP_ANONYMOUS) !== 0) {
    return call.memory.map(address, length, access, flags, undefined, 0);
  }
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  const refusal = () => refusalOf(file, prot, flags);
  if (file instanceof ZeroFile) {
    // Mapping /dev/zero is another way to ask for anonymous memory.
    const type = (flags & MAP_TYPE) === MAP_PRIVATE ? MAP_PRIVATE : MAP_SHARED;
    const anonymous = (flags & ~MAP_TYPE) | MAP_ANONYMOUS | type;
    const mayWrite = file.isWritable;
    return call.memory.map(address, length, access, anonymous, undefined, 0, { mayWrite, refusal });
  }
  const { inode } = file;
  const mapped = inode instanceof RegularFile ? inode : undefined;
  return call.memory.map(address, length, access, flags, mapped, offset, {
    mayWrite: file.isWritable && !mapped?.isWriteSealed,
    refusal,
  });
}

/** What an open file has against the mapping. @returns 0 or a negative errno */
function refusalOf(file: OpenFile, prot: number, flags: number): number {
  const type = flags & MAP_TYPE;
  if (type !== MAP_SHARED && type !== MAP_PRIVATE && type !== MAP_SHARED_VALIDATE) {
    return -Errno.EINVAL;
  }
  if (type === MAP_SHARED_VALIDATE && (flags & ~VALIDATED) !== 0) return -Errno.EOPNOTSUPP;
  if (type !== MAP_PRIVATE && (prot & PROT_WRITE) !== 0 && !file.isWritable) return -Errno.EACCES;
  if (!file.isReadable) return -Errno.EACCES;
  const isMappable =
    file instanceof ZeroFile || (!(file instanceof TtyFile) && file.inode instanceof RegularFile);
  if (!isMappable) return -Errno.ENODEV;
  if ((flags & MAP_GROWSDOWN) !== 0) return -Errno.EINVAL;
  const isStoredTo = type !== MAP_PRIVATE && (prot & PROT_WRITE) !== 0;
  const { inode } = file;
  return isStoredTo && inode instanceof RegularFile && inode.isWriteSealed ? -Errno.EPERM : 0;
}

/** munmap(2). Holes are skipped; -EINVAL for length 0, a misaligned address or a range outside. */
export function sysMunmap(call: Call, address: number, length: number): number {
  return call.memory.unmap(address, length);
}

/** mprotect(2). */
export function sysMprotect(call: Call, address: number, length: number, prot: number): number {
  return call.memory.protect(address, length, withImpliedExec(call, prot));
}

/** personality(2), READ_IMPLIES_EXEC. Compare Linux mm/mmap.c, do_mmap. */
function withImpliedExec({ process }: Call, prot: number): number {
  const READ_IMPLIES_EXEC = 0x40_0000;
  const isImplied = (process.personality & READ_IMPLIES_EXEC) !== 0 && (prot & PROT_READ) !== 0;
  return isImplied ? prot | PROT_EXEC : prot;
}

/** brk(2) as the kernel has it: answers the end of the heap, changed or not. */
export function sysBrk(call: Call, address: number): number {
  return call.memory.setBreak(address);
}

/** mremap(2). */
export function sysMremap(
  call: Call,
  address: number,
  oldLength: number,
  newLength: number,
  flags: number,
  newAddress: number,
): number {
  return call.memory.remap(address, oldLength, newLength, flags, newAddress);
}

/** remap_file_pages(2). */
export function sysRemapFilePages(
  call: Call,
  address: number,
  size: number,
  prot: number,
  pageOffset: number,
  flags: number,
): number {
  return call.memory.remapFilePages(address, size, prot, pageOffset, flags);
}

/** madvise(2). */
export function sysMadvise(call: Call, address: number, length: number, advice: number): number {
  return call.memory.advise(address, length, advice);
}

/** msync(2). */
export function sysMsync(call: Call, address: number, length: number, flags: number): number {
  return call.memory.synchronise(address, length, flags);
}

/** mincore(2). */
export function sysMincore(call: Call, address: number, length: number, vector: number): number {
  const resident = call.memory.mincore(address, length);
  return typeof resident === 'number' ? resident : call.write(vector, resident);
}

/**
 * membarrier(2): one hart, so every command has its effect at once; a private one only for an
 * address space that registered for it. Compare Linux kernel/sched/membarrier.c.
 */
export function sysMembarrier(call: Call, command: number, flags: number): number {
  const QUERY = 0;
  const REGISTER_GLOBAL_EXPEDITED = 4;
  const PRIVATE_EXPEDITED = 8;
  const REGISTER_PRIVATE_EXPEDITED = 16;
  const PRIVATE_SYNC_CORE = 32;
  const REGISTER_PRIVATE_SYNC_CORE = 64;
  const GET_REGISTRATIONS = 512;
  const SUPPORTED = 0x7f | GET_REGISTRATIONS;
  const { memory } = call;
  if (flags !== 0) return -Errno.EINVAL;
  switch (command) {
    case QUERY:
      return SUPPORTED;
    case GET_REGISTRATIONS:
      return memory.barriers;
    case REGISTER_GLOBAL_EXPEDITED:
    case REGISTER_PRIVATE_EXPEDITED:
    case REGISTER_PRIVATE_SYNC_CORE:
      memory.barriers |= command;
      return 0;
    case PRIVATE_EXPEDITED:
    case PRIVATE_SYNC_CORE:
      return (memory.barriers & (command << 1)) !== 0 ? 0 : -Errno.EPERM;
    default:
      return command === 1 || command === 2 ? 0 : -Errno.EINVAL;
  }
}

/** riscv_flush_icache(2): what __builtin___clear_cache calls after code was written. */
export function sysFlushInstructionCache(
  call: Call,
  _start: number,
  _end: number,
  flags: number,
): number {
  const LOCAL = 1;
  if ((flags & ~LOCAL) !== 0) return -Errno.EINVAL;
  call.kernel.machine.hart.flushInstructions();
  return 0;
}

/** mlock(2). */
export function sysMlock(call: Call, address: number, length: number): number {
  return call.memory.lock(address, length);
}

/** mlock2(2). */
export function sysMlock2(call: Call, address: number, length: number, flags: number): number {
  return call.memory.lock(address, length, flags);
}

/** munlock(2). */
export function sysMunlock(call: Call, address: number, length: number): number {
  return call.memory.unlock(address, length);
}

/** mlockall(2). */
export function sysMlockall(call: Call, flags: number): number {
  return call.memory.lockAll(flags);
}

/** munlockall(2). */
export function sysMunlockall(call: Call): number {
  return call.memory.unlockAll();
}
