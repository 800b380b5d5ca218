import { type Entry, flagNames } from './decode.js';
import { hex, type Violation } from './rule.js';
import type { EntryWrite, Writer } from './views.js';

/** How much a report tells: what was seen; the rule and the entries too; and the remedy too. */
export type Detail = 'symptom' | 'cause' | 'full';

/** A violation as a story: addresses first, then what was expected, and which call came before. */
export function explain(violation: Violation, detail: Detail = 'full'): string {
  const { rule, sentence, space, address, chain, observed } = violation;
  const of = space === undefined ? '' : ` (${space})`;
  if (detail === 'symptom') return `${hex(address)}${of} ${observed}\n`;
  const lines = [`${rule} ${sentence}`, row(hex(address), `${observed}${of}`)];
  lines.push(row('expected', violation.expected));
  if (violation.lastCall !== undefined) lines.push(row('last call', violation.lastCall));
  chain.forEach((entry, i) => {
    lines.push(row(i === 0 ? 'entries' : '', entryText(entry)));
  });
  if (violation.region !== undefined) lines.push(row('region', regionText(violation)));
  if (violation.owner !== undefined) lines.push(row('owner', violation.owner));
  if (violation.lastWrite !== undefined) lines.push(...writeRows(violation.lastWrite));
  if (violation.frameChange !== undefined) {
    lines.push(row('frame since', writerText(violation.frameChange)));
  }
  if (violation.regionChange !== undefined) {
    lines.push(row('region since', writerText(violation.regionChange)));
  }
  if (detail === 'full') {
    lines.push(row('look at', violation.remedy), row('source', violation.source));
  }
  return `${lines.join('\n')}\n`;
}

function writeRows({ before, after, by, function: place }: EntryWrite): string[] {
  const flags = (value: bigint) => flagNames(Number(value & 0xffn));
  const change = `${hex(before)} (${flags(before)}) became ${hex(after)} (${flags(after)})`;
  const rows = [row('last write', `of this PTE: ${change}`), row('', `by ${writerText(by)}`)];
  return place === undefined ? rows : [...rows, row('written in', place)];
}

/** "munmap at instruction 18,204, pid 3, from main+0x1c, demo.c:12". */
function writerText(writer: Writer): string {
  const { what, pid, instruction, caller } = writer;
  const place = placeText(writer);
  if (place === undefined) return what;
  const who = pid === 0 ? '' : `, pid ${pid}`;
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

/** Labels are as wide as a user address in hex, so that the texts stand in a column. */
function row(label: string, text: string): string {
  return `  ${label.padEnd(12)} ${text}`;
}
