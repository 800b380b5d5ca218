import { addTtyDevice } from '../files/devices.js';
import type { Kernel } from '../kernel.js';
import type { Process } from '../process/process.js';
import { SI_KERNEL, SIGCONT, SIGHUP } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import { type TerminalHost, Tty, windowOf } from './tty.js';

/** Makes a terminal that a host draws and types into; see Kernel.addTerminal. */
export function addTerminal(kernel: Kernel, host: TerminalHost, number: number): Tty {
  const before = kernel.ttys.findIndex((tty) => tty.number === number);
  if (kernel.ttys[before]?.isConnected) {
    throw new Error(`there is a terminal ${number} already: hang it up, or take another number`);
  }
  if (before >= 0) kernel.ttys.splice(before, 1);
  const tty = new Tty(
    number,
    {
      output: (bytes) => {
        const allowed = kernel.takeOutput(bytes.length);
        if (allowed > 0) host.write(bytes.subarray(0, allowed));
      },
      ...kernel.ttyJobs(),
    },
    windowOf(host),
  );
  connectTerminal(kernel, tty);
  return tty;
}

/** The number that the next terminal gets. */
export function nextTerminal({ ttys }: Kernel): number {
  return Math.max(1, ...ttys.map((tty) => tty.number)) + 1;
}

/** Puts a terminal into the machine, as /dev/ttyN. */
export function connectTerminal(kernel: Kernel, tty: Tty): void {
  kernel.ttys.push(tty);
  addTtyDevice(kernel, tty);
}

/**
 * The terminal is gone. Its session's leader hears SIGHUP, and SIGCONT in case it is stopped; the
 * foreground hears of it when the leader ends, or at once where there is no leader. Linux
 * drivers/tty/tty_jobctrl.c, tty_signal_session_leader.
 */
export function hangUp(kernel: Kernel, tty: Tty): void {
  if (!tty.isConnected) return;
  tty.hangUp();
  const leader = kernel.processes.get(tty.session);
  if (leader === undefined || leader.ending !== undefined) {
    signalForeground(kernel, tty);
  } else {
    for (const signal of [SIGHUP, SIGCONT]) sendToProcess(leader, { signal, code: SI_KERNEL });
  }
}

/**
 * A leader gives its session's terminal up when it ends, and the foreground is told.
 * Linux drivers/tty/tty_jobctrl.c, disassociate_ctty.
 */
export function leaveTerminal(kernel: Kernel, { pid, session }: Process): void {
  const tty = pid === session ? kernel.ttys.find((each) => each.session === session) : undefined;
  if (tty === undefined) return;
  signalForeground(kernel, tty);
  tty.session = 0;
  tty.foregroundGroup = 0;
}

/**
 * Groups that have nobody left in their session to continue them, now that `process` has ended: where
 * one of their processes is stopped, all hear SIGHUP and go on. Linux kernel/exit.c,
 * kill_orphaned_pgrp.
 */
export function hangUpOrphans(kernel: Kernel, process: Process): void {
  const { parent, session } = process;
  const groups = new Set<number>();
  if (parent !== undefined && parent.session === session && parent.group !== process.group) {
    groups.add(process.group);
  }
  for (const child of process.children) {
    if (child.session === session && child.group !== process.group) groups.add(child.group);
  }
  const alive = [...kernel.processes.values()].filter(({ ending }) => ending === undefined);
  for (const group of groups) {
    const members = alive.filter((each) => each.group === group);
    const isWatched = members.some(
      (each) =>
        each.parent !== undefined &&
        each.parent.ending === undefined &&
        each.parent.group !== group &&
        each.parent.session === each.session,
    );
    if (isWatched || !members.some(({ isStopped }) => isStopped)) continue;
    for (const signal of [SIGHUP, SIGCONT]) kernel.signalGroup(group, signal);
  }
}

function signalForeground(kernel: Kernel, { foregroundGroup }: Tty): void {
  if (foregroundGroup === 0) return;
  for (const signal of [SIGHUP, SIGCONT]) kernel.signalGroup(foregroundGroup, signal);
}
