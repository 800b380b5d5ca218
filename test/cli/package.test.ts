import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mustRun, root, temporaryFolder } from '../support/processes.js';

const folder = temporaryFolder();
const clone = join(folder, 'clone');
const user = join(folder, 'user');
const npmFlags = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];

describe('the packed package, installed into an empty folder', () => {
  beforeAll(async () => {
    // A copy, because packing builds dist anew, which other tests are running.
    const { stdout } = await mustRun(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      {
        cwd: root,
      },
    );
    for (const file of stdout.split('\0').filter(Boolean)) {
      cpSync(join(root, file), join(clone, file), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
    const packed = await mustRun('npm', ['pack', '--json', ...npmFlags], { cwd: clone });
    const [{ filename }] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [
      { filename: string },
    ];
    mkdirSync(user);
    writeFileSync(join(user, 'package.json'), '{ "type": "module" }\n');
    await mustRun('npm', ['install', join(clone, filename), ...npmFlags], { cwd: user });
  });

  it('has no dependency at run time', () => {
    const lock = JSON.parse(readFileSync(join(user, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    expect(Object.keys(lock.packages).sort()).toEqual(['', 'node_modules/pagewalk']);
  });

  it('runs a program by its command', async () => {
    const { stdout } = await mustRun('npx', ['--no-install', 'pagewalk', 'run', 'hello'], {
      cwd: user,
    });
    expect(stdout).toBe('hello from RISC-V\n');
  });

  it('type-checks under nodenext and runs from every entry point', async () => {
    const names = ['mm', 'emulator', 'kernel', 'verify'];
    const imports = names.map((name) => `import * as ${name} from 'pagewalk/${name}';\n`);
    const uses = names.map((name) => `console.log('${name}', typeof ${name} === 'object');\n`);
    writeFileSync(join(user, 'use.ts'), [...imports, ...uses].join(''));
    writeFileSync(
      join(user, 'globals.d.ts'),
      'declare const console: { log(...values: unknown[]): void };\n',
    );
    const options = {
      module: 'nodenext',
      target: 'es2022',
      lib: ['es2022'],
      strict: true,
      types: [],
      skipLibCheck: false,
    };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    await mustRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc')], { cwd: user });
    const { stdout } = await mustRun(process.execPath, ['use.js'], { cwd: user });
    expect(stdout).toBe(names.map((name) => `${name} true\n`).join(''));
  });

  it('type-checks and passes the test of the README, with vitest', async () => {
    for (const name of ['vitest', '@types']) {
      symlinkSync(join(root, 'node_modules', name), join(user, 'node_modules', name), 'junction');
    }
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, example = ''] = /```ts\n(.*?pagewalk\/vitest.*?)```/s.exec(readme) ?? [];
    expect(example.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
    writeFileSync(join(user, 'example.test.ts'), example);
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
    await mustRun(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        ...[...flags, '--skipLibCheck', '--ignoreConfig', 'example.test.ts'],
      ],
      { cwd: user },
    );
    const vitest = join(user, 'node_modules/vitest/vitest.mjs');
    const { stdout } = await mustRun(process.execPath, [vitest, 'run'], { cwd: user });
    expect(stdout).toMatch(/Tests .*1 passed/);
  });
});
