import { humanReport } from './human.js';
import { printable } from './printable.js';
import type { CaseResult, Report, TestResult } from './types.js';

export const formats = ['human', 'tap', 'junit', 'json', 'gradescope'] as const;
export type Format = (typeof formats)[number];

const writers: Readonly<Record<Format, (report: Report) => string>> = {
  human: humanReport,
  tap,
  junit,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  gradescope: (report) => `${JSON.stringify(gradescope(report), null, 2)}\n`,
};

export function writeReport(report: Report, format: Format): string {
  return writers[format](report);
}

/** TAP 14, one subtest for the cases of each test. testanything.org/tap-version-14-specification */
function tap(report: Report): string {
  const lines = ['TAP version 14', `1..${report.tests.length}`];
  report.tests.forEach((test, i) => {
    if (test.cases.length > 0) {
      lines.push(`# Subtest: ${tapText(test.name)}`, `    1..${test.cases.length}`);
      test.cases.forEach((each, j) => {
        lines.push(...tapPoint(each, j + 1, each.message).map((line) => `    ${line}`));
      });
    }
    lines.push(...tapPoint(test, i + 1, test.reason ?? ''));
  });
  return `${lines.join('\n')}\n`;
}

function tapPoint({ name, status }: CaseResult | TestResult, number: number, text: string) {
  const directive = status === 'skipped' ? ` # SKIP ${tapText(text)}` : '';
  const point = `${status === 'failed' ? 'not ok' : 'ok'} ${number} - ${tapText(name)}${directive}`;
  if (status !== 'failed' || text === '') return [point];
  const message = printable(text).split('\n');
  return [point, '  ---', '  message: |-2', ...message.map((line) => `    ${line}`), '  ...'];
}

/** A description is one line, in which a # starts a directive; a { at its end would start a block. */
function tapText(text: string): string {
  return printable(text)
    .replace(/[\\#]/g, '\\$&')
    .replaceAll('\n', ' ')
    .replace(/\{\s*$/, '(');
}

/**
 * The JUnit XML that CI services read, as Jenkins's junit-10.xsd describes it: one suite for each
 * test, its cases as the test cases.
 */
function junit(report: Report): string {
  const suites = report.tests.map((test) => {
    const cases = junitCases(test);
    const failures = cases.filter(({ status }) => status === 'failed').length;
    const skipped = cases.filter(({ status }) => status === 'skipped').length;
    const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}" errors="0"`;
    const body = cases.map((each) => junitCase(test.name, each)).join('');
    const isShown = test.status === 'failed' && test.output !== '';
    const output = isShown ? `    <system-out>${xml(test.output)}</system-out>\n` : '';
    return `  <testsuite name="${xml(test.name)}" ${counts}>\n${body}${output}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="pagewalk">\n${suites.join('')}</testsuites>\n`;
}

/** A failure of the whole test is a case of its own, or else it would not be counted. */
function junitCases(test: TestResult): readonly CaseResult[] {
  const { name, status, reason, cases } = test;
  if (cases.length > 0 && reason === null) return cases;
  const whole: CaseResult = { name, status, message: reason ?? '' };
  return [...cases, whole];
}

function junitCase(suite: string, { name, status, message }: CaseResult): string {
  const open = `    <testcase classname="${xml(suite)}" name="${xml(name)}"`;
  if (status === 'passed') return `${open}/>\n`;
  const first = xml(message.trim().split('\n')[0] ?? '');
  const inner =
    status === 'skipped'
      ? `<skipped message="${first}"/>`
      : `<failure type="failure" message="${first}">${xml(message)}</failure>`;
  return `${open}>${inner}</testcase>\n`;
}

/**
 * results.json of a Gradescope autograder. Fields: gradescope-autograders.readthedocs.io,
 * "Autograder Specifications", "Output format".
 */
function gradescope(report: Report) {
  return {
    score: report.score,
    output: `${report.passed} passed, ${report.failed} failed`,
    output_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    extra_data: {
      pagewalk: report.pagewalk,
      engine: report.engine,
      verify: report.verify,
      seed: report.seed,
      sha256: Object.fromEntries(report.tests.map(({ name, sha256 }) => [name, sha256])),
    },
    tests: report.tests.map((test, i) => ({
      name: test.name,
      number: `${i + 1}`,
      score: test.score,
      max_score: test.weight,
      status: test.status,
      output: printable(gradescopeOutput(test)),
      output_format: 'text',
      visibility: test.visibility === 'hidden' ? 'after_published' : 'visible',
    })),
  };
}

function gradescopeOutput({ reason, cases }: TestResult): string {
  const told = cases.map(({ name, status, message }) => {
    const word = { passed: 'OK', failed: 'FAILED', skipped: 'skipped' }[status];
    return `${name} ... ${word}${message === '' ? '' : `\n${message}`}`;
  });
  return [...(reason === null ? [] : [reason]), ...told].join('\n');
}

function xml(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
