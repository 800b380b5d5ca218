import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { writeReport } from '../../cli/test/formats.js';
import { makeReport } from '../../cli/test/report.js';
import type { CaseResult, TestResult } from '../../cli/test/types.js';
import { gradescopeProblems, junitProblems, parseXml } from '../support/report-formats.js';

/** What programs print and staff call their tests: markup, control characters, half a character. */
const NASTY =
  'a "quoted" <b>&amp;</b> ]]> # 50 % \\ \u001b[2J\u0000\u0007 \ud83d end\u2028 ok 1 - forged';
const SAFE = NASTY.replace(/[\p{Cc}\p{Cs}\p{Zl}]/gu, '\ufffd');

const result = (index: number, o: Partial<TestResult>): TestResult => ({
  index,
  name: `test ${index}`,
  sha256: 'ab'.repeat(32),
  firmwareSha256: null,
  visibility: 'visible',
  weight: 2,
  score: 0,
  status: 'failed',
  reason: null,
  cases: [],
  outcome: 'exited',
  exitStatus: 0,
  signal: null,
  instructions: 0,
  steps: 0,
  syscalls: 0,
  faults: 0,
  violations: 0,
  output: '',
  ...o,
});

const failure = `${NASTY}\n  ---\n  ...\n1..99\nnot ok 7\n  observed  ${NASTY}`;
const cases: readonly CaseResult[] = [
  { name: 'passes', status: 'passed', message: '' },
  { name: NASTY, status: 'failed', message: failure },
  { name: 'cannot be', status: 'skipped', message: `needs ${NASTY}` },
];
const about = { pagewalk: '1.2.3', verify: 'trap', seed: 7, student: null, shard: null } as const;
const report = makeReport(about, [
  result(0, { status: 'passed', score: 2 }),
  result(1, { cases, output: failure, score: 0.6667 }),
  result(2, { name: NASTY, reason: failure, visibility: 'hidden', outcome: 'limit' }),
  result(3, { cases: [cases[0]!, cases[2]!], status: 'passed', score: 2 }),
  result(4, { name: 'test 4 {', cases: [cases[0]!], reason: `stopped\n${failure}` }),
]);

describe('a report', () => {
  it('as JUnit XML is as the schema wants it, and keeps every text', () => {
    const document = writeReport(report, 'junit');
    expect(junitProblems(document)).toEqual([]);
    const suites = parseXml(document).children;
    expect(suites.map(({ attributes }) => attributes.name)).toEqual([
      ...['test 0', 'test 1', SAFE, 'test 3', 'test 4 {'],
    ]);
    const [, failed, skipped] = suites[1]!.children;
    expect(failed!.attributes).toEqual({ classname: 'test 1', name: SAFE });
    expect(failed!.children[0]!.text).toBe(failure.replaceAll(NASTY, SAFE));
    expect(skipped!.children[0]!.attributes).toEqual({ message: `needs ${SAFE}` });
    expect(suites[4]!.attributes).toMatchObject({ tests: '2', failures: '1' });
  });

  it('as TAP has a subtest for each test with cases, whatever they print', () => {
    const events = Parser.parse(writeReport(report, 'tap'));
    expect(events.filter(([name]) => name === 'extra')).toEqual([]);
    const points = events.flatMap((event) => (event[0] === 'assert' ? [event[1]] : []));
    expect(points.map(({ ok, name }) => `${ok ? 'ok' : 'not ok'} ${name}`)).toEqual([
      ...['ok test 0', 'not ok test 1', `not ok ${SAFE}`],
      ...['ok test 3', 'not ok test 4 ('],
    ]);
    const complete = events.find(([name]) => name === 'complete') as [string, object];
    expect(complete[1]).toMatchObject({ count: 5, pass: 2, fail: 3, plan: { start: 1, end: 5 } });
  });

  it('as results.json of Gradescope has the documented fields, and hides what is hidden', () => {
    const results = JSON.parse(writeReport(report, 'gradescope'));
    expect(gradescopeProblems(results)).toEqual([]);
    expect(results).toMatchObject({ score: 4.6667, stdout_visibility: 'hidden' });
    expect(results.tests[2]).toMatchObject({ name: NASTY, visibility: 'after_published' });
  });

  it('as JSON is what it is', () => {
    expect(JSON.parse(writeReport(report, 'json'))).toEqual(report);
  });

  it('for people has no character that a terminal obeys', () => {
    expect(writeReport(report, 'human').replace(/[\n\t]/g, '')).not.toMatch(
      /[\p{Cc}\p{Cs}\p{Zl}]/u,
    );
  });
});
