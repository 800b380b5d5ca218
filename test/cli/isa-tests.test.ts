import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elfImage } from '../support/elf-image.js';
import { encode } from '../support/encode.js';
import { pagewalk } from '../support/pagewalk.js';
import { run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const RAM = 0x8000_0000;

/** An image that stores `value` into the test finisher. */
function finishing(value: number): Uint8Array {
  const words = [
    encode('lui', { rd: 5, imm: 0x10_0000 }),
    encode('lui', { rd: 6, imm: (value + 0x800) & ~0xfff }),
    encode('addi', { rd: 6, rs1: 6, imm: ((value + 0x800) & 0xfff) - 0x800 }),
    encode('sw', { rs1: 5, rs2: 6 }),
  ];
  const bytes = new Uint8Array(new Int32Array(words).buffer);
  return elfImage({ entry: RAM, segments: [{ address: RAM, bytes, flags: 'rwx' }] });
}

function folderWith(files: Record<string, Uint8Array>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'tests'), { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(folder, 'tests', name), bytes);
  }
  return join(folder, 'tests');
}

describe('pagewalk isa-tests', () => {
  it('runs what has the name of a test and passes when all of it does', async () => {
    const folder = folderWith({
      'rv64ui-p-one': finishing(0x5555),
      'rv64mi-p-two-words': finishing(0x5555),
      'rv64ui-p-one.dump': new Uint8Array(3),
      'rv32ui-p-one': finishing(0x73333),
    });
    const { status, stdout } = await pagewalk(['isa-tests', folder]);
    expect(stdout).toBe('rv64mi-p         1 of 1\nrv64ui-p         1 of 1\n2 passed, 0 failed\n');
    expect(status).toBe(0);
  });

  it('names the failing test, with pc, instruction and registers', async () => {
    const folder = folderWith({
      'rv64ui-p-bad': finishing(0x73333),
      'rv64ui-p-good': finishing(0x5555),
      'rv64ui-p-torn': finishing(0x5555).subarray(0, 100),
    });
    const { status, stdout } = await pagewalk(['isa-tests', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain('FAIL rv64ui-p-bad: test 7 failed\n  pc   0x0000000080000010');
    expect(stdout).toMatch(/x4 {3}0x0{16} {2}x5 {3}0x0000000000100000 {2}x6 {3}0x0000000000073333/);
    expect(stdout).toMatch(/\n {2}mcause 0x0{16} {2}mepc {3}0x0{16} {2}mtval {2}0x0{16}\n/);
    expect(stdout).toMatch(/FAIL rv64ui-p-torn: .*truncated/);
    expect(stdout.endsWith('1 passed, 2 failed\n')).toBe(true);
  });

  it('says so when the folder holds no tests or is none', async () => {
    const empty = await pagewalk(['isa-tests', folderWith({})]);
    expect(empty.status).toBe(2);
    expect(empty.stderr).toMatch(/^pagewalk: no riscv-tests in .*rv64ui-p-add[^\n]*\n$/);
    const missing = await pagewalk(['isa-tests', '/no/such/folder']);
    expect(missing).toMatchObject({
      status: 2,
      stderr: 'pagewalk: cannot read /no/such/folder: ENOENT\n',
    });
  });
});

describeWith(['riscv64-unknown-elf-gcc'], 'an image that talks through HTIF', () => {
  it('prints by the proxied write, exits by tohost, and leaves its signature', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'htif.S');
    writeFileSync(
      source,
      `
      .globl _start, tohost, fromhost, begin_signature, end_signature
      _start:
        la t0, call            # a proxied write(1, text, 6)
        la t1, tohost
        sd t0, 0(t1)
      1: la t2, fromhost
        ld t3, 0(t2)
        beqz t3, 1b
        sd zero, 0(t2)
        la t4, begin_signature
        ld t5, call            # the result of the call
        sw t5, 4(t4)
        li t0, (5 << 1) | 1
        sd t0, 0(t1)
      2: j 2b
      .data
      .align 3
      tohost: .dword 0
      fromhost: .dword 0
      call: .dword 64, 1, text, 6
      begin_signature: .word 0x1234abcd, 0
      end_signature:
      .dword 0
      text: .ascii "hello\\n"
      `,
    );
    const image = join(folder, 'htif');
    const flags = [
      '-nostdlib',
      '-Wl,-n',
      '-Wl,--no-relax',
      '-Wl,-Ttext=0x80000000',
      '-mcmodel=medany',
    ];
    expect(await run('riscv64-unknown-elf-gcc', [...flags, source, '-o', image])).toMatchObject({
      status: 0,
    });
    const signature = join(folder, 'signature');
    const outcome = await pagewalk([
      'boot',
      '--max-steps',
      '100000',
      '--signature',
      signature,
      image,
    ]);
    expect(outcome).toEqual({ status: 5, stdout: 'hello\n', stderr: '' });
    expect(readFileSync(signature, 'utf8')).toBe('1234abcd\n00000006\n');
  });
});
