import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
