import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

describeWith(['gcc', 'riscv64-linux-gnu-gcc'], 'a program with a swap device', () => {
  const folder = temporaryFolder();

  const compile = async (name: string, compiler: 'gcc' | 'riscv64-linux-gnu-gcc') => {
    const program = join(folder, `${name}.${compiler}`);
    const source = join(root, 'test/guest/swap', `${name}.c`);
    await mustRun(compiler, ['-O1', '-static', source, '-o', program]);
    return program;
  };

  it.each([
    ['contents', 'clock', 'off'],
    ['contents', 'fifo', 'trap'],
    ['shared', 'fifo', 'off'],
    ['shared', 'clock', 'trap'],
  ])(
    'computes what it does natively in 4 MiB of memory (%s, %s, --verify %s)',
    async (program, replacement, verify) => {
      const native = await run(await compile(program, 'gcc'), [folder]);
      const guest = await compile(program, 'riscv64-linux-gnu-gcc');
      const options = ['--memory', '4M', '--swap', '32M', '--replacement', replacement];
      const small = await pagewalk(['run', ...options, '--verify', verify, '--stats=json', guest]);
      expect({ stdout: small.stdout, status: small.status }).toEqual({
        stdout: native.stdout,
        status: native.status,
      });
      const stats = JSON.parse(small.stderr) as { pagesSwappedIn: number; pagesSwappedOut: number };
      expect(stats.pagesSwappedIn).toBeGreaterThan(1000);
      expect(stats.pagesSwappedOut).toBeGreaterThan(1000);
    },
  );

  it('reads in /proc what became of its pages', async () => {
    const guest = await compile('report', 'riscv64-linux-gnu-gcc');
    const { stdout } = await pagewalk(['run', '--swap', '1M', guest]);
    expect(stdout).toBe(`VmSwap:\t      64 kB
SwapCached:            0 kB
SwapTotal:          1024 kB
SwapFree:            960 kB
pswpin 0
pswpout 16
Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority
/dev/swap                               partition\t1024\t\t64\t\t-2
sysinfo 1048576 983040
sum 16, 16 major faults
VmSwap:\t       0 kB
pgmajfault 16
`);
  });

  it('is killed when memory and swap device are full', async () => {
    const guest = await compile('contents', 'riscv64-linux-gnu-gcc');
    const { status, stderr } = await pagewalk(['run', '--memory', '4M', '--swap', '2M', guest]);
    expect(status).toBe(137);
    expect(stderr).toMatch(/out of memory .* KiB in swap/);
  });
});
