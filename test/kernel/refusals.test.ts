import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { type GuestOptions, type GuestRun, runGuest } from '../support/guest.js';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { Exhaustion, leftovers, Refusals } from '../support/refusals.js';
import { describeWith } from '../support/tools.js';

const FLAGS = ['-std=gnu11', '-O1', '-w', '-static', '-pthread'];
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
/** Allocations at which memory runs out, out of all that the program makes. */
const POINTS = 24;
/** What must be left of processes, whoever was killed when. */
const NOTHING = {
  slots: 0,
  heldFrames: 0,
  pages: { anonymous: 0, 'page-table': 0 },
  spaces: 0,
  processes: 0,
  tasks: 0,
  segments: 0,
  names: 0,
  filesOnTheirWay: 0,
};
const ARGUMENTS = ['/bin/program', '/tmp', '/disk'];

describeWith(['gcc', 'riscv64-linux-gnu-gcc'], 'a program whose allocations are refused', () => {
  const folder = temporaryFolder();
  let program: Uint8Array;
  let native: string;

  beforeAll(async () => {
    const source = join(root, 'test/guest/failures/workload.c');
    const [here, there] = [join(folder, 'native'), join(folder, 'guest')];
    await mustRun('gcc', [...FLAGS, source, '-o', here]);
    await mustRun('riscv64-linux-gnu-gcc', [...FLAGS, source, '-o', there]);
    chmodSync(folder, 0o777);
    native = (await run(here, [folder, folder])).stdout;
    program = readFileSync(there);
  });

  const guest = (o: GuestOptions = {}): GuestRun =>
    runGuest(program, { memoryBytes: 16 * 2 ** 20, diskBytes: 2 ** 20, args: ARGUMENTS, ...o });

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
    const undisturbed = guest(o);
    const refusals = new Refusals(refused);
    let stop = () => {};
    let disturbed: GuestRun;
    try {
      disturbed = guest({
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
    const never = new Exhaustion(Number.POSITIVE_INFINITY);
    guest({ mayAllocate: never.mayAllocate, prepare: (kernel) => never.start(kernel) });
    const killed = new Set<string | null>();
    for (let i = 0; i < POINTS; i++) {
      const exhaustion = new Exhaustion(1 + Math.floor((never.count * i) / POINTS));
      const { kernel, result, reports } = guest({
        mayAllocate: exhaustion.mayAllocate,
        prepare: (each) => exhaustion.start(each),
      });
      expect(result, reports).toMatchObject({
        outcome: expect.stringMatching(/exited|signalled/) as string,
        oomKills: 1,
        violations: 0,
      });
      expect(kernel.verify()).toEqual([]);
      expect(leftovers(kernel)).toMatchObject(NOTHING);
      killed.add(result.signal);
    }
    expect(killed).toEqual(new Set(['SIGKILL', null]));
  });
});
