import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KernelOptions } from '../../kernel/index.js';
import { runGuest } from '../support/guest.js';
import { guestProgram } from '../support/pagewalk.js';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const folder = join(root, 'guest-programs/labs');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.replace(/\.c$/, ''));
const seeds = ['0', '281474976710655'];
const moreSeeds = ['1', '123456789012345'];
const SKIPPED = 'skipped: needs /proc/self/walk';

/** What a lab needs beside the usual machine. */
const machines: Readonly<Record<string, Partial<KernelOptions>>> = {
  mmap: { diskBytes: 2 ** 20 },
  replacement: { memoryBytes: 4 * 2 ** 20, swapBytes: 32 * 2 ** 20, diskBytes: 2 ** 20 },
};

const caseNames = (name: string): string[] => {
  const source = readFileSync(join(folder, `${name}.c`), 'utf8');
  return [...source.matchAll(/\{"([\w-]+)", \w+\}/g)].map((match) => match[1]!);
};

const allPass = (name: string): string => {
  const cases = caseNames(name);
  return `${cases.map((each) => `${each} ... OK\n`).join('')}0 of ${cases.length} failed\n`;
};

describe('a lab in the guest', () => {
  it.each(names)('%s: every case passes, and the kernel stays consistent', (name) => {
    for (const seed of [...seeds, ...moreSeeds]) {
      const { output, result } = runGuest(readFileSync(guestProgram(`lab-${name}`)), {
        ...machines[name],
        env: [`LAB_SEED=${seed}`],
        verify: seed === seeds[0] ? 'trap' : 'off',
      });
      expect(output).toBe(allPass(name));
      expect(result).toMatchObject({ exitStatus: 0, violations: 0, unknownSyscalls: {} });
    }
  });
});

describeWith(['gcc'], 'a lab on Linux', () => {
  const cwd = temporaryFolder();
  const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];

  it.each(names)('%s: every case passes that needs no walk', async (name) => {
    const program = join(cwd, name);
    await mustRun('gcc', [...flags, join(folder, `${name}.c`), '-o', program]);
    for (const seed of seeds) {
      const { stdout, status } = await run(program, [], { cwd, env: { LAB_SEED: seed } });
      expect(stdout.replaceAll(SKIPPED, 'OK')).toBe(allPass(name));
      expect(status).toBe(0);
    }
  });
});
