import { SI_TIMER } from '../signals/numbers.js';
import type { SignalInfo, SignalSource } from '../signals/pending.js';
import { sendToProcess, sendToTask } from '../signals/send.js';
import type { Process } from './process.js';
import type { Task } from './task.js';
import { Timer, type TimerSet } from './timers.js';

/** timer_getoverrun(2) counts no further. */
const DELAYTIMER_MAX = 0x7fff_ffff;

export interface PosixTimerParts {
  readonly id: number;
  readonly clock: number;
  /** Sent at each expiry; 0 with SIGEV_NONE. */
  readonly signal: number;
  /** si_value. */
  readonly value: { readonly low: number; readonly high: number };
  /** Who gets the signal. */
  readonly target: Process | Task;
}

/**
 * A timer of timer_create(2). Its signal is pending once at most: what expires meanwhile is an overrun,
 * which goes with the signal when it is taken.
 */
export class PosixTimer implements SignalSource {
  readonly id: number;
  readonly clock: number;
  readonly timer: Timer;
  /** Overruns of the signal that was taken last. */
  lastOverrun = 0;
  private overrun = 0;
  private readonly parts: PosixTimerParts;

  constructor(set: TimerSet, parts: PosixTimerParts) {
    this.id = parts.id;
    this.clock = parts.clock;
    this.parts = parts;
    this.timer = new Timer(set, (times) => this.expired(times));
  }

  taken(info: SignalInfo): SignalInfo {
    this.lastOverrun = Math.min(this.overrun, DELAYTIMER_MAX);
    return { ...info, uid: this.lastOverrun };
  }

  state(): string {
    const { signal, value } = this.parts;
    const overruns = `${this.overrun} ${this.lastOverrun}`;
    return `${this.id} ${this.clock} ${signal} ${value.low} ${value.high} ${this.timer.state()} ${overruns}`;
  }

  private expired(times: number): void {
    const { signal, target, value } = this.parts;
    if (signal === 0) return;
    if (target.pending.entries().some((info) => info.source === this)) {
      this.overrun += times;
      return;
    }
    this.overrun = times - 1;
    // siginfo_t has the timer's number and its overruns where other signals have pid and uid.
    const info: SignalInfo = { signal, code: SI_TIMER, pid: this.id, value, source: this };
    if ('leader' in target) sendToProcess(target, info);
    else sendToTask(target, info);
  }
}
