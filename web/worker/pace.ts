/** How long a turn should take: short enough that a key is answered at once. Milliseconds. */
const TARGET = 8;
const MIN_STEPS = 20_000;
const MAX_STEPS = 50_000_000;

/** Chooses how many steps make a turn of about the same time on every machine. */
export class Pace {
  private steps = 200_000;

  /** Does one turn's work with the number of steps that is right at present. */
  measure<T>(work: (steps: number) => T): T {
    const start = performance.now();
    const result = work(this.steps);
    const took = performance.now() - start;
    // A turn that ended early says nothing about how long a full one takes.
    const factor = took > TARGET ? TARGET / took : took > TARGET / 4 ? 1.25 : 1;
    const quick = took < TARGET / 4 && result === 'budget' ? 2 : 1;
    const steps = Math.round(this.steps * factor * quick);
    this.steps = Math.min(MAX_STEPS, Math.max(MIN_STEPS, steps));
    return result;
  }
}
