import { printable } from './printable.js';
import type { Report, TestResult } from './types.js';

/** The line that tells of a test as it ends. */
export function progressLine(result: TestResult): string {
  const mark = result.status === 'passed' ? 'ok    ' : 'FAILED';
  return `${mark}  ${printable(result.name).padEnd(24)} ${casesText(result).padEnd(20)} ${scoreText(result)}\n`;
}

/** What stands under the lines of progress: every failure with its explanation, then the sums. */
export function summary(report: Report): string {
  const failures = report.tests.filter(({ status }) => status === 'failed').map(failure);
  const { passed, failed, score, maxScore } = report;
  const sums = `${passed} passed, ${failed} failed, score ${score} of ${maxScore}\n`;
  return failures.length === 0 ? sums : `\n${failures.join('\n')}\n${sums}`;
}

/** Progress and summary at once. */
export function humanReport(report: Report): string {
  return report.tests.map(progressLine).join('') + summary(report);
}

function failure(result: TestResult): string {
  const lines = [`${result.name}${result.visibility === 'hidden' ? ' (hidden)' : ''}`];
  if (result.reason !== null) lines.push(indent(result.reason, '  '));
  for (const { name, status, message } of result.cases) {
    if (status !== 'failed') continue;
    lines.push(`  ${name}`);
    if (message !== '') lines.push(indent(message, '  '));
  }
  return `${printable(lines.join('\n'))}\n`;
}

function casesText({ cases }: TestResult): string {
  if (cases.length === 0) return '';
  const passed = cases.filter(({ status }) => status === 'passed').length;
  return `${passed} of ${cases.length} cases`;
}

function scoreText({ score, weight }: TestResult): string {
  return `${score}/${weight}`;
}

function indent(text: string, by: string): string {
  return text.replace(/^/gm, by);
}
