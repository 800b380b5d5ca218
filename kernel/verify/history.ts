import { ChunkedArray } from './chunked.js';
import { ENTRY_BYTES } from './decode.js';
import type { Writer } from './views.js';

/** Where an instruction of the guest comes from, as far as its file tells. */
export interface Place {
  /** `main+0x1c`. */
  readonly symbol: string | undefined;
  readonly source: { readonly file: string; readonly line: number } | undefined;
}

/** Who changed something: one trap. What takes time to find out is found out when it is asked for. */
export interface TrapEvent {
  /** Name of the system call, or 'fault'. */
  readonly name: string;
  readonly pid: number;
  /** Instructions retired before it. */
  readonly instruction: number;
  /** The guest's pc. */
  readonly pc: number | undefined;
  /** 'munmap', 'page fault (store) at 0x40002000', … */
  what(): string;
  place(): Place | undefined;
  /** Of a system call: where the function that made it was called from. */
  caller?(): ({ readonly pc: number } & Place) | undefined;
}

/** The last change of one page-table entry. Halves are unsigned. */
export interface EntryChange {
  oldLow: number;
  oldHigh: number;
  low: number;
  high: number;
  by: TrapEvent;
}

/** What happens outside of all traps. */
export function noTrap(name: string, what: string): TrapEvent {
  return { name, what: () => what, pid: 0, instruction: 0, pc: undefined, place: () => undefined };
}

/** Who last changed each entry, frame and range of regions: the facts behind "last write". */
export class History {
  /** The trap under way, or the last one. */
  event: TrapEvent = noTrap('start', 'the loader, before the first trap');
  /** By address / 8. */
  private readonly entries = new ChunkedArray<EntryChange>();
  private readonly frames = new ChunkedArray<TrapEvent>();
  private readonly ranges: { root: number; start: number; end: number; by: TrapEvent }[] = [];

  /** Halves of the entry before and after. */
  entryChanged(
    pteAddress: number,
    oldLow: number,
    oldHigh: number,
    low: number,
    high: number,
  ): void {
    const known = this.entries.get(pteAddress / ENTRY_BYTES);
    if (known === undefined) {
      this.entries.set(pteAddress / ENTRY_BYTES, { oldLow, oldHigh, low, high, by: this.event });
      return;
    }
    known.oldLow = oldLow;
    known.oldHigh = oldHigh;
    known.low = low;
    known.high = high;
    known.by = this.event;
  }

  /** The frame got or lost a mapper, or came into use or went out of it. */
  frameChanged(ppn: number): void {
    this.frames.set(ppn, this.event);
  }

  /** Regions of the space with this root were changed in [start, end). */
  rangeChanged(root: number, start: number, end: number): void {
    if (this.ranges.length >= 256) this.ranges.splice(0, 128);
    this.ranges.push({ root, start, end, by: this.event });
  }

  ofEntry(pteAddress: number): Readonly<EntryChange> | undefined {
    return this.entries.get(pteAddress / ENTRY_BYTES);
  }

  ofFrame(ppn: number): TrapEvent | undefined {
    return this.frames.get(ppn);
  }

  ofRegion(root: number, va: number): TrapEvent | undefined {
    return this.ranges.findLast((at) => at.root === root && va >= at.start && va < at.end)?.by;
  }
}

/** The event as plain data, for reports. */
export function writerOf(event: TrapEvent): Writer {
  const { name, pid, instruction, pc } = event;
  const caller = event.caller?.();
  return { what: event.what(), name, pid, instruction, pc, ...event.place(), caller };
}
