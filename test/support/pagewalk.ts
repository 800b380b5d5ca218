import { join } from 'node:path';
import { type RunOptions, root, run } from './processes.js';

/** The built command. */
export const command = join(root, 'dist/cli.js');

/** Runs `pagewalk` with the arguments to its end. */
export function pagewalk(args: readonly string[], options?: RunOptions) {
  return run(process.execPath, [command, ...args], options);
}

/** The path of a checked-in guest program. */
export function guestProgram(name: string): string {
  return join(root, 'guest-programs/bin', name);
}
