import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  caseFlags,
  caseNames,
  splitByCase,
  ulibCases,
  ulibFlags,
  writeAllCases,
  writtenByHand,
} from '../support/guest-cases.js';
import { memoryTier, missingFrom } from '../support/memory-tier.js';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

/** Tens of thousands of calls: a judge after each of them would take longer than all the others. */
const MANY_CALLS = 'more-regions-than-max-map-count-is-enomem';
/** What the guest's user is, too. */
const UNPRIVILEGED = 1000;

const compilers = ['gcc', 'riscv64-linux-gnu-gcc', 'riscv64-unknown-elf-gcc'];

describeWith(compilers, 'memory behaves as on Linux', () => {
  const folder = temporaryFolder();
  // The guest's /tmp is a tmpfs, and so must be where the native programs make their files.
  const shared = '/dev/shm';
  const cwd = mkdtempSync(join(existsSync(shared) ? shared : tmpdir(), 'pagewalk-cases-'));
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));
  let native: Map<string, string>;
  let guest: Map<string, string>;
  /** With our own libc. */
  let ulib: Map<string, string>;
  let statistics: { violations: number };

  const runNative = (program: string) => {
    if (process.getuid?.() !== 0) return run(program, [], { cwd });
    chownSync(cwd, UNPRIVILEGED, UNPRIVILEGED);
    const user = [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'];
    return run('setpriv', [...user, program], { cwd });
  };

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'native'));
    const source = join(folder, 'all.c');
    const [nativeProgram, guestProgram] = [join(folder, 'native/all'), join(folder, 'all')];
    writeAllCases(source);
    const [ulibSource, ulibProgram] = [join(folder, 'ulib.c'), join(folder, 'ulib')];
    writeAllCases(ulibSource, ulibCases);
    await Promise.all([
      mustRun('riscv64-unknown-elf-gcc', [ulibSource, ...ulibFlags, '-lgcc', '-o', ulibProgram]),
      mustRun('gcc', [...caseFlags, source, '-o', nativeProgram]),
      mustRun('riscv64-linux-gnu-gcc', [...caseFlags, source, '-o', guestProgram]),
    ]);
    const [here, there, fast, small] = await Promise.all([
      runNative(nativeProgram),
      pagewalk(['run', '--verify', 'trap', '--stats=json', guestProgram, '-', MANY_CALLS]),
      pagewalk(['run', guestProgram, MANY_CALLS]),
      pagewalk(['run', ulibProgram]),
    ]);
    ulib = splitByCase(small.stdout);
    native = splitByCase(here.stdout);
    guest = splitByCase(there.stdout);
    guest.set(MANY_CALLS, `${fast.stdout}== ${MANY_CALLS}: exit ${fast.status}\n`);
    statistics = JSON.parse(there.stderr.trimEnd().split('\n').at(-1) ?? '') as typeof statistics;
  });

  it.each(caseNames)('%s', (name) => {
    expect(guest.get(name)).toBe(writtenByHand.get(name) ?? native.get(name));
  });

  it('it does so with our own libc, too', () => {
    expect(ulibCases.length).toBeGreaterThan(180);
    const expected = ulibCases.map((name) => [name, guest.get(name)]);
    expect(Object.fromEntries(ulib)).toEqual(Object.fromEntries(expected));
  });

  it.each(memoryTier)('a case meets every flag and error of $call', (call) => {
    const lines = [...guest.values()].flatMap((text) => text.split('\n'));
    expect(missingFrom(lines, call)).toEqual([]);
  });

  it('the verifier has nothing to say', () => {
    expect(statistics.violations).toBe(0);
  });

  it('an output is written by hand only where the native one differs', () => {
    const needless = [...writtenByHand].filter(([name, text]) => native.get(name) === text);
    expect(needless.map(([name]) => name)).toEqual([]);
  });
});
