import { expect, it } from 'vitest';
import { command, guestProgram } from '../support/pagewalk.js';
import { run } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const corpus: readonly (readonly [title: string, args: readonly string[]])[] = [
  ['every privilege and trap', ['boot', guestProgram('traps')]],
  [
    'floating point, cut off in the middle',
    ['boot', '--max-instructions', '3000001', guestProgram('bench-float')],
  ],
  [
    'recursion, cut off in the middle',
    ['boot', '--max-instructions', '3000001', guestProgram('bench-recursive')],
  ],
];

/** What one Node prints of a run: its output, and all counts but the time it took. */
async function outcome(node: string, args: readonly string[]) {
  const [name, ...rest] = args;
  const result = await run(node, [command, name!, '--stats=json', ...rest]);
  const { cpuMs: _, ...stats } = JSON.parse(result.stderr.trimEnd().split('\n').at(-1)!) as {
    cpuMs: number;
  };
  return { status: result.status, stdout: result.stdout, stats };
}

describeWith(['node22', 'node24'], 'a run under another major version of Node', () => {
  it.each(corpus)('ends in the same state: %s', async (_title, args) => {
    const [here, ...others] = await Promise.all(
      [process.execPath, 'node22', 'node24'].map((node) => outcome(node, args)),
    );
    expect(here?.stats).toHaveProperty('stateHash');
    for (const other of others) expect(other).toEqual(here);
  });
});
