import { spawn } from 'node:child_process';
import { findCompiler } from './compiler.js';
import { Mistake } from './mistake.js';

export const ccHelp = `usage: pagewalk cc FILE… -o OUT

Compiles a C program for the guest with the first of $CC, riscv64-linux-gnu-gcc,
riscv64-unknown-elf-gcc, clang with lld. Other arguments go to the compiler as they are.
`;

/** `pagewalk cc`: returns the exit status. */
export async function cc(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(ccHelp);
    return 0;
  }
  if (!args.some((arg) => !arg.startsWith('-'))) {
    throw new Mistake('cc needs a file: pagewalk cc FILE… -o OUT');
  }
  if (!args.some((arg) => arg.startsWith('-o'))) {
    throw new Mistake('cc needs a name for the program: pagewalk cc FILE… -o OUT');
  }
  return compile(args);
}

/**
 * Runs the compiler with the user's arguments. Its messages go to stderr; they are the only ones
 * when it refuses the program.
 *
 * @returns 0, or 2 when it failed
 */
export async function compile(args: readonly string[]): Promise<number> {
  const { command, before, after } = findCompiler();
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...before, ...args, ...after], {
      stdio: ['ignore', process.stderr, process.stderr],
    });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? 0 : 2));
  });
}
