import {
  leafBytes,
  PAGE_SIZE,
  PTE_R,
  PTE_V,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
  ppnOf,
} from '../../../emulator/index.js';
import type { MemoryView } from '../../protocol/index.js';

/** One entry of a table that is not all zero. */
export interface Entry {
  readonly level: number;
  /** 0 to 511. */
  readonly index: number;
  /** First address that the entry translates. User space, so never negative. */
  readonly va: number;
  readonly low: number;
  readonly high: number;
  /** The page number that the entry holds. */
  readonly ppn: number;
  /** The next table; undefined for a leaf and for an entry that is not valid. */
  readonly table: Table | undefined;
}

/** One page of entries. */
export interface Table {
  readonly level: number;
  readonly ppn: number;
  /** First address below this table. */
  readonly va: number;
  /** Entries that are not all zero, ascending. */
  readonly entries: readonly Entry[];
}

const LEVELS = 3;
const WORDS_PER_TABLE = PTES_PER_TABLE * 2;

/** The tree of what exists, as the hardware would read it from the tables' words. */
export function readPageTable(memory: MemoryView): Table {
  const positions = new Map<number, number>();
  memory.tablePpns.forEach((ppn, i) => {
    positions.set(ppn, i * WORDS_PER_TABLE);
  });
  return readTable(memory.rootPpn, LEVELS - 1, 0);

  function readTable(ppn: number, level: number, va: number): Table {
    const entries: Entry[] = [];
    const at = positions.get(ppn);
    for (let index = 0; at !== undefined && index < PTES_PER_TABLE; index++) {
      const low = memory.tableWords[at + index * 2]!;
      const high = memory.tableWords[at + index * 2 + 1]!;
      if (low === 0 && high === 0) continue;
      entries.push(readEntry(low, high, level, index, va + index * leafBytes(level)));
    }
    return { level, ppn, va, entries };
  }

  function readEntry(low: number, high: number, level: number, index: number, va: number): Entry {
    const ppn = ppnOf(low, high);
    const pointsDown = level > 0 && (low & (PTE_V | PTE_R | PTE_W | PTE_X)) === PTE_V;
    const table = pointsDown ? readTable(ppn, level - 1, va) : undefined;
    return { level, index, va, low, high, ppn, table };
  }
}

export function isLeaf(entry: Entry): boolean {
  return (entry.low & PTE_V) !== 0 && entry.table === undefined;
}

/** Every entry below a table, tables before what they point to. */
export function* entriesOf(table: Table): Generator<Entry> {
  for (const entry of table.entries) {
    yield entry;
    if (entry.table !== undefined) yield* entriesOf(entry.table);
  }
}

/** An entry keeps its place while its contents change: level and address name it. */
export function entryKey(entry: { readonly level: number; readonly va: number }): string {
  return `${entry.level}:${entry.va / PAGE_SIZE}`;
}
