import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { command, pagewalk } from '../support/pagewalk.js';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const folder = temporaryFolder();
const script = readFileSync(join(root, 'test/guest/shell/script.sh'), 'utf8');

/** The object of --stats=json. */
function stats(stderr: string): Record<string, unknown> {
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

describe('pagewalk run', () => {
  it('gives the program its arguments and environment, and ends with its status', async () => {
    const args = ['--env', 'NAME=value', '--', 'sh', '-c', 'echo "$NAME $1"; exit 7', 'sh', 'two'];
    const outcome = await pagewalk(['run', ...args]);
    expect(outcome).toEqual({ status: 7, stdout: 'value two\n', stderr: '' });
  });

  it('keeps stdout for the program, and stderr apart', async () => {
    const outcome = await pagewalk(['run', '--strace', 'sh', '-c', 'echo out; echo err >&2']);
    expect(outcome.stdout).toBe('out\n');
    expect(outcome.stderr).toContain('\nerr\n');
    expect(outcome.stderr).toContain('write(1, "out\\n", 4)');
  });

  it('starts in the folder that --cwd names, and is nobody in particular', async () => {
    const outcome = await pagewalk(['run', '--cwd', '/bin', 'sh', '-c', 'pwd; ls hello']);
    expect(outcome.stdout).toBe('/bin\nhello\n');
  });

  it('feeds standard input to the end', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');
    const outcome = await pagewalk(['run', 'wc'], { input: lines });
    expect(outcome.stdout).toBe(`20000 40000 ${lines.length}\n`);
  });

  it('is killed by a signal as a shell reports it', async () => {
    const { status, stdout } = await pagewalk(['run', 'sh', '-c', 'kill -SEGV $$; sleep 9']);
    expect({ status, stdout }).toEqual({ status: 139, stdout: '' });
  });

  it('counts the same each time, and another seed places the random bytes elsewhere', async () => {
    const runs = await Promise.all(
      [[], [], ['--seed', '1']].map((seed) =>
        pagewalk(['run', '--stats=json', ...seed, 'sh', '-c', 'ls /bin | wc -l; ps']),
      ),
    );
    const [first, second, third] = runs.map(({ stderr }) => {
      const { cpuMs, ...counts } = stats(stderr);
      expect(cpuMs).toBeGreaterThan(0);
      return counts;
    });
    expect(first).toMatchObject({ outcome: 'exited', exitStatus: 0, signal: null, violations: 0 });
    expect(second).toEqual(first);
    expect(third?.stateHash).not.toBe(first?.stateHash);
  });

  it('prints regions and page tables of each process before they are gone', async () => {
    const { stderr } = await pagewalk(['run', '--maps', '--page-tables', 'hello']);
    expect(stderr).toMatch(/maps of pid 2:\n0001[0-9a-f]+-[0-9a-f]+ r-xp .*\/bin\/hello\n/);
    expect(stderr).toMatch(/page tables of pid 2:\nroot 0x8/);
  });

  it('prints page tables as vmprint of xv6 does', async () => {
    const { stderr } = await pagewalk(['run', '--page-tables=xv6', 'hello']);
    const entry = (dots: string) => `${dots}\\d+: pte 0x[0-9a-f]{16} pa 0x[0-9a-f]{16}\\n`;
    const tree = `(${entry(' ..')}(${entry(' .. ..')}(${entry(' .. .. ..')})+)+)+`;
    expect(stderr).toMatch(
      new RegExp(`^page tables of pid 2:\\npage table 0x[0-9a-f]{16}\\n${tree}\\n?$`),
    );
  });

  it('prints its counts in words, too', async () => {
    const { stderr } = await pagewalk(['run', '--stats', 'hello']);
    expect(stderr).toMatch(/^outcome +exited\nexitStatus +0\n/);
  });

  it('ends at its limits', async () => {
    const { status, stderr } = await pagewalk(['run', '--max-instructions=500', 'hello']);
    expect(status).toBe(124);
    expect(stderr).toContain('500 instructions');
  });

  it('tells the mmapdemo whole, walks included, and finds nothing inconsistent', async () => {
    const { status, stdout, stderr } = await pagewalk(['run', '--verify', 'exit', 'mmapdemo']);
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
    const walks = lines
      .filter((line) => line.startsWith('    walk'))
      .map((line) => line.replace(/[0-9a-f]{8,}/g, 'N').replace(/\[\d+\]/g, ''));
    expect(walks).toEqual([
      '    walk    N → L2 → L1 → not present until touched',
      '    walk    N → L2 → L1 → L0 → N  VRWUAD',
      '    walk    N → L2 → L1 → L0 → not present until touched',
      '    walk    N → L2 → L1 → L0 → N  VRUA',
      '    walk    N → L2 → L1 → L0 → N  VRWUAD',
      '    walk    N → L2 → L1 → L0 → N  VRUAD',
      '    walk    N → L2 → L1 → L0 → nothing',
      '    walk    N → L2 → L1 → L0 → N  VRU',
      '    walk    N → L2 → L1 → L0 → N  VRWUAD',
      '    walk    N → L2 → L1 → L0 → N  VRUAD',
      '    walk    N → L2 → L1 → L0 → N  VRWUAD',
    ]);
    expect(stderr).toMatch(/page fault \(store\) at 0x[0-9a-f]+.*touch_in_child/);
  });

  it('places mappings bottom-up when asked', async () => {
    const addressOf = async (...options: string[]) => {
      const { stdout } = await pagewalk(['run', ...options, 'mmapdemo']);
      return Number.parseInt(/region {2}([0-9a-f]+)-/.exec(stdout)?.[1] ?? '', 16);
    };
    expect(await addressOf('--placement', 'bottom-up')).toBeLessThan(await addressOf());
  });

  it('ends quietly when nobody reads its output any more', async () => {
    const pipeline = `'${process.execPath}' '${command}' run cat /dev/zero | head -c 10`;
    const { status, stdout, stderr } = await run('sh', ['-c', pipeline]);
    expect({ status, length: stdout.length, stderr }).toEqual({
      status: 0,
      length: 10,
      stderr: '',
    });
  });

  it('says in one line that its output cannot be written', async (test) => {
    if (process.platform !== 'linux') test.skip('needs /dev/full');
    const full = `'${process.execPath}' '${command}' run hello > /dev/full`;
    const { status, stderr } = await run('sh', ['-c', full]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'pagewalk: cannot write to stdout: ENOSPC\n',
    });
  });

  it('passes an interrupt on to the program, and is terminated at once', async () => {
    const statusAfter = async (signal: NodeJS.Signals) => {
      const child = spawn(
        process.execPath,
        [command, 'run', 'sh', '-c', 'echo up; cat /dev/zero'],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.stdout.resume();
      child.kill(signal);
      return new Promise((resolve) => child.on('close', resolve));
    };
    expect(await statusAfter('SIGINT')).toBe(130);
    expect(await statusAfter('SIGTERM')).toBe(143);
    expect(await statusAfter('SIGHUP')).toBe(129);
  });

  it('runs the shell and its programs as the host would', async () => {
    const { stdout, stderr, status } = await pagewalk(['run', 'sh'], { input: script });
    const cwd = join(folder, 'shell');
    mkdirSync(cwd);
    const { stdout: expected } = await run('/bin/sh', [], { input: script, cwd });
    expect({ stdout, status }).toEqual({ stdout: expected, status: 7 });
    expect(stderr).toBe('Killed\nTerminated\n');
  });
});

