import { readFileSync } from 'node:fs';
import { Mistake } from '../mistake.js';
import { hostReason } from '../program-file.js';
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

/** What the shards of one run have in common. */
const COMMON = ['pagewalk', 'engine', 'verify', 'seed', 'student'] as const;

interface Part {
  readonly path: string;
  readonly report: Report;
}

/**
 * One report of the JSON reports of several shards.
 *
 * @throws Mistake when they do not belong together, or when one is missing
 */
export function mergeReports(paths: readonly string[]): Report {
  const parts = paths.map((path) => ({ path, report: readReport(path) }));
  const [first] = parts;
  if (first === undefined) throw new Mistake('--merge needs the JSON reports to merge');
  const seen = new Map<number, string>();
  const shards = new Map<string, string>();
  for (const { path, report } of parts) {
    for (const field of COMMON) {
      if (report[field] === first.report[field]) continue;
      throw new Mistake(
        `${path} has ${field} ${report[field]}, but ${first.path} has ${first.report[field]}: ` +
          'merge the shards of one run',
      );
    }
    const shard = report.shard ?? 'the whole run';
    noteOnce(shards, shard, path, (other) => `${path} is ${shard}, as ${other} is`);
    for (const { index, name } of report.tests) {
      noteOnce(seen, index, path, (other) => `test ${name} is in ${other} and in ${path}`);
    }
  }
  checkComplete(parts);
  const tests = parts.flatMap(({ report }) => report.tests);
  return makeReport({ ...first.report, shard: null }, tests);
}

function noteOnce<K>(
  seen: Map<K, string>,
  key: K,
  path: string,
  twice: (other: string) => string,
): void {
  const other = seen.get(key);
  if (other !== undefined) throw new Mistake(`${twice(other)}: give each shard once`);
  seen.set(key, path);
}

/** @throws Mistake when a shard is missing */
function checkComplete(parts: readonly Part[]): void {
  const [, count] = parts[0]!.report.shard?.split('/') ?? [];
  if (count === undefined) return;
  const wanted = Array.from({ length: Number(count) }, (_, i) => `${i + 1}/${count}`);
  const given = parts.map(({ report }) => report.shard);
  const missing = wanted.filter((shard) => !given.includes(shard));
  if (missing.length === 0) return;
  const [some, more] = [missing.slice(0, 4).join(', '), missing.length - 4];
  const rest = more > 0 ? ` and ${more} more` : '';
  throw new Mistake(`the reports of shards ${some}${rest} are missing: give them, too`);
}

function readReport(path: string): Report {
  let parsed: Partial<Report> | null;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8')) as Partial<Report> | null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) {
      throw new Mistake(`cannot read ${path}: ${hostReason(error)}`);
    }
    throw new Mistake(`${path} is cut off or damaged: ${error.message.replace(/\s+/g, ' ')}`);
  }
  const isReport = typeof parsed?.pagewalk === 'string' && Array.isArray(parsed.tests);
  if (!isReport) throw new Mistake(`${path} is no report of pagewalk test --format json`);
  const report = parsed as Report;
  const damaged = report.tests.findIndex((test) => !isResult(test));
  if (damaged === -1) return report;
  throw new Mistake(`${path} is damaged: its test ${damaged + 1} is not complete`);
}

/** Whether what is needed of a result to add it up and to report it is there. */
function isResult(test: Partial<TestResult> | null): boolean {
  const numbers = [test?.index, test?.weight, test?.score];
  const texts = [test?.name, test?.status, test?.output];
  return (
    numbers.every(Number.isFinite) &&
    texts.every((text) => typeof text === 'string') &&
    Array.isArray(test?.cases)
  );
}

function sum(values: readonly number[]): number {
  return Math.round(values.reduce((total, value) => total + value, 0) * 10_000) / 10_000;
}
