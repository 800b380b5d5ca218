import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

describeWith(['riscv64-linux-gnu-gcc'], 'a program that never ends by itself', () => {
  const folder = temporaryFolder();

  const limited = async (
    name: string,
    options: readonly string[],
    args: readonly string[] = [],
  ) => {
    const program = join(folder, name);
    const source = join(root, 'test/guest/limits', `${name}.c`);
    await mustRun('riscv64-linux-gnu-gcc', ['-O1', '-w', '-static', source, '-o', program]);
    const outcome = await pagewalk(['run', '--stats=json', ...options, program, ...args]);
    const stats = JSON.parse(outcome.stderr.trimEnd().split('\n').at(-1) ?? '') as object;
    return { ...outcome, stats };
  };

  it('ends at exactly its instructions', async () => {
    const { status, stdout, stats } = await limited('spin', ['--max-instructions', '12345678']);
    expect({ status, stdout }).toEqual({ status: 124, stdout: 'spinning\n' });
    expect(stats).toMatchObject({ outcome: 'limit', instructions: 12345678, exitStatus: null });
  });

  it('ends at its steps, with the same state each time', async () => {
    const options = ['--max-steps', '5000000'];
    const [first, second] = await Promise.all([limited('spin', options), limited('spin', options)]);
    expect(first).toMatchObject({ status: 124, stats: { outcome: 'limit', steps: 5000000 } });
    expect(second.stats).toMatchObject({ ...first.stats, cpuMs: expect.any(Number) as number });
  });

  it('ends when it forks without end', async () => {
    const { status, stats } = await limited('fork-bomb', ['--max-steps', '20000000']);
    expect(status).toBe(124);
    expect(stats).toMatchObject({ outcome: 'limit' });
  });

  it.each([
    ['signals', 'queued signals: 128, then EAGAIN\nkilled: 0\n'],
    ['timers', 'timers: 128, then EAGAIN\n'],
    ['regions', 'regions: all\ncopies of them: a few, then ENOMEM\n'],
    ['folders', 'folders: many, then ENOSPC\nthe innermost has a name: 0\n'],
    ['numbers of calls', ''],
    ['crashes', ''],
  ])('is refused what it hoards: %s', async (what, expected) => {
    const { stdout, stderr, stats } = await limited('hoards', ['--memory=16M'], [what]);
    expect(stdout).toBe(expected);
    expect(stats).toMatchObject({ outcome: 'exited', exitStatus: 0 });
    // Nobody reads more of what happens again and again.
    expect(stderr.split('\n').length).toBeLessThan(1500);
  });

  it('is killed when it takes more memory than there is', async () => {
    const { status, stats } = await limited('map-bomb', ['--memory', '16M']);
    expect({ status, stats }).toMatchObject({ status: 137, stats: { signal: 'SIGKILL' } });
  });

  it('is killed in the place of others, which go on', async () => {
    const { status, stdout, stderr, stats } = await limited('hog', ['--memory', '16M']);
    expect(stdout).toBe(`refused: 0 0 0
/proc/self/oom_score_adj: 0
hog: signal 9
volunteer: alive
`);
    expect(stderr).toMatch(
      /out of memory \(pid 4, hog\): no frame is left for 0x[0-9a-f]+; it has/,
    );
    expect({ status, stats }).toMatchObject({ status: 137, stats: { oomKills: 2 } });
  });

  it('is killed after a process that would rather die first', async () => {
    const { stdout, stats, stderr } = await limited('hog', ['--memory', '16M'], ['1000']);
    expect(stdout).toContain('oom_score_adj: 1000\nhog: signal 9\nvolunteer: Killed\n');
    expect(stderr).toMatch(/\(pid 3, hog\).* of pid 4; it has .*oom_score_adj 1000/);
    expect(stats).toMatchObject({ oomKills: 3 });
  });

  it.each([
    ['in a machine without swap', [], { by: 'Killed', other: 'Killed', part: 'exit 1' }, 18],
    // The caller exits with 1 when the call went through; the other is told to go.
    [
      'never, where there is swap',
      ['--swap=16M'],
      { by: 'exit 1', other: 'Terminated', part: 'exit 0' },
      0,
    ],
  ])(
    'has a process killed by a call that finds no frame: %s',
    async (_where, swap, ends, kills) => {
      const options = ['--memory=16M', '--verify=trap', ...swap];
      const { stdout, stats } = await limited('starved-calls', options);
      const calls = 'read write mmap madvise mlock fallocate process_vm_readv clone'.split(' ');
      const rows = calls.map(
        (call) =>
          `${call}: ${ends.by}\nbeside the greatest, ${call}: exit 0\n  the greatest: ${ends.other}\n`,
      );
      // Its memory goes with it in the middle of the copy.
      const copies = ['process_vm_readv', '/proc/PID/mem'].map(
        (call) => `from the greatest, ${call}: ${ends.part}\n  the greatest: ${ends.other}\n`,
      );
      expect(stdout).toBe(rows.concat(copies).join(''));
      expect(stats).toMatchObject({ oomKills: kills, violations: 0 });
    },
  );

  it('has what it fills pipes and sockets with counted as memory', async () => {
    const { stdout, stats } = await limited('pipe-bomb', ['--memory=32M', '--verify=trap']);
    expect(stdout).toBe(`pipes: some are killed for memory, all of it is back: 1
sockets: some are killed for memory, all of it is back: 1
`);
    expect(stats).toMatchObject({ exitStatus: 0, violations: 0 });
  });

  it.each([
    ['without swap', []],
    ['with swap', ['--swap=16M']],
  ])('finds /tmp full at half of memory, %s', async (_how, swap) => {
    const { stdout, stats } = await limited('full-tmpfs', ['--memory=16M', ...swap]);
    expect(stdout).toBe(`first page of a file: done
2047 pages, then No space left on device
free: 0 pages
a page that is there: done
a hole: Bus error, Bus error
fallocate: -1 No space left on device
a memfd: 4096 bytes
a hole when a page is free: done, Bus error
free: 2046 pages
the hole then: done
2047 names, then No space left on device
a link: -1 No space left on device
a file: -1 No space left on device
one less: 0, one more: 0
`);
    expect(stats).toMatchObject({ oomKills: 0 });
  });

  it('may not have more regions than Linux allows', async () => {
    const { status, stderr } = await limited('map-regions', []);
    expect(status).toBe(3);
    expect(stderr).toContain('mprotect: Cannot allocate memory');
  });

  it('gets a signal when it jumps where nothing is, and is told where', async () => {
    const { status, stderr } = await limited('wild-jump', []);
    expect(status).toBe(139);
    expect(stderr).toContain('0x123456788');
  });

  it('gets a signal when its stack is full', async () => {
    const { status, stderr } = await limited('stack-overflow', []);
    expect(status).toBe(139);
    expect(stderr).toContain('depth');
  });

  it.each([
    // A stack of 8 MiB is larger than memory: the OOM killer comes first.
    ['in 8 MiB of memory', ['--memory=8M'], 'Killed'],
    ['in 8 MiB of memory and 8 of swap', ['--memory=8M', '--swap=8M'], 'Segmentation fault'],
  ])('dies alone, whatever it does %s: all others go on', async (_where, options, overflow) => {
    const { status, stdout, stats } = await limited('hostile', ['--verify=trap', ...options]);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'more memory than there is: Killed',
      'more shared memory than there is: Killed',
      `a stack overflow: ${overflow}`,
      'a wild jump: Segmentation fault',
      'a jump into data: Segmentation fault',
      'a write to every address: Segmentation fault',
      'writes all over the address space: exit 11',
      'an endless mmap loop: exit 12',
      'an endless fork loop: Killed',
      'the bystander: right',
    ]);
    expect({ status, stats }).toMatchObject({ status: 0, stats: { violations: 0 } });
  });

  it('ends when it waits for what can never come', async () => {
    const { status, stderr } = await limited('sleeper', []);
    expect(status).toBe(124);
    expect(stderr).toMatch(/deadlock|never/);
  });
});
