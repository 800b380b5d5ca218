import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/tools.js';
import { VmFuzzer } from '../support/vm-fuzzer.js';

const SEEDS = 1000;
const SEEDS_AT_ONCE = 100;
const STEPS = 2000;

describeWith(
  ['gcc', 'riscv64-linux-gnu-gcc'],
  'random memory calls are answered as Linux answers them',
  () => {
    const fuzzer = new VmFuzzer();
    beforeAll(() => fuzzer.compile());
    afterAll(() => fuzzer.remove());

    const firsts = Array.from({ length: SEEDS / SEEDS_AT_ONCE }, (_, i) => 1 + i * SEEDS_AT_ONCE);
    it.each(firsts)('seeds from %i', async (first) => {
      const half = SEEDS_AT_ONCE / 2;
      const mismatches = await Promise.all([
        fuzzer.compare(first, half, STEPS),
        fuzzer.compare(first + half, half, STEPS),
      ]);
      expect(mismatches).toEqual([undefined, undefined]);
    });

    it('and the verifier has nothing to say after any trap of them', async () => {
      const watched = new VmFuzzer(['--verify', 'trap']);
      await watched.compile();
      expect(await watched.compare(1, 40, STEPS)).toBeUndefined();
      watched.remove();
    });
  },
);
