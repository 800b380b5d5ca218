import { readFile } from 'node:fs/promises';
import { Mistake } from './mistake.js';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a folder of its path is a file',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
};

/** Why the host refused a file, in words. */
export function hostReason(error: unknown): string {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException;
  return reasons[code] ?? code;
}

/**
 * The bytes of a program file.
 *
 * @throws Mistake when it cannot be read
 */
export async function readProgram(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Mistake(`cannot read ${path}: ${hostReason(error)}`);
  }
}

/** Runs what loads the program; a complaint about it names the file. */
export function loading<T>(path: string, load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    throw new Mistake(`${path}: ${error.message}`);
  }
}
