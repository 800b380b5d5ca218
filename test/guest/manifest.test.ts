import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mustRun, root, run, temporaryFolder } from '../support/processes.js';

interface Manifest {
  readonly compiler: string;
  readonly linker: string;
  readonly flags: unknown;
  readonly programs: Record<
    string,
    { elf: string; kind: string; sources: string[]; sha256: string }
  >;
}

const folder = join(root, 'guest-programs');
const script = join(root, 'scripts/guest-programs.js');
const manifest = readManifest(folder);

describe('the checked-in guest programs', () => {
  it('are exactly those of the manifest', () => {
    const names = Object.keys(manifest.programs).sort();
    expect(readdirSync(join(folder, 'bin')).sort()).toEqual(names);
    for (const name of names) expect(manifest.programs[name]?.elf).toBe(`bin/${name}`);
  });

  it('were built from the sources as they are now', async () => {
    const { stdout } = await mustRun(process.execPath, [script, '--hashes']);
    const recorded = Object.entries(manifest.programs).map(([name, { sha256 }]) => [name, sha256]);
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(recorded));
    expect(manifest.flags).toEqual(JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8')));
  });

  it('come out the same, byte for byte, of the compiler that the manifest names', async (test) => {
    const version = await run('riscv64-unknown-elf-gcc', ['--version']).catch(() => undefined);
    if (version?.stdout.split('\n')[0] !== manifest.compiler) {
      test.skip(`needs ${manifest.compiler}`);
    }
    const out = temporaryFolder();
    await mustRun(process.execPath, [script, '--out', out], {
      env: { CC: 'riscv64-unknown-elf-gcc' },
    });
    if (readManifest(out).linker !== manifest.linker) test.skip(`needs ${manifest.linker}`);
    for (const { elf } of Object.values(manifest.programs)) {
      const rebuilt = readFileSync(join(out, elf));
      expect(rebuilt.equals(readFileSync(join(folder, elf))), `${elf} differs`).toBe(true);
    }
  });
});

function readManifest(at: string): Manifest {
  return JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8')) as Manifest;
}
