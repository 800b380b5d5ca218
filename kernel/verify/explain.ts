import { hex } from '../bytes.js';
import { type Entry, flagNames } from './decode.js';
import type { Violation } from './rule.js';
import type { EntryWrite, Writer } from './views.js';

/** How much a report tells: what was seen; the rule and the entries too; and the remedy too. */
export type Detail = 'symptom' | 'cause' | 'full';

/** A report as data, for whoever shows it in another way than `explain`. */
export interface Explanation {
  /** Rule and sentence; only the address and what was seen there for a symptom. */
  readonly title: string;
  /** Rows with the same label belong together: those after the first have ''. */
  readonly rows: readonly { readonly label: string; readonly text: string }[];
}

/** A violation as a story: addresses first, then what was expected, and which call came before. */
export function explain(violation: Violation, detail: Detail = 'full'): string {
  const { title, rows } = explanation(violation, detail);
  // Labels are as wide as a user address in hex, so that the texts stand in a column.
  const lines = rows.map(({ label, text }) => `  ${label.padEnd(12)} ${text}`);
  return `${[title, ...lines].join('\n')}\n`;
}

/**
 * The same as data.
 *
 * @throws RangeError for a level of detail that there is not
 */
export function explanation(violation: Violation, detail: Detail = 'full'): Explanation {
  if (!['symptom', 'cause', 'full'].includes(detail)) {
    throw new RangeError(`level '${detail}' is none: give symptom, cause or full`);
  }
  const { rule, sentence, space, address, chain, observed } = violation;
  const of = space === undefined ? '' : ` (${space})`;
  if (detail === 'symptom') return { title: `${hex(address)}${of} ${observed}`, rows: [] };
  const rows = [row(hex(address), `${observed}${of}`), row('expected', violation.expected)];
  if (violation.lastCall !== undefined) rows.push(row('last call', violation.lastCall));
  chain.forEach((entry, i) => {
    rows.push(row(i === 0 ? 'entries' : '', entryText(entry)));
  });
  if (violation.region !== undefined) rows.push(row('region', regionText(violation)));
  if (violation.owner !== undefined) rows.push(row('owner', violation.owner));
  if (violation.lastWrite !== undefined) rows.push(...writeRows(violation.lastWrite));
  if (violation.frameChange !== undefined) {
    rows.push(row('frame since', writerText(violation.frameChange)));
  }
  if (violation.regionChange !== undefined) {
    rows.push(row('region since', writerText(violation.regionChange)));
  }
  if (detail === 'full') {
    rows.push(row('look at', violation.remedy), row('source', violation.source));
  }
  return { title: `${rule} ${sentence}`, rows };
}

function writeRows({ before, after, by, function: place }: EntryWrite): Explanation['rows'] {
  const flags = (value: bigint) => flagNames(Number(value & 0xffn));
  const change = `${hex(before)} (${flags(before)}) became ${hex(after)} (${flags(after)})`;
  const rows = [row('last write', `of this PTE: ${change}`), row('', `by ${writerText(by)}`)];
  return place === undefined ? rows : [...rows, row('written in', place)];
}

/** "munmap at instruction 18,204, pid 3, from main+0x1c, demo.c:12". */
function writerText(writer: Writer): string {
  const { what, pid, instruction, caller } = writer;
  const place = placeText(writer);
  const who = pid === 0 ? '' : `, pid ${pid}`;
  if (place === undefined) return `${what}${who}`;
  const by = caller?.symbol === undefined ? '' : `, called from ${placeText(caller)}`;
  return `${what} at instruction ${instruction.toLocaleString('en-US')}${who}, from ${place}${by}`;
}

function placeText({ pc, symbol, source }: NonNullable<Writer['caller']>): string | undefined {
  if (pc === undefined) return undefined;
  const line = source && `${source.file.replace(/^.*\//, '')}:${source.line}`;
  return [symbol, line].filter((text) => text !== undefined).join(', ') || hex(pc);
}

function entryText(entry: Entry): string {
  const what = `frame ${hex(entry.ppn)}`;
  return `L${entry.level} pte ${hex(entry.pteAddress)} = ${hex(entry.value)} (${flagNames(entry.flags)}, ${what})`;
}

function regionText({ region }: Violation): string {
  const { start, end, prot, isShared, file, fileOffset } = region!;
  const letters =
    [...'rwx'].map((letter, bit) => (prot & (1 << bit) ? letter : '-')).join('') +
    (isShared ? 's' : 'p');
  const backing = file === undefined ? '' : ` ${file.name} at ${hex(fileOffset)}`;
  return `${hex(start)}-${hex(end)} ${letters}${backing}`;
}

function row(label: string, text: string): Explanation['rows'][number] {
  return { label, text };
}
