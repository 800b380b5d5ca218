// The kernel's memory calls by the host's clock, beside the same program on the Linux of this machine
// and, with --linux, on Linux under QEMU.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bootLinux, imageMistake, makeInitramfs, qemuMistake } from './kernel/linux.js';

const USAGE = `npm run bench -- kernel [--linux IMAGE [--qemu PROGRAM]] [--rounds N]

Nanoseconds per operation: the program test/bench/kernel/operations.c natively, under pagewalk, under
pagewalk with --verify trap and, with --linux, on Linux under QEMU, where the very file runs that
pagewalk runs. The systems take turns; each figure is of the best repetition in all rounds.

  --linux IMAGE   a kernel for riscv64, uncompressed (Image format)
  --qemu PROGRAM  qemu-system-riscv64 if left out
  --rounds N      default 3; one takes about 20 s, or 40 with --linux

A kernel is in Debian's package linux-image-VERSION-riscv64, which need not be installed:
  apt-get download linux-image-VERSION-riscv64:riscv64
  dpkg-deb -x linux-image-*.deb FOLDER
  npm run bench -- kernel --linux FOLDER/boot/vmlinux-*
https://packages.debian.org/trixie/linux-image-riscv64 has it too. See test/bench/README.md.`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = (name) => join(root, 'test/bench/kernel', name);

function execute(command, args) {
  const { error, status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (error?.code === 'ENOENT') throw new Error(`${command}: no such program: install it`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

/** Nanoseconds by operation, from lines "name TAB nanoseconds". */
function parse(text) {
  const rows = [...text.matchAll(/^(.+)\t(\d+)\r?$/gm)];
  return new Map(rows.map(([, name, value]) => [name, Number(value)]));
}

/** Compiles for the systems: each is a function that runs the program once and returns its output. */
function makeSystems(folder, { linux: image, qemu }) {
  const native = join(folder, 'native');
  const guest = join(folder, 'guest');
  execute('gcc', ['-O2', source('operations.c'), '-o', native]);
  const compileGuest = (name, target) =>
    execute('riscv64-linux-gnu-gcc', ['-O2', '-static', source(name), '-o', target]);
  compileGuest('operations.c', guest);
  const pagewalk = (...options) => {
    const args = [join(root, 'dist/cli.js'), 'run', '--clock', 'host', ...options, guest];
    return () => execute(process.execPath, args);
  };
  const systems = {
    native: () => execute(native, []),
    pagewalk: pagewalk(),
    verified: pagewalk('--verify', 'trap'),
  };
  if (image === undefined) return systems;
  const init = join(folder, 'init');
  compileGuest('init.c', init);
  const files = { init: readFileSync(init), operations: readFileSync(guest) };
  const initramfs = makeInitramfs(folder, files);
  return { ...systems, qemu: () => bootLinux({ qemu, image, initramfs }) };
}

/** Best nanoseconds of each system: a Map by operation. The systems take turns. */
function measure(systems, rounds) {
  const best = Object.fromEntries(Object.keys(systems).map((name) => [name, new Map()]));
  for (let round = 0; round < rounds; round++) {
    for (const [system, run] of Object.entries(systems)) {
      const output = run();
      const rows = parse(output);
      if (rows.size === 0) {
        const last = output.trimEnd().split('\n').at(-1).trim();
        throw new Error(`${system}: no figures; the last line was: ${last}`);
      }
      for (const [operation, value] of rows) {
        const before = best[system].get(operation) ?? Number.POSITIVE_INFINITY;
        best[system].set(operation, Math.min(before, value));
      }
    }
  }
  return best;
}

function print({ native, pagewalk, verified, qemu }) {
  const line = (name, cells) =>
    console.log((name.padEnd(38) + cells.map((cell) => cell.padStart(11)).join('')).trimEnd());
  const times = (a, b) => `${(a / b).toFixed(1)}x`;
  const headings = ['native', 'pagewalk', 'verified', 'pw/native'];
  line('ns per operation', qemu ? [...headings, 'qemu', 'qemu/pw'] : headings);
  for (const [name, host] of native) {
    const [ours, checked] = [pagewalk.get(name), verified.get(name)];
    const cells = [String(host), String(ours), String(checked), times(ours, host)];
    if (qemu) {
      const theirs = qemu.get(name);
      cells.push(String(theirs), times(theirs, ours));
    }
    line(name, cells);
  }
}

function parseOptions() {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: {
      linux: { type: 'string' },
      qemu: { type: 'string', default: 'qemu-system-riscv64' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean' },
    },
  });
  const rounds = Number(values.rounds);
  if (!(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds ${values.rounds}: give a whole number from 1`);
  }
  const { linux, qemu } = values;
  const mistake = linux === undefined ? undefined : (imageMistake(linux) ?? qemuMistake(qemu));
  if (mistake !== undefined) throw new Error(mistake);
  return { ...values, rounds };
}

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-bench-'));
try {
  const options = parseOptions();
  if (options.help) console.log(USAGE);
  else print(measure(makeSystems(folder, options), options.rounds));
} catch (error) {
  console.error(`bench kernel: ${error.message}`);
  process.exitCode = 2;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
