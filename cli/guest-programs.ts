import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the guest programs: beside this one in the sources, beside dist in the package. */
export const guestPrograms = fileURLToPath(new URL('../guest-programs', import.meta.url));

const bin = join(guestPrograms, 'bin');

/**
 * The checked-in program of that name, for a name without a folder where there is no such file:
 * `pagewalk run mmapdemo` works everywhere.
 */
export function findProgram(name: string): string {
  const checkedIn = join(bin, name);
  return !existsSync(name) && basename(name) === name && existsSync(checkedIn) ? checkedIn : name;
}

/** Whether a path is one of the checked-in programs, which find the others beside them. */
export function isCheckedIn(path: string): boolean {
  return join(bin, basename(path)) === path;
}

/** Name and bytes of each program for the kernel: what a shell finds in its /bin. */
export function* checkedInPrograms(): Generator<readonly [name: string, bytes: Uint8Array]> {
  const { programs } = JSON.parse(readFileSync(join(guestPrograms, 'manifest.json'), 'utf8')) as {
    programs: Record<string, { kind: string }>;
  };
  for (const name of readdirSync(bin)) {
    if (programs[name]?.kind === 'program') yield [name, readFileSync(join(bin, name))];
  }
}
