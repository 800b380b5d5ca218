import fc from 'fast-check';
import '../arguments.test.js';
import '../callbacks.test.js';
import '../check.test.js';
import '../faults.test.js';
import '../many-regions.test.js';
import '../observe.test.js';
import '../operations/change.test.js';
import '../operations/map.test.js';
import '../operations/marks.test.js';
import '../operations/remap.test.js';
import '../out-of-memory.test.js';
import '../ranges.test.js';
import { commandArbitraries, makePair, setupArbitrary } from '../support/commands.js';
import { tests } from './runner.js';

export { setSubject } from './subject.js';

const SEQUENCES = 150;

/** Sequences of operations against the page model, made once and run on every mutant. */
const sequences = fc.sample(
  setupArbitrary.chain((setup) =>
    fc.record({
      setup: fc.constant(setup),
      commands: fc.array(fc.oneof(...commandArbitraries(setup)), { maxLength: 120, size: 'max' }),
    }),
  ),
  { numRuns: SEQUENCES, seed: 7 },
);

/**
 * Runs every test on the subject until one fails.
 *
 * @returns the name of that test, or undefined if all pass
 */
export function findKiller(): string | undefined {
  for (let i = 0; i < sequences.length; i++) {
    if (fails(() => runSequence(sequences[i]!))) return `sequence ${i}`;
    if (i !== 20) continue;
    const killer = tests.find((test) => fails(test.run));
    if (killer !== undefined) return killer.name;
  }
  return undefined;
}

function runSequence({ setup, commands }: (typeof sequences)[number]): void {
  const pair = makePair(setup);
  for (const command of commands) command.run(pair, pair);
}

function fails(run: () => void): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}
