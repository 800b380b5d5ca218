import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../emulator/isa/assemble.js';
import { elfImage } from '../support/elf-image.js';
import { guestProgram, pagewalk } from '../support/pagewalk.js';
import { root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const expected = readFileSync(join(root, 'test/cli/expected/traps.txt'), 'utf8');

/** The last line of stderr, which --stats=json makes one JSON object. */
function stats(stderr: string): Record<string, unknown> {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

/** Stores a word to an odd address: status 0 when that works, else the cause of its trap. */
const misalignedStore = [
  ...['auipc t0,0', 'addi t0,t0,36', 'csrw mtvec,t0', 'sw zero,101(t0)'],
  ...['lui a0,5', 'addi a0,a0,0x555', 'lui t2,0x100', 'sw a0,0(t2)', 'j . + 0'],
  ...['csrr a0,mcause', 'slli a0,a0,16', 'lui a1,3', 'addi a1,a1,0x333', 'or a0,a0,a1'],
  ...['lui t2,0x100', 'sw a0,0(t2)', 'j . + 0'],
];

describe('pagewalk boot', () => {
  const folder = temporaryFolder();
  it.each([
    [[], 0],
    [['--misaligned', 'handled'], 0],
    [['--misaligned=trapped'], 6],
  ])('with %j carries a misaligned store out, or traps', async (options, status) => {
    const words = misalignedStore.map((line) => assemble(line));
    const bytes = new Uint8Array(Int32Array.from(words).buffer);
    const address = 0x8000_0000;
    const path = join(folder, `misaligned-${status}`);
    writeFileSync(path, elfImage({ entry: address, segments: [{ address, bytes }] }));
    const outcome = await pagewalk(['boot', ...options, path]);
    expect(outcome).toEqual({ status, stdout: '', stderr: '' });
  });

  it('runs M, S and U mode, Sv39, faults, ecalls and the timer as the manual says', async () => {
    const outcome = await pagewalk(['boot', guestProgram('traps')]);
    expect(outcome).toEqual({ status: 0, stdout: expected, stderr: '' });
  });

  it('ends with the status that the image reports', async () => {
    const outcome = await pagewalk(['boot', guestProgram('failing')]);
    expect(outcome).toEqual({ status: 42, stdout: 'failing with 42\n', stderr: '' });
  });

  it('tells the same of two runs, in one JSON object', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(() => pagewalk(['boot', '--stats=json', guestProgram('traps')])),
    );
    const { cpuMs, ...counts } = stats(first?.stderr ?? '');
    expect(cpuMs).toBeGreaterThan(0);
    expect(counts).toMatchObject({ outcome: 'exited', exitStatus: 0 });
    expect(counts.stateHash).toMatch(/^[0-9a-f]+$/);
    expect(stats(second?.stderr ?? '')).toMatchObject(counts);
  });

  it('stops at exactly the instructions that it may retire', async () => {
    const args = ['--max-instructions', '10000', '--stats=json', guestProgram('bench-recursive')];
    const { status, stdout, stderr } = await pagewalk(['boot', ...args]);
    expect({ status, stdout }).toEqual({ status: 124, stdout: '' });
    expect(stats(stderr)).toMatchObject({ outcome: 'limit', instructions: 10000 });
  });

  it('stops at the limit of steps, which counts traps as well', async () => {
    const args = ['--max-steps', '20000', '--stats=json', guestProgram('traps')];
    const { status, stderr } = await pagewalk(['boot', ...args]);
    expect(status).toBe(124);
    expect(stats(stderr)).toMatchObject({ outcome: 'limit', steps: 20000 });
    expect(stats(stderr).instructions).toBeLessThan(20000);
  });

  it.each([
    [[], { entry: 0x1000 }, 2, /^pagewalk: [^\n]*: entry 0x1000 lies outside RAM[^\n]*\n$/],
    [['--isa', 'rv64gcv'], {}, 2, /^pagewalk: [^\n]*: unknown extension 'v' in 'rv64gcv'[^\n]*\n$/],
    [['--signature', 'x'], {}, 2, /^pagewalk: [^\n]* has no symbols begin_signature [^\n]*\n$/],
    [[], {}, 1, /^pagewalk: the first instruction of the trap handler traps[^\n]*\(pc 0x0\)\n$/],
  ])('tells a mistake in one line: %j %j', async (options, header, status, stderr) => {
    const path = join(folder, 'nothing');
    const address = 0x8000_0000;
    const segments = [{ address, bytes: new Uint8Array(8) }];
    writeFileSync(path, elfImage({ entry: address, segments, ...header }));
    const outcome = await pagewalk(['boot', ...options, path]);
    expect(outcome).toEqual({ status, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  it('runs in as little memory as it allows', async () => {
    const { status } = await pagewalk(['boot', '--memory', '4M', guestProgram('traps')]);
    expect(status).toBe(0);
  });
});

describeWith(['qemu-system-riscv64'], 'QEMU, running the same image', () => {
  it.each(['traps', 'failing', 'bench-recursive'])(
    'prints and exits as pagewalk boot does: %s',
    async (name) => {
      // A file, since QEMU drops what a full pipe does not take at once.
      const serial = join(temporaryFolder(), 'serial');
      const machine = ['-M', 'virt', '-bios', 'none', '-display', 'none', '-monitor', 'none'];
      const [qemu, ours] = await Promise.all([
        run('qemu-system-riscv64', [
          ...machine,
          '-serial',
          `file:${serial}`,
          '-kernel',
          guestProgram(name),
        ]),
        pagewalk(['boot', guestProgram(name)]),
      ]);
      expect({ status: ours.status, stdout: ours.stdout }).toEqual({
        status: qemu.status,
        stdout: readFileSync(serial, 'utf8'),
      });
    },
  );
});

describe('pagewalk boot --verify', () => {
  const broken = guestProgram('broken-tables');
  const rulesIn = (stderr: string) => [...stderr.matchAll(/^([A-Z]\d+) /gm)].map(([, id]) => id);

  it('names what is wrong with page tables, which the hart lets pass', async () => {
    expect(await pagewalk(['boot', broken])).toEqual({ status: 0, stdout: '', stderr: '' });
    const { status, stderr } = await pagewalk(['boot', '--verify', 'trap', broken]);
    expect({ status, rules: rulesIn(stderr) }).toEqual({
      status: 125,
      rules: ['B2', 'E1', 'E2', 'S2'],
    });
    const changes = stderr.match(
      /last write +of this PTE: 0x\w+ .* became 0x\w+ .*\n.* by a store at/g,
    );
    expect(changes).toHaveLength(4);
    expect(stderr).toMatch(/from supervisor_main\+0x/);
  });

  it('judges what is left at the end with exit', async () => {
    const { status, stderr } = await pagewalk(['boot', '--verify=exit', '--stats=json', broken]);
    expect({ status, rules: rulesIn(stderr) }).toEqual({ status: 125, rules: ['E1', 'E2', 'S2'] });
    expect(stats(stderr)).toMatchObject({ violations: 3, exitStatus: 0 });
  });

  it('finds nothing in images whose tables are sound, and changes nothing', async () => {
    const image = guestProgram('bench-array');
    const args = ['--max-instructions', '300000', '--stats=json', image];
    const [plain, verified] = await Promise.all([
      pagewalk(['boot', ...args]),
      pagewalk(['boot', '--verify', 'trap', ...args]),
    ]);
    const { cpuMs: _plain, ...expected } = stats(plain.stderr);
    expect(verified.status).toBe(124);
    expect(stats(verified.stderr)).toMatchObject({ ...expected, violations: 0 });
  });

  it('finds the entries that the privileged tour sets on purpose', async () => {
    const { status, stdout, stderr } = await pagewalk([
      ...['boot', '--verify', 'trap', guestProgram('traps')],
    ]);
    expect({ status, rules: rulesIn(stderr) }).toEqual({ status: 125, rules: ['E1', 'E5'] });
    expect(stdout).toBe(expected);
  });
});
