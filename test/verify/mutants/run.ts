import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { Kernel, KernelOptions } from '../../../kernel/index.js';
import type { Violation } from '../../../kernel/verify/index.js';
import { root } from '../../support/processes.js';

/** A small change of a source file that breaks kernel, mm or MMU. */
export interface Mutant {
  readonly rule: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The guest program that runs into it; everything() unless given. */
  readonly program?: 'pressure' | 'swapping' | 'writing';
}

type Kernels = typeof Kernel;

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-mutants-'));
let count = 0;

export function removeBundles(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The kernel with one change, bundled and loaded. */
export async function loadKernel(mutant?: Mutant): Promise<Kernels> {
  const outfile = join(folder, `kernel-${count++}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['kernel/index.ts'],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    outfile,
    logLevel: 'error',
    plugins: mutant === undefined ? [] : [mutation(mutant)],
  });
  return ((await import(pathToFileURL(outfile).href)) as { Kernel: Kernels }).Kernel;
}

function mutation({ file, find, replace }: Mutant): Plugin {
  return {
    name: 'mutation',
    setup({ onLoad }) {
      onLoad({ filter: new RegExp(`${file.replaceAll(/[/.]/g, '[/\\\\.]')}$`) }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const places = source.split(find).length - 1;
        if (places !== 1) throw new Error(`${file} has ${places} places that read: ${find}`);
        return { contents: source.replace(find, () => replace), loader: 'ts' };
      });
    },
  };
}

/** Runs a program in trap mode, until it ends, the kernel throws, or `until` finds its violation. */
export function violationsOf(
  kernels: Kernels,
  program: Uint8Array,
  other: Uint8Array,
  o: Partial<KernelOptions> = {},
  until: (violation: Violation) => boolean = () => false,
): { violations: Violation[]; kernel: Kernel; thrown: string | undefined } {
  const violations: Violation[] = [];
  const kernel = kernels.create({
    memoryBytes: 16 * 2 ** 20,
    verify: 'trap',
    maxSteps: 400_000,
    onViolation: (violation) => {
      violations.push(violation);
      // What a kernel does that is broken already may never end.
      if (until(violation)) throw new Error('found');
    },
    console: { write: () => {}, isTerminal: false },
    ...o,
  });
  kernel.files.add('/bin/program', program, 0o755);
  kernel.files.add('/bin/other', other, 0o755);
  let thrown: string | undefined;
  try {
    kernel.spawn({ path: '/bin/program', args: ['program'], env: [], cwd: '/tmp' });
    kernel.endInput();
    while (kernel.run(100_000) === 'budget');
  } catch (error) {
    thrown = (error as Error).message;
  }
  return { violations, kernel, thrown };
}
