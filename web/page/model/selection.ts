import { leafBytes, PAGE_SIZE } from '../../../emulator/index.js';
import type { MemoryModel } from './changes.js';
import { type Entry, isLeaf } from './page-table.js';

/** What the user has chosen in one panel; the others light up what belongs to it. */
export type Selection =
  | { readonly kind: 'region'; readonly start: number; readonly end: number }
  | { readonly kind: 'entry'; readonly level: number; readonly va: number }
  | { readonly kind: 'frame'; readonly ppn: number };

/** Everything that belongs together with a selection. */
export interface Related {
  /** Half-open ranges of addresses. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  readonly ppns: ReadonlySet<number>;
}

export const NOTHING_RELATED: Related = { ranges: [], ppns: new Set() };

export function relatedTo(selection: Selection | undefined, memory: MemoryModel): Related {
  if (selection === undefined) return NOTHING_RELATED;
  // The frames of a process that has ended are free, or somebody else's.
  const hasEnded = memory.memory.ending !== undefined;
  if (selection.kind === 'frame') {
    if (hasEnded) return { ranges: [], ppns: new Set([selection.ppn]) };
    const leaves = [...memory.entries.values()].filter(
      (entry) => isLeaf(entry) && holdsPpn(entry, selection.ppn),
    );
    return { ranges: leaves.map(rangeOf), ppns: new Set([selection.ppn]) };
  }
  const range = selection.kind === 'region' ? selection : rangeOf(selection);
  const ppns = new Set<number>();
  for (const entry of hasEnded ? [] : memory.entries.values()) {
    if (isLeaf(entry) && overlaps(range, rangeOf(entry))) addPpns(ppns, entry);
  }
  return { ranges: [range], ppns };
}

export function isRelated(related: Related, start: number, end: number): boolean {
  return related.ranges.some((range) => overlaps(range, { start, end }));
}

function rangeOf(entry: { readonly level: number; readonly va: number }) {
  return { start: entry.va, end: entry.va + leafBytes(entry.level) };
}

function overlaps(
  a: { readonly start: number; readonly end: number },
  b: { readonly start: number; readonly end: number },
): boolean {
  return a.start < b.end && b.start < a.end;
}

function holdsPpn(entry: Entry, ppn: number): boolean {
  return ppn >= entry.ppn && ppn < entry.ppn + leafBytes(entry.level) / PAGE_SIZE;
}

function addPpns(ppns: Set<number>, entry: Entry): void {
  for (let i = 0; i < leafBytes(entry.level) / PAGE_SIZE; i++) ppns.add(entry.ppn + i);
}
