import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { handlerOps } from '../../emulator/interpreter/handlers.js';
import { emitModule, moduleKey, USUAL } from '../../emulator/interpreter/interpreter.js';
import { compressedInstructions, instructions } from '../../emulator/isa/extensions.js';
import type { Prebuilt } from '../../emulator/prebuilt.js';
import { root, temporaryFolder } from '../support/processes.js';

const folder = temporaryFolder();

describe('what the build derives ahead', () => {
  let built: Prebuilt;

  beforeAll(async () => {
    const { prebuild } = await import(pathToFileURL(join(root, 'scripts/prebuild.js')).href);
    const { outputFiles } = await build({
      entryPoints: [join(root, 'emulator/prebuilt.ts')],
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      target: 'node20',
      plugins: [prebuild],
      write: false,
    });
    const file = join(folder, 'prebuilt.mjs');
    writeFileSync(file, outputFiles[0]!.contents);
    ({ prebuilt: built } = await import(pathToFileURL(file).href));
  });

  it('is the interpreter that the tables give', () => {
    expect([...built.modules.keys()]).toEqual([moduleKey(USUAL)]);
    const module = Buffer.from(built.modules.get(moduleKey(USUAL))!);
    expect(module.equals(emitModule(USUAL))).toBe(true);
  });

  it('numbers the handlers as the interpreter does', () => {
    expect([...built.ops]).toEqual([...handlerOps()]);
  });

  it('reads every encoding as the tables write it', () => {
    for (const { name, encoding } of [...instructions, ...compressedInstructions]) {
      expect(built.encodings.get(name), name).toEqual(encoding);
    }
    expect(built.encodings.size).toBe(instructions.length + compressedInstructions.length);
  });
});
