// What trap mode costs: CPU time of `pagewalk run --verify trap` over that of the same run without,
// start-up included. The runs alternate; the ratio is the median over the pairs.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAIRS = 7;
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));
const programs = {
  compute: 'arithmetic in few pages',
  memory: 'hash tables, sorting, mmap, fork',
  storm: 'nothing but page faults',
};

function execute(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return { stdout, stderr };
}

function measure(program, verify) {
  const args = [join(root, 'dist/cli.js'), 'run', '--verify', verify, '--stats=json', program];
  const { stdout, stderr } = execute(process.execPath, args);
  return { stdout, ...JSON.parse(stderr.trimEnd().split('\n').at(-1)) };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

try {
  console.log('program    off, ms  trap, ms   ratio    faults     calls');
  for (const [name, what] of Object.entries(programs)) {
    const program = join(folder, name);
    const source = join(root, 'test/bench/verify', `${name}.c`);
    execute('riscv64-linux-gnu-gcc', ['-O2', '-static', source, '-o', program]);
    const pairs = Array.from({ length: PAIRS }, () =>
      ['off', 'trap'].map((v) => measure(program, v)),
    );
    const [off, trap] = pairs[0];
    if (off.stateHash !== trap.stateHash || off.stdout !== trap.stdout) {
      throw new Error(`${name}: trap mode changed the run`);
    }
    const columns = [
      median(pairs.map(([plain]) => plain.cpuMs)).toFixed(0),
      median(pairs.map(([, verified]) => verified.cpuMs)).toFixed(0),
      median(pairs.map(([plain, verified]) => verified.cpuMs / plain.cpuMs)).toFixed(2),
      String(off.faults),
      String(off.syscalls),
    ];
    console.log(`${name.padEnd(8)}${columns.map((text) => text.padStart(10)).join('')}   ${what}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
