import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Inode } from '../../kernel/files/inode.js';
import { Kernel } from '../../kernel/index.js';
import { runGuest } from '../support/guest.js';
import { guestProgram } from '../support/pagewalk.js';

const programs: [name: string, input?: string][] = [
  ['mmapdemo'],
  ['forkdemo'],
  ['vmmap'],
  ['hello'],
  [
    'sh',
    'echo a | cat; ls /bin | wc; mmapdemo > /tmp/x; grep L0 /tmp/x | head; cp /tmp/x /tmp/y\n',
  ],
];

const tools = ['cat', 'ls', 'wc', 'grep', 'head', 'cp', 'mmapdemo', 'forkdemo'];

function run(name: string, verify: 'off' | 'exit' | 'trap', input = '') {
  return runGuest(readFileSync(guestProgram(name)), {
    verify,
    input,
    env: ['PATH=/bin'],
    strace: undefined,
    prepare: ({ files }) => {
      for (const tool of tools) files.add(`/bin/${tool}`, readFileSync(guestProgram(tool)), 0o755);
    },
  });
}

describe('verify: trap', () => {
  it.each(programs)('finds nothing in %s, and changes nothing', (name, input) => {
    const verified = run(name, 'trap', input);
    expect(verified.result.violations, verified.reports).toBe(0);
    expect(verified.kernel.monitor!.falseAlarms).toBe(0);
    expect(verified.kernel.verify()).toEqual([]);
    const { result, output } = run(name, 'off', input);
    expect(verified.result).toEqual(result);
    expect(verified.output).toBe(output);
    expect(run(name, 'exit', input).result).toEqual(result);
  });
});

describe('Kernel.verify', () => {
  it('leaves everything as it is, the numbers of inodes in /proc too', () => {
    const session = (looks: boolean) => {
      const kernel = Kernel.create({
        memoryBytes: 16 * 2 ** 20,
        console: { write: () => {}, isTerminal: false },
      });
      for (const tool of ['sh', ...tools]) {
        kernel.files.add(`/bin/${tool}`, readFileSync(guestProgram(tool)), 0o755);
      }
      kernel.spawn({ path: '/bin/sh', args: ['sh'], env: ['PATH=/bin'], cwd: '/tmp' });
      const line = 'cat /proc/self/stat > a; ls -l /proc/self/fd > b; exec 4< b; cat < b';
      kernel.input(new TextEncoder().encode(`${line}\n`));
      kernel.endInput();
      while (kernel.run(20_000, 'trap') === 'budget') if (looks) kernel.verify();
      const numbers = ['/tmp/a', '/tmp/b'].map(
        (path) => (kernel.files.resolve(path) as Inode).number,
      );
      return { numbers, result: kernel.result() };
    };
    expect(session(true)).toEqual(session(false));
  });
});
