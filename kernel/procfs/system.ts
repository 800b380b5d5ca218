import { NANOSECONDS_PER_STEP } from '../clock.js';
import type { Kernel } from '../kernel.js';

/** USER_HZ. */
const NANOSECONDS_PER_TICK = 10_000_000;

/** /proc/uptime: seconds since the start, and of those the idle ones. proc_uptime(5). */
export function uptimeText(kernel: Kernel): string {
  const seconds = (nanoseconds: number) => (Math.floor(nanoseconds / 1e7) / 100).toFixed(2);
  return `${seconds(kernel.clock.now())} ${seconds(idleNanoseconds(kernel))}\n`;
}

/** /proc/stat: user time is the programs' instructions, system time what the kernel charged. proc_stat(5). */
export function systemStatText(kernel: Kernel): string {
  const { clock, machine } = kernel;
  const retired = machine.hart.instret;
  const times = [
    retired * NANOSECONDS_PER_STEP,
    0,
    (clock.steps - retired) * NANOSECONDS_PER_STEP,
    idleNanoseconds(kernel),
    ...new Array(6).fill(0),
  ].map((nanoseconds) => Math.floor(nanoseconds / NANOSECONDS_PER_TICK));
  const running = [...kernel.tasks.values()].filter(({ state }) => state === 'runnable').length;
  const now = clock.realtime().seconds - Math.floor(clock.now() / 1e9);
  return (
    `cpu  ${times.join(' ')}\n` +
    `cpu0 ${times.join(' ')}\n` +
    'intr 0\n' +
    'ctxt 0\n' +
    `btime ${now}\n` +
    `processes ${kernel.tasksStarted}\n` +
    `procs_running ${running}\n` +
    'procs_blocked 0\n' +
    `softirq ${new Array(11).fill(0).join(' ')}\n`
  );
}

/** /proc/loadavg: averages are of no use to a machine that jumps over idle time. proc_loadavg(5). */
export function loadavgText({ tasks, lastPid }: Kernel): string {
  const running = [...tasks.values()].filter(({ state }) => state === 'runnable').length;
  return `0.00 0.00 0.00 ${running}/${tasks.size} ${lastPid}\n`;
}

/** /proc/PID/mountinfo, of the lines of /proc/mounts. proc_pid_mountinfo(5). */
export function mountinfoText(mounts: string): string {
  const lines = mounts.trimEnd().split('\n');
  return lines
    .map((line, index) => {
      const [source, path, type, options] = line.split(' ');
      const parent = index === 0 ? 1 : 2;
      return `${index + 2} ${parent} 0:${index + 1} / ${path} ${options} - ${type} ${source} ${options}\n`;
    })
    .join('');
}

/** /proc/cpuinfo of the one hart. Linux arch/riscv/kernel/cpu.c, c_show. */
export function cpuinfoText(isa: string): string {
  const rows: [string, string][] = [
    ['processor\t', '0'],
    ['hart\t\t', '0'],
    ['isa\t\t', isa],
    ['mmu\t\t', 'sv39'],
    ['mvendorid\t', '0x0'],
    ['marchid\t\t', '0x0'],
    ['mimpid\t\t', '0x0'],
    ['hart isa\t', isa],
  ];
  return `${rows.map(([name, value]) => `${name}: ${value}\n`).join('')}\n`;
}

function idleNanoseconds({ clock }: Kernel): number {
  return Math.max(0, clock.now() - clock.steps * NANOSECONDS_PER_STEP);
}
