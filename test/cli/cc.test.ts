import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const folder = temporaryFolder();
const source = join(folder, 'program.c');
writeFileSync(
  source,
  '#include <stdio.h>\n' +
    'int main(int argc, char **argv) { printf("%s %.2f\\n", argc > 1 ? argv[1] : "none", 1.5); return 3; }\n',
);

describeWith(['riscv64-linux-gnu-gcc', 'qemu-riscv64-static'], 'pagewalk cc', () => {
  it.each([
    ['riscv64-linux-gnu-gcc, with its own libc', undefined],
    ['$CC for Linux', 'riscv64-linux-gnu-gcc -O2'],
    ['$CC without a libc, with ours', 'riscv64-unknown-elf-gcc'],
  ])('compiles with %s', async (name, CC) => {
    const out = join(folder, name.replace(/[^a-z]/g, ''));
    expect(await pagewalk(['cc', source, '-o', out], { env: { CC } })).toEqual({
      status: 0,
      stdout: '',
      stderr: '',
    });
    const outcome = await run('qemu-riscv64-static', [out, 'argument']);
    expect(outcome).toMatchObject({ status: 3, stdout: 'argument 1.50\n' });
  });

  it('shows what the compiler says about a wrong program', async () => {
    const wrong = join(folder, 'wrong.c');
    writeFileSync(wrong, 'int main(void) { return x; }\n');
    const { status, stdout, stderr } = await pagewalk(['cc', wrong, '-o', join(folder, 'no')]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/wrong\.c:1:25: error: .*undeclared/);
  });
});

describe('pagewalk cc without a compiler', () => {
  const args = ['cc', source, '-o', join(folder, 'out')];

  it('names the command that installs one', async () => {
    const { status, stderr } = await pagewalk(args, { env: { CC: undefined, PATH: '/nowhere' } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pagewalk: no RISC-V compiler: install one with .+\n$/);
  });

  it('says so when $CC cannot be run', async () => {
    const { status, stderr } = await pagewalk(args, { env: { CC: 'no-such-compiler' } });
    expect(status).toBe(2);
    expect(stderr).toBe(
      "pagewalk: CC='no-such-compiler' cannot be run: name a compiler or unset CC\n",
    );
  });

  it('says so when $CC compiles for another machine', async (test) => {
    const native = await run('gcc', ['-dumpmachine']).catch(() => undefined);
    if (native === undefined) test.skip('needs gcc');
    const { status, stderr } = await pagewalk(args, { env: { CC: 'gcc' } });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^pagewalk: CC='gcc' compiles for [^\n]+: name a RISC-V compiler/);
  });
});
