import type { Output } from './output.js';

/** What a machine does for its host: the kernel's run and the bare-metal one alike. */
export interface Drivable {
  /** Runs for about `budget` steps, never longer. */
  run(budget: number): 'budget' | 'waiting' | 'exited';
}

/** The event loop gets its turn at least this often, in milliseconds. */
const SLICE_MS = 12;
const FIRST_BUDGET = 50_000;
const MAX_BUDGET = 50_000_000;

/**
 * Runs a machine to its end in slices, each followed by a turn of the event loop, in which input,
 * ^C and the window size arrive.
 *
 * @param whenWaiting called when nothing can go on without the host; resolves when it can
 * @param betweenSlices called after each slice but the last
 */
export async function drive(
  machine: Drivable,
  output: Output,
  whenWaiting: () => Promise<void>,
  betweenSlices: () => void = () => {},
): Promise<void> {
  let budget = FIRST_BUDGET;
  for (;;) {
    const start = performance.now();
    const stop = machine.run(budget);
    await output.drained();
    if (stop === 'exited') return;
    betweenSlices();
    if (stop === 'waiting') {
      await whenWaiting();
      continue;
    }
    const elapsed = Math.max(performance.now() - start, 0.1);
    // Halving and doubling at most, since one slow slice says little about the next.
    const factor = Math.min(2, Math.max(0.5, SLICE_MS / 2 / elapsed));
    budget = Math.min(MAX_BUDGET, Math.max(1000, Math.floor(budget * factor)));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
