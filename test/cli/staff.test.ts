import { createHmac } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { gradescopeProblems, junitProblems } from '../support/report-formats.js';
import { describeWith } from '../support/tools.js';

const tools = ['zip', 'unzip', 'unshare', 'tar', 'gcc', 'riscv64-linux-gnu-gcc'];
const offline = { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' };

interface Step {
  readonly run?: string;
  readonly uses?: string;
}

describeWith(tools, 'what the README of the labs tells staff to do', () => {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  const staff = join(home, 'node_modules/pagewalk/guest-programs/staff');
  const autograder = join(folder, 'autograder');
  let outputs: string[];

  /** What `npm pack` puts together, without declarations and without building anew. */
  const pack = async () => {
    const packed = join(folder, 'package');
    mkdirSync(join(packed, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(packed, 'package.json'));
    cpSync(join(root, 'guest-programs'), join(packed, 'guest-programs'), { recursive: true });
    for (const name of readdirSync(join(root, 'dist')).filter((each) => each.endsWith('.js'))) {
      cpSync(join(root, 'dist', name), join(packed, 'dist', name));
    }
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const tarball = join(home, `pagewalk-${version}.tgz`);
    await mustRun('tar', ['-czf', tarball, '-C', folder, 'package']);
  };

  // Each block of commands of the README in its order, to the letter.
  beforeAll(async () => {
    mkdirSync(home);
    await pack();
    const readme = readFileSync(join(root, 'guest-programs/labs/README.md'), 'utf8');
    outputs = [];
    for (const [, block] of readme.matchAll(/```sh\n(.*?)```/gs)) {
      const { stdout } = await mustRun('sh', ['-ec', block!], { cwd: home, env: offline });
      outputs.push(stdout);
    }
  }, 300_000);

  it('passes the reference and fails what students begin with, under every seed', () => {
    expect(outputs[0]).toContain('2 passed, 0 failed, score 6 of 6');
    expect(outputs[0]).toContain('0 passed, 2 failed, score 0 of 6');
    expect(outputs[0]).toMatch(/as it must be\n(--seed \d+: 2 passed, 0 failed\n){3}3 passed/);
  });

  it('lets students run what they may see, in pagewalk and on Linux', () => {
    expect(outputs[1]).toMatch(/source {4}vector-test\.c:\d+\n\n0 passed, 1 failed.*\nnot yet\n/);
    expect(outputs[1]).toMatch(/\n1 passed, 0 failed, score 3 of 3\n/);
    expect(outputs[1]).toMatch(/\n(\S+ \.\.\. OK\n){3}0 of 3 failed\n$/);
  });

  it('puts the reports of two shards together', () => {
    const [merged, each] = outputs.slice(-2);
    expect(merged).toContain('2 passed, 0 failed, score 6 of 6');
    expect(each).toContain('look at vector/start');
  });

  /** What the zip makes of a submission, without network. */
  const grade = async (submission: string, o: { secret?: string; users?: number[] } = {}) => {
    const source = join(autograder, 'source');
    await mustRun('rm', ['-rf', autograder]);
    mkdirSync(source, { recursive: true });
    await mustRun('unzip', ['-q', join(home, 'grade.zip'), '-d', source]);
    cpSync(join(home, submission), join(autograder, 'submission'), { recursive: true });
    if (o.secret) writeFileSync(join(source, 'tests/secret'), o.secret);
    const users = o.users?.map((id) => ({ id, name: 'Student' }));
    writeFileSync(join(autograder, 'submission_metadata.json'), JSON.stringify({ users }));
    const script = join(source, 'run_autograder');
    const env = { AUTOGRADER: autograder };
    await mustRun('unshare', ['--net', '--map-root-user', script], { env });
    const results = JSON.parse(readFileSync(join(autograder, 'results/results.json'), 'utf8'));
    expect(gradescopeProblems(results)).toEqual([]);
    return results;
  };

  it('makes a zip that grades without network, in the fields that Gradescope documents', async () => {
    expect(await grade('vector/reference')).toMatchObject({
      score: 6,
      visibility: 'visible',
      tests: [
        { name: 'vector', score: 3, max_score: 3, status: 'passed', visibility: 'visible' },
        { name: 'hidden', score: 3, max_score: 3, visibility: 'after_published' },
      ],
    });
    const start = await grade('vector/start');
    expect(start).toMatchObject({ score: 0, tests: [{ status: 'failed' }, { status: 'failed' }] });
    expect(start.tests[0].output).toContain('source    vector-test.c:');
    expect(start.tests[1].output).not.toContain('hidden-test.c');
  });

  it('gives each student, or those who hand in together, a seed with a secret', async () => {
    const seedOf = async (users: number[]) => {
      const results = await grade('vector/reference', { secret: 'of the course', users });
      return results.extra_data.seed as number;
    };
    const digest = createHmac('sha256', 'of the course').update('1,2').digest('hex');
    expect(await seedOf([2, 1])).toBe(Number.parseInt(digest.slice(0, 12), 16));
    expect(await seedOf([3])).not.toBe(await seedOf([4]));
  });

  it('makes a repository whose workflow grades it', async () => {
    const course = join(home, 'course');
    const text = readFileSync(join(course, '.github/workflows/grade.yml'), 'utf8');
    const workflow = parse(text) as { on: string[]; jobs: { grade: { steps: Step[] } } };
    expect(workflow.on).toEqual(['push', 'pull_request']);
    const { steps } = workflow.jobs.grade;
    expect(steps.filter((step) => (step.run === undefined) === (step.uses === undefined))).toEqual(
      [],
    );
    // The compiler is here already; who may install more is not us.
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'sudo'), '#!/bin/sh\n[ "$1" = apt-get ]\n');
    chmodSync(join(bin, 'sudo'), 0o755);
    const env = {
      ...offline,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      RUNNER_TEMP: join(folder, 'runner'),
    };
    const grading = async () => {
      let status = 0;
      for (const { run: commands } of steps) {
        // As the runner's default shell.
        if (commands && status === 0) {
          status = (await run('bash', ['-e', '-c', commands], { cwd: course, env })).status;
        }
      }
      return { status, report: readFileSync(join(course, 'report.xml'), 'utf8') };
    };
    const start = await grading();
    expect(start.status).toBe(1);
    expect(junitProblems(start.report)).toEqual([]);
    expect(start.report).toContain('<testsuite name="vector" tests="3" failures="3"');
    cpSync(join(home, 'vector/reference/vector.c'), join(course, 'vector.c'));
    expect(await grading()).toMatchObject({
      status: 0,
      report: expect.stringContaining('<testsuite name="vector" tests="3" failures="0"'),
    });
  });

  it('has scripts that say in one line what they miss', async () => {
    const said: [script: string, args: string[], message: RegExp][] = [
      ['gradescope-zip.sh', ['vector', 'x.zip'], /vector has no tests\.json$/],
      ['gradescope-zip.sh', [], /^usage: /],
      ['try-gradescope.sh', [], /^try-gradescope: usage: /],
      ['try-gradescope.sh', ['none.zip', 'tree', 'vector/start'], /none\.zip|root|debootstrap/],
    ];
    for (const [script, args, message] of said) {
      const { status, stderr } = await run('sh', [join(staff, script), ...args], { cwd: home });
      expect([status, stderr.trimEnd()]).toEqual([2, expect.stringMatching(message)]);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    const { status, stderr } = await run(process.execPath, [
      join(staff, 'seeds.js'),
      '--count',
      'x',
    ]);
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^usage: /)]);
  });
});
