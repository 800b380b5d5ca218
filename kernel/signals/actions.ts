import { defaultAction, SIGNAL_COUNT, type SignalSet } from './numbers.js';

export const SIG_DFL = 0;
export const SIG_IGN = 1;
export const SA_NOCLDSTOP = 1;
export const SA_NOCLDWAIT = 2;
export const SA_SIGINFO = 4;
export const SA_ONSTACK = 0x0800_0000;
export const SA_RESTART = 0x1000_0000;
export const SA_NODEFER = 0x4000_0000;
export const SA_RESETHAND = 0x8000_0000;

/** struct kernel_sigaction of riscv64, which has no restorer. */
export interface SignalAction {
  /** SIG_DFL, SIG_IGN or the address of a function. */
  readonly handler: number;
  /** SA_*; unsigned 32 bits. */
  readonly flags: number;
  /** Blocked while the handler runs. */
  readonly mask: SignalSet;
}

const DEFAULT: SignalAction = { handler: SIG_DFL, flags: 0, mask: 0n };

/** What a process does on each signal. Shared by tasks cloned with CLONE_SIGHAND. */
export class SignalActions {
  private readonly actions: SignalAction[] = new Array(SIGNAL_COUNT + 1).fill(DEFAULT);

  get(signal: number): SignalAction {
    return this.actions[signal] ?? DEFAULT;
  }

  set(signal: number, action: SignalAction): void {
    this.actions[signal] = action;
  }

  copy(): SignalActions {
    const copy = new SignalActions();
    this.actions.forEach((action, signal) => {
      copy.actions[signal] = action;
    });
    return copy;
  }

  /** As execve(2) does: handlers are gone with the old program, ignored signals stay ignored. */
  resetHandlers(): void {
    this.actions.forEach((action, signal) => {
      if (action.handler !== SIG_IGN) this.actions[signal] = DEFAULT;
    });
  }

  /** Whether sending the signal has no effect at all. */
  ignores(signal: number): boolean {
    const { handler } = this.get(signal);
    return handler === SIG_IGN || (handler === SIG_DFL && defaultAction(signal) === 'ignore');
  }

  entries(): readonly SignalAction[] {
    return this.actions;
  }
}
