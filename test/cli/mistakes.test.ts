import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elfImage } from '../support/elf-image.js';
import { guestProgram, pagewalk } from '../support/pagewalk.js';
import { temporaryFolder } from '../support/processes.js';

const folder = temporaryFolder();
const image = readFileSync(guestProgram('failing'));

function file(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A copy of the image with one 16-bit field changed. */
function changed(offset: number, value: number): Uint8Array {
  const copy = Buffer.from(image);
  copy.writeUInt16LE(value, offset);
  return copy;
}

async function expectOneLine(args: readonly string[], message: RegExp) {
  const { status, stdout, stderr } = await pagewalk(args, { env: { CC: undefined } });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/^pagewalk: [^\n]+\n$/);
  expect(stderr).toMatch(message);
}

describe('a mistake of the user is one line on stderr and exit status 2', () => {
  it.each([
    [[], /no command: pagewalk --help/],
    [['walk'], /unknown command 'walk'/],
    [['toString'], /unknown command 'toString'/],
    [['--walk'], /unknown option '--walk'/],
    [['run'], /run needs a program: pagewalk run PROG/],
    [['run', '--engine', 'jit', 'x'], /unknown option '--engine'/],
    [['run', '--memory', '3500K', 'hello'], /--memory 3500K is too little: give 4M to 3G/],
    [['run', '--cwd', '/nowhere', 'hello'], /--cwd \/nowhere is no folder of the guest/],
    [
      ['run', '--verify', 'always', 'hello'],
      /--verify 'always' is not possible: give off or exit or trap/,
    ],
    [['run', '/no/such/file'], /cannot read \/no\/such\/file: there is no such file/],
    [['run', '/no/such/file.c'], /cannot read \/no\/such\/file.c: there is no such file/],
    [['boot'], /boot needs an image: pagewalk boot ELF/],
    [['boot', '--engine', 'jit', 'x'], /unknown option '--engine'/],
    [['boot', '--memory', '1M', 'x'], /--memory 1M is too little: give 4M to 3G/],
    [['boot', '--stats=xml', 'x'], /--stats='xml' is no format/],
    [['boot', '/no/such/file'], /cannot read \/no\/such\/file: there is no such file/],
    [['boot', 'one', 'two'], /'two' is one too many/],
    [['cc'], /cc needs a file/],
    [['cc', 'x.c'], /cc needs a name for the program/],
  ])('%j', (args, message) => expectOneLine(args, message));

  it.each<[string, () => Uint8Array | string, RegExp]>([
    ['no ELF', () => 'plain text\n', /not an ELF/],
    ['an empty file', () => '', /not an ELF/],
    ['a truncated header', () => image.subarray(0, 40), /truncated/],
    ['truncated segments', () => image.subarray(0, 200), /truncated/],
    ['another machine', () => changed(18, 62), /not a RISC-V program.*x86-64/],
    ['32 bits', () => changed(4, 0x0101), /32-bit/],
    [
      'a segment outside RAM',
      () => elfImage({ entry: 0x1000, segments: [{ address: 0x1000, bytes: new Uint8Array(16) }] }),
      /0x1000 of 16 bytes lies outside RAM/,
    ],
    [
      'too little memory',
      () =>
        elfImage({
          entry: 0x8000_0000,
          segments: [{ address: 0x8000_0000, bytes: new Uint8Array(4), memoryBytes: 2 ** 31 }],
        }),
      /lies outside RAM.*give more memory/,
    ],
  ])('boot of %s', async (name, bytes, message) => {
    const path = file(name.replaceAll(' ', '-'), bytes());
    await expectOneLine(['boot', path], message);
  });

  it('boot of a folder', async () => {
    mkdirSync(join(folder, 'sub'));
    await expectOneLine(['boot', join(folder, 'sub')], /cannot read .*sub: it is a folder/);
  });

  const program = readFileSync(guestProgram('hello'));
  const page = (address: number, memoryBytes?: number) => ({
    address,
    bytes: new Uint8Array(16),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
  });

  it.each<[string, () => Uint8Array | string, RegExp]>([
    ['no ELF', () => 'echo hello\n', /not an ELF/],
    ['a script for a missing shell', () => '#!/bin/zsh\n', /its interpreter \/bin\/zsh: no such/],
    ['an empty file', () => '', /not an ELF/],
    ['a truncated header', () => program.subarray(0, 40), /truncated/],
    ['truncated segments', () => program.subarray(0, 3000), /truncated.*segment/],
    ['another machine', () => changed(18, 183), /not a RISC-V program.*AArch64/i],
    ['32 bits', () => changed(4, 0x0101), /32-bit/],
    ['big-endian', () => changed(5, 0x0102), /big-endian/],
    [
      'overlapping segments',
      () => elfImage({ entry: 0x10000, segments: [page(0x10000), page(0x10008)] }),
      /segment at 0x10008 overlaps the one before it/,
    ],
    [
      'segments in one page',
      () => elfImage({ entry: 0x10000, segments: [page(0x10000), page(0x10800)] }),
      /segment at 0x10800 shares a page with the one before it/,
    ],
    [
      'segments in descending order',
      () => elfImage({ entry: 0x10000, segments: [page(0x20000), page(0x10000)] }),
      /segment at 0x10000 overlaps the one before it/,
    ],
    [
      'a segment outside user space',
      () => elfImage({ entry: 0x10000, segments: [page(0x10000), page(2 ** 40)] }),
      /user space/,
    ],
    [
      'a segment below what may be mapped',
      () => elfImage({ entry: 0x1000, segments: [page(0x1000)] }),
      /0x1000/,
    ],
    [
      'more memory than there is',
      () => elfImage({ entry: 0x10000, segments: [page(0x10000), page(0x20000, 2 ** 37)] }),
      /memory/,
    ],
  ])('run of %s', async (name, bytes, message) => {
    const path = file(`run-${name.replaceAll(' ', '-')}`, bytes());
    await expectOneLine(['run', path], message);
  });
});

describe('pagewalk', () => {
  it('prints its help and its version', async () => {
    expect((await pagewalk(['--help'])).stdout).toMatch(/^usage: pagewalk COMMAND.*boot ELF/s);
    expect((await pagewalk(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await pagewalk(['run', '--help'])).stdout).toMatch(/^usage: pagewalk run.*--verify/s);
    expect((await pagewalk(['boot', '--help'])).stdout).toMatch(/^usage: pagewalk boot.*--memory/s);
    expect((await pagewalk(['cc', '--help'])).stdout).toMatch(/^usage: pagewalk cc/);
  });
});
