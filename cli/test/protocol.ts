import type { CaseResult, Explain } from './types.js';

/** Marks what the kernel reported in between, in a program's output. */
export const REPORT_START = '\ue000';
export const REPORT_END = '\ue001';

/** Characters of what a case printed that its explanation holds. */
const SHOWN_TEXT = 2048;
const SILENT = '  observed  a failure that printed nothing: is standard output still open?';

export interface Transcript {
  readonly cases: readonly CaseResult[];
  /** The output without the protocol and without the kernel's reports. */
  readonly output: string;
  /** What is wrong with the run as a whole; undefined when it went from plan to end. */
  readonly problem: string | undefined;
}

/**
 * Reads the lines of guest-programs/labs/lab-run.h from a program's output. Only lines with the token
 * count, and only in the order that it writes them: a plan, each case with one verdict, an end.
 */
export function readTranscript(text: string, token: string, explain: Explain): Transcript {
  const line = new RegExp(`@${token} (plan|begin|ok|fail|skip|end)(?: ([^\\n]*))?\\n`, 'g');
  const cases: CaseResult[] = [];
  const output: string[] = [];
  let planned: number | undefined;
  let current: string | undefined;
  let hasEnded = false;
  let isInOrder = true;
  let from = 0;
  for (const match of text.matchAll(line)) {
    const [whole, word, argument = ''] = match;
    const before = text.slice(from, match.index);
    from = match.index + whole.length;
    output.push(before);
    if (word === 'plan' && planned === undefined) planned = Number(argument);
    else if (word === 'begin' && planned !== undefined && current === undefined) current = argument;
    else if (word === 'end' && current === undefined && cases.length === planned) hasEnded = true;
    else if (current !== undefined && argument === current && !hasEnded) {
      cases.push(caseResult(current, word!, before, explain));
      current = undefined;
    } else isInOrder = false;
  }
  const rest = text.slice(from);
  output.push(rest);
  if (current !== undefined) cases.push(unfinished(current, rest, explain));
  const shown = withoutReports(output.join(''));
  return { cases, output: shown, problem: problemOf() };

  function problemOf(): string | undefined {
    if (planned === undefined) return noProtocol(shown);
    if (!isInOrder) return 'the lines of the protocol are not in its order';
    if (hasEnded) return undefined;
    const missing = planned - cases.filter(({ status }) => status !== 'failed').length;
    return `the program ended before its cases were done: ${missing} of ${planned} did not pass`;
  }
}

/** The number of cases that count, whether or not they were reached. */
export function plannedCases(text: string, token: string): number {
  return Number(new RegExp(`@${token} plan (\\d+)\\n`).exec(text)?.[1] ?? 0);
}

function noProtocol(output: string): string {
  const forged = output.match(/^.*\bOK\b.*$/gim)?.length ?? 0;
  if (forged === 0) return 'no case was run: the program ended before lab.h ran the first';
  const lines = forged === 1 ? '1 line' : `${forged} lines`;
  return `no case was run: the program printed ${lines} like results by itself, which count nothing`;
}

function caseResult(name: string, word: string, text: string, explain: Explain): CaseResult {
  if (word === 'ok') return { name, status: 'passed', message: '' };
  const said = text.replace(`${name} ... `, '');
  if (word === 'skip') {
    return {
      name,
      status: 'skipped',
      message: withoutReports(said).replace('skipped:', '').trim(),
    };
  }
  const told = withoutReports(said).trim() === '' ? `${said}\n${SILENT}` : said;
  return { name, status: 'failed', message: explanation(told, explain) };
}

function unfinished(name: string, text: string, explain: Explain): CaseResult {
  const message = explanation(text.replace(`${name} ... `, ''), explain);
  return {
    name,
    status: 'failed',
    message: `  observed  no end of the case\n${message}`.trimEnd(),
  };
}

/** What a failed case printed, as far as it may be told. */
function explanation(text: string, explain: Explain): string {
  const lines = clip(withoutReports(text))
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (explain === 'symptom')
    return lines.filter((line) => line.startsWith('  observed')).join('\n');
  if (explain === 'cause') return lines.filter((line) => !line.startsWith('  source')).join('\n');
  const reports = [...text.matchAll(new RegExp(`${REPORT_START}(.*?)${REPORT_END}`, 'gs'))];
  return [...lines, ...reports.map((report) => report[1]!.trimEnd())].join('\n');
}

/** A failed check tells of itself at the end, whatever the program printed before. */
function clip(text: string): string {
  if (text.length <= SHOWN_TEXT) return text;
  const left = text.length - SHOWN_TEXT;
  return `${text.slice(0, SHOWN_TEXT / 4)}\n… ${left} more characters …\n${text.slice((-3 * SHOWN_TEXT) / 4)}`;
}

function withoutReports(text: string): string {
  return text.replace(new RegExp(`${REPORT_START}.*?${REPORT_END}`, 'gs'), '');
}
