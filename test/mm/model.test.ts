import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandArbitraries, makePair, operations, setupArbitrary } from './support/commands.js';

const SEEDS = [1, 2, 3, 4];
const RUNS = 700;

describe('AddressSpace', () => {
  it.each(SEEDS)('agrees with one array cell per page after every operation (seed %i)', (seed) => {
    const property = fc.property(
      setupArbitrary.chain((setup) =>
        fc.tuple(
          fc.constant(setup),
          fc.commands(commandArbitraries(setup), { maxCommands: 150, size: 'max' }),
        ),
      ),
      ([setup, commands]) => {
        fc.modelRun(() => {
          const pair = makePair(setup);
          return { model: pair, real: pair };
        }, commands);
      },
    );
    fc.assert(property, { seed, numRuns: RUNS, endOnFailure: false });
  });

  it('did at least 200,000 operations for that', () => {
    expect(operations.count).toBeGreaterThan(200_000);
  });
});
