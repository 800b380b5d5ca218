import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './processes.js';

const ulib = join(root, 'guest-programs/ulib');

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

/** What our own libc lacks, besides headers. */
const NOT_IN_ULIB = /\b(fscanf|sscanf|vfork|prctl)\(/;
/** Cases that count or limit all memory of the program, what its libc takes included. */
const OF_THE_LIBC = /^(mlockall-|proc-self-status-counts|rlimit-(as-stops|data-stops))/;

/** The cases that use only what our own libc has. */
export const ulibCases: readonly string[] = caseNames.filter((name) => {
  const source = readFileSync(join(casesFolder, `${name}.c`), 'utf8');
  const headers = [...source.matchAll(/#include <(.*)>/g)].map(([, header]) => header!);
  const hasHeaders = headers.every((header) => existsSync(join(ulib, 'include', header)));
  return hasHeaders && !NOT_IN_ULIB.test(source) && !OF_THE_LIBC.test(name);
});

/** Compiler flags and files for `ulibCases` with that libc. */
export const ulibFlags: readonly string[] = [
  ...['-std=gnu11', '-O1', '-w', '-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany'],
  ...['-ffreestanding', '-fno-pic', '-nostdlib', '-static', '-isystem', join(ulib, 'include')],
  ...['-I', casesFolder, '-T', join(ulib, 'program.ld')],
  ...readdirSync(join(ulib, 'src'))
    .filter((file) => /\.[cS]$/.test(file))
    .map((file) => join(ulib, 'src', file)),
];

/** Writes one program that holds all cases; test/guest/cases/runner.h tells how it is called. */
export function writeAllCases(path: string, names: readonly string[] = caseNames): void {
  const includes = names.map(
    (name, index) => `#define main case${index}\n#include "${name}.c"\n#undef main\n`,
  );
  const rows = names.map((name, index) => `  {"${name}", case${index}},\n`);
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
