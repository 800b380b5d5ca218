import { parseArgs } from 'node:util';

/**
 * `--seconds N` (default 60), or `--steps N` where a fuzzer counts them, and `--seed N` (default: the
 * time, printed so that it can be repeated).
 */
export function fuzzOptions(): { seconds: number; seed: number; steps: number | undefined } {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string' },
      steps: { type: 'string' },
    },
  });
  const seconds = Number(values.seconds);
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  const steps = values.steps === undefined ? undefined : Number(values.steps);
  if (!(seconds > 0) || !Number.isSafeInteger(seed) || (steps !== undefined && !(steps > 0))) {
    console.error('give --seconds and --steps a positive number and --seed a whole number');
    process.exit(2);
  }
  return { seconds, seed, steps };
}
