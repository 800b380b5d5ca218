import { PAGE_SIZE } from '../../emulator/index.js';
import { bringIn, isOutOfMemory, isPastEnd } from './bring-in.js';
import { FAULT_STEPS } from './costs.js';
import { pageFloor, TASK_SIZE } from './layout.js';
import type { Region } from './mapper.js';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './mman.js';
import { withRoom } from './reclaim.js';
import { growStack, stackAbove } from './stack.js';
import type { VirtualMemory } from './virtual-memory.js';

export type Access = 'fetch' | 'load' | 'store';

/** An access that no page can be brought in for, as the signal that Linux would send. */
export interface MemoryFault {
  readonly signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL';
  /** MAPERR: nothing mapped; ACCERR: mapped, but not for this access; ADRERR: past the file's end. */
  readonly code: 'MAPERR' | 'ACCERR' | 'ADRERR';
  readonly address: number;
}

/** Decides what a page fault means. */
export interface FaultPolicy {
  /** @returns undefined when the access can be made again */
  resolve(memory: VirtualMemory, va: number, access: Access): MemoryFault | undefined;
}

/**
 * Demand paging: a page gets its frame when it is touched. Compare Linux's handle_page_fault in
 * arch/riscv/mm/fault.c and handle_mm_fault in mm/memory.c.
 */
export const demandPaging: FaultPolicy = {
  resolve(memory, va, access) {
    memory.system.host.charge(FAULT_STEPS);
    if (va < 0 || va >= TASK_SIZE) return { signal: 'SIGSEGV', code: 'MAPERR', address: va };
    const start = pageFloor(va);
    const region = memory.space.queryPage(start) ?? growStack(memory, start);
    if (region === undefined || !mayAccess(region.prot, access)) return refused(region, va);
    const { frames } = memory.system;
    const attempt = () => bringIn(memory, region, start / PAGE_SIZE, access);
    const result = withRoom(frames, attempt, isOutOfMemory, { memory, va });
    memory.fences.settle();
    if (result === 'present') return undefined;
    if (result === 'past-end') return { signal: 'SIGBUS', code: 'ADRERR', address: va };
    return { signal: 'SIGKILL', code: 'ADRERR', address: va };
  },
};

function refused(region: Region | undefined, va: number): MemoryFault {
  return { signal: 'SIGSEGV', code: region === undefined ? 'MAPERR' : 'ACCERR', address: va };
}

/** What an access would come to, frames being free, without making it: undefined = it goes through. */
export function wouldFault(
  memory: VirtualMemory,
  va: number,
  access: Access,
): MemoryFault | undefined {
  if (!(va >= 0 && va < TASK_SIZE)) return refused(undefined, va);
  const start = pageFloor(va);
  const region = memory.space.queryPage(start) ?? stackAbove(memory, start);
  if (region === undefined || !mayAccess(region.prot, access)) return refused(region, va);
  if (region.file === undefined || !isPastEnd(region, start / PAGE_SIZE)) return undefined;
  return { signal: 'SIGBUS', code: 'ADRERR', address: va };
}

/** Linux arch/riscv/mm/fault.c, access_error: a writable region can be read too. */
export function mayAccess(prot: number, access: Access): boolean {
  if (access === 'fetch') return (prot & PROT_EXEC) !== 0;
  if (access === 'store') return (prot & PROT_WRITE) !== 0;
  return (prot & (PROT_READ | PROT_WRITE)) !== 0;
}
