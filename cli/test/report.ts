import { readFileSync } from 'node:fs';
import { Mistake } from '../mistake.js';
import type { Report, TestResult } from './types.js';

/** Adds up the results, which it puts into the tests' order. */
export function makeReport(
  about: Pick<Report, 'pagewalk' | 'verify' | 'seed' | 'student' | 'shard'>,
  results: readonly TestResult[],
): Report {
  const tests = [...results].sort((a, b) => a.index - b.index);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  return {
    pagewalk: about.pagewalk,
    engine: 'interpreter',
    verify: about.verify,
    seed: about.seed,
    student: about.student,
    shard: about.shard,
    score: sum(tests.map(({ score }) => score)),
    maxScore: sum(tests.map(({ weight }) => weight)),
    passed,
    failed: tests.length - passed,
    tests,
  };
}

/**
 * One report of the JSON reports of several shards.
 *
 * @throws Mistake when they do not belong together
 */
export function mergeReports(paths: readonly string[]): Report {
  const reports = paths.map((path) => ({ path, report: readReport(path) }));
  const [first] = reports;
  if (first === undefined) throw new Mistake('--merge needs the JSON reports to merge');
  const seen = new Map<number, string>();
  for (const { path, report } of reports) {
    for (const field of ['pagewalk', 'engine', 'verify', 'seed', 'student'] as const) {
      if (report[field] === first.report[field]) continue;
      throw new Mistake(
        `${path} has ${field} ${report[field]}, but ${first.path} has ${first.report[field]}: ` +
          'merge the shards of one run',
      );
    }
    for (const { index, name } of report.tests) {
      const other = seen.get(index);
      if (other !== undefined) throw new Mistake(`test ${name} is in ${other} and in ${path}`);
      seen.set(index, path);
    }
  }
  const tests = reports.flatMap(({ report }) => report.tests);
  return makeReport({ ...first.report, shard: null }, tests);
}

function readReport(path: string): Report {
  let parsed: Partial<Report> | null;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8')) as Partial<Report> | null;
  } catch (error) {
    throw new Mistake(`cannot read ${path}: ${(error as Error).message}`);
  }
  if (typeof parsed?.pagewalk === 'string' && Array.isArray(parsed.tests)) return parsed as Report;
  throw new Mistake(`${path} is no report of pagewalk test --format json`);
}

function sum(values: readonly number[]): number {
  return Math.round(values.reduce((total, value) => total + value, 0) * 10_000) / 10_000;
}
