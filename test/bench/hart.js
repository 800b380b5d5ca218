// The hart against QEMU's: CPU time of the whole process for the same bare-metal image, which runs
// in S mode under Sv39. The median of three runs each; 1.0 would be as fast as QEMU's JIT.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROUNDS = 3;
const root = fileURLToPath(new URL('../..', import.meta.url));
const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;
const machines = {
  pagewalk: (image) => [process.execPath, `${root}dist/cli.js`, 'boot', image],
  qemu: (image) =>
    ['qemu-system-riscv64', '-M', 'virt', '-bios', 'none', '-nographic', '-kernel'].concat(image),
};

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

console.log('kernel       pagewalk      qemu     ratio');
for (const kernel of ['recursive', 'array', 'float']) {
  const image = `${root}guest-programs/bin/bench-${kernel}`;
  const seconds = { pagewalk: [], qemu: [] };
  const checksums = new Set();
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of Object.keys(machines)) {
      const run = measure(machines[name](image));
      seconds[name].push(run.seconds);
      checksums.add(run.checksum);
    }
  }
  if (checksums.size !== 1) throw new Error(`different results: ${[...checksums].join(', ')}`);
  const [ours, theirs] = [median(seconds.pagewalk), median(seconds.qemu)];
  const columns = [`${ours.toFixed(2)} s`, `${theirs.toFixed(2)} s`, (ours / theirs).toFixed(1)];
  console.log(kernel.padEnd(12) + columns.map((text) => text.padStart(9)).join(' '));
}
