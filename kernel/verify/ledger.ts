import { hex } from '../bytes.js';
import { G, PAGE_BYTES, R, U, W, X } from './decode.js';
import { emptyTranslation, type RawMemory, rawWalk } from './raw-walk.js';

const PERMISSIONS = R | W | X | U;
const PAGES_PER_MEGAPAGE = 512;
const NONE: readonly StaleUse[] = [];

/** A translation that some hart may still hold, since no fence has covered it. */
interface Held {
  flags: number;
  ppn: number;
  level: number;
}

interface Pointers {
  readonly middle: number;
  readonly last: number;
}

/** What changed under a translation that may still be held. Rule B2 tells them apart. */
export type StaleClass = 'unmapped' | 'changed frame' | 'lowered permission' | 'raised permission';

/** An access found a page-table entry changed that a TLB may still hold as it was. */
export interface StaleUse {
  readonly rule: 'B2' | 'B3';
  readonly class: StaleClass | 'table changed' | 'ASID reused';
  readonly va: number;
  readonly asid: number;
  readonly rootPpn: number;
  /** The entry that the walk of the access ended at. */
  readonly pteAddress: number;
  readonly observed: string;
  readonly expected: string;
  readonly remedy: string;
}

/**
 * The ledger of fences: a TLB of unlimited size that forgets nothing but what a fence covers. The
 * emulated TLB may forget at any time; what it happens to hold is no excuse for a missing fence.
 * Privileged ISA, "Supervisor Memory-Management Fence Instruction".
 */
export class Ledger {
  /** Uses of stale translations that are errors, until `take`. */
  private readonly uses: StaleUse[] = [];
  /** Accesses after an entry allowed more than before, without a fence: allowed, and noted. */
  notes = 0;
  private readonly memory: RawMemory;
  /** Per ASID: page number to what is held. */
  private readonly held = new Map<number, Map<number, Held>>();
  /** Per ASID: page number / 512 to the tables that a walk went through. */
  private readonly pointers = new Map<number, Map<number, Pointers>>();
  /** Whether a superpage, or a global page, was ever seen. */
  private hasLarge = false;
  private hasGlobal = false;
  private readonly roots = new Map<number, number>();
  /** What the walk of the last access came to. */
  readonly found = emptyTranslation();

  /** Whether another root under an ASID is an error by itself, or only where a translation differs. */
  private readonly reuse: 'error' | 'compare';

  constructor(memory: RawMemory, reuse: 'error' | 'compare' = 'error') {
    this.memory = memory;
    this.reuse = reuse;
  }

  /** An access to `va` walks the tables. */
  access(va: number, asid: number, rootPpn: number): void {
    const page = Math.floor(va / PAGE_BYTES);
    const { found } = this;
    rawWalk(this.memory, rootPpn, va, found);
    let pages = this.held.get(asid);
    if (pages === undefined) {
      pages = new Map();
      this.held.set(asid, pages);
    }
    const root = this.roots.get(asid);
    if (root !== rootPpn) {
      this.roots.set(asid, rootPpn);
      if (root !== undefined && this.reuse === 'compare') this.pointers.delete(asid);
      else if (root !== undefined && pages.size > 0) {
        this.reportReuse(va, asid, rootPpn, root, pages.size);
        pages.clear();
      }
    }
    const held = pages.get(page);
    if (held !== undefined) this.compare(va, asid, rootPpn, held);
    if (found.last !== 0) this.comparePointers(va, asid, rootPpn, page >>> 9);
    if (found.flags === 0) {
      if (held !== undefined) pages.delete(page);
      return;
    }
    this.hasLarge ||= found.level > 0;
    this.hasGlobal ||= (found.flags & G) !== 0;
    if (held === undefined) {
      const { flags, ppn, level } = found;
      pages.set(page, { flags, ppn, level });
      return;
    }
    held.flags = found.flags;
    held.ppn = found.ppn;
    held.level = found.level;
  }

  /** SFENCE.VMA; an absent operand stands for x0. */
  fence(va: number | undefined, asid: number | undefined): void {
    if (asid === undefined) {
      for (const pages of this.held.values()) this.forget(pages, va, false);
      if (va !== undefined) return;
      this.roots.clear();
      this.pointers.clear();
      return;
    }
    if (va === undefined) this.pointers.delete(asid);
    const pages = this.held.get(asid);
    if (pages === undefined) return;
    this.forget(pages, va, true);
    if (va === undefined && pages.size === 0) this.roots.delete(asid);
  }

