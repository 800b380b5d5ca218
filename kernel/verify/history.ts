/** One trap: what the kernel was asked to do, and where from. */
export interface TrapEvent {
  /** 'munmap', 'page fault (store) at 0x40002000', … */
  readonly what: string;
  /** Name of the system call, or 'fault'. */
  readonly name: string;
  readonly pid: number;
  /** Instructions retired before it. */
  readonly instruction: number;
  /** The guest's pc, with its symbol where there is one. */
  readonly from: string;
}

/** The last change of one page-table entry. Halves are unsigned. */
export interface EntryChange {
  readonly oldLow: number;
  readonly oldHigh: number;
  readonly low: number;
  readonly high: number;
  readonly by: TrapEvent;
}

const NOBODY: TrapEvent = {
  what: 'before the first trap',
  name: 'start',
  pid: 0,
  instruction: 0,
  from: 'the loader',
};

/** Who last changed each entry, frame and range of regions: the facts behind "last write". */
export class History {
  /** The trap under way, or the last one. */
  event: TrapEvent = NOBODY;
  private readonly entries = new Map<number, EntryChange>();
  private readonly frames = new Map<number, TrapEvent>();
  private readonly ranges: { root: number; start: number; end: number; by: TrapEvent }[] = [];

  /** Halves of the entry before and after. */
  entryChanged(
    pteAddress: number,
    oldLow: number,
    oldHigh: number,
    low: number,
    high: number,
  ): void {
    this.entries.set(pteAddress, { oldLow, oldHigh, low, high, by: this.event });
  }

  /** The frame got or lost a mapper. */
  frameChanged(ppn: number): void {
    this.frames.set(ppn, this.event);
  }

  /** Regions of the space with this root were changed in [start, end). */
  rangeChanged(root: number, start: number, end: number): void {
    if (this.ranges.length >= 256) this.ranges.splice(0, 128);
    this.ranges.push({ root, start, end, by: this.event });
  }

  ofEntry(pteAddress: number): EntryChange | undefined {
    return this.entries.get(pteAddress);
  }

  ofFrame(ppn: number): TrapEvent | undefined {
    return this.frames.get(ppn);
  }

  ofRegion(root: number, va: number): TrapEvent | undefined {
    return this.ranges.findLast((at) => at.root === root && va >= at.start && va < at.end)?.by;
  }
}

export function eventText({ what, pid, instruction, from }: TrapEvent): string {
  const who = pid === 0 ? '' : `, pid ${pid}`;
  return `${what} at instruction ${instruction.toLocaleString('en-US')}${who}, from ${from}`;
}
