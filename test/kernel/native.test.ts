import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { runGuest } from '../support/guest.js';
import { describeWith } from '../support/tools.js';

const CROSS = 'riscv64-linux-gnu-gcc';
const sources = fileURLToPath(new URL('programs/', import.meta.url));

/** The same glibc program, statically linked, here and on the host, as the same kind of user. */
describeWith([CROSS, 'gcc'], 'A static glibc program behaves as on Linux:', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-native-'));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compile = (compiler: string, name: string, flags: readonly string[]): string => {
    const output = join(folder, `${name}-${compiler}`);
    const args = ['-O1', '-w', '-pthread', ...flags, '-o', output, join(sources, `${name}.c`)];
    const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${compiler} ${name}.c: ${stderr}`);
    return output;
  };

  const runNatively = (program: string) => {
    const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};
    const { stdout, status } = spawnSync(program, [], { ...user, input: '', encoding: 'utf8' });
    return { output: stdout, status };
  };

  it.each([
    ['files', 'contents, names, metadata, errors'],
    ['processes', 'fork, exec, wait, pipes, groups, stopping'],
    ['signals', 'handlers, masks, restarts, faults'],
    ['threads', 'mutexes, conditions, joining'],
    ['waiting', 'time, poll, select'],
  ])('%s (%s)', (name) => {
    const native = runNatively(compile('gcc', name, []));
    const guest = runGuest(readFileSync(compile(CROSS, name, ['-static'])));
    expect({ output: guest.output, status: guest.result.exitStatus }).toEqual(native);
    expect(guest.result.unknownSyscalls).toEqual({});
    expect(guest.result.violations).toBe(0);
  });
});
