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
});

describe('pagewalk', () => {
  it('prints its help and its version', async () => {
    expect((await pagewalk(['--help'])).stdout).toMatch(/^usage: pagewalk COMMAND.*boot ELF/s);
    expect((await pagewalk(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await pagewalk(['boot', '--help'])).stdout).toMatch(/^usage: pagewalk boot.*--memory/s);
    expect((await pagewalk(['cc', '--help'])).stdout).toMatch(/^usage: pagewalk cc/);
  });
});
