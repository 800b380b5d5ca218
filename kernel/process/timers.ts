/** What the machine charges when a timer expires, so that one that expires for ever ends somewhere. */
export const EXPIRY_STEPS = 10;

/** The armed timers of one clock: of the machine, or of a process's CPU time. */
export class TimerSet {
  private readonly armed = new Set<Timer>();

  get hasArmed(): boolean {
    return this.armed.size > 0;
  }

  /** Nanoseconds of the clock at which the next one expires; undefined when none will. */
  get earliest(): number | undefined {
    if (this.armed.size === 0) return undefined;
    let earliest: number | undefined;
    for (const { at } of this.armed) {
      if (earliest === undefined || at < earliest) earliest = at;
    }
    return earliest;
  }

  add(timer: Timer): void {
    this.armed.add(timer);
  }

  remove(timer: Timer): void {
    this.armed.delete(timer);
  }

  /** Lets those expire whose time has come, the earliest first. @returns how many did */
  expire(now: number): number {
    if (this.armed.size === 0) return 0;
    const due = [...this.armed].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const timer of due) timer.expire(now);
    return due.length;
  }
}

/** A timer that expires once, or again and again. */
export class Timer {
  /** Nanoseconds of the set's clock; Infinity while it is not armed. */
  at = Number.POSITIVE_INFINITY;
  /** Nanoseconds from one expiry to the next; 0 = it expires once. */
  interval = 0;
  isArmed = false;
  private readonly set: TimerSet;
  private readonly expired: (times: number) => void;

  /** @param expired is told how often the timer has expired: more than once where nobody looked */
  constructor(set: TimerSet, expired: (times: number) => void) {
    this.set = set;
    this.expired = expired;
  }

  arm(at: number, interval: number): void {
    this.at = at;
    this.interval = interval;
    this.isArmed = true;
    this.set.add(this);
  }

  disarm(): void {
    this.isArmed = false;
    this.at = Number.POSITIVE_INFINITY;
    this.set.remove(this);
  }

  /** Nanoseconds until it expires, at least one; 0 while it is not armed. */
  left(now: number): number {
    return this.isArmed ? Math.max(1, this.at - now) : 0;
  }

  expire(now: number): void {
    if (this.interval === 0) {
      this.disarm();
      this.expired(1);
      return;
    }
    const times = 1 + Math.floor((now - this.at) / this.interval);
    this.at += times * this.interval;
    this.expired(times);
  }

  /** For the state hash. */
  state(): string {
    return this.isArmed ? `${this.at} ${this.interval}` : `- ${this.interval}`;
  }
}
