import { createHash } from 'node:crypto';
import { explain } from '../../kernel/verify/index.js';
import { type Run, runImage, runKernel } from './machines.js';
import { plannedCases, REPORT_END, REPORT_START, readTranscript } from './protocol.js';
import type { Job, TestResult, TestSpec } from './types.js';

const SHOWN_OUTPUT = 16 * 1024;

/** Runs a test to its end or its limit. The result depends on nothing else than the job. */
export function execute(job: Job): TestResult {
  const { test } = job;
  const hashes = {
    sha256: sha256(job.elf),
    firmwareSha256: job.firmware ? sha256(job.firmware) : null,
  };
  let run: Run;
  try {
    run = job.machine === 'bare' ? runImage(job) : runKernel(job);
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    return { ...notRun(test, `the program cannot be run: ${error.message}`), ...hashes };
  }
  return { ...judge(job, run), ...hashes };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The result of a test that has no program, or whose run gave no result. */
export function notRun(
  test: TestSpec,
  reason: string,
  outcome: 'not-run' | 'watchdog' | 'host-error' = 'not-run',
): TestResult {
  const counts = { instructions: 0, steps: 0, syscalls: 0, faults: 0, violations: 0 };
  return {
    ...about(test),
    sha256: null,
    firmwareSha256: null,
    score: 0,
    status: 'failed',
    reason,
    cases: [],
    outcome,
    exitStatus: null,
    signal: null,
    ...counts,
    output: '',
  };
}

function about({ index, name, visibility, weight }: TestSpec) {
  return { index, name, visibility, weight };
}

function judge(job: Job, run: Run): Omit<TestResult, 'sha256' | 'firmwareSha256'> {
  const { test, token } = job;
  const { result } = run;
  const transcript = readTranscript(run.text, token, test.explain);
  const isLab = test.expect === undefined;
  const cases = isLab ? transcript.cases : [];
  const passed = cases.filter(({ status }) => status === 'passed').length;
  const skipped = cases.filter(({ status }) => status === 'skipped').length;
  const count = plannedCases(run.text, token) - skipped;
  const problem = isLab ? transcript.problem : unexpected(test, run);
  const trouble = reasonOf(test, run, problem, isLab && count <= 0);
  const isPassed = trouble === undefined && (!isLab || passed === count);
  const reason = isPassed ? [] : [trouble ?? [], forgeries(run.files)].flat();
  const share = isPassed ? 1 : isLab && test.hasPartialCredit && count > 0 ? passed / count : 0;
  const isBroken = run.violations.length > 0 || (isLab && !isOrderly(transcript.problem));
  return {
    ...about(test),
    score: isBroken ? 0 : Math.round(test.weight * share * 10_000) / 10_000,
    status: isPassed ? 'passed' : 'failed',
    reason: reason.length > 0 ? reason.join('\n') : null,
    cases,
    outcome: result.outcome,
    exitStatus: result.exitStatus,
    signal: result.signal,
    instructions: result.instructions,
    steps: result.steps,
    syscalls: result.syscalls,
    faults: result.faults,
    violations: result.violations,
    output: test.explain === 'symptom' ? '' : clip(transcript.output),
  };
}

/** A run that ended early keeps what its cases earned; one that broke the protocol does not. */
function isOrderly(problem: string | undefined): boolean {
  return problem === undefined || problem.startsWith('the program ended before its cases');
}

function reasonOf(
  test: TestSpec,
  run: Run,
  problem: string | undefined,
  isEmpty: boolean,
): string | undefined {
  const { result, violations } = run;
  const said: string[] = [];
  if (result.outcome === 'limit') said.push(limitText(test, run));
  if (result.outcome === 'host-error') said.push('the kernel could not go on');
  if (result.outcome === 'idle') said.push('the hart waits for an interrupt that cannot come');
  if (result.outcome === 'stuck') said.push('the first instruction of the trap handler traps');
  if (problem !== undefined) {
    if (result.signal !== null) said.push(`ended by ${result.signal}`);
    said.push(problem);
  } else if (isEmpty) said.push('no case counts: all were skipped');
  for (const violation of violations) {
    said.push(`the kernel's page tables are inconsistent:\n${explain(violation, test.explain)}`);
  }
  if (said.length > 0 && test.explain === 'full' && test.expect !== undefined) {
    said.push(...reports(run.text));
  }
  return said.length > 0 ? said.join('\n') : undefined;
}

/** What is told of files that a program has made and that look like results. */
function forgeries(files: readonly string[]): string[] {
  const found = files.filter((path) => /\.(json|xml|tap)$|result|score|grade/i.test(path));
  if (found.length === 0) return [];
  const more = found.length > 1 ? ` and ${found.length - 1} more like it` : '';
  return [`the program wrote ${found[0]}${more} itself: its files count for nothing`];
}

function limitText({ limits }: TestSpec, { result, processes, text }: Run): string {
  if (result.steps < limits.steps) {
    const said = reports(text).find((report) => /limit|deadlock/.test(report));
    return said ?? `stopped: it wrote more than ${limits.outputBytes} bytes`;
  }
  const many = processes > 1 ? `, with ${processes} processes` : '';
  return `stopped at the limit of ${limits.steps} steps${many}`;
}

function reports(text: string): string[] {
  return [...text.matchAll(new RegExp(`${REPORT_START}(.*?)${REPORT_END}`, 'gs'))].map((match) =>
    match[1]!.trimEnd(),
  );
}

/** How the run differs from what the test's `expect` asks. */
function unexpected({ expect, explain: level }: TestSpec, run: Run): string | undefined {
  const status = run.result.exitStatus;
  if (run.result.signal !== null) return `ended by ${run.result.signal}`;
  if (expect?.status !== undefined && status !== expect.status) {
    return `  expected  exit status ${expect.status}\n  observed  ${status ?? 'none'}`;
  }
  if (expect?.stdout === undefined || run.stdout === expect.stdout) return undefined;
  if (level === 'symptom') return 'the output differs';
  const wanted = expect.stdout.split('\n');
  const seen = run.stdout.split('\n');
  const at = wanted.findIndex((line, i) => line !== seen[i]);
  const line = at === -1 ? wanted.length : at;
  const show = (text: string | undefined) =>
    text === undefined ? 'no line' : JSON.stringify(text);
  return `line ${line + 1} of the output\n  expected  ${show(wanted[line])}\n  observed  ${show(seen[line])}`;
}

function clip(text: string): string {
  if (text.length <= SHOWN_OUTPUT) return text;
  return `${text.slice(0, SHOWN_OUTPUT)}\n… ${text.length - SHOWN_OUTPUT} more characters\n`;
}
