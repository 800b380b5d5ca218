import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import type { Kernel } from '../../kernel/index.js';
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
    ['procfs', 'smaps, pagemap, mem, limits'],
    ['locks', 'records, open file descriptions, flock, deadlocks'],
    ['events', 'eventfd, epoll'],
    ['sockets', 'socketpair, listening, messages'],
    ['ancillary', 'descriptors and credentials on their way, errors of sockets'],
    ['timers', 'timerfd, timer_create, CPU time, signalfd'],
    ['transfers', 'splice, pidfd, memory of another process'],
    ['shm', 'System V shared memory, remap_file_pages'],
    ['fifos', 'named pipes, nice values'],
    ['cpulimit', 'RLIMIT_CPU'],
    ['pathonly', 'descriptors of O_PATH'],
    ['openat2', 'where paths may lead'],
    ['clocks', 'which there are, whose CPU time'],
    ['calls', 'preadv2, capabilities, robust lists, prctl'],
  ])('%s (%s)', (name) => {
    const native = runNatively(compile('gcc', name, []));
    const guest = runGuest(readFileSync(compile(CROSS, name, ['-static'])));
    expect({ output: guest.output, status: guest.result.exitStatus }).toEqual(native);
    expect(guest.result.unknownSyscalls).toEqual({});
    expect(guest.result.violations).toBe(0);
  });

  it('and the verifier knows of files that only messages hold', () => {
    const found: string[] = [];
    let kernel: Kernel;
    runGuest(readFileSync(compile(CROSS, 'ancillary', ['-static'])), {
      prepare: (made) => {
        kernel = made;
      },
      beforeExit: () => found.push(...kernel.verify().map(({ rule }) => rule)),
    });
    expect(found).toEqual([]);
  });

  it('a dynamically linked program finds its loader and its libraries', () => {
    const find = (name: string) => {
      const { stdout } = spawnSync(CROSS, [`-print-file-name=${name}`], { encoding: 'utf8' });
      return readFileSync(stdout.trim());
    };
    const guest = runGuest(readFileSync(compile(CROSS, 'threads', [])), {
      prepare: ({ files }) => {
        // glibc loads libgcc_s for pthread_exit.
        for (const name of ['ld-linux-riscv64-lp64d.so.1', 'libc.so.6', 'libgcc_s.so.1']) {
          files.add(`/lib/${name}`, find(name), 0o755);
        }
      },
    });
    const native = runNatively(compile('gcc', 'threads', []));
    expect({ output: guest.output, status: guest.result.exitStatus }).toEqual(native);
    expect(guest.result.violations).toBe(0);
  });

  it('a dynamically linked program without its loader says what is missing', () => {
    const image = readFileSync(compile(CROSS, 'threads', []));
    expect(() => runGuest(image)).toThrow(/dynamic loader \/lib\/ld-linux-riscv64-lp64d.so.1/);
  });
});
