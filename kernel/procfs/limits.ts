import type { Process } from '../process/process.js';

/** Names and units by number. Linux fs/proc/base.c, lnames. */
const LIMITS: readonly [name: string, unit: string][] = [
  ['Max cpu time', 'seconds'],
  ['Max file size', 'bytes'],
  ['Max data size', 'bytes'],
  ['Max stack size', 'bytes'],
  ['Max core file size', 'bytes'],
  ['Max resident set', 'bytes'],
  ['Max processes', 'processes'],
  ['Max open files', 'files'],
  ['Max locked memory', 'bytes'],
  ['Max address space', 'bytes'],
  ['Max file locks', 'locks'],
  ['Max pending signals', 'signals'],
  ['Max msgqueue size', 'bytes'],
  ['Max nice priority', ''],
  ['Max realtime priority', ''],
  ['Max realtime timeout', 'us'],
];

/** /proc/PID/limits. proc_pid_limits(5). */
export function limitsText(process: Process): string {
  const rows = LIMITS.map(([name, unit], resource) => {
    const { soft, hard } = process.limits[resource]!;
    return line(name, value(soft), value(hard), unit);
  });
  return line('Limit', 'Soft Limit', 'Hard Limit', 'Units') + rows.join('');
}

function line(name: string, soft: string, hard: string, unit: string): string {
  const columns = `${name.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} `;
  return `${columns}${unit === '' ? '' : unit.padEnd(10)}\n`;
}

function value(limit: number): string {
  return Number.isFinite(limit) ? `${limit}` : 'unlimited';
}
