import {
  SIGBUS,
  SIGFPE,
  SIGILL,
  SIGNAL_COUNT,
  SIGRTMIN,
  SIGSEGV,
  SIGSYS,
  SIGTRAP,
  type SignalSet,
  signalBit,
} from './numbers.js';

/** Makes signals that tell more when they are taken than when they were sent: a timer. */
export interface SignalSource {
  taken(info: SignalInfo): SignalInfo;
}

/** The part of siginfo_t that the sender decides; which fields count depends on signal and code. */
export interface SignalInfo {
  readonly signal: number;
  readonly code: number;
  readonly pid?: number;
  readonly uid?: number;
  /** si_addr of a fault. */
  readonly address?: number;
  /** si_status of SIGCHLD. */
  readonly status?: number;
  /** si_value of a queued signal, as two unsigned halves. */
  readonly value?: { readonly low: number; readonly high: number };
  readonly source?: SignalSource;
}

/** Faults are delivered before signals that somebody sent. Linux kernel/signal.c, SYNCHRONOUS_MASK. */
const SYNCHRONOUS: SignalSet = [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS].reduce(
  (set, signal) => set | signalBit(signal),
  0n,
);

/** Signals that were sent and not yet taken, to one task or to a whole process. */
export class PendingSignals {
  set: SignalSet = 0n;
  private queue: SignalInfo[] = [];

  get length(): number {
    return this.queue.length;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  /** A standard signal that is already pending is not queued again, unless it is a timer's. */
  add(info: SignalInfo): void {
    const bit = signalBit(info.signal);
    const isQueued = info.signal >= SIGRTMIN || info.source !== undefined;
    if (!isQueued && (this.set & bit) !== 0n) return;
    this.set |= bit;
    this.queue.push(info);
  }

  /** Takes the next signal of `allowed`: faults first, then the lowest number. */
  take(allowed: SignalSet): SignalInfo | undefined {
    const candidates = this.set & allowed;
    if (candidates === 0n) return undefined;
    const signal = lowestSignal(candidates & SYNCHRONOUS || candidates);
    const index = this.queue.findIndex((info) => info.signal === signal);
    const [info] = this.queue.splice(index, 1);
    if (!this.queue.some((other) => other.signal === signal)) this.set &= ~signalBit(signal);
    return info?.source === undefined ? info : info.source.taken(info);
  }

  discard(signals: SignalSet): void {
    if ((this.set & signals) === 0n) return;
    this.set &= ~signals;
    this.queue = this.queue.filter((info) => (signalBit(info.signal) & signals) === 0n);
  }

  entries(): readonly SignalInfo[] {
    return this.queue;
  }
}

function lowestSignal(set: SignalSet): number {
  let signal = 1;
  while (signal <= SIGNAL_COUNT && (set & signalBit(signal)) === 0n) signal++;
  return signal;
}
