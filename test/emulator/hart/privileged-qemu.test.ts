import { expect, it } from 'vitest';
import { comparePrivileged } from '../../support/privileged-lockstep.js';
import { describeWith } from '../../support/tools.js';

describeWith(['qemu-system-riscv64'], 'random privileged programs against QEMU', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'program %i takes the same traps and leaves the same tables and data',
    (seed) => {
      expect(comparePrivileged(seed, 400)).toBeGreaterThan(500);
    },
  );
});
