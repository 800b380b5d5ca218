import { PAGE_SIZE } from '../../emulator/index.js';

/** What address spaces need of a hart. */
export interface UserHart {
  setAddressSpace(rootPpn: number, asid: number): void;
  /** SFENCE.VMA in its four forms. */
  fence(o?: { va?: number; asid?: number }): void;
  /** The same checks, A and D updates and TLB as an access of the hart's own. */
  translate(
    va: number,
    access: 'fetch' | 'load' | 'store',
    privilege: 'user',
  ): number | 'page-fault' | 'access-fault';
}

/** More single pages than this are flushed as a whole address space. Linux arch/riscv/mm/tlbflush.c. */
const MAX_SINGLE_PAGES = 64;

/**
 * The SFENCE.VMAs that one address space owes after its PTEs changed, until `settle` issues them.
 * Owed: an entry that was valid lost a permission, changed its frame or became invalid. Not owed: an
 * invalid entry became valid, since nothing of it is cached; the fault path copes with a spurious fault.
 */
export class Fences {
  private readonly pages = new Float64Array(MAX_SINGLE_PAGES);
  private count = 0;
  private isAllOwed = false;
  private readonly hart: UserHart;
  private readonly asid: number;

  constructor(hart: UserHart, asid: number) {
    this.hart = hart;
    this.asid = asid;
  }

  /** The leaf entry for `va` changed. */
  owe(va: number): void {
    if (this.count < MAX_SINGLE_PAGES) this.pages[this.count++] = va;
    else this.isAllOwed = true;
  }

  /** Leaf entries for [start, end), addresses of pages, changed. */
  oweRange(start: number, end: number): void {
    if ((end - start) / PAGE_SIZE > MAX_SINGLE_PAGES) this.isAllOwed = true;
    else for (let va = start; va < end; va += PAGE_SIZE) this.owe(va);
  }

  /** A non-leaf entry changed: only a fence without an address covers it. */
  oweAll(): void {
    this.isAllOwed = true;
  }

  settle(): void {
    if (this.isAllOwed) {
      this.hart.fence({ asid: this.asid });
    } else {
      for (let i = 0; i < this.count; i++) this.hart.fence({ va: this.pages[i]!, asid: this.asid });
    }
    this.count = 0;
    this.isAllOwed = false;
  }
}
