import type { Changes, EntryChange, Mark, RegionChange } from './changes.js';
import {
  counted,
  flagLetters,
  hex,
  PTE_BITS,
  protectionText,
  regionName,
  sizeText,
} from './text.js';

/** One change in words. */
export interface ChangeLine {
  readonly mark: Mark;
  readonly kind: 'region' | 'entry' | 'table';
  /** The address it is about. */
  readonly va: number;
  readonly level: number;
  readonly what: string;
  readonly detail: string;
}

/** Every change of regions and entries, regions first; leaves before the tables that serve them. */
export function changeLines(changes: Changes): ChangeLine[] {
  const tables = changes.entries.filter((change) => change.entry.table !== undefined);
  const leaves = changes.entries.filter((change) => change.entry.table === undefined);
  return [
    ...changes.regions.map(regionLine),
    ...leaves.map((change) => entryLine(change)),
    ...tables.map(tableLine),
  ];
}

/** `1 region, 3 PTEs, 2 frames taken, 1 frame freed`; empty when nothing changed. */
export function changesSummary(changes: Changes): string {
  const count = (mark: Mark) => changes.frames.filter((change) => change.mark === mark).length;
  const parts = [
    [changes.regions.length, 'region', 'regions'],
    [changes.entries.length, 'PTE', 'PTEs'],
    [count('added'), 'frame taken', 'frames taken'],
    [count('removed'), 'frame freed', 'frames freed'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, one, many]) => counted(number, one, many))
    .join(', ');
}

/** `rw- → r--`, `W cleared`: how an entry's bits 0 to 7 differ. */
export function bitChanges(before: number, after: number): string {
  const parts: string[] = [];
  for (const { bit, letter } of PTE_BITS) {
    if (((before ^ after) & bit) === 0) continue;
    parts.push(`${letter} ${(after & bit) !== 0 ? 'set' : 'cleared'}`);
  }
  return parts.join(', ');
}

function regionLine(change: RegionChange): ChangeLine {
  const { mark, region, before } = change;
  const size = sizeText(region.end - region.start);
  const details = [protectionText(region), size, regionName(region)];
  if (mark === 'changed' && before !== undefined) {
    details[0] = arrow(protectionText(before), protectionText(region));
    details[1] = arrow(sizeText(before.end - before.start), size);
  }
  return {
    mark,
    kind: 'region',
    va: region.start,
    level: 0,
    what: `${hex(region.start)}-${hex(region.end)}`,
    detail: details.join('  '),
  };
}

function entryLine({ mark, entry, before }: EntryChange): ChangeLine {
  let detail = `frame ${hex(entry.ppn)}  ${flagLetters(entry.low)}`;
  if (mark === 'removed') detail = `was frame ${hex(entry.ppn)}  ${flagLetters(entry.low)}`;
  else if (before !== undefined) {
    const parts: string[] = [];
    if (before.ppn !== entry.ppn) parts.push(`frame ${hex(before.ppn)} → ${hex(entry.ppn)}`);
    const bits = bitChanges(before.low, entry.low);
    if (bits !== '') parts.push(bits);
    detail = parts.join('; ');
  }
  const { va, level } = entry;
  return { mark, kind: 'entry', va, level, what: hex(va), detail };
}

function tableLine({ mark, entry }: EntryChange): ChangeLine {
  return {
    mark,
    kind: 'table',
    va: entry.va,
    level: entry.level,
    what: `L${entry.level}[${entry.index}]`,
    detail: `${mark === 'removed' ? 'was table' : 'table'} in frame ${hex(entry.ppn)}`,
  };
}

function arrow(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`;
}
