/** A mistake of the user: told in one line that names the value and says what to do. */
export class Mistake extends Error {}

/** Exit status of a command that was called wrongly or given a bad file. */
export const MISTAKE_STATUS = 2;

/**
 * What an error says to the user, or undefined for a bug of ours. The kernel and the emulator throw
 * a plain Error for a mistake of their caller; any subclass of the language's own is a bug.
 */
export function mistakeMessage(error: unknown): string | undefined {
  if (error instanceof Mistake) return error.message;
  return error instanceof Error && error.constructor === Error ? error.message : undefined;
}
