import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** The repository's root, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]$/, '');

export interface Outcome {
  /** exit status, or 128 + the signal's number as a shell counts */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
};

/** A program that runs longer is killed, so that a hanging one cannot outlive its test. */
const PATIENCE_MS = 100_000;

/** Runs a program to its end. Rejects only when it cannot be started. */
export function run(
  command: string,
  args: readonly string[],
  o: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: o.cwd,
      env: { ...process.env, ...o.env },
      stdio: 'pipe',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
    child.stderr.on('data', (bytes: Buffer) => err.push(bytes));
    child.on('error', reject);
    // A program may end before it has read its input.
    child.stdin.on('error', () => {});
    child.stdin.end(o.input ?? '');
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const status = code ?? 128 + (signalNumbers[signal ?? ''] ?? 0);
      resolve({
        status,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
  });
}

/** Runs a program that must succeed; otherwise its complaint is the error. */
export async function mustRun(command: string, args: readonly string[], o: RunOptions = {}) {
  const outcome = await run(command, args, o);
  if (outcome.status === 0) return outcome;
  throw new Error(
    `${command} ${args.join(' ')} ended with ${outcome.status}:\n${outcome.stdout}${outcome.stderr}`,
  );
}

/** A temporary folder that is removed after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pagewalk-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
