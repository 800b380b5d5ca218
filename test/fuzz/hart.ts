// Random bytes as code in every mode, until the time is up, so many steps are done, or a trap was not
// precise.
import { runRandomCode } from '../support/random-code.js';
import { fuzzOptions } from './options.js';

const { seconds, seed, steps: wanted } = fuzzOptions();
const end = Date.now() + seconds * 1000;
const modes = new Map<string, number>();
let [steps, traps, runs] = [0, 0, 0];
console.log(`first seed ${seed}`);
while (wanted === undefined ? Date.now() < end : steps < wanted) {
  const tally = runRandomCode(seed + runs, 200_000);
  steps += tally.retired + tally.traps;
  traps += tally.traps;
  for (const [mode, count] of tally.modes) modes.set(mode, (modes.get(mode) ?? 0) + count);
  runs++;
}
console.log(
  `${runs} runs, ${steps} steps, of them ${traps} traps, each precise; no host exception`,
);
for (const [mode, count] of [...modes].sort()) console.log(`  ${mode.padEnd(8)} ${count} steps`);
