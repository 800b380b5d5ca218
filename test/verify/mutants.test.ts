import { afterAll, describe, expect, it } from 'vitest';
import { rules, type Violation } from '../../kernel/verify/index.js';
import {
  everything,
  pressure,
  recorded,
  regaining,
  swapping,
  writing,
} from './mutants/programs.js';
import {
  loadKernel,
  type Mutant,
  type ProgramName,
  removeBundles,
  restoredViolations,
  violationsOf,
} from './mutants/run.js';
import { Script } from './mutants/script.js';
import { mutants } from './mutants/table.js';

/** Rules that no kernel of ours can break; rules.test.ts breaks them by hand-built states. */
const BY_HAND = ['S4', 'E6', 'E9', 'B4'];
const other = new Script().elf();
const programs = {
  everything: everything(),
  pressure: pressure(),
  swapping: swapping(),
  writing: writing(),
  regaining: regaining(),
  recorded: recorded(),
};

describe('The kernel with one line changed', () => {
  afterAll(removeBundles);
  const table: string[] = [];

  it.each(mutants)('violates $rule: $file, $find', async (mutant) => {
    const found = await run(mutant);
    table.push(`${mutant.rule.padEnd(4)} ${mutant.file.padEnd(34)} ${found.join(' ')}`);
    expect(found).toContain(mutant.rule);
  });

  it('is caught for every rule', () => {
    process.stdout.write(
      `rule changed file                       rules named\n${table.join('\n')}\n`,
    );
    const tested = new Set([...BY_HAND, ...mutants.map(({ rule }) => rule)]);
    expect(rules.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
    expect(mutants.length).toBeGreaterThanOrEqual(70);
    expect(new Set(mutants.map(({ file, find }) => `${file}: ${find}`)).size).toBe(mutants.length);
  });
});

describe('The kernel as it is', () => {
  it.each(['everything', 'pressure', 'swapping', 'writing', 'regaining'] as const)(
    'violates nothing in the program %s',
    async (name) => {
      const Kernel = await loadKernel();
      const { violations, thrown, kernel } = violationsOf(
        Kernel,
        programs[name],
        other,
        memoryOf(name),
      );
      expect({ violations, thrown }).toEqual({ violations: [], thrown: undefined });
      expect(kernel.monitor!.falseAlarms).toBe(0);
    },
  );

  it('is restored to what it was', async () => {
    expect(restoredViolations(await loadKernel(), programs.recorded)).toEqual([]);
  });
});

async function run(mutant: Mutant): Promise<string[]> {
  const name = mutant.program ?? 'everything';
  const Kernel = await loadKernel(mutant);
  const isIt = ({ rule }: Violation) => rule === mutant.rule;
  const violations =
    name === 'recorded'
      ? restoredViolations(Kernel, programs.recorded)
      : violationsOf(Kernel, programs[name], other, memoryOf(name), isIt).violations;
  return [...new Set(violations.map(({ rule }) => rule))];
}

function memoryOf(name: ProgramName) {
  return {
    memoryBytes: (name === 'pressure' ? 4 : 16) * 2 ** 20,
    swapBytes: name === 'swapping' ? 2 ** 20 : 0,
    diskBytes: name === 'writing' || name === 'regaining' ? 2 ** 20 : 0,
  };
}
