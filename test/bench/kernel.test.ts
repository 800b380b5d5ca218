import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, run, temporaryFolder } from '../support/processes.js';

const folder = temporaryFolder();
const image = join(folder, 'image');

/** As far as riscv64's boot protocol goes, a kernel. */
function writeImage() {
  const bytes = Buffer.alloc(64);
  bytes.write('RSC\x05', 56, 'latin1');
  writeFileSync(image, bytes);
}

describe('npm run bench -- kernel says in one line', () => {
  it.each([
    [['--linux', join(folder, 'nowhere')], /nowhere: no such file/],
    [['--linux', folder], /: not a file$/],
    [['--linux', join(root, 'package.json')], /package\.json: not an uncompressed Linux kernel/],
    [['--rounds', '0'], /--rounds 0: give a whole number from 1/],
    [['--lunix', 'x'], /Unknown option '--lunix'/],
    [['--linux', image, '--qemu', 'no-qemu'], /^bench kernel: no-qemu: no such program: install/],
  ])('what is wrong with %j', async (args, message) => {
    writeImage();
    const program = join(root, 'test/bench/kernel.js');
    const { status, stdout, stderr } = await run(process.execPath, [program, ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