  /** A fence with an address covers the whole leaf that held it, superpage or not. */
  private forget(pages: Map<number, Held>, va: number | undefined, sparesGlobal: boolean): void {
    if (va === undefined) {
      if (!sparesGlobal || !this.hasGlobal) pages.clear();
      for (const [page, { flags }] of pages) if ((flags & G) === 0) pages.delete(page);
      return;
    }
    const page = Math.floor(va / PAGE_BYTES);
    const held = pages.get(page);
    if (held?.level === 0 && !(sparesGlobal && held.flags & G)) pages.delete(page);
    if (!this.hasLarge) return;
    for (const [other, { level, flags }] of pages) {
      if (level === 0 || (sparesGlobal && flags & G)) continue;
      const span = PAGES_PER_MEGAPAGE ** level;
      if (Math.floor(other / span) === Math.floor(page / span)) pages.delete(other);
    }
  }

  take(): readonly StaleUse[] {
    return this.uses.length === 0 ? NONE : this.uses.splice(0);
  }

  private compare(va: number, asid: number, rootPpn: number, held: Held): void {
    const { found } = this;
    const lost = held.flags & PERMISSIONS & ~found.flags;
    const kind = stale(held, found.flags, found.ppn, lost);
    if (kind === 'raised permission') {
      this.notes++;
      return;
    }
    if (kind !== undefined) {
      this.uses.push({
        rule: 'B2',
        class: kind,
        va,
        asid,
        rootPpn,
        pteAddress: found.pteAddress,
        observed: `an access walked to ${describe(found.flags, found.ppn)}; the TLB may still hold ${describe(held.flags, held.ppn)}, since no SFENCE.VMA came between: ${kind}`,
        expected: 'SFENCE.VMA for the address between the change of the entry and the next access',
        remedy: 'Fences.owe beside the change, Fences.settle before the trap ends (fences.ts)',
      });
      return;
    }
  }

  /** A hart may hold pointers to tables too; a fence with an address leaves those alone. */
  private comparePointers(va: number, asid: number, rootPpn: number, prefix: number): void {
    const { middle, last } = this.found;
    let pointers = this.pointers.get(asid);
    if (pointers === undefined) {
      pointers = new Map();
      this.pointers.set(asid, pointers);
    }
    const held = pointers.get(prefix);
    if (held === undefined) {
      pointers.set(prefix, { middle, last });
      return;
    }
    if (held.middle === middle && held.last === last) return;
    pointers.set(prefix, { middle, last });
    this.uses.push({
      rule: 'B3',
      class: 'table changed',
      va,
      asid,
      rootPpn,
      pteAddress: this.found.pteAddress,
      observed: `the walk went through tables ${hex(middle)} and ${hex(last)}; pointers to ${hex(held.middle)} and ${hex(held.last)} may still be held`,
      expected: 'SFENCE.VMA with rs1 = x0: with an address it covers leaf entries alone',
      remedy: 'Fences.oweAll where a pointer to a table changes (PageTable.freeTable, demote)',
    });
  }

  private reportReuse(
    va: number,
    asid: number,
    rootPpn: number,
    root: number,
    count: number,
  ): void {
    this.uses.push({
      rule: 'B3',
      class: 'ASID reused',
      va,
      asid,
      rootPpn,
      pteAddress: this.found.pteAddress,
      observed: `ASID ${asid} now stands for the table ${hex(rootPpn)}; ${count} translations of table ${hex(root)} may still be held under it`,
      expected: 'SFENCE.VMA for the ASID before it stands for another address space',
      remedy: 'VirtualMemory.release: fence before Asids.giveBack',
    });
    this.pointers.delete(asid);
  }
}

function stale(held: Held, flags: number, ppn: number, lost: number): StaleClass | undefined {
  if (flags === 0) return 'unmapped';
  if (held.ppn !== ppn) return 'changed frame';
  if (lost !== 0) return 'lowered permission';
  return flags & PERMISSIONS & ~held.flags ? 'raised permission' : undefined;
}

function describe(flags: number, ppn: number): string {
  if (flags === 0) return 'no leaf';
  const names = [...'VRWXUGAD'].filter((_name, bit) => flags & (1 << bit)).join(' ');
  return `frame ${hex(ppn)} (${names})`;
}
