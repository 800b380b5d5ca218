import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guestProgram, pagewalk } from '../support/pagewalk.js';
import { root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const source = readFileSync(join(root, 'guest-programs/bare-metal/lab-tlb/answer.c'), 'utf8');
const fencePage = '  fence_page(va);\n';

/** Answers that miss a fence: what they change, and the case that says so. */
const broken: Readonly<Record<string, [answer: string, fails: string]>> = {
  unmap: [source.replace(fencePage, ''), 'unmap'],
  'unmap-global': [
    source.replace(/(global_page.*?)fence_page\(va\)/s, '$1fence_asid(5)'),
    'unmap-global',
  ],
  range: [
    source.replace('    fence_page(va + i * PAGE);\n', '    fence_page(va);\n'),
    'unmap-range',
  ],
  table: [source.replace(/(free_table.*?)fence_all\(\)/s, '$1fence_page(va)'), 'free-table'],
  protect: [source.replace(/(PTE_D \| PTE_V;\n) {2}fence_page\(va\);/, '$1'), 'protect'],
  asid: [source.replace('fence_asid(asid);', 'fence_asid(asid + 1);'), 'asid-reuse'],
  fork: [source.replace(/(child\[i\] = parent\[i\];\n).*?\n/, '$1'), 'fork'],
  forging: [
    source.replace(
      fencePage,
      '  put_text("unmap ... OK\\n");\n  for (int i = 1; i < 4; i++) machine_call(i, 0);\n',
    ),
    'unmap',
  ],
};

describe('the tlb lab', () => {
  it('passes with the reference, whatever stays in the TLB', async () => {
    for (const tlb of ['stale', 'coherent']) {
      const { stdout, status } = await pagewalk(['boot', '--tlb', tlb, guestProgram('lab-tlb')]);
      expect(stdout).toMatch(/^(\S+ \.\.\. OK\n){9}0 of 9 failed\n$/);
      expect(status).toBe(0);
    }
  });
});

describeWith(['qemu-system-riscv64'], 'the tlb lab on QEMU', () => {
  it('passes with the reference', async () => {
    const args = ['-M', 'virt', '-bios', 'none', '-nographic', '-monitor', 'none'];
    const image = guestProgram('lab-tlb');
    const { stdout } = await run('qemu-system-riscv64', [...args, '-kernel', image]);
    expect(stdout).toContain('0 of 9 failed');
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'an answer to the tlb lab', () => {
  const folder = temporaryFolder();

  it('that misses a fence fails the case of that name, and only the reference passes', async () => {
    const answers = { reference: [source, ''] as const, ...broken };
    const tests = Object.entries(answers).map(([name, [answer]]) => {
      writeFileSync(join(folder, `${name}.c`), answer.replace('"answer.h"', '"lab-tlb/answer.h"'));
      const lab = ['cases.c', 'harness.c'].map((file) => `$PAGEWALK/bare-metal/lab-tlb/${file}`);
      const sources = [...lab, `$SUBMISSION/${name}.c`];
      return { name, machine: 'bare', sources, limits: { steps: 2e6 } };
    });
    writeFileSync(join(folder, 'tests.json'), JSON.stringify({ tests }));
    const args = ['test', folder, '--submission', folder, '--format', 'json'];
    const { stdout } = await pagewalk(args);
    const report = JSON.parse(stdout) as {
      tests: { name: string; cases: { name: string; status: string; message: string }[] }[];
    };
    for (const { name, cases } of report.tests) {
      const failed = cases.filter(({ status }) => status === 'failed');
      const { 1: expected } = answers[name as keyof typeof answers]!;
      expect([name, failed.map((each) => each.name)]).toEqual([name, expected ? [expected] : []]);
      if (name !== 'forging' && expected)
        expect(failed[0]!.message).toContain('look at   the fence');
    }
  });
});
