// Runs tests under the seeds of many students, such as a reference before an assignment is given out:
//   node seeds.js [--count N] TESTS [OPTIONS of pagewalk test]
// Prints a line for each seed, what failed under it, and at the end `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEFAULT_COUNT = 20;
const command = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-seeds-'));
const [secret, output] = [join(folder, 'secret'), join(folder, 'report.json')];

const { count, args } = read(process.argv.slice(2));
writeFileSync(secret, 'seeds of students\n');
const counts = { passed: 0, failed: 0 };
for (let number = 1; number <= count; number++) counts[runAs(`student-${number}`)]++;
rmSync(folder, { recursive: true });
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;

function runAs(student) {
  const who = ['--student', student, '--secret', secret];
  const report = ['--format', 'json', '--output', output];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [command, 'test', ...args, ...who, ...report],
    { encoding: 'utf8' },
  );
  if (status !== 0 && status !== 1) {
    process.stderr.write(stderr);
    process.exit(2);
  }
  const { seed, passed, failed } = JSON.parse(readFileSync(output, 'utf8'));
  console.log(`--seed ${seed}: ${passed} passed, ${failed} failed`);
  if (failed === 0) return 'passed';
  // What stands under the lines of progress tells of the failures.
  console.log(stdout.slice(stdout.indexOf('\n\n') + 2).replace(/^/gm, '  '));
  return 'failed';
}

/** --count and its value are ours; everything else is for `pagewalk test`. */
function read(given) {
  const at = given.indexOf('--count');
  const number = at === -1 ? DEFAULT_COUNT : Number(given[at + 1]);
  const rest = at === -1 ? given : given.toSpliced(at, 2);
  if (Number.isInteger(number) && number > 0 && rest.length > 0)
    return { count: number, args: rest };
  console.error('usage: node seeds.js [--count N] TESTS [OPTIONS of pagewalk test]');
  process.exit(2);
}
