import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { GuestRun } from '../support/guest.js';
import { mustRun, run, temporaryFolder } from '../support/processes.js';
import { leftovers, Refusals, runExhausted, runWorkload, workload } from '../support/refusals.js';
import { describeWith } from '../support/tools.js';

/** How often, with whatever is refused and however little of it is missed. */
const REFUSED_AT_LEAST = {
  fault: 50,
  mmap: 10,
  clone: 8,
  execve: 6,
  write: 2,
  read: 5,
  mremap: 2,
};
/** Allocations at which memory runs out; `npm run fuzz:memory` goes through all of them. */
const POINTS = 24;
describeWith(['gcc', 'riscv64-linux-gnu-gcc'], 'a program whose allocations are refused', () => {
  const folder = temporaryFolder();
  let program: Uint8Array;
  let native: string;

  beforeAll(async () => {
    const { source, flags } = workload;
    const [here, there] = [join(folder, 'native'), join(folder, 'guest')];
    await mustRun('gcc', [...flags, source, '-o', here]);
    await mustRun('riscv64-linux-gnu-gcc', [...flags, source, '-o', there]);
    chmodSync(folder, 0o777);
    native = (await run(here, [folder, folder])).stdout;
    program = readFileSync(there);
  });

  it.each([
    ['each allocation in turn', 'one', {}],
    ['each allocation and all after it', 'the rest', {}],
    ['each allocation in turn, with a swap device', 'one', { swapBytes: 2 ** 22 }],
    [
      'each allocation in turn, with a swap device that is soon full',
      'one',
      { swapBytes: 2 ** 16 },
    ],
  ] as const)('does what it should, and leaves nothing behind: %s', (_name, refused, o) => {
    const undisturbed = runWorkload(program, o);
    const refusals = new Refusals(refused);
    let stop = () => {};
    let disturbed: GuestRun;
    try {
      disturbed = runWorkload(program, {
        ...o,
        mayAllocate: refusals.mayAllocate,
        prepare: (kernel) => {
          ({ stop } = refusals.start(kernel));
        },
      });
    } finally {
      stop();
    }
    expect(disturbed.output).toBe(native);
    expect(disturbed.reports).toBe('');
    expect(disturbed.result).toMatchObject({ outcome: 'exited', exitStatus: 0, violations: 0 });
    expect(refusals.leaks).toEqual([]);
    expect(leftovers(disturbed.kernel)).toEqual(leftovers(undisturbed.kernel));
    const total = [...refusals.counts.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(100);
    // With swap most refusals lead to a page that goes, and the call succeeds.
    for (const [call, atLeast] of 'swapBytes' in o ? [] : Object.entries(REFUSED_AT_LEAST)) {
      expect(refusals.counts.get(call) ?? 0, call).toBeGreaterThanOrEqual(atLeast);
    }
  });

  it('ends well, and so does its machine, wherever memory runs out', () => {
    const { allocations, complaints } = runExhausted(program, Number.POSITIVE_INFINITY);
    expect(complaints).toEqual([]);
    const signals = new Set<string | null>();
    for (let i = 0; i < POINTS; i++) {
      const at = 1 + Math.floor((allocations * i) / POINTS);
      const run = runExhausted(program, at);
      expect(run.complaints, `at allocation ${at}`).toEqual([]);
      signals.add(run.signal);
    }
    expect(signals).toEqual(new Set(['SIGKILL', null]));
  });
});
