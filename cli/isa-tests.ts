import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { IsaTestResult } from './isa-test.js';
import { Mistake } from './mistake.js';
import { describeOptions, type OptionName, parseOptions } from './options.js';

const optionNames = ['help'] as const satisfies readonly OptionName[];

/** Upstream's layout: the extension, the environment (p: physical, v: virtual memory), the test. */
const TEST_NAME = /^rv64\w+-[pv]-[\w-]+$/;

export const isaTestsHelp = `usage: pagewalk isa-tests DIR

Runs every rv64 ELF of riscv-tests that stands in DIR under the names of upstream's own build
(rv64ui-p-add, rv64ui-v-add …). A failure prints the number of the failing test, pc, instruction and
registers. The exit status is 0 when all pass.

${describeOptions(optionNames)}
`;

/** `pagewalk isa-tests`: returns the exit status. */
export async function isaTests(args: readonly string[]): Promise<number> {
  const { options, operands } = parseOptions(args, optionNames);
  if (options.help) {
    process.stdout.write(isaTestsHelp);
    return 0;
  }
  const [folder, extra] = operands;
  if (folder === undefined) throw new Mistake('isa-tests needs a folder: pagewalk isa-tests DIR');
  if (extra !== undefined) throw new Mistake(`isa-tests takes one folder: '${extra}' is too many`);
  const names = await testNames(folder);
  const results = await runAll(folder, names);
  const failures = results.filter((result) => !result.isPassed);
  for (const { report } of failures) process.stdout.write(report);
  for (const [group, { passed, count }] of groups(results)) {
    process.stdout.write(`${group.padEnd(16)} ${passed} of ${count}\n`);
  }
  process.stdout.write(`${results.length - failures.length} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
}

async function testNames(folder: string): Promise<string[]> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new Mistake(`cannot read ${folder}: ${code}`);
  }
  const names = entries.filter((name) => TEST_NAME.test(name)).sort();
  if (names.length === 0) {
    throw new Mistake(`no riscv-tests in ${folder}: files such as rv64ui-p-add are expected`);
  }
  return names;
}

/** Each worker takes the next test when it is done with one; the results are in the tests' order. */
async function runAll(folder: string, names: readonly string[]): Promise<IsaTestResult[]> {
  const results: IsaTestResult[] = [];
  let next = 0;
  const work = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./isa-tests-worker.js', import.meta.url), {
        workerData: folder,
      });
      const advance = () => {
        const name = names[next++];
        if (name !== undefined) worker.postMessage(name);
        else void worker.terminate().then(() => resolve());
      };
      worker.on('message', (result: IsaTestResult) => {
        results.push(result);
        advance();
      });
      worker.on('error', reject);
      advance();
    });
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), names.length) }, work));
  return results.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Passed and run, by extension and environment: rv64ui-p, rv64ui-v … */
function groups(results: readonly IsaTestResult[]): Map<string, { passed: number; count: number }> {
  const groups = new Map<string, { passed: number; count: number }>();
  for (const { name, isPassed } of results) {
    const group = name.split('-').slice(0, 2).join('-');
    const counts = groups.get(group) ?? { passed: 0, count: 0 };
    counts.count++;
    if (isPassed) counts.passed++;
    groups.set(group, counts);
  }
  return groups;
}
