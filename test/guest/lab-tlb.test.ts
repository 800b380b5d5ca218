import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestResult } from '../../cli/test/types.js';
import { guestProgram, pagewalk } from '../support/pagewalk.js';
import { root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const [firmware, reference] = [guestProgram('lab-tlb'), guestProgram('lab-tlb-answer')];
const answers = join(root, 'guest-programs/payloads/lab-tlb-answer');
const source = readFileSync(join(answers, 'answer.c'), 'utf8');
const fencePage = '  fence_page(va);\n';

/** The reference with other statements in place of the first fence, which is that of unmap_page. */
const instead = (statements: string): string => source.replace(fencePage, `  ${statements}\n`);

/** Answers that miss a fence: what they change, and the case that says so. */
const broken: Readonly<Record<string, [answer: string, fails: string]>> = {
  unmap: [instead(''), 'unmap'],
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
};

const word = (address: string): string => `*(volatile uint32_t *)${address}`;

/** Answers that want the verdict without the fence: what is told of the case, which fails alone. */
const hostile: Readonly<Record<string, [answer: string, tells: RegExp]>> = {
  forging: [instead('put_text("OK\\nunmap ... OK\\n");'), /observed {2}no fault/],
  overwriting: [
    instead(`for (uint64_t at = 0x80000000; at < 0x80200000; at += 4) ${word('at')} = 0x13;`),
    /no exception\n.*exception 7 for address 0x80000000/,
  ],
  reading: [
    instead(`uint64_t sum = 0; for (uint64_t at = 0x80000000; ; at += 4) sum += ${word('at')};`),
    /no exception\n.*exception 5 for address 0x80000000/,
  ],
  jumping: [instead('((void (*)(void))0x80000100)();'), /exception 1 for address 0x80000100/],
  ending: [instead(`${word('0x100000')} = 0x5555;`), /exception 7 for address 0x100000/],
  timing: [instead(`${word('0x2004000')} = 0;`), /exception 7 for address 0x2004000/],
  looping: [instead('for (;;) ;'), /the end of the function\n.*none after a million steps/],
  waiting: [instead('asm volatile("wfi");'), /exception 2 /],
  calling: [instead('asm volatile("ecall");'), /exception 9 /],
  switching: [
    instead('WRITE_CSR(satp, READ_CSR(satp) + (1UL << 44));'),
    /expected {2}satp 0x.*\n {2}observed {2}satp 0x/,
  ],
  starting: [
    `${instead('')}asm(".section .text.start, \\"ax\\"\\n li t0, 0x100000\\n li t1, 0x5555\\n sw t1, 0(t0)");`,
    /observed {2}no fault/,
  ],
  copying: [
    source.replace(
      /(void move_page.*?)fence_page\(va\);/s,
      '$1if (va >= 0x40200000) fence_page(va);\n  else for (int i = 0; i < 512; i++) ((uint64_t *)va)[i] = ((const uint64_t *)frame)[i];',
    ),
    /expected {2}value 0x\w+, which stands at 0x80\w+\n {2}observed {2}no fault, value/,
  ],
};

/** What a run of all answers under a seed says of each. */
async function grade(
  folder: string,
  programs: Readonly<Record<string, string>>,
  seed = '0',
): Promise<readonly TestResult[]> {
  const tests = Object.entries(programs).map(([name, answer]) => {
    writeFileSync(join(folder, `${name}.c`), answer);
    const sources = ['$PAGEWALK/payloads/lab-tlb-answer/table.c', `$SUBMISSION/${name}.c`];
    return { name, firmware: '$PAGEWALK/bin/lab-tlb', sources, limits: { steps: 2e7 } };
  });
  writeFileSync(join(folder, 'tests.json'), JSON.stringify({ tests }));
  const args = ['test', folder, '--submission', folder, '--format', 'json', '--seed', seed];
  const { stdout } = await pagewalk(args);
  return (JSON.parse(stdout) as { tests: TestResult[] }).tests;
}

const failed = ({ cases }: TestResult) => cases.filter(({ status }) => status === 'failed');

describe('the tlb lab', () => {
  it('passes with the reference, whatever stays in the TLB', async () => {
    for (const tlb of ['stale', 'coherent']) {
      const args = ['boot', '--tlb', tlb, '--firmware', firmware, reference];
      const { stdout, status } = await pagewalk(args);
      expect(stdout).toMatch(/^(\S+ \.\.\. OK\n){9}0 of 9 failed\n$/);
      expect(status).toBe(0);
    }
  });

  it('says what is missing when there is no answer, and refuses one in its own memory', async () => {
    const alone = await pagewalk(['boot', 'lab-tlb']);
    expect(alone).toMatchObject({ status: 1, stdout: expect.stringContaining('no answer at') });
    const inside = await pagewalk(['boot', '--firmware', 'lab-tlb', 'traps']);
    expect(inside).toMatchObject({ status: 2, stdout: '' });
    expect(inside.stderr).toContain('lies outside the RAM behind the firmware (0x80200000');
  });
});

describeWith(['qemu-system-riscv64'], 'the tlb lab on QEMU', () => {
  it('passes with the reference', async () => {
    const args = ['-M', 'virt', '-nographic', '-monitor', 'none'];
    const images = ['-bios', firmware, '-kernel', reference];
    const { stdout } = await run('qemu-system-riscv64', [...args, ...images]);
    expect(stdout).toContain('0 of 9 failed');
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'an answer to the tlb lab', () => {
  const folder = temporaryFolder();

  it('that misses a fence fails the case of that name, and only the reference passes', async () => {
    const programs = { reference: [source, ''] as const, ...broken };
    const sources = Object.entries(programs).map(([name, [answer]]) => [name, answer] as const);
    for (const result of await grade(folder, Object.fromEntries(sources))) {
      const { 1: expected } = programs[result.name as keyof typeof programs]!;
      expect([result.name, failed(result).map(({ name }) => name)]).toEqual([
        result.name,
        expected ? [expected] : [],
      ]);
      if (expected) expect(failed(result)[0]!.message).toContain('look at   the fence');
    }
  });

  it('that wants the verdict without the fence fails its case, is told why, and no more', async () => {
    const sources = Object.entries(hostile).map(([name, [answer]]) => [name, answer] as const);
    for (const result of await grade(folder, Object.fromEntries(sources))) {
      const [case_, ...more] = failed(result);
      const wanted = result.name === 'copying' ? 'move' : 'unmap';
      expect([result.name, case_?.name, more]).toEqual([result.name, wanted, []]);
      expect(`${result.name}: ${case_!.message}`).toMatch(hostile[result.name]![1]);
      expect(result.cases).toHaveLength(9);
    }
  });

  it('that was written for one seed passes under it alone', async () => {
    // Where the first fence of a run is owed follows from the seed; here it stands as a number.
    const [asked] = await grade(folder, { asked: instead('put_hex(va);') });
    const [, address] = /unmap \.\.\. (0x\w+)/.exec(asked!.output)!;
    const recorded = { recorded: instead(`fence_page(${address}UL);`) };
    const passed = async (seed: string) => (await grade(folder, recorded, seed))[0]!.status;
    expect(await passed('0')).toBe('passed');
    for (const seed of ['1', '2', '281474976710655']) expect(await passed(seed)).toBe('failed');
  });
});
