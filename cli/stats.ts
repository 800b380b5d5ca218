import type { Output } from './output.js';

/** Exit status of a run that a limit ended. */
export const LIMIT_STATUS = 124;

/** Exit status when --verify finds page tables inconsistent, whatever became of the program. */
export const VIOLATION_STATUS = 125;

/** What --stats tells of a run: the result of the machine, and the CPU time of this process. */
export function writeStats(output: Output, format: 'text' | 'json', result: object): void {
  const { user, system } = process.cpuUsage();
  const stats = { ...result, cpuMs: Math.round((user + system) / 1000) };
  if (format === 'json') {
    output.note(JSON.stringify(stats));
    return;
  }
  for (const [name, value] of Object.entries(stats)) {
    const text = typeof value === 'object' && value ? JSON.stringify(value) : (value ?? 'none');
    output.note(`${name.padEnd(17)}${text}`);
  }
}
