import { join } from 'node:path';
import { expect, it } from 'vitest';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

describeWith(['gcc'], 'the demonstrations, compiled for the host', () => {
  const folder = temporaryFolder();
  const native = async (name: string) => {
    const source = join(root, 'guest-programs/programs', `${name}.c`);
    const program = join(folder, name);
    const flags = ['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror'];
    await mustRun('gcc', [...flags, source, '-o', program]);
    return program;
  };

  it('mmapdemo tells its ten steps within 80 columns and without the walk', async () => {
    const { stdout, status } = await run(await native('mmapdemo'), ['-a']);
    expect(status).toBe(0);
    expect(stdout.match(/^ ?\d+ {2}.*\.$/gm)).toHaveLength(10);
    expect(stdout).toContain('walk    needs /proc/self/walk');
    expect(stdout).toContain('ended by signal 11');
    expect(stdout.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  });

  it('mmapdemo names its one option when given another', async () => {
    const { stdout, stderr, status } = await run(await native('mmapdemo'), ['-x']);
    expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
    expect(stderr).toMatch(/^usage: mmapdemo \[-a\].*\n$/);
  });

  it('forkdemo shows that private memory parts at fork and shared memory does not', async () => {
    const { stdout, status } = await run(await native('forkdemo'), []);
    expect(status).toBe(0);
    expect(stdout).toBe(
      'before fork:   private 1, shared 1\n' +
        'child wrote:   private 2, shared 2\n' +
        'parent reads:  private 1, shared 2\n' +
        "child's status: 7\n",
    );
  });

  it('vmmap lists the regions, and refuses what is no address', async () => {
    const program = await native('vmmap');
    expect((await run(program, ['0x10000'])).stdout).toMatch(/^regions of this process\n.*r-xp/s);
    const { stderr, status } = await run(program, ['here']);
    expect(status).toBe(2);
    expect(stderr).toBe("vmmap: 'here' is not an address: give a number such as 0x10000\n");
  });
});
