// The kernel's memory calls by the host's clock, beside the same source on the Linux of this machine:
// nanoseconds per operation, and the ratio. With the verifier off, and judging every trap.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 3;
const root = fileURLToPath(new URL('../..', import.meta.url));
const source = join(root, 'test/bench/kernel/operations.c');
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));

function execute(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

/** Nanoseconds by operation, the median of some runs. */
function measure(command, args) {
  const runs = Array.from({ length: ROUNDS }, () =>
    execute(command, args)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')),
  );
  return new Map(
    runs[0].map(([name], row) => {
      const values = runs.map((run) => Number(run[row][1])).sort((a, b) => a - b);
      return [name, values[Math.floor(ROUNDS / 2)]];
    }),
  );
}

try {
  const native = join(folder, 'native');
  const guest = join(folder, 'guest');
  execute('gcc', ['-O2', source, '-o', native]);
  execute('riscv64-linux-gnu-gcc', ['-O2', '-static', source, '-o', guest]);
  const pagewalk = (...options) => [
    process.execPath,
    [join(root, 'dist/cli.js'), 'run', '--clock', 'host', ...options, guest],
  ];
  const columns = [
    measure(native, []),
    measure(...pagewalk()),
    measure(...pagewalk('--verify', 'trap')),
  ];
  console.log(
    `${'ns per operation'.padEnd(38)}${'native'.padStart(10)}${'pagewalk'.padStart(10)}${'ratio'.padStart(8)}${'verified'.padStart(10)}`,
  );
  for (const name of columns[0].keys()) {
    const [host, ours, verified] = columns.map((column) => column.get(name));
    console.log(
      name.padEnd(38) +
        String(host).padStart(10) +
        String(ours).padStart(10) +
        (ours / host).toFixed(1).padStart(8) +
        String(verified).padStart(10),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
