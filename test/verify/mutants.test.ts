import { afterAll, describe, expect, it } from 'vitest';
import { rules } from '../../kernel/verify/index.js';
import { type Change, changeOf } from './mutants/change.js';
import { memoryOf, programs, randomProgram } from './mutants/programs.js';
import {
  type Comparison,
  compare,
  loadKernel,
  type Mutant,
  removeBundles,
  restoredViolations,
} from './mutants/run.js';
import { mutants } from './mutants/table.js';

/** Rules that no kernel of ours can break; rules.test.ts breaks them by hand-built states. */
const BY_HAND = ['S4', 'E6', 'E9', 'B4'];
/** Rules of which trap mode finds later, by a scan, what no table, region or fence shows. */
const LATE = new Set(
  rules.filter(({ when }) => when === 'scan' || when === 'trap').map(({ id }) => id),
);
/** What a page cache does with pages of its own touches none of these either. */
const CACHES = /(swap|reclaimable)-cache\.ts$/;

describe('The kernel with one line changed', () => {
  afterAll(removeBundles);
  const table: string[] = [];

  it.each(mutants)('violates $rule: $file, $find', async (mutant) => {
    const { rule, file } = mutant;
    const { named, late, unfounded } = await run(mutant);
    const { kind, line } = changeOf(mutant);
    const place = `${file}:${line}`;
    table.push(`${rule.padEnd(4)} ${place.padEnd(38)} ${kind.padEnd(17)} ${named.join(' ')}`);
    expect(named).toContain(rule);
    const tooLate = late.filter((each) => !LATE.has(each.split(' ')[0]!));
    expect(CACHES.test(file) ? [] : tooLate).toEqual([]);
    expect(unfounded).toEqual([]);
  });

  it('is caught for every rule, in small changes of many places', () => {
    const changes = mutants.map((mutant) => ({ ...mutant, ...changeOf(mutant) }));
    const count = (kind: Change['kind']) => changes.filter((each) => each.kind === kind).length;
    const [dropped, conditions] = [count('statement dropped'), count('condition changed')];
    process.stdout.write(
      [
        'rule changed line                           change            rules named',
        ...table,
        `${mutants.length} mutants: ${dropped} drop one statement, ${conditions} change one condition, ${count('other')} others\n`,
      ].join('\n'),
    );
    const tested = new Set([...BY_HAND, ...mutants.map(({ rule }) => rule)]);
    expect(rules.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
    expect(mutants.length).toBeGreaterThanOrEqual(70);
    expect(dropped + conditions).toBeGreaterThanOrEqual(mutants.length / 2);
    const lines = changes.map(({ file, line }) => `${file}:${line}`);
    expect(lines.filter((each, i) => lines.indexOf(each) !== i)).toEqual([]);
    // What table, region and frame say of each other is broken in more than one way.
    const single = rules.filter(({ id }) => mutants.filter(({ rule }) => rule === id).length === 1);
    expect(single.map(({ id }) => id).filter((id) => /^[RFBLD]/.test(id))).toEqual([]);
  });
});

describe('The kernel as it is', () => {
  const names = ['everything', 'pressure', 'swapping', 'writing', 'regaining'] as const;
  const consistent = { violations: [], late: [], unfounded: [], thrown: undefined };

  it.each(names)('violates nothing in the program %s', async (name) => {
    const { kernel, ...said } = compare(await loadKernel(), programs[name], memoryOf(name));
    expect(said).toEqual(consistent);
    expect(kernel!.monitor!.falseAlarms).toBe(0);
  });

  it('violates nothing in random programs', async () => {
    const Kernel = await loadKernel();
    for (let seed = 1; seed <= 10; seed++) {
      const { kernel, ...said } = compare(Kernel, randomProgram(seed));
      expect({ seed, ...said }).toEqual({ seed, ...consistent });
      expect(kernel!.monitor!.falseAlarms).toBe(0);
    }
  });

  it('is restored to what it was', async () => {
    expect(restoredViolations(await loadKernel(), programs.recorded)).toEqual([]);
  });
});

let seed = 0;
const NOTHING = { late: [], unfounded: [] };

/** By the program that runs into the mutant, and by a random one. */
async function run(
  mutant: Mutant,
): Promise<Pick<Comparison, 'late' | 'unfounded'> & { named: string[] }> {
  const name = mutant.program ?? 'everything';
  const Kernel = await loadKernel(mutant);
  if (name === 'recorded') {
    const named = restoredViolations(Kernel, programs.recorded).map(({ rule }) => rule);
    return { named: [...new Set(named)], late: [], unfounded: [] };
  }
  const known = compare(Kernel, programs[name], memoryOf(name), (v) => v.rule === mutant.rule);
  // Not for each mutant, since it takes as long again.
  const isLeftOut = ++seed % 4 > 0;
  const other = isLeftOut ? NOTHING : compare(Kernel, randomProgram(seed), {}, () => true);
  return {
    named: [...new Set(known.violations.map(({ rule }) => rule))],
    late: [...known.late, ...other.late],
    unfounded: [...known.unfounded, ...other.unfounded],
  };
}