describeWith(['riscv64-linux-gnu-gcc'], 'pagewalk run FILE.c', () => {
  const source = join(folder, 'program.c');
  writeFileSync(source, '#include <stdio.h>\nint main(void) { puts("compiled"); return 4; }\n');

  it('compiles the file first', async () => {
    expect(await pagewalk(['run', source])).toEqual({
      status: 4,
      stdout: 'compiled\n',
      stderr: '',
    });
  });

  it('shows what the compiler says, and runs nothing', async () => {
    writeFileSync(join(folder, 'wrong.c'), 'int main(void) { return 0 }\n');
    const { status, stdout, stderr } = await pagewalk(['run', join(folder, 'wrong.c')]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/wrong\.c:1:26: error/);
  });

  it('runs a demonstration from its source', async () => {
    const path = join(root, 'guest-programs/programs/mmapdemo.c');
    const { status, stdout } = await pagewalk(['run', path, '-a']);
    expect(status).toBe(0);
    expect(stdout).toContain('10  Touch it once more');
  });

  it('gives a program of 2 GB of memory what it asked for', async () => {
    const path = join(folder, 'big.c');
    writeFileSync(
      path,
      '#include <stdlib.h>\n#include <stdio.h>\nint main(void) { char *p = malloc(1600UL << 20);' +
        ' if (!p) return 1; p[1599UL << 20] = 5; printf("%d\\n", p[1599UL << 20]); return 0; }\n',
    );
    await mustRun('riscv64-linux-gnu-gcc', ['-static', path, '-o', join(folder, 'big')]);
    const { status, stdout } = await pagewalk(['run', '--memory', '2G', join(folder, 'big')]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '5\n' });
  });
});
