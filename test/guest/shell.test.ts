import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const programs = join(root, 'guest-programs/programs');
const scripts = join(root, 'test/guest/shell');

describeWith(['gcc', 'dash'], 'the shell and its programs, compiled for the host', () => {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');

  beforeAll(async () => {
    mkdirSync(bin);
    const flags = ['-std=gnu11', '-O1', '-Wall', '-Wextra', '-Werror'];
    const shell = readdirSync(join(programs, 'sh')).filter((name) => name.endsWith('.c'));
    const units: [string, string[]][] = [['sh', shell.map((name) => `sh/${name}`)]];
    for (const name of readdirSync(programs).filter((file) => file.endsWith('.c'))) {
      units.push([name.slice(0, -2), [name]]);
    }
    for (const [name, sources] of units) {
      await mustRun('gcc', [...flags, ...sources, '-o', join(bin, name)], { cwd: programs });
    }
  });

  /** The commands beside the shell are ours or the system's. */
  const inOwnFolder = (name: string, path = `${bin}:/bin:/usr/bin`) => {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    return { cwd, env: { PATH: path, HOME: folder } };
  };

  it.each(['script', 'control'])("runs %s.sh as the system's own shell does", async (name) => {
    const script = join(scripts, `${name}.sh`);
    const theirs = inOwnFolder(`theirs-${name}`, '/bin:/usr/bin');
    const system = await run('/bin/dash', [script], theirs);
    const ours = await run(join(bin, 'sh'), [script], inOwnFolder(`ours-${name}`));
    const here = (text: string) => text.replaceAll(/\/(ours|theirs)-/g, '/');
    expect(here(ours.stdout).split('\n')).toEqual(here(system.stdout).split('\n'));
    expect(ours.status).toBe(system.status);
  });

  it('runs loops, branches and functions in the guest as it does natively', async () => {
    const input = readFileSync(join(scripts, 'control.sh'), 'utf8');
    const native = await run(join(bin, 'sh'), [], { ...inOwnFolder('native'), input });
    const guest = await run(process.execPath, [join(root, 'dist/cli.js'), 'run', 'sh'], { input });
    expect(guest).toEqual(native);
    expect(guest.status).toBe(0);
  });

  it.each([
    ['echo |', 'sh: unexpected end\n'],
    ["echo 'open", 'sh: unexpected end\n'],
    ['echo; ; echo', "sh: unexpected ';'\n"],
    [')', "sh: unexpected ')'\n"],
    ['cat <', 'sh: unexpected end after a redirection\n'],
    ['(echo', 'sh: unexpected end\n'],
    ['for i in 1 2; do', 'sh: unexpected end\n'],
    ['if true; fi', "sh: unexpected 'fi'\n"],
    ['done', "sh: unexpected 'done'\n"],
    ['for 1 in a; do :; done', "sh: unexpected '1'\n"],
    ['cat <<END', 'sh: unexpected end\n'],
    ['echo $((1/0))', 'sh: $((1/0)): division by zero\n'],
    ['echo $((1 +))', 'sh: $((1 +)): a number is missing\n'],
    ['echo $((2*)); echo never', 'sh: $((2*)): a number is missing\n'],
    ['f() { f; }; f', 'sh: f: functions call each other more than 500 deep\n'],
    ['[ 1 -eq', 'sh: [: ] is missing\n'],
    ['[ 1 -eq one ]', 'sh: test: one: is no number\n'],
    ['seq 1 0 2', 'seq: a step of 0 leads nowhere\n'],
  ])('refuses %j with exit status 2', async (line, message) => {
    const outcome = await run(join(bin, 'sh'), ['-c', line], { env: { PATH: bin } });
    expect(outcome).toEqual({ status: 2, stdout: '', stderr: message });
  });

  it('keeps its input for the programs that it runs', async () => {
    const outcome = await run(join(bin, 'sh'), [], { input: 'head -n 1\nfor head\necho $?\n' });
    expect(outcome.stdout).toMatch(/^for head\n/);
  });
});
