import { describe, expect, it } from 'vitest';
import { runRandomCode } from '../../support/random-code.js';

describe('a hart that runs random bytes in every mode', () => {
  it('never throws, stays inside guest memory, and traps precisely', () => {
    const total = { retired: 0, traps: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const { retired, traps } = runRandomCode(seed, 50_000);
      total.retired += retired;
      total.traps += traps;
    }
    // It must have reached code that runs as well as code that traps.
    expect(total.retired).toBeGreaterThan(100_000);
    expect(total.traps).toBeGreaterThan(10_000);
  });
});
