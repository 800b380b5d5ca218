import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelProperty, operations } from './support/commands.js';

const SEEDS = [1, 2, 3, 4];
const RUNS = 700;

describe('AddressSpace', () => {
  it.each(SEEDS)('agrees with one array cell per page after every operation (seed %i)', (seed) => {
    fc.assert(modelProperty(), { seed, numRuns: RUNS });
  });

  it('did at least 200,000 operations for that, and of every kind', () => {
    expect(operations.count).toBeGreaterThan(200_000);
    expect(Object.keys(operations.byName).sort()).toEqual([
      'clone',
      'mapAny',
      'mapAt',
      'mapAtIfFree',
      'markOriginal',
      'protect',
      'queryPage',
      'ranges',
      'remap',
      'reset',
      'setFlags',
      'unmap',
      'unmapNonOriginal',
    ]);
  });
});
