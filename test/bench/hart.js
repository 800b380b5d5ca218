// The hart against QEMU's: CPU time of the whole process for the same bare-metal image, which runs
// in S mode under Sv39, beside the first version that could run it, which is taken from this
// repository's history and built anew. The median of three runs each, in turns; a speed of 1.0 would
// be that of QEMU's JIT.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 3;
/** "Add benchmarks of the hart and the READMEs". */
const FIRST_VERSION = '8c6dc51b437182e2dae6dff42ac67e5c443d897d';
const root = fileURLToPath(new URL('../..', import.meta.url));
const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;
const boot = (folder) => (image) => [process.execPath, join(folder, 'dist/cli.js'), 'boot', image];
const qemu = (image) =>
  ['qemu-system-riscv64', '-M', 'virt', '-bios', 'none', '-nographic', '-kernel'].concat(image);

/** Builds the first version in a folder; false where the clone does not reach back to it. */
function buildFirstVersion(folder) {
  const steps = [
    ['sh', ['-c', `git archive ${FIRST_VERSION} | tar -x -C ${quote(folder)}`], root],
    [process.execPath, ['scripts/build.js'], folder],
  ];
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return steps.every(([tool, args, cwd]) => spawnSync(tool, args, { cwd }).status === 0);
}

/** User and system seconds of one run, from the shell's count of its children. */
function measure(command) {
  const script = `${command.map(quote).join(' ')} </dev/null; times`;
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  const lines = stdout.trimEnd().split('\n');
  const times = [...lines.at(-1).matchAll(/(\d+)m([\d.]+)s/g)];
  if (status !== 0 || times.length !== 2) throw new Error(`${command[0]} failed: ${stderr}`);
  const seconds = times.reduce((sum, [, minutes, rest]) => sum + minutes * 60 + Number(rest), 0);
  return { seconds, checksum: lines[0] };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Median seconds of each machine; their results must be the same. */
function compare(machines, image) {
  const seconds = Object.keys(machines).map(() => []);
  const checksums = new Set();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, command] of Object.values(machines).entries()) {
      const run = measure(command(image));
      seconds[index].push(run.seconds);
      checksums.add(run.checksum);
    }
  }
  if (checksums.size !== 1) throw new Error(`different results: ${[...checksums].join(', ')}`);
  return seconds.map(median);
}

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-first-'));
try {
  const machines = { qemu, pagewalk: boot(root) };
  if (buildFirstVersion(folder)) machines['first version'] = boot(folder);
  else console.log('no first version: git has not its commit here (git fetch --unshallow gets it)');
  const [, ...ours] = Object.keys(machines);
  const columns = ['kernel', ...Object.keys(machines), ...ours.map((name) => `speed, ${name}`)];
  console.log(
    columns
      .map((text) => text.padEnd(22))
      .join('')
      .trimEnd(),
  );
  for (const kernel of ['recursive', 'array', 'float']) {
    const medians = compare(machines, join(root, `guest-programs/bin/bench-${kernel}`));
    const [theirs, ...others] = medians;
    const cells = [
      ...medians.map((value) => `${value.toFixed(2)} s`),
      ...others.map((value) => (theirs / value).toFixed(2)),
    ];
    console.log(
      [kernel, ...cells]
        .map((text) => text.padEnd(22))
        .join('')
        .trimEnd(),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
