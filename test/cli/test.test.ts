import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLValidator } from 'fast-xml-parser';
import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../cli/test/types.js';
import { pagewalk } from '../support/pagewalk.js';
import { root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const labs = join(root, 'guest-programs/labs');
const folder = temporaryFolder();

describe('pagewalk test', () => {
  it('passes the labs, with the same JSON on one and on two workers and from two shards', async () => {
    const json = ['--format', 'json'];
    const one = await pagewalk(['test', labs, ...json, '--workers', '1']);
    const two = await pagewalk(['test', labs, ...json, '--workers', '2']);
    expect(one.status).toBe(0);
    expect(two.stdout).toBe(one.stdout);
    const parts = [join(folder, '1.json'), join(folder, '2.json')];
    for (const [i, part] of parts.entries()) {
      await pagewalk(['test', labs, ...json, '--shard', `${i + 1}/2`, '--output', part]);
    }
    const merged = await pagewalk(['test', '--merge', ...json, ...parts]);
    expect(merged.stdout).toBe(one.stdout);
    const write = async (format: string) =>
      (await pagewalk(['test', '--merge', ...parts, '--format', format])).stdout;
    expect(XMLValidator.validate(await write('junit'))).toBe(true);
    const tap = Parser.parse(await write('tap'));
    expect(tap.some(([event]) => event === 'extra')).toBe(false);
    expect(JSON.parse(await write('gradescope'))).toMatchObject({
      score: 16,
      output_format: 'text',
    });
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'a program that cheats', () => {
  const grow =
    'char *p = malloc(1 << 20); if (p) for (int i = 0; i < 1 << 20; i += 4096) p[i] = 1;';
  const programs: Readonly<Record<string, [body: string, reason: RegExp]>> = {
    forging: [
      'puts("basic ... OK");',
      /printed 1 line like results by itself, which count nothing/,
    ],
    leaving: ['exit(0);', /no case was run/],
    looping: ['for (;;) ;', /stopped at the limit of 3000000 steps$/m],
    forking: ['for (;;) fork();', /limit of 3000000 steps, with 8 processes/],
    printing: ['for (;;) puts("basic ... OK");', /output.*65536|65536 bytes/],
    eating: [`for (;;) { ${grow} }`, /ended by SIGKILL/],
    reporting: [
      'FILE *f = fopen("results.json", "w"); fputs("{\\"score\\":100}", f); fclose(f);',
      /no case was run/,
    ],
  };
  const include = '#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n';

  it('costs its limit, scores nothing, and is told why', async () => {
    const tests = join(folder, 'cheats');
    mkdirSync(tests);
    const entries = Object.entries(programs).map(([name, [body]]) => {
      writeFileSync(join(tests, `${name}.c`), `${include}int main(void) { ${body} return 0; }\n`);
      const limits = { steps: name === 'eating' ? 1e8 : 3e6, memoryMiB: 8 };
      return { program: `${name}.c`, limits: { ...limits, processes: 8, outputBytes: 65536 } };
    });
    writeFileSync(join(tests, 'tests.json'), JSON.stringify({ tests: entries }));
    const { stdout } = await pagewalk(['test', tests, '--format', 'json']);
    const report = JSON.parse(stdout) as Report;
    expect(report.score).toBe(0);
    for (const { name, reason } of report.tests) {
      expect(`${name}: ${reason}`).toMatch(programs[name]![1]);
    }
  });

  it('cannot skip or end a case that it is called in', async () => {
    const tests = join(folder, 'endings');
    mkdirSync(tests);
    const lab = `#include "lab.h"
extern void answer(void);
static void direct(void) { answer(); }
static void child(void) { IN_CHILD({ answer(); CHECK(!"reached"); }); }
LAB({"direct", direct}, {"child", child})
`;
    writeFileSync(join(tests, 'lab.c'), lab);
    const statuses = [0, 93, 94];
    const entries = statuses.map((status) => {
      const code = `${include}void answer(void) { _exit(${status}); }\n`;
      writeFileSync(join(tests, `exit${status}.c`), code);
      return { name: `exit${status}`, sources: ['lab.c', `exit${status}.c`] };
    });
    writeFileSync(join(tests, 'tests.json'), JSON.stringify({ tests: entries }));
    const { stdout } = await pagewalk(['test', tests, '--format', 'json']);
    const report = JSON.parse(stdout) as Report;
    expect(report.score).toBe(0);
    for (const { cases } of report.tests) {
      expect(cases.map(({ status }) => status)).toEqual(['failed', 'failed']);
    }
  });
});
