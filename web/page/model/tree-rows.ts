import { leafBytes } from '../../../emulator/index.js';
import type { Changes, EntryChange, MemoryModel } from './changes.js';
import { type Entry, entryKey, isLeaf, type Table } from './page-table.js';
import { counted, hex } from './text.js';

/** One line of the tree of page tables. */
export interface TreeRow {
  readonly key: string;
  readonly depth: number;
  /** undefined: nothing below it can be opened. */
  readonly isOpen: boolean | undefined;
  readonly label: string;
  readonly vaText: string;
  readonly frameText: string;
  /** The entry, or the first of a run; undefined for the root. */
  readonly entry: Entry | undefined;
  /** End of what the entry or the run translates. */
  readonly end: number;
  readonly change: EntryChange | undefined;
}

/** As many neighbouring leaves with the same bits, none of them changed, become one row. */
const MIN_RUN = 6;

/** An entry to draw: one that exists, or one that the last step took away. */
interface Item {
  readonly entry: Entry;
  readonly change: EntryChange | undefined;
}

/**
 * The rows to draw, top down.
 *
 * @param toggled keys of rows that are not as they begin: tables begin open, runs begin closed
 */
export function buildRows(
  memory: MemoryModel,
  changes: Changes,
  toggled: ReadonlySet<string>,
): TreeRow[] {
  const byKey = new Map(changes.entries.map((change) => [entryKey(change.entry), change]));
  const gone = changes.entries.filter(({ mark }) => mark === 'removed');
  const rows: TreeRow[] = [];
  const isRootOpen = !toggled.has('root');
  rows.push({
    key: 'root',
    depth: 0,
    isOpen: isRootOpen,
    label: 'satp',
    vaText: '',
    frameText: `→ ${hex(memory.root.ppn)}`,
    entry: undefined,
    end: 0,
    change: undefined,
  });
  if (isRootOpen) addTable(memory.root, 1);
  return rows;

  function addTable(table: Table, depth: number): void {
    const items = itemsOf(table);
    for (let at = 0; at < items.length; ) {
      const length = runLength(items, at);
      if (length >= MIN_RUN) addRun(items.slice(at, at + length), depth);
      else for (const item of items.slice(at, at + length)) addItem(item, depth);
      at += length;
    }
  }

  function itemsOf(table: Table): Item[] {
    const items: Item[] = table.entries.map((entry) => ({
      entry,
      change: byKey.get(entryKey(entry)),
    }));
    // A table that went away has its entries still, and all of them went with it.
    if (gone.some(({ entry }) => entry.table === table)) return items;
    const end = table.va + leafBytes(table.level + 1);
    for (const change of gone) {
      const { entry } = change;
      if (entry.level === table.level && entry.va >= table.va && entry.va < end) {
        items.push({ entry, change });
      }
    }
    return items.sort((a, b) => a.entry.index - b.entry.index);
  }

  function addItem({ entry, change }: Item, depth: number): void {
    const key = entryKey(entry);
    const isGone = change?.mark === 'removed';
    const isOpen = entry.table === undefined ? undefined : !toggled.has(key);
    rows.push({
      key: isGone ? `gone:${key}` : key,
      depth,
      isOpen,
      label: `L${entry.level}[${entry.index}]`,
      vaText: hex(entry.va),
      frameText: `${isGone ? 'was ' : '→ '}${hex(entry.ppn)}`,
      entry,
      end: entry.va + leafBytes(entry.level),
      change,
    });
    if (isOpen === true && entry.table !== undefined) addTable(entry.table, depth + 1);
  }

  function addRun(items: readonly Item[], depth: number): void {
    const first = items[0]!.entry;
    const last = items.at(-1)!.entry;
    const key = `run:${entryKey(first)}`;
    const isOpen = toggled.has(key);
    rows.push({
      key,
      depth,
      isOpen,
      label: `L${first.level}[${first.index}–${last.index}]`,
      vaText: hex(first.va),
      frameText: counted(items.length, 'page'),
      entry: first,
      end: last.va + leafBytes(last.level),
      change: undefined,
    });
    if (isOpen) for (const item of items) addItem(item, depth + 1);
  }
}

/** How many items from `at` on are neighbours with the same bits and no change; at least 1. */
function runLength(items: readonly Item[], at: number): number {
  const first = items[at]!;
  if (first.change !== undefined || !isLeaf(first.entry)) return 1;
  let length = 1;
  for (let item = items[at + 1]; item !== undefined; item = items[at + ++length]) {
    const { entry, change } = item;
    const continues =
      change === undefined &&
      isLeaf(entry) &&
      entry.index === first.entry.index + length &&
      (entry.low & 0x3ff) === (first.entry.low & 0x3ff);
    if (!continues) break;
  }
  return length;
}

/** The entry of a step that is worth seeing first: one in a region that the step changed as well. */
export function firstChange(changes: Changes): Entry | undefined {
  const leaves = changes.entries.map(({ entry }) => entry).filter((entry) => !entry.table);
  const inChangedRegion = leaves.find((entry) =>
    changes.regions.some(({ region }) => entry.va >= region.start && entry.va < region.end),
  );
  return inChangedRegion ?? leaves[0];
}
