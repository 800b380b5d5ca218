import { copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { beforeAll, describe, expect, it } from 'vitest';
import { pagewalk } from '../support/pagewalk.js';
import { mustRun, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const folder = temporaryFolder();

/** What a shell of ours says in a guest with that root. */
async function say(root: string, script: string): Promise<string> {
  const { stdout, stderr } = await pagewalk(['run', '--root', root, 'sh', '-c', script]);
  return stdout + stderr;
}

describe('pagewalk run --root', () => {
  const root = join(folder, 'root');

  beforeAll(() => {
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    mkdirSync(join(root, 'dev'));
    mkdirSync(join(root, 'a b'));
    symlinkSync('usr/bin', join(root, 'bin'));
    writeFileSync(join(root, 'a b', 'ü'), 'umlaut\n', { mode: 0o640 });
    linkSync(join(root, 'a b', 'ü'), join(root, 'same'));
    writeFileSync(join(root, 'usr/bin/greet'), '#!/bin/echo greetings\n', { mode: 0o755 });
    writeFileSync(join(root, 'dev/null'), 'not a device\n');
  });

  it("makes a folder the guest's tree, in which the kernel's own folders stay", async () => {
    expect(await say(root, 'cat "/a b/ü" /same /dev/null; echo /u*/b*/greet')).toBe(
      'umlaut\numlaut\n/usr/bin/greet\n',
    );
  });

  it('writes nothing back', async () => {
    expect(await say(root, 'echo more >>/same && cat /same')).toBe('umlaut\nmore\n');
    expect(await say(root, 'cat /same')).toBe('umlaut\n');
  });

  it('finds the program in the tree first: by its path, or by a name in PATH', async () => {
    copyFileSync('guest-programs/bin/echo', join(root, 'usr/bin/echo'));
    const places = { greet: '/usr/bin/greet', '/bin/greet': '/bin/greet' };
    for (const [name, path] of Object.entries(places)) {
      const { stdout } = await pagewalk(['run', '--root', root, name, 'all']);
      expect(stdout).toBe(`greetings ${path} all\n`);
    }
  });

  it.each([
    ['plain', (tar: Uint8Array) => tar],
    ['compressed', (tar: Uint8Array) => gzipSync(tar)],
  ])('takes a tar archive, %s, with its owners and links', async (name, finish) => {
    const long = 'l'.repeat(120);
    const tar = await packTar([
      { header: { name: './etc/', type: 'directory', size: 0, mode: 0o755, uid: 0, gid: 0 } },
      { header: { name: './etc/mine', size: 3, uid: 1000, gid: 1000, mode: 0o600 }, body: 'me\n' },
      { header: { name: './etc/theirs', size: 3, uid: 0, gid: 0, mode: 0o600 }, body: 'no\n' },
      { header: { name: './etc/link', type: 'symlink', size: 0, linkname: 'mine' } },
      { header: { name: './etc/hard', type: 'link', size: 0, linkname: './etc/mine' } },
      { header: { name: './dev/sda', type: 'block-device', size: 0 } },
      { header: { name: `./deep/${long}/${long}`, size: 5 }, body: 'deep\n' },
    ]);
    const file = join(folder, `${name}.tar`);
    writeFileSync(file, finish(tar));
    expect(await say(file, 'cd /etc; cat link hard theirs; cat /deep/*/*; ls /dev/sda')).toBe(
      'me\nme\ndeep\ncat: theirs: Permission denied\nls: /dev/sda: No such file or directory\n',
    );
  });

  it.each([
    ['what is not there', () => join(folder, 'none'), /cannot read .*none: there is no such file$/],
    ['another kind of file', () => file('text', 'hello'), /no folder and no whole tar archive/],
    ['an empty file', () => file('empty', ''), /no folder and no whole tar archive/],
    [
      'an archive that leads out of itself',
      async () => file('out', await packTar([{ header: { name: '../up', size: 0 } }])),
      /the entry \.\.\/up leads out of the archive$/,
    ],
    [
      'an archive that is cut off',
      async () =>
        file(
          'cut',
          (await packTar([{ header: { name: 'x', size: 2000 }, body: 'x'.repeat(2000) }])).subarray(
            0,
            1000,
          ),
        ),
      /no whole tar archive/,
    ],
    [
      'more than fits into memory',
      async () =>
        file(
          'large',
          gzipSync(
            await packTar([
              { header: { name: 'zeros', size: 2 ** 23 }, body: new Uint8Array(2 ** 23) },
            ]),
          ),
        ),
      /\/zeros \(8388608 bytes\) does not fit into the guest's memory: give it more$/,
    ],
  ])('refuses %s in one line', async (_what, make, message) => {
    const { status, stdout, stderr } = await pagewalk([
      'run',
      '--memory',
      '4M',
      '--root',
      await make(),
      'hello',
    ]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

function file(name: string, contents: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, contents);
  return path;
}

describeWith(['riscv64-linux-gnu-gcc'], 'a root with shared libraries', () => {
  it('runs programs that are linked dynamically', async () => {
    const library = '/usr/riscv64-linux-gnu/lib';
    const root = join(folder, 'shared');
    mkdirSync(join(root, 'lib'), { recursive: true });
    for (const name of ['ld-linux-riscv64-lp64d.so.1', 'libc.so.6', 'libm.so.6']) {
      copyFileSync(join(library, name), join(root, 'lib', name));
    }
    const source = file(
      'dynamic.c',
      '#include <math.h>\n#include <stdio.h>\nint main(int n, char **a) { printf("%.3f %s\\n", cos(n), a[1]); }\n',
    );
    await mustRun('riscv64-linux-gnu-gcc', [source, '-o', join(root, 'program'), '-lm']);
    const args = ['run', '--verify', 'trap', '--root', root, '/program', 'ok'];
    expect(await pagewalk(args)).toEqual({ status: 0, stdout: '-0.416 ok\n', stderr: '' });
  });
});
