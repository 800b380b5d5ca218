// Lets memory run out at each allocation of a mixed program, one after the other, or as many as there is
// time for, and judges the machine that is left.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../support/processes.js';
import { runExhausted, workload } from '../support/refusals.js';
import { fuzzOptions } from './options.js';

const { seconds } = fuzzOptions();
const end = Date.now() + seconds * 1000;
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-memory-'));
const path = join(folder, 'workload');
await mustRun('riscv64-linux-gnu-gcc', [...workload.flags, workload.source, '-o', path]);
const program = readFileSync(path);
rmSync(folder, { recursive: true });
const { allocations } = runExhausted(program, Number.POSITIVE_INFINITY);
let at = 1;
for (; at <= allocations && Date.now() < end && process.exitCode === undefined; at++) {
  const { complaints } = runExhausted(program, at);
  if (complaints.length === 0) continue;
  console.error(`memory runs out at allocation ${at}:\n  ${complaints.join('\n  ')}`);
  process.exitCode = 1;
}
console.log(`memory ran out at ${at - 1} of ${allocations} allocations`);
