// Random sequences of operations against one array cell per page, until the time is up or the two
// differ; then fast-check shrinks the sequence and prints it.
import fc from 'fast-check';
import { modelProperty, operations } from '../mm/support/commands.js';
import { fuzzOptions } from './options.js';

const RUNS_PER_ROUND = 200;

const { seconds, seed } = fuzzOptions();
const end = Date.now() + seconds * 1000;
let round = 0;
console.log(`first seed ${seed}`);
while (Date.now() < end) {
  const result = fc.check(modelProperty(), { seed: seed + round, numRuns: RUNS_PER_ROUND });
  if (result.failed) {
    console.log(`seed ${seed + round} fails: repeat with --seed ${seed + round}`);
    console.log(fc.defaultReportMessage(result));
    process.exitCode = 1;
    break;
  }
  round++;
}
console.log(`${round} rounds without a difference, ${operations.count} operations`);
