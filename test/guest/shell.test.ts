import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const programs = join(root, 'guest-programs/programs');
const script = join(root, 'test/guest/shell/script.sh');

describeWith(['gcc'], 'the shell and its programs, compiled for the host', () => {
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

  const inOwnFolder = (name: string) => {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    return { cwd, env: { PATH: `${bin}:/bin:/usr/bin`, HOME: folder } };
  };

  it("runs a script as the system's own shell does", async () => {
    const system = await run('/bin/sh', [script], inOwnFolder('theirs'));
    const ours = await run(join(bin, 'sh'), [script], inOwnFolder('ours'));
    const here = (text: string) => text.replaceAll(/\/(ours|theirs)/g, '/here');
    expect(here(ours.stdout)).toBe(here(system.stdout));
    expect(ours.status).toBe(system.status);
  });

  it.each([
    ['echo |', 'sh: unexpected end\n'],
    ["echo 'open", 'sh: unexpected end\n'],
    ['echo; ; echo', "sh: unexpected ';'\n"],
    [')', "sh: unexpected ')'\n"],
    ['cat <', 'sh: unexpected end after a redirection\n'],
    ['(echo', 'sh: unexpected end\n'],
  ])('refuses %j with exit status 2', async (line, message) => {
    const outcome = await run(join(bin, 'sh'), ['-c', line]);
    expect(outcome).toEqual({ status: 2, stdout: '', stderr: message });
  });

  it('keeps its input for the programs that it runs', async () => {
    const outcome = await run(join(bin, 'sh'), [], { input: 'head -n 1\nfor head\necho $?\n' });
    expect(outcome.stdout).toMatch(/^for head\n/);
  });
});
