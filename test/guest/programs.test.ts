import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { command } from '../support/pagewalk.js';
import { mustRun, type Outcome, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const sources = join(root, 'test/guest/programs');
const ulib = join(root, 'guest-programs/ulib');
const names = readdirSync(sources).map((file) => file.replace(/\.c$/, ''));
const env = { GIVEN: 'x' };
const input = 'one\ntwo\nthree\nmore\nand more without an end of line';
const args: Readonly<Record<string, string[]>> = {
  arguments: ['-a', '-b', 'value', '-x', 'rest', '', 'two words'],
};
/** What the guest's user is, too. */
const UNPRIVILEGED = 1000;

describeWith(
  ['gcc', 'riscv64-linux-gnu-gcc', 'riscv64-unknown-elf-gcc'],
  'a program prints and exits in the guest as it does natively',
  () => {
    const folder = temporaryFolder();
    const objects = join(folder, 'ulib');

    beforeAll(async () => {
      chmodSync(folder, 0o755);
      mkdirSync(objects);
      const files = readdirSync(join(ulib, 'src')).filter((name) => /\.[cS]$/.test(name));
      const flags = ['-O2', '-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany', '-ffreestanding'];
      const paths = files.map((name) => join(ulib, 'src', name));
      const include = ['-isystem', join(ulib, 'include')];
      await mustRun('riscv64-unknown-elf-gcc', [...flags, ...include, '-c', ...paths], {
        cwd: objects,
      });
    });

    const native = async (name: string): Promise<Outcome> => {
      const program = join(folder, `${name}.native`);
      await mustRun('gcc', ['-std=gnu11', '-O2', join(sources, `${name}.c`), '-o', program]);
      const cwd = join(folder, `${name}.cwd`);
      mkdirSync(cwd);
      if (process.getuid?.() !== 0) return run(program, args[name] ?? [], { cwd, env, input });
      chownSync(cwd, UNPRIVILEGED, UNPRIVILEGED);
      const user = [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'];
      return run('setpriv', [...user, program, ...(args[name] ?? [])], { cwd, env, input });
    };

    const guest = (name: string, program: string): Promise<Outcome> => {
      const options = [
        '--env',
        `GIVEN=${env.GIVEN}`,
        '--max-steps',
        '2000000000',
        '--verify',
        'trap',
      ];
      const all = [command, 'run', ...options, program, ...(args[name] ?? [])];
      return run(process.execPath, all, { input });
    };

    const withGlibc = async (name: string): Promise<string> => {
      const program = join(folder, `${name}.glibc`);
      const flags = ['-std=gnu11', '-O2', '-static'];
      await mustRun('riscv64-linux-gnu-gcc', [...flags, join(sources, `${name}.c`), '-o', program]);
      return program;
    };

    const withUlib = async (name: string): Promise<string> => {
      const program = join(folder, `${name}.ulib`);
      const flags = ['-std=gnu11', '-O2', '-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany'];
      const library = readdirSync(objects).map((file) => join(objects, file));
      const link = ['-ffreestanding', '-nostdlib', '-static', '-T', join(ulib, 'program.ld')];
      await mustRun('riscv64-unknown-elf-gcc', [
        ...[...flags, ...link, '-isystem', join(ulib, 'include')],
        ...[join(sources, `${name}.c`), ...library, '-lgcc', '-o', program],
      ]);
      return program;
    };

    it.each(names)('%s, with glibc and with our own libc', async (name) => {
      const [expected, glibc, ours] = await Promise.all([
        native(name),
        withGlibc(name).then((program) => guest(name, program)),
        withUlib(name).then((program) => guest(name, program)),
      ]);
      expect(glibc).toEqual(expected);
      expect(ours).toEqual(expected);
    });
  },
);
