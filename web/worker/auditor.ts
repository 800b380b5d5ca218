import type { Kernel } from '../../kernel/index.js';
import { explain, rules } from '../../kernel/verify/index.js';
import type { Verdict } from '../protocol/index.js';

/** The machine must have stood still for so long before it is checked unasked. Milliseconds. */
const IDLE = 600;
/** And for so many times what a check takes: a key that comes meanwhile has to wait for it. */
const IDLE_PER_CHECK = 10;
/** More explanations than these help nobody. */
const MAX_EXPLAINED = 20;

/** Those that a pass over a state can judge; the others need a look after every trap. */
const JUDGED = rules.filter(({ when }) => when === 'always');

/** Has the verifier check the machine: when asked, and while nothing runs. */
export class Auditor {
  private readonly kernel: Kernel;
  private readonly send: (verdict: Verdict) => void;
  private timer: number | undefined;
  /** Instructions retired when the machine was checked last. */
  private checkedAt: number | undefined;
  private lastTook = 0;

  constructor(kernel: Kernel, send: (verdict: Verdict) => void) {
    this.kernel = kernel;
    this.send = send;
  }

  /** The machine stands still: checks it when it still does after a while. */
  settled(): void {
    clearTimeout(this.timer);
    if (this.isChecked) return;
    this.timer = setTimeout(() => this.check(), Math.max(IDLE, IDLE_PER_CHECK * this.lastTook));
  }

  /** The machine runs. */
  running(): void {
    clearTimeout(this.timer);
  }

  check(): void {
    clearTimeout(this.timer);
    const start = performance.now();
    const found = this.kernel.verify();
    const milliseconds = performance.now() - start;
    // The first check compiles the verifier, and says nothing about the next one.
    if (this.checkedAt !== undefined) this.lastTook = milliseconds;
    this.checkedAt = this.kernel.machine.hart.instret;
    this.send({
      instructions: this.checkedAt,
      milliseconds,
      rules: JUDGED.map(({ id, sentence }) => ({ id, sentence })),
      broken: [...new Set(found.map(({ rule }) => rule))],
      explanations: found.slice(0, MAX_EXPLAINED).map((violation) => explain(violation)),
    });
  }

  private get isChecked(): boolean {
    return this.checkedAt === this.kernel.machine.hart.instret;
  }
}
