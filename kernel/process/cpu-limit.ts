import { SI_KERNEL, SIGKILL, SIGXCPU } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import { RLIMIT_CPU } from './limits.js';
import { cpuTime, type Process } from './process.js';
import { Timer } from './timers.js';

const NANOSECONDS = 1e9;

/** Starts to watch a process's RLIMIT_CPU: when it is made, and whenever the limit changes. */
export function watchCpuLimit(process: Process): void {
  const { soft } = process.limits[RLIMIT_CPU]!;
  process.cpuLimit?.disarm();
  if (soft === Number.POSITIVE_INFINITY) return;
  process.cpuLimit ??= new Timer(process.cpuTimers, () => expire(process));
  process.cpuLimit.arm(soft * NANOSECONDS, 0);
}

/**
 * SIGXCPU at the soft limit, which is then a second later; SIGKILL at the hard one. Compare Linux
 * kernel/time/posix-cpu-timers.c, check_process_timers.
 */
function expire(process: Process): void {
  const { soft, hard } = process.limits[RLIMIT_CPU]!;
  if (cpuTime(process) >= hard * NANOSECONDS) {
    sendToProcess(process, { signal: SIGKILL, code: SI_KERNEL });
    return;
  }
  sendToProcess(process, { signal: SIGXCPU, code: SI_KERNEL });
  process.limits[RLIMIT_CPU] = { soft: soft + 1, hard };
  watchCpuLimit(process);
}
