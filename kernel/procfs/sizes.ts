import { PAGE_SIZE } from '../../emulator/index.js';
import {
  PROT_EXEC,
  PROT_WRITE,
  pageCeil,
  pageFloor,
  REGION_GROWS_DOWN,
  REGION_LOCKED,
  REGION_LOCKED_ON_FAULT,
  REGION_SHARED,
  type Residency,
  residency,
} from '../memory/index.js';
import type { Process } from '../process/process.js';

/** How much memory a process has, in bytes. Linux fs/proc/task_mmu.c, task_mem. */
export interface MemorySizes extends Residency {
  mapped: number;
  locked: number;
  /** Private and writable, the stack excepted. */
  data: number;
  stack: number;
  /** Executable and not writable. */
  executable: number;
  /** The program's own text, whole pages. */
  text: number;
}

export function memorySizes({ memory, program }: Process): MemorySizes {
  const { codeRange } = program;
  const sizes: MemorySizes = {
    ...residency(memory),
    mapped: 0,
    locked: 0,
    data: 0,
    stack: 0,
    executable: 0,
    text: pageCeil(codeRange.end) - pageFloor(codeRange.start),
  };
  for (const { start, end, prot, flags } of memory.space.regions()) {
    const bytes = end - start;
    const isStack = (flags & REGION_GROWS_DOWN) !== 0;
    sizes.mapped += bytes;
    if (flags & (REGION_LOCKED | REGION_LOCKED_ON_FAULT)) sizes.locked += bytes;
    if (isStack) sizes.stack += bytes;
    else if ((prot & (PROT_EXEC | PROT_WRITE)) === PROT_EXEC) sizes.executable += bytes;
    else if (prot & PROT_WRITE && (flags & REGION_SHARED) === 0) sizes.data += bytes;
  }
  return sizes;
}

/** Bytes of the page tables below the root, as VmPTE counts them. */
export function pageTableBytes({ memory }: Process): number {
  return memory.table.tables * PAGE_SIZE;
}
