import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

describeWith(['gcc', 'riscv64-linux-gnu-gcc'], 'a program with a disk', () => {
  const folder = temporaryFolder();

  const compile = async (name: string, compiler: 'gcc' | 'riscv64-linux-gnu-gcc') => {
    const program = join(folder, `${name}.${compiler}`);
    const source = join(root, 'test/guest/disk', `${name}.c`);
    await mustRun(compiler, ['-O1', '-w', '-static', source, '-o', program]);
    return program;
  };

  it.each([
    ['off', []],
    ['trap', ['--swap', '2M']],
  ])(
    'finds in its files what it does natively, in 4 MiB of memory (--verify %s)',
    async (verify, more) => {
      const natively = join(folder, `files.${verify}`);
      mkdirSync(natively);
      chmodSync(natively, 0o777);
      const native = await run(await compile('files', 'gcc'), [natively]);
      const guest = await compile('files', 'riscv64-linux-gnu-gcc');
      const options = ['--memory', '4M', '--disk', '16M', ...more, '--verify', verify];
      const small = await pagewalk(['run', ...options, '--stats=json', guest, '/disk']);
      expect({ stdout: small.stdout, status: small.status }).toEqual({
        stdout: native.stdout,
        status: native.status,
      });
      const stats = JSON.parse(small.stderr) as { diskReads: number; diskWrites: number };
      expect(stats.diskReads).toBeGreaterThan(1000);
      expect(stats.diskWrites).toBeGreaterThan(1000);
    },
  );

  it('writes exactly the pages that are dirty, and reads what is not in memory', async () => {
    const guest = await compile('counts', 'riscv64-linux-gnu-gcc');
    const { stdout, stderr } = await pagewalk(['run', '--disk', '1M', '--verify', 'trap', guest]);
    expect(stderr).toBe('');
    expect(stdout).toBe(`\
at the start                             0 read, 0 written
write of 8 pages                         0 read, 0 written
fsync                                    0 read, 8 written
fsync again                              0 read, 0 written
loads through a mapping                  0 read, 0 written
2 pages stored to, MS_ASYNC              0 read, 0 written
MS_SYNC                                  0 read, 2 written
MS_SYNC again                            0 read, 0 written
munmap of a clean page                   0 read, 0 written
munmap of a dirty page                   0 read, 1 written
MADV_DONTNEED of 2 dirty pages           0 read, 0 written
munmap of what is left                   0 read, 0 written
fsync                                    0 read, 2 written
pread of 3 pages that were dropped       3 read, 0 written
a load from a fourth one                 1 read, 0 written
a child stores to a page and exits       1 read, 1 written
pwrite of a byte                         1 read, 0 written
sync                                     0 read, 1 written
ftruncate and fsync                      0 read, 0 written
rename out of the disk: -1 Invalid cross-device link
rmdir of the mount point: -1 Permission denied
256 pages fit: No space left on device
`);
  });
});
