import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a tool and returns what it wrote to its standard output. */
export function runTool(tool: string, args: readonly string[], input?: Uint8Array): Buffer {
  const result = spawnSync(tool, args, {
    maxBuffer: 2 ** 30,
    ...(input === undefined ? {} : { input }),
  });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) {
    throw new Error(`${tool} ended with ${result.status ?? result.signal}: ${result.stderr}`);
  }
  return result.stdout;
}

/** Calls `use` with a fresh directory that is removed afterwards. */
export function inTemporaryDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'pagewalk-'));
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Links a source without any library to a static RV64GC Linux program; returns its path. */
export function assembleProgram(
  directory: string,
  source: string,
  linkerFlags: readonly string[] = [],
): string {
  const [from, to] = [join(directory, 'program.S'), join(directory, 'program')];
  writeFileSync(from, source);
  const flags = linkerFlags.map((flag) => `-Wl,${flag}`);
  const fixed = ['-march=rv64gc', '-nostdlib', '-static', ...flags];
  runTool('riscv64-linux-gnu-gcc', [...fixed, '-o', to, from]);
  return to;
}
