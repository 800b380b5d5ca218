import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Mistake } from '../mistake.js';
import { describeOptions, type OptionName, type Options, parseOptions } from '../options.js';
import { version } from '../version.js';
import { writeReport } from './formats.js';
import { progressLine, summary } from './human.js';
import { runTests } from './pool.js';
import { makeReport, mergeReports } from './report.js';
import { readTests } from './suite.js';
import type { Report } from './types.js';

const DEFAULT_WATCHDOG_SECONDS = 600;
/** A seed has as many bits as an exact integer of JavaScript may have and hex digits come in. */
const SEED_HEX_DIGITS = 12;

const optionNames = [
  'format',
  'output',
  'verify',
  'swap',
  'disk',
  'replacement',
  'seed',
  'student',
  'secret',
  'submission',
  'workers',
  'shard',
  'merge',
  'watchdog',
  'help',
] as const satisfies readonly OptionName[];

type TestOptions = Options<(typeof optionNames)[number]>;

export const testHelp = `usage: pagewalk test [OPTIONS] DIR|FILE…
       pagewalk test --merge [OPTIONS] REPORT…

Runs guest tests, ELFs or .c files, and reports what failed and why. A folder's tests.json gives
weights, limits, hidden tests; guest-programs/labs/README.md describes it. A test's limits count
steps, frames, processes and bytes of output, never time. The exit status is 0 when all pass, 1 when
one fails.

${describeOptions(optionNames)}
`;

/** `pagewalk test`: returns the exit status. */
export async function test(args: readonly string[]): Promise<number> {
  const { options, operands } = parseOptions(args, optionNames, 'anywhere');
  if (options.help) {
    process.stdout.write(testHelp);
    return 0;
  }
  const format = options.format ?? 'human';
  const isProgressShown = format === 'human' || options.output !== undefined;
  const report = options.merge
    ? mergeReports(operands)
    : await runAll(operands, options, isProgressShown);
  if (isProgressShown) {
    if (options.merge) process.stdout.write(report.tests.map(progressLine).join(''));
    process.stdout.write(summary(report));
  }
  if (options.output !== undefined) save(options.output, writeReport(report, format));
  else if (!isProgressShown) process.stdout.write(writeReport(report, format));
  return report.failed === 0 ? 0 : 1;
}

async function runAll(
  operands: readonly string[],
  options: TestOptions,
  isProgressShown: boolean,
): Promise<Report> {
  if (operands.length === 0) throw new Mistake('test needs tests: pagewalk test DIR|FILE…');
  const seed = seedOf(options);
  const verify = options.verify ?? 'off';
  const { shard } = options;
  const tests = readTests(operands, options).filter(
    ({ index }) => shard === undefined || index % shard.count === shard.number - 1,
  );
  const results = await runTests(tests, {
    workers: options.workers ?? availableParallelism(),
    seed,
    verify,
    watchdogSeconds: options.watchdog ?? DEFAULT_WATCHDOG_SECONDS,
    onResult: (result) => {
      if (isProgressShown) process.stdout.write(progressLine(result));
    },
  });
  const about = {
    pagewalk: version(),
    verify,
    seed,
    student: options.student ?? null,
    shard: shard ? `${shard.number}/${shard.count}` : null,
  };
  return makeReport(about, results);
}

/** The seed of a student follows from who it is and from what only the staff knows. */
function seedOf({ seed, student, secret }: TestOptions): number {
  if (student === undefined && secret === undefined) return seed ?? 0;
  if (student === undefined || secret === undefined) {
    throw new Mistake('--student and --secret belong together: give both or none');
  }
  if (seed !== undefined) throw new Mistake('--seed and --student both give a seed: give one');
  let key: Buffer;
  try {
    key = readFileSync(secret);
  } catch (error) {
    throw new Mistake(`cannot read ${secret}: ${(error as NodeJS.ErrnoException).code}`);
  }
  if (key.length === 0) throw new Mistake(`${secret} is empty: put the secret into it`);
  const digest = createHmac('sha256', key).update(student).digest('hex');
  return Number.parseInt(digest.slice(0, SEED_HEX_DIGITS), 16);
}

function save(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new Mistake(`cannot write ${path}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
