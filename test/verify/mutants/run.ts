import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import type { Kernel, KernelOptions } from '../../../kernel/index.js';
import { rules, type Violation } from '../../../kernel/verify/index.js';
import { root } from '../../support/processes.js';
import type { ProgramName } from './programs.js';
import { Script } from './script.js';

/** A small change of a source file that breaks kernel, mm or MMU. */
export interface Mutant {
  readonly rule: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** The guest program that runs into it; everything() unless given. */
  readonly program?: ProgramName;
}

type Kernels = typeof Kernel;

const folder = mkdtempSync(join(tmpdir(), 'pagewalk-mutants-'));
let count = 0;

export function removeBundles(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** The kernel with one change, bundled and loaded. */
export async function loadKernel(mutant?: Mutant): Promise<Kernels> {
  const outfile = join(folder, `kernel-${count++}.cjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['kernel/index.ts'],
    bundle: true,
    format: 'cjs',
    platform: 'neutral',
    outfile,
    logLevel: 'error',
    plugins: mutant === undefined ? [] : [mutation(mutant)],
  });
  // Not by import, which the test runner would transform: that takes longer than all the rest.
  return (createRequire(import.meta.url)(outfile) as { Kernel: Kernels }).Kernel;
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

/** A kernel in trap mode that has a program to run, with nothing on its standard input. */
export function startProgram(
  kernels: Kernels,
  program: Uint8Array,
  o: Partial<KernelOptions> = {},
): Kernel {
  const kernel = kernels.create({
    memoryBytes: 16 * 2 ** 20,
    verify: 'trap',
    maxSteps: 400_000,
    console: { write: () => {}, isTerminal: false },
    ...o,
  });
  kernel.files.add('/bin/program', program, 0o755);
  kernel.files.add('/bin/other', new Script().elf(), 0o755);
  kernel.spawn({ path: '/bin/program', args: ['program'], env: [], cwd: '/tmp' });
  kernel.endInput();
  return kernel;
}

/** What trap mode and full passes said of one run. */
export interface Comparison {
  readonly kernel: Kernel | undefined;
  /** What trap mode reported. */
  readonly violations: readonly Violation[];
  /** Reported later than a full pass after a trap had found it, or not at all; with the trap's number. */
  readonly late: readonly string[];
  /** Reported after a trap, though a full pass finds nothing of it then. */
  readonly unfounded: readonly string[];
  readonly thrown: string | undefined;
}

/**
 * Runs a program in trap mode until it ends, the kernel throws, or `until` is found. Up to the first
 * trap after which something is wrong, a full pass follows every trap, for comparison.
 */
export function compare(
  kernels: Kernels,
  program: Uint8Array,
  o: Partial<KernelOptions> = {},
  until: (violation: Violation) => boolean = () => false,
): Comparison {
  const violations: Violation[] = [];
  const late: string[] = [];
  const unfounded: string[] = [];
  let kernel: Kernel | undefined;
  let thrown: string | undefined;
  const onViolation = (violation: Violation) => {
    violations.push(violation);
    // What a kernel does that is broken already may never end.
    if (until(violation)) throw new Error('found');
  };
  try {
    kernel = startProgram(kernels, program, { ...o, onViolation });
    let isCompared = true;
    for (let trap = 1; kernel.run(100_000, isCompared ? 'trap' : 'budget') === 'budget'; trap++) {
      if (!isCompared) continue;
      const found = kernel.verify();
      late.push(...without(found, violations).map((each) => `${each} at trap ${trap}`));
      const always = violations.filter(({ rule }) => WHEN.get(rule) === 'always');
      unfounded.push(...without(always, found));
      isCompared = found.length + violations.length === 0;
    }
  } catch (error) {
    thrown = (error as Error).message;
  }
  return { kernel, violations, late, unfounded, thrown };
}

const WHEN = new Map(rules.map(({ id, when }) => [id, when]));

/** Of these, what the others do not have. */
function without(these: readonly Violation[], others: readonly Violation[]): string[] {
  const name = ({ rule, space, address, frame }: Violation) =>
    `${rule} ${space} ${address} ${frame}`;
  const known = new Set(others.map(name));
  const those = these.filter((each) => !known.has(name(each)));
  return those.map(({ rule, observed }) => `${rule} ${observed}`);
}

/** Runs a program on a machine that records, and restores it from its snapshot. */
export function restoredViolations(kernels: Kernels, program: Uint8Array): Violation[] {
  const violations: Violation[] = [];
  const console = { write: () => {}, isTerminal: true };
  let now = 1e18;
  const hostNow = () => (now += 1e7);
  for (const clock of ['virtual', 'host'] as const) {
    const kernel = kernels.create({
      memoryBytes: 2 ** 24,
      seed: 5,
      record: true,
      console,
      clock,
      hostNow,
    });
    kernel.files.add('/bin/program', program, 0o755);
    const process = kernel.spawn({ path: '/bin/program', args: ['program'], env: [], cwd: '/tmp' });
    kernel.run(1_000_000);
    kernel.resize(90, 30);
    kernel.input(new TextEncoder().encode('typed\r'));
    kernel.run(300_000);
    kernel.kill(process.group, SIGTSTP);
    kernel.run(300_000);
    const onViolation = (violation: Violation) => violations.push(violation);
    kernels.restore(kernel.snapshot(), { console, onViolation, hostNow, maxSteps: 10_000_000 });
  }
  return violations;
}

const SIGTSTP = 20;
