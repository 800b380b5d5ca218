// Random memory calls here and in the guest, until the time is up or the two differ.
import { VmFuzzer } from '../support/vm-fuzzer.js';
import { fuzzOptions } from './options.js';

const SEEDS_AT_ONCE = 50;
const STEPS = 2000;

const { seconds, seed } = fuzzOptions();
const end = Date.now() + seconds * 1000;
const fuzzer = new VmFuzzer();
let count = 0;
console.log(`first seed ${seed}`);
try {
  await fuzzer.compile();
  while (Date.now() < end && process.exitCode === undefined) {
    const mismatch = await fuzzer.compare(seed + count, SEEDS_AT_ONCE, STEPS);
    count += SEEDS_AT_ONCE;
    if (mismatch === undefined) continue;
    console.error(`seed ${mismatch.seed} at ${mismatch.step}`);
    console.error(`  native: ${mismatch.native}\n  guest:  ${mismatch.guest}`);
    process.exitCode = 1;
  }
} finally {
  fuzzer.remove();
}
if (process.exitCode === undefined) console.log(`${count} seeds of ${STEPS} steps, all equal`);
