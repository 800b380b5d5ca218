import { parseArgs } from 'node:util';

/** `--seconds N` (default 60) and `--seed N` (default: the time, printed so that it can be repeated). */
export function fuzzOptions(): { seconds: number; seed: number } {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: { seconds: { type: 'string', default: '60' }, seed: { type: 'string' } },
  });
  const seconds = Number(values.seconds);
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
    console.error('give --seconds a positive number and --seed a whole number');
    process.exit(2);
  }
  return { seconds, seed };
}
