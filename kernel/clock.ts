/** One step of virtual time, in nanoseconds. */
export const NANOSECONDS_PER_STEP = 10;

/** What CLOCK_REALTIME shows when a machine with virtual time starts: 2026-01-01T00:00:00Z. */
const VIRTUAL_EPOCH_SECONDS = 1_767_225_600;

export interface ClockOptions {
  readonly mode: 'virtual' | 'host';
  /** Instructions retired so far. */
  readonly retired: () => number;
  /** Nanoseconds since the Unix epoch; needed in host mode. */
  readonly hostNow?: (() => number) | undefined;
}

/**
 * Counts steps and tells the time. A step is one retired instruction or one unit of the kernel's
 * charges. Times are nanoseconds since the machine started. In virtual mode they follow the steps, and
 * jump when nothing is runnable; in host mode they follow the host.
 */
export class Clock {
  readonly mode: 'virtual' | 'host';
  private readonly retired: () => number;
  private readonly hostNow: () => number;
  private readonly startNanoseconds: number;
  private chargedSteps = 0;
  private jumpedNanoseconds = 0;

  constructor(o: ClockOptions) {
    this.mode = o.mode;
    this.retired = o.retired;
    this.hostNow = o.hostNow ?? (() => 0);
    this.startNanoseconds =
      o.mode === 'host' ? this.hostNow() : VIRTUAL_EPOCH_SECONDS * 1_000_000_000;
  }

  get steps(): number {
    return this.retired() + this.chargedSteps;
  }

  charge(steps: number): void {
    this.chargedSteps += steps;
  }

  now(): number {
    if (this.mode === 'host') return Math.max(0, this.hostNow() - this.startNanoseconds);
    return this.steps * NANOSECONDS_PER_STEP + this.jumpedNanoseconds;
  }

  /** CLOCK_REALTIME. The sum exceeds 2^53, so seconds and nanoseconds are kept apart. */
  realtime(): Timestamp {
    const startSeconds = Math.floor(this.startNanoseconds / 1e9);
    return plusNanoseconds({ seconds: startSeconds, nanoseconds: 0 }, this.now());
  }

  /** Moves virtual time forward to `deadline`, if that is later than now. */
  jumpTo(deadline: number): void {
    if (this.mode === 'virtual') this.jumpedNanoseconds += Math.max(0, deadline - this.now());
  }

  /** A time of this clock on the host's base. */
  hostTime(time: number): number {
    return this.startNanoseconds + time;
  }

  /** Steps until `deadline` comes by itself; at least 1. */
  stepsUntil(deadline: number): number {
    return Math.max(1, Math.ceil((deadline - this.now()) / NANOSECONDS_PER_STEP));
  }
}

/** A point in time or a duration; 0 <= nanoseconds < 10^9. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export function plusNanoseconds(time: Timestamp, nanoseconds: number): Timestamp {
  const sum = time.nanoseconds + nanoseconds;
  return { seconds: time.seconds + Math.floor(sum / 1e9), nanoseconds: sum % 1e9 };
}

export function timestampOf(nanoseconds: number): Timestamp {
  return plusNanoseconds({ seconds: 0, nanoseconds: 0 }, nanoseconds);
}
