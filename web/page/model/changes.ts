import { PAGE_SIZE } from '../../../emulator/index.js';
import {
  FRAME_FREE,
  type FrameView,
  type MemoryView,
  type RegionView,
  type View,
} from '../../protocol/index.js';
import { type Entry, entriesOf, entryKey, readPageTable, type Table } from './page-table.js';

/** What became of a thing between two moments. */
export type Mark = 'added' | 'changed' | 'removed';

export interface RegionChange {
  readonly mark: Mark;
  readonly region: RegionView;
  /** As it was; for a changed one. */
  readonly before: RegionView | undefined;
}

export interface EntryChange {
  readonly mark: Mark;
  /** As it is; for a removed one, as it was. */
  readonly entry: Entry;
  readonly before: Entry | undefined;
}

export interface FrameChange {
  readonly mark: Mark;
  readonly ppn: number;
  readonly kindBefore: number;
  readonly kind: number;
}

/** The state of one process's memory, read for display, and what differs from an earlier moment. */
export interface MemoryModel {
  readonly memory: MemoryView;
  readonly root: Table;
  /** Entries by `entryKey`. */
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Changes {
  /** Ascending by address. */
  readonly regions: readonly RegionChange[];
  /** Ascending by address, upper levels first. */
  readonly entries: readonly EntryChange[];
  /** Of the whole machine, ascending. */
  readonly frames: readonly FrameChange[];
}

export const NO_CHANGES: Changes = { regions: [], entries: [], frames: [] };

export function readMemory(memory: MemoryView): MemoryModel {
  const root = readPageTable(memory);
  const entries = new Map<string, Entry>();
  for (const entry of entriesOf(root)) entries.set(entryKey(entry), entry);
  return { memory, root, entries };
}

/** What happened to one process's memory, and to all frames, since an earlier view. */
export function compare(
  before: { readonly memory: MemoryModel; readonly frames: FrameView },
  after: { readonly memory: MemoryModel; readonly frames: FrameView },
): Changes {
  return {
    regions: compareRegions(before.memory.memory.regions, after.memory.memory.regions),
    entries: compareEntries(before.memory, after.memory),
    frames: compareFrames(before.frames, after.frames),
  };
}

/**
 * A region is the same one when it has the same start or the same end and the same backing; so one
 * that was split is one changed region and new ones beside it.
 */
export function compareRegions(
  before: readonly RegionView[],
  after: readonly RegionView[],
): RegionChange[] {
  const unmatched = new Set(before);
  const take = (matches: (candidate: RegionView) => boolean) => {
    for (const candidate of unmatched) {
      if (!matches(candidate)) continue;
      unmatched.delete(candidate);
      return candidate;
    }
    return undefined;
  };
  const partners = new Map<RegionView, RegionView | undefined>();
  for (const region of after) {
    const same = take((old) => old.start === region.start && old.end === region.end);
    if (same !== undefined) partners.set(region, same);
  }
  for (const region of after) {
    if (partners.has(region)) continue;
    const isKin = (old: RegionView) => old.name === region.name && old.isShared === region.isShared;
    partners.set(
      region,
      take((old) => isKin(old) && old.start === region.start) ??
        take((old) => isKin(old) && old.end === region.end),
    );
  }
  const changes: RegionChange[] = [];
  for (const [region, old] of partners) {
    if (old === undefined) changes.push({ mark: 'added', region, before: undefined });
    else if (!isSameRegion(old, region)) changes.push({ mark: 'changed', region, before: old });
  }
  for (const region of unmatched) changes.push({ mark: 'removed', region, before: region });
  return changes.sort((a, b) => a.region.start - b.region.start || a.region.end - b.region.end);
}

function isSameRegion(a: RegionView, b: RegionView): boolean {
  return (
    a.start === b.start &&
    a.end === b.end &&
    a.protection === b.protection &&
    a.isShared === b.isShared &&
    a.name === b.name
  );
}

function compareEntries(before: MemoryModel, after: MemoryModel): EntryChange[] {
  const changes: EntryChange[] = [];
  for (const [key, entry] of after.entries) {
    const old = before.entries.get(key);
    if (old === undefined) changes.push({ mark: 'added', entry, before: undefined });
    else if (old.low !== entry.low || old.high !== entry.high) {
      changes.push({ mark: 'changed', entry, before: old });
    }
  }
  for (const [key, old] of before.entries) {
    if (!after.entries.has(key)) changes.push({ mark: 'removed', entry: old, before: old });
  }
  return changes.sort((a, b) => a.entry.va - b.entry.va || b.entry.level - a.entry.level);
}

function compareFrames(before: FrameView, after: FrameView): FrameChange[] {
  const changes: FrameChange[] = [];
  for (let i = 0; i < after.kinds.length; i++) {
    const kindBefore = before.kinds[i]!;
    const kind = after.kinds[i]!;
    if (kindBefore === kind) continue;
    const mark = kindBefore === FRAME_FREE ? 'added' : kind === FRAME_FREE ? 'removed' : 'changed';
    changes.push({ mark, ppn: after.firstPpn + i, kindBefore, kind });
  }
  return changes;
}

/** Whether the machine stands still in this view: nothing changes until somebody does something. */
export function isSettled(view: View): boolean {
  return view.state !== 'running' && view.state !== 'sleeping';
}

/** Pages of [start, end). */
export function pageCount(region: { readonly start: number; readonly end: number }): number {
  return (region.end - region.start) / PAGE_SIZE;
}
