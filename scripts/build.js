// Bundles the entry points and the page into dist/. With --types it also writes the declarations.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildWeb } from './build-web.js';
import { prebuild } from './prebuild.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const withTypes = process.argv.includes('--types');

if (withTypes) rmSync(`${root}dist`, { recursive: true, force: true });

await build({
  absWorkingDir: root,
  entryPoints: {
    mm: 'mm/index.ts',
    emulator: 'emulator/index.ts',
    kernel: 'kernel/index.ts',
    verify: 'kernel/verify/index.ts',
    vitest: 'cli/vitest/index.ts',
    cli: 'cli/main.ts',
    'isa-tests-worker': 'cli/isa-tests-worker.ts',
    'test-worker': 'cli/test/worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  external: ['node:*', 'vitest'],
  target: 'node20',
  sourcemap: false,
  plugins: [prebuild],
  logLevel: 'warning',
});
await buildWeb();
chmodSync(`${root}dist/cli.js`, 0o755);

if (withTypes) {
  const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
  const result = spawnSync(process.execPath, [tsc, '-b', 'cli'], { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) process.exit(1);
}
