import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './processes.js';

/** One behaviour a program, named as a sentence. */
export const casesFolder = join(root, 'test/guest/cases');

export const caseNames: readonly string[] = readdirSync(casesFolder)
  .filter((file) => file.endsWith('.c'))
  .map((file) => file.replace(/\.c$/, ''))
  .sort();

/** What Linux 6.12 on riscv64 prints where the native system rightly prints something else. */
export const writtenByHand: ReadonlyMap<string, string> = new Map(
  readdirSync(casesFolder)
    .filter((file) => file.endsWith('.expected'))
    .map((file) => [
      file.replace(/\.expected$/, ''),
      readFileSync(join(casesFolder, file), 'utf8'),
    ]),
);

/** Compiler flags for what `writeAllCases` writes. */
export const caseFlags: readonly string[] = [
  ...['-std=gnu11', '-O1', '-w', '-Werror=return-type', '-static'],
  ...['-I', casesFolder],
];

/** Writes one program that holds all cases; test/guest/cases/runner.h tells how it is called. */
export function writeAllCases(path: string): void {
  const includes = caseNames.map(
    (name, index) => `#define main case${index}\n#include "${name}.c"\n#undef main\n`,
  );
  const rows = caseNames.map((name, index) => `  {"${name}", case${index}},\n`);
  const table = `static const struct {\n  const char *name;\n  int (*run)(void);\n} cases[] = {\n`;
  writeFileSync(
    path,
    `#include "case.h"\n${includes.join('')}${table}${rows.join('')}};\n#include "runner.h"\n`,
  );
}

/** What each case printed, its last line being how it ended. */
export function splitByCase(output: string): Map<string, string> {
  const parts = new Map<string, string>();
  let lines: string[] = [];
  for (const line of output.split('\n')) {
    lines.push(line);
    const end = /^== (\S+): /.exec(line);
    if (end === null) continue;
    parts.set(end[1]!, `${lines.join('\n')}\n`);
    lines = [];
  }
  return parts;
}
