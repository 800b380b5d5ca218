import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';

const isContinuousIntegration = process.env.CI !== undefined;
const known = new Map<string, boolean>();

/** Whether the command is installed (it answers `--version`, `-V` or `-v`). */
export function hasTool(name: string): boolean {
  let has = known.get(name);
  if (has === undefined) {
    has = ['--version', '-V', '-v'].some((flag) => spawnSync(name, [flag]).status === 0);
    known.set(name, has);
  }
  return has;
}

/**
 * A `describe` for tests that run other programs. Where one is missing the tests are skipped and
 * the title says which; CI installs them all, and there a missing one fails the tests instead.
 */
export function describeWith(tools: readonly string[], title: string, body: () => void): void {
  const missing = isContinuousIntegration ? [] : tools.filter((tool) => !hasTool(tool));
  if (missing.length === 0) describe(title, body);
  else describe.skip(`${title} (needs ${missing.join(', ')})`, body);
}
