import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const source = join(root, 'test/guest/strace/memory-calls.c');
/** What the guest's user is, too. */
const UNPRIVILEGED = 1000;

/** The program's own calls, after those of its libc. */
function ownCalls(trace: string): string[] {
  const lines = trace.trimEnd().split('\n');
  return lines.slice(lines.findIndex((line) => line.startsWith('write(1, "begin')));
}

/** Newer kernels have more commands of membarrier. */
function normalised(line: string): string {
  return line.startsWith('membarrier(MEMBARRIER_CMD_QUERY') ? line.replace(/= .*/, '= …') : line;
}

describeWith(['gcc', 'riscv64-linux-gnu-gcc', 'strace'], 'strace of the memory calls', () => {
  const folder = temporaryFolder();

  it('writes what strace(1) writes of the same program', async () => {
    chmodSync(folder, 0o777);
    const [native, guest] = [join(folder, 'native'), join(folder, 'guest')];
    const log = join(folder, 'log');
    const flags = ['-std=gnu11', '-O1', '-w', '-static', source, '-o'];
    await mustRun('gcc', [...flags, native]);
    await mustRun('riscv64-linux-gnu-gcc', [...flags, guest]);
    const user = [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'];
    const command = process.getuid?.() === 0 ? ['setpriv', ...user, native] : [native];
    await mustRun('strace', ['-o', log, ...command]);
    const { stderr } = await pagewalk(['run', '--strace', guest]);
    expect(ownCalls(stderr).map(normalised)).toEqual(
      ownCalls(readFileSync(log, 'utf8')).map(normalised),
    );
  });
});
