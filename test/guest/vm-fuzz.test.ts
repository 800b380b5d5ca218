import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/tools.js';
import { VmFuzzer } from '../support/vm-fuzzer.js';

const STEPS = 2000;

describeWith(
  ['gcc', 'riscv64-linux-gnu-gcc'],
  'random memory calls are answered as Linux answers them',
  () => {
    const fuzzer = new VmFuzzer();
    beforeAll(() => fuzzer.compile());
    afterAll(() => fuzzer.remove());

    it.each([1, 251, 501, 751])('seeds from %i', async (first) => {
      expect(await fuzzer.compare(first, 250, STEPS)).toBeUndefined();
    });
  },
);
