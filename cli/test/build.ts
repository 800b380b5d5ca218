import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Compiler, findCompiler } from '../compiler.js';
import { guestPrograms } from '../guest-programs.js';
import type { TestSpec } from './types.js';

/** The ELF of a test, or why there is none. */
export type Built = { readonly elf: Uint8Array } | { readonly problem: string };

const BARE_METAL = 'bare-metal';

let compiler: Compiler | undefined;

/**
 * Reads the ELF of a test or compiles its sources, which find guest-programs/labs/lab.h.
 *
 * @throws Mistake when there is no compiler
 */
export async function build(test: TestSpec): Promise<Built> {
  const missing = test.files.find((file) => !existsSync(file));
  if (missing !== undefined) return { problem: `there is no ${missing}` };
  if (test.files.length === 1 && !test.files[0]!.endsWith('.c')) {
    return { elf: readFileSync(test.files[0]!) };
  }
  compiler ??= findCompiler();
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
  try {
    const program = join(folder, 'program');
    const [before, after] =
      test.machine === 'bare' ? bareMetal() : [compiler.before, compiler.after];
    const include = ['-I', join(guestPrograms, 'labs'), '-I', join(guestPrograms, BARE_METAL)];
    const args = [...before, ...include, ...test.files, '-o', program, ...after];
    const { isCompiled, messages } = await compile(compiler.command, args);
    if (isCompiled) return { elf: readFileSync(program) };
    const told = test.explain === 'symptom' ? '' : `:\n${messages.trimEnd()}`;
    return { problem: `the program does not compile${told}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What stands before and behind the sources of an image: our start-up code and its layout. */
function bareMetal(): [string[], string[]] {
  const flags = JSON.parse(readFileSync(join(guestPrograms, 'flags.json'), 'utf8')) as {
    [BARE_METAL]: string[];
  };
  const library = join(guestPrograms, BARE_METAL, 'lib');
  const sources = readdirSync(library).filter((name) => /\.[cS]$/.test(name));
  return [
    [...flags[BARE_METAL], '-g'],
    [...sources.map((name) => join(library, name)), '-lgcc', '-T', join(library, 'bare.ld')],
  ];
}

function compile(
  command: string,
  args: readonly string[],
): Promise<{ isCompiled: boolean; messages: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const messages: Buffer[] = [];
    child.stderr.on('data', (bytes: Buffer) => messages.push(bytes));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ isCompiled: code === 0, messages: Buffer.concat(messages).toString() }),
    );
  });
}
