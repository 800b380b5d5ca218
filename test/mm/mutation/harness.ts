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

const steps = sequences.map((sequence, i) => ({
  name: `sequence ${i}`,
  run: () => runSequence(sequence),
}));
steps.splice(20, 0, ...tests);

export const stepCount = steps.length;

/** Runs a step of the tests on the subject; its name if it fails, else undefined. */
export function failureOf(step: number): string | undefined {
  const { name, run } = steps[step]!;
  try {
    run();
    return undefined;
  } catch {
    return name;
  }
}

function runSequence({ setup, commands }: (typeof sequences)[number]): void {
  const pair = makePair(setup);
  for (const command of commands) command.run(pair, pair);
}
