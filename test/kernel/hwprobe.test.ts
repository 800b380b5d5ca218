import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runGuest } from '../support/guest.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const CROSS = 'riscv64-linux-gnu-gcc';
const folder = temporaryFolder();

// Linux Documentation/arch/riscv/hwprobe.rst, at 6.12.
const EXPECTED = `all: 0
key 3 value 0x1
key 4 value 0x${((1n << 48n) | (3n << 35n) | (3n << 27n) | 0x7bbn).toString(16)}
key 5 value 0x3
key 7 value 0x3fffffffff
key -1 value 0
key -1 value 0
hart 0: 0
no hart: -22, hart 1: -22
flags: -22, address: -14
harts with Zbb: 0 0x1
harts with V: 0 0
no set: -22
rseq: -1
`;

describeWith([CROSS], 'riscv_hwprobe', () => {
  it('tells what user mode can use, and of which hart it is true', async () => {
    const program = join(folder, 'hwprobe');
    const source = join(root, 'test/kernel/programs/hwprobe.c');
    await mustRun(CROSS, ['-static', '-O1', source, '-o', program]);
    const { output, result } = runGuest(readFileSync(program));
    expect(output).toBe(EXPECTED);
    expect(result.unknownSyscalls).toEqual({});
  });
});
