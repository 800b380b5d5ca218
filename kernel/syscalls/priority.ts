import { Errno } from '../errno.js';
import type { Task } from '../process/task.js';
import type { Call } from './call.js';

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;
const MOST_NICE = 19;

/** getpriority(2): the raw call answers 20 minus the nice value, the least nice of those meant. */
export function sysGetpriority(call: Call, which: number, who: number): number {
  const tasks = tasksOf(call, which, who);
  if (typeof tasks === 'number') return tasks;
  return 20 - Math.min(...tasks.map(({ nice }) => nice));
}

/** setpriority(2): a nice value may only be raised. Tasks take turns all the same, whatever it is. */
export function sysSetpriority(call: Call, which: number, who: number, value: number): number {
  const tasks = tasksOf(call, which, who);
  if (typeof tasks === 'number') return tasks;
  const nice = Math.min(value, MOST_NICE);
  let result = 0;
  for (const task of tasks) {
    if (nice < task.nice) result = -Errno.EACCES;
    else task.nice = nice;
  }
  return result;
}

function tasksOf({ kernel, process, task }: Call, which: number, who: number): Task[] | number {
  if (which < PRIO_PROCESS || which > PRIO_USER) return -Errno.EINVAL;
  const group = who === 0 ? process.group : who;
  const { uid } = process.credentials;
  const found = [...kernel.tasks.values()].filter((other) => {
    if (which === PRIO_PROCESS) return who === 0 ? other === task : other.tid === who;
    if (which === PRIO_PGRP) return other.process.group === group;
    return who === 0 || who === uid;
  });
  return found.length === 0 ? -Errno.ESRCH : found;
}
