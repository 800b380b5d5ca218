import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Parser } from 'tap-parser';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../cli/test/types.js';
import { command, guestProgram, pagewalk } from '../support/pagewalk.js';
import { root, run, temporaryFolder } from '../support/processes.js';
import { gradescopeProblems, junitProblems } from '../support/report-formats.js';
import { describeWith } from '../support/tools.js';

const labs = join(root, 'guest-programs/labs');
const json = ['--format', 'json'];
const folder = temporaryFolder();
const parts = [join(folder, '1.json'), join(folder, '2.json')];
let onOneWorker: string;

beforeAll(async () => {
  onOneWorker = (await pagewalk(['test', labs, ...json, '--workers', '1'])).stdout;
});

describe('pagewalk test', () => {
  it('passes the labs, with the same JSON from one worker and from two shards', async () => {
    expect(JSON.parse(onOneWorker)).toMatchObject({ failed: 0, score: 16, seed: 0 });
    for (const [i, part] of parts.entries()) {
      await pagewalk(['test', labs, ...json, '--shard', `${i + 1}/2`, '--output', part]);
    }
    const merged = await pagewalk(['test', '--merge', ...json, ...parts]);
    expect(merged.stdout === onOneWorker).toBe(true);
  });

  it('writes the labs in each format as it is documented', async () => {
    const write = async (format: string) =>
      (await pagewalk(['test', '--merge', ...parts, '--format', format])).stdout;
    expect(junitProblems(await write('junit'))).toEqual([]);
    const tap = Parser.parse(await write('tap'));
    expect(tap.some(([event]) => event === 'extra')).toBe(false);
    const results = JSON.parse(await write('gradescope'));
    expect(gradescopeProblems(results)).toEqual([]);
    expect(results).toMatchObject({ score: 16, output_format: 'text' });
  });

  it('runs a bare image as one, whatever the command line says of it', async () => {
    const images = [guestProgram('failing'), guestProgram('traps')];
    const { stdout } = await pagewalk(['test', ...images, ...json]);
    const { tests } = JSON.parse(stdout) as Report;
    expect(tests).toMatchObject([
      { name: 'failing', outcome: 'exited', exitStatus: 42, syscalls: 0 },
      { name: 'traps', outcome: 'exited', exitStatus: 0, syscalls: 0 },
    ]);
  });

  it('runs a program as one, wherever it was linked', async () => {
    const { stdout } = await pagewalk(['test', guestProgram('hello'), ...json]);
    expect(JSON.parse(stdout).tests[0]).toMatchObject({
      output: 'hello from RISC-V\n',
      reason: expect.stringMatching(/^no case was run: the program ended before lab\.h/),
    });
  });

  it('goes on when it fails itself in a test, and says that it is to blame', async () => {
    const broken = join(folder, 'broken');
    cpSync(join(root, 'dist'), join(broken, 'dist'), { recursive: true });
    symlinkSync(join(root, 'guest-programs'), join(broken, 'guest-programs'), 'junction');
    symlinkSync(join(root, 'package.json'), join(broken, 'package.json'));
    writeFileSync(join(broken, 'dist/test-worker.js'), "throw new Error('a bug');\n");
    const programs = ['hello', 'forkdemo'].map(guestProgram);
    const args = [join(broken, 'dist/cli.js'), 'test', ...programs, ...json];
    const { stdout, status } = await run(process.execPath, args);
    const reason = 'pagewalk itself failed, please report it: a bug';
    const { tests } = JSON.parse(stdout) as Report;
    expect(tests.map((test) => test.reason)).toEqual([reason, reason]);
    expect(status).toBe(1);
  });

  it.each([
    ['no folder at all', (at: string) => join(at, 'missing'), /there is no such file/],
    ['an empty folder', (at: string) => at, /no tests in .*: tests\.json, ELFs or \.c files/],
  ])('says in one line what is wrong with %s', async (_title, path, message) => {
    const empty = join(folder, 'empty');
    mkdirSync(empty, { recursive: true });
    const { status, stdout, stderr } = await pagewalk(['test', path(empty)]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('merging shards', () => {
  const merge = (paths: readonly string[]) => pagewalk(['test', '--merge', ...json, ...paths]);
  const write = (name: string, change: (report: Report) => unknown, bytes = 1e6): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(change(JSON.parse(onOneWorker))).slice(0, bytes));
    return path;
  };

  it.each([
    ['a missing file', () => join(folder, 'none.json'), /none\.json: there is no such file/],
    ['a shard twice', () => parts[0]!, /1\.json is 1\/2, as .*1\.json is: give each shard once/],
    ['a file cut off', () => write('cut.json', (r) => r, 999), /cut\.json is cut off or damaged/],
    ['another file', () => write('other.json', () => 'x'), /other\.json is no report/],
    ['another seed', () => write('seed.json', (r) => ({ ...r, seed: 1 })), /has seed 1, but .* 0/],
    ['half a test', () => write('odd.json', (r) => ({ ...r, tests: [{}] })), /its test 1 is not/],
    [
      'the whole run, too',
      () => write('whole.json', (r) => r),
      /test mmap is in .* and in .*whole/,
    ],
  ])('refuses %s in one line', async (_title, path, message) => {
    const { status, stdout, stderr } = await merge([parts[0]!, path()]);
    expect([status, stdout.slice(0, 99)]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names the shards that are missing', async () => {
    const { status, stderr } = await merge([parts[1]!]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pagewalk: the reports of shards 1\/2 are missing/);
  });
});

describeWith(['node22', 'node24'], 'the labs under other major versions of Node', () => {
  it('have the same results, byte for byte, on one and on two workers', async () => {
    const runs: [node: string, workers: string][] = [
      ['node22', '2'],
      ['node24', '1'],
    ];
    for (const [node, workers] of runs) {
      const { stdout } = await run(node, [command, 'test', labs, ...json, '--workers', workers]);
      expect([node, stdout === onOneWorker]).toEqual([node, true]);
    }
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'a folder of programs', () => {
  it('is tested to its end, whatever is in it', async () => {
    const programs = join(folder, 'programs');
    mkdirSync(join(programs, 'folder.c'), { recursive: true });
    const good = '#include "lab.h"\nstatic void a(void) { CHECK(1); }\nLAB({"a", a})\n';
    writeFileSync(join(programs, 'good.c'), good);
    writeFileSync(join(programs, 'broken.c'), 'int main(void) { return nothing; }\n');
    writeFileSync(
      join(programs, 'large.c'),
      'char a[1ul << 40] = {1}; int main(void) { return *a; }',
    );
    writeFileSync(join(programs, 'text.c'), 'not a program');
    symlinkSync('/dev/zero', join(programs, 'zero.c'));
    symlinkSync('nowhere', join(programs, 'dangling.c'));
    const { stdout, status } = await pagewalk(['test', programs, ...json]);
    expect(status).toBe(1);
    const { tests } = JSON.parse(stdout) as Report;
    const told = tests.map(({ name, status: state, reason }) => `${name}: ${state} ${reason}`);
    expect(told).toHaveLength(6);
    expect(told[0]).toMatch(
      /^broken: failed the program does not compile:\n.*'nothing' undeclared/s,
    );
    expect(told[1]).toMatch(/^dangling: failed cannot read .*: there is no such file/);
    expect(told[2]).toBe('good: passed null');
    expect(told[3]).toMatch(/^large: failed the program does not compile:\n.*File size limit/s);
    expect(told[4]).toMatch(/^text: failed the program does not compile/);
    expect(told[5]).toMatch(/^zero: failed .*zero\.c is no file/);
  });

  it('whose compiler would never end is given up', async () => {
    // Three times as much in each of two hundred levels.
    const endless = join(folder, 'endless.c');
    writeFileSync(endless, '#include "endless.c"\n'.repeat(3));
    const { stdout } = await pagewalk(['test', endless, ...json, '--watchdog', '2']);
    const [test] = (JSON.parse(stdout) as Report).tests;
    expect(test!.reason).toMatch(/does not compile:\nthe watchdog ended the compiler after 2 s$/);
  });

  it('that was answered for one seed passes under it alone', async () => {
    // The answer knows what lab_random gave once; the question follows from the seed.
    const tests = join(folder, 'recorded');
    mkdirSync(tests);
    writeFileSync(
      join(tests, 'lab.c'),
      `#include "lab.h"
extern int fifo_faults(const int *pages, int length, int frames);
static void faults(void) {
  int pages[24];
  for (int i = 0; i < 24; i++) pages[i] = (int)lab_random(6);
  int known[4], count = 0, next = 0, expected = 0;
  for (int i = 0; i < 24; i++) {
    int is_known = 0;
    for (int j = 0; j < count; j++) is_known |= known[j] == pages[i];
    if (is_known) continue;
    expected++;
    if (count < 4) known[count++] = pages[i];
    else known[next++ % 4] = pages[i];
  }
  printf("[%d] ", expected);
  EQUAL(fifo_faults(pages, 24, 4), expected);
}
LAB({"faults", faults})
`,
    );
    const test = { name: 'fifo', sources: ['lab.c', '$SUBMISSION/fifo.c'] };
    writeFileSync(join(tests, 'tests.json'), JSON.stringify({ tests: [test] }));
    const answer = (value: string) =>
      writeFileSync(
        join(tests, 'fifo.c'),
        `int fifo_faults(const int *p, int n, int f) { return p && n && f ? ${value} : 0; }\n`,
      );
    const grade = async (seed: number) => {
      const args = ['test', tests, '--submission', tests, ...json, '--seed', `${seed}`];
      return (JSON.parse((await pagewalk(args)).stdout) as Report).tests[0]!;
    };
    answer('-1');
    const [, recorded] = /\[(\d+)\]/.exec((await grade(1)).output)!;
    answer(recorded!);
    expect((await grade(1)).status).toBe('passed');
    const others = [];
    for (let seed = 2; seed < 8; seed++) others.push((await grade(seed)).status);
    expect(others.filter((status) => status === 'failed').length).toBeGreaterThan(2);
  });
});
