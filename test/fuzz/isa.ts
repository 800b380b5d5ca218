// Random pages of valid instructions, by the interpreter and by the exact evaluator, until the time
// is up or their states differ.
import { runLockstep } from '../support/lockstep.js';
import { Random } from '../support/random.js';
import { fuzzOptions } from './options.js';

const { seconds, seed } = fuzzOptions();
const end = Date.now() + seconds * 1000;
let native = 0;
let slow = 0;
console.log(`first seed ${seed}`);
for (let run = 0; Date.now() < end; run++) {
  try {
    const counts = runLockstep(new Random(seed + run), 30_000);
    native += counts.native;
    slow += counts.slow;
  } catch (error) {
    console.error(`seed ${seed + run}: ${(error as Error).message}`);
    process.exit(1);
  }
}
console.log(`${native} instructions native, ${slow} by the evaluator, no difference`);
