import { describe, expect, it } from 'vitest';
import { runLockstep } from '../support/lockstep.js';
import { Random } from '../support/random.js';

describe('random programs', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'of seed %i run alike by the interpreter and by the evaluator alone',
    (seed) => {
      const { native, slow } = runLockstep(new Random(seed), 30_000);
      expect(native).toBeGreaterThan(slow);
    },
  );
});
