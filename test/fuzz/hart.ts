// Random bytes as code in every mode, until the time is up or a trap was not precise.
import { runRandomCode } from '../support/random-code.js';
import { fuzzOptions } from './options.js';

const { seconds, seed } = fuzzOptions();
const end = Date.now() + seconds * 1000;
let steps = 0;
let runs = 0;
console.log(`first seed ${seed}`);
while (Date.now() < end) {
  const { retired, traps } = runRandomCode(seed + runs, 200_000);
  steps += retired + traps;
  runs++;
}
console.log(`${runs} runs, ${steps} steps, no host exception and every trap precise`);
