import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const staff = join(root, 'guest-programs/staff');
const answer = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n';
const assignment = {
  tests: [
    { name: 'hello', program: '$SUBMISSION/hello.c', weight: 2, expect: { stdout: 'hello\n' } },
    { name: 'mmap', program: '$PAGEWALK/bin/lab-protect', visibility: 'hidden' },
  ],
};

/** A folder with an assignment in tests/ and an answer beside it. */
function writeAssignment(folder: string): void {
  mkdirSync(join(folder, 'tests'), { recursive: true });
  writeFileSync(join(folder, 'tests/tests.json'), JSON.stringify(assignment));
  writeFileSync(join(folder, 'hello.c'), answer);
}

/** Fields of results.json and of its tests: gradescope-autograders.readthedocs.io, "Specifications". */
const FIELDS = {
  results: [
    ...['score', 'execution_time', 'output', 'output_format', 'test_output_format'],
    ...['test_name_format', 'visibility', 'stdout_visibility', 'extra_data', 'tests'],
    'leaderboard',
  ],
  test: [
    ...['score', 'max_score', 'status', 'name', 'name_format', 'number', 'output'],
    ...['output_format', 'tags', 'visibility', 'extra_data'],
  ],
};

describeWith(['zip', 'unshare', 'riscv64-linux-gnu-gcc'], 'the zip for Gradescope', () => {
  const folder = temporaryFolder();

  it('grades a submission without network, in the fields that are documented', async () => {
    const autograder = join(folder, 'autograder');
    writeAssignment(folder);
    const zip = join(folder, 'grade.zip');
    await mustRun('sh', [join(staff, 'gradescope-zip.sh'), join(folder, 'tests'), zip]);
    mkdirSync(join(autograder, 'submission'), { recursive: true });
    writeFileSync(join(autograder, 'submission/hello.c'), answer);
    await mustRun('unzip', ['-q', zip, '-d', join(autograder, 'source')]);
    const script = join(autograder, 'source/run_autograder');
    const env = { AUTOGRADER: autograder };
    await mustRun('unshare', ['--net', '--map-root-user', script], { env });
    const results = JSON.parse(readFileSync(join(autograder, 'results/results.json'), 'utf8'));
    expect(results).toMatchObject({ score: 3, visibility: 'visible' });
    expect(results.tests).toMatchObject([
      { name: 'hello', score: 2, max_score: 2, status: 'passed', visibility: 'visible' },
      { name: 'mmap', score: 1, visibility: 'after_published' },
    ]);
    expect(Object.keys(results).filter((name) => !FIELDS.results.includes(name))).toEqual([]);
    for (const test of results.tests) {
      expect(Object.keys(test).filter((name) => !FIELDS.test.includes(name))).toEqual([]);
      expect(['passed', 'failed']).toContain(test.status);
    }
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'the workflow for GitHub Actions', () => {
  const text = readFileSync(join(staff, 'github-workflow.yml'), 'utf8');
  const steps: { run?: string; uses?: string }[] = parse(text).jobs.grade.steps;

  it('is YAML whose steps run a command or use an action', () => {
    expect(steps.filter(({ run, uses }) => (run === undefined) === (uses === undefined))).toEqual(
      [],
    );
    expect(parse(text).on).toEqual(['push', 'pull_request']);
  });

  it('grades with a command that writes a report', async () => {
    const folder = temporaryFolder();
    writeAssignment(folder);
    const line = steps.map(({ run }) => run ?? '').find((run) => run.includes('pagewalk'))!;
    const [, command] = /^npx --yes pagewalk (.*)$/.exec(line)!;
    const { status } = await pagewalk(command!.split(' '), { cwd: folder });
    expect(status).toBe(0);
    expect(readFileSync(join(folder, 'report.xml'), 'utf8')).toContain('<testsuite name="hello"');
  });
});
