import { afterAll, describe, expect, it } from 'vitest';
import type { Kernel } from '../../kernel/index.js';
import { explain, type Violation } from '../../kernel/verify/index.js';
import { runGuest } from '../support/guest.js';
import { everything, pressure } from './mutants/programs.js';
import { loadKernel, type Mutant, removeBundles, violationsOf } from './mutants/run.js';
import { Script } from './mutants/script.js';
import { mutants } from './mutants/table.js';

/** Five stories that every course tells; kernel/verify/README.md shows them as printed. */
const stories: [what: string, rule: string, find: RegExp][] = [
  ['frame freed while mapped', 'F2', /count > 0/],
  ['munmap left a leaf', 'R9', /end, \(pteAddress/],
  ['missing SFENCE used', 'B2', /level === 0/],
  ['COW page writable in two places', 'R4', /flags &= ~PTE_W/],
  ['dirty page lost', 'D3', /low & PTE_D/],
];

async function violationOf(mutant: Mutant): Promise<Violation> {
  const isPressure = mutant.program === 'pressure';
  const Kernel = await loadKernel(mutant);
  const { violations } = violationsOf(
    Kernel,
    isPressure ? pressure() : everything(),
    new Script().elf(),
    { memoryBytes: (isPressure ? 4 : 16) * 2 ** 20 },
    mutant.rule,
  );
  return violations.find(({ rule }) => rule === mutant.rule)!;
}

describe('An explanation', () => {
  afterAll(removeBundles);

  it.each(stories)(
    'of "%s" names rule, address, entry before and after, writer and owner',
    async (_what, rule, find) => {
      const mutant = mutants.find((m) => m.rule === rule && find.test(m.find))!;
      const text = explain(await violationOf(mutant));
      expect(text).toMatch(new RegExp(`^${rule} \\S.*\\n {2}0x[0-9a-f]+ +\\S`));
      expect(text).toMatch(
        /last write +of this PTE: 0x[0-9a-f]+ \(.*\) became 0x[0-9a-f]+ \(.*\)\n/,
      );
      expect(text).toMatch(/\n +by .* at instruction [\d,]+/);
      expect(text).toMatch(/\n {2}owner +frame 0x[0-9a-f]+: /);
      expect(text).toMatch(/\n {2}written in +\S.*\.ts\)/);
      expect(text).toMatch(/\n {2}look at +\S/);
    },
  );
});

describe('verify: trap', () => {
  it('finds an entry that the kernel changed without telling anyone', () => {
    const found: Violation[] = [];
    let isEnding = false;
    const script = new Script().call(222, 0x4000_0000, 4096, 3, 0x32, -1, 0).store(0x4000_0000);
    let kernel: Kernel | undefined;
    const poke = () => {
      const { memory } = kernel!.processes.get(2)!;
      const entry = memory.table.find(0x40000);
      memory.system.ram.writePte(entry, memory.system.ram.readPteLow(entry) | 0x8, 0);
    };
    runGuest(script.call(172).call(172).elf(), {
      prepare: (made) => {
        kernel = made;
      },
      onViolation: (violation) => {
        if (!isEnding) found.push(violation);
      },
      strace: (line) => line.startsWith('getpid') && poke(),
      beforeExit: () => {
        isEnding = true;
      },
    });
    expect(found.map(({ rule }) => rule)).toContain('R2');
    expect(found[0]!.lastWrite?.after).toBe(found[0]!.chain.at(-1)!.value);
  });
});
