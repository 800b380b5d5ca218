import type { Kernel } from '../kernel.js';
import type { HostAct, Mark, Position, RecordedAct, Stop } from './acts.js';

/** Most that is remembered of what came from outside, in bytes; files are most of it. */
const MAX_RECORDED_BYTES = 512 * 2 ** 20;
/** What an act is counted as, besides the bytes that it brings. */
const ACT_BYTES = 128;
const MAX_MARKS = 64;
const FIRST_MARK_INTERVAL = 1_000_000;
/** With the host's time: steps from one look at the clock to the next within one `run`. */
const STEPS_PER_SAMPLE = 1_000_000;

/**
 * Remembers what came into a machine from outside, and when: with the configuration that is all that
 * decides a run. It grows with the input, not with the run; of the run itself it keeps at most 64 marks,
 * at distances that double.
 */
export class Recorder {
  readonly acts: RecordedAct[] = [];
  /** What the host's clock showed when the machine was made; 0 with virtual time. */
  readonly startedAt: number;
  /** Nanoseconds that the host's clock is taken back, since the machine was restored later. */
  private clockLead = 0;
  private now: number;
  private keptMarks: Mark[] = [];
  private markInterval = FIRST_MARK_INTERVAL;
  private nextMark = FIRST_MARK_INTERVAL;
  private nextSample = 0;
  private turnSteps = 0;
  private turns = 0;
  private stop: Stop = 'budget';
  private bytes = 0;
  private depth = 0;
  private isRunning = false;
  private isReplaying = false;
  private trouble: string | undefined;
  private readonly kernel: Kernel;
  private readonly hostNow: (() => number) | undefined;

  /**
   * @param hostNow the host's clock, where the machine's time follows it
   * @param startedAt what that clock showed when the machine was made; now, unless given
   */
  constructor(kernel: Kernel, hostNow?: () => number, startedAt = hostNow?.() ?? 0) {
    this.kernel = kernel;
    this.hostNow = hostNow;
    this.startedAt = startedAt;
    this.now = startedAt;
  }

  get marks(): readonly Mark[] {
    return this.keptMarks;
  }

  /** The host's time as the machine sees it: it stands still between two looks at the clock. */
  get time(): number {
    return this.now;
  }

  set time(now: number) {
    this.now = now;
  }

  /** A time of the machine on the base of the host's clock. */
  onHostBase(time: number): number {
    return time + this.clockLead;
  }

  /** Where the run is. */
  get position(): Position {
    const { steps } = this.kernel.clock;
    const turns = steps === this.turnSteps ? this.turns : 0;
    return { steps, turns, stop: this.stop };
  }

  /** Does what the host asks for, and remembers it. What an act does by itself is part of it. */
  perform<T>(act: HostAct, work: () => T): T {
    if (this.depth > 0) return work();
    const at = this.position;
    if (this.isRunning) this.trouble ??= `${act.kind} came while the machine was inside run()`;
    this.depth++;
    try {
      const result = work();
      this.note({ at, act: act.kind === 'input' ? taken(act, result) : act });
      return result;
    } catch (error) {
      // It may have done half of its work, and will do so again.
      this.note({ at, act, fails: true });
      throw error;
    } finally {
      this.depth--;
    }
  }

  /** `Kernel.run` begins. */
  enter(): void {
    this.isRunning = true;
    this.sample();
  }

  /** `Kernel.run` returns. */
  leave(stop: Stop, isLimit: boolean): void {
    this.isRunning = false;
    this.stop = isLimit ? 'budget' : stop;
  }

  /** A turn of the main loop has been made. */
  turned(): void {
    const { steps } = this.kernel.clock;
    if (steps === this.turnSteps) {
      this.turns++;
      return;
    }
    this.turnSteps = steps;
    this.turns = 0;
    if (this.isReplaying) return;
    if (steps >= this.nextSample) this.sample();
    if (steps >= this.nextMark) this.mark();
  }

  /** What comes now comes from a snapshot: neither the host's clock nor new marks. */
  beginReplay(): void {
    this.isReplaying = true;
  }

  endReplay(marks: readonly Mark[]): void {
    this.isReplaying = false;
    this.keptMarks = [...marks];
    const { steps } = this.kernel.clock;
    while (this.keptMarks.length * this.markInterval < steps) this.markInterval *= 2;
    this.nextMark = steps + this.markInterval;
    if (this.hostNow !== undefined) this.clockLead = this.hostNow() - this.now;
  }

  /** @throws Error where something happened that a snapshot cannot tell */
  check(): void {
    if (this.isRunning) throw new Error('snapshot() was called inside run(): take it between runs');
    if (this.trouble === undefined) return;
    throw new Error(`no snapshot can be taken of this machine any more: ${this.trouble}`);
  }

  private note(noted: RecordedAct): void {
    const { act } = noted;
    const bytes = 'bytes' in act ? act.bytes.length : 0;
    if (this.trouble !== undefined || (act.kind === 'input' && bytes === 0)) return;
    this.bytes += ACT_BYTES + bytes;
    if (this.bytes > MAX_RECORDED_BYTES) {
      this.trouble = `it was given more than ${MAX_RECORDED_BYTES} bytes of files and input`;
      this.acts.length = 0;
      return;
    }
    // What had made it stop may hold no longer.
    this.stop = 'budget';
    // The host may use its buffer again.
    const kept = 'bytes' in act ? { ...act, bytes: act.bytes.slice() } : act;
    this.acts.push({ ...noted, act: kept });
  }

  private sample(): void {
    if (this.hostNow === undefined || this.isReplaying) return;
    this.nextSample = this.kernel.clock.steps + STEPS_PER_SAMPLE;
    const now = this.hostNow() - this.clockLead;
    if (now === this.now) return;
    this.now = now;
    const at = this.position;
    const last = this.acts.at(-1);
    // Nothing has happened since: only the last time counts.
    const isIdle =
      last?.act.kind === 'time' && last.at.steps === at.steps && last.at.turns === at.turns;
    if (isIdle && this.trouble === undefined) this.acts.pop();
    this.note({ at, act: { kind: 'time', now } });
  }

  private mark(): void {
    if (this.keptMarks.length >= MAX_MARKS) {
      this.keptMarks = this.keptMarks.filter((_mark, i) => i % 2 === 1);
      this.markInterval *= 2;
    }
    const { steps, turns } = this.position;
    const parts = this.kernel.states.parts();
    const at = { steps, turns, stop: 'budget' } as const;
    this.keptMarks.push({ at, acts: this.acts.length, parts });
    this.nextMark = steps + this.markInterval;
  }
}

/** A terminal takes as much as it has room for; what it did not take will be offered again. */
function taken(act: HostAct & { kind: 'input' }, count: unknown): HostAct {
  return { ...act, bytes: act.bytes.subarray(0, count as number) };
}
