import type { Kernel } from '../kernel.js';
import { wakeFutex } from './futex.js';
import type { Task } from './task.js';

const FUTEX_WAITERS = 0x8000_0000;
const FUTEX_OWNER_DIED = 0x4000_0000;
const FUTEX_TID_MASK = 0x3fff_ffff;
/** A list may be circular or damaged. Linux include/uapi/linux/futex.h, ROBUST_LIST_LIMIT. */
const MAX_ENTRIES = 2048;
/** Bit 0 of a pointer marks a mutex with priority inheritance. */
const POINTER_MASK = ~1n;

/**
 * Marks every robust mutex that a dying thread holds, and wakes one waiter of each. The list is the
 * program's own memory. set_robust_list(2); Linux kernel/futex/core.c, exit_robust_list.
 */
export function walkRobustList(kernel: Kernel, task: Task): void {
  const head = task.robustList;
  if (head === 0) return;
  const offset = readWord(task, head + 8);
  const pending = readPointer(task, head + 16);
  let entry = readPointer(task, head);
  if (offset === undefined || pending === undefined) return;
  for (let count = 0; entry !== undefined && entry !== head && count < MAX_ENTRIES; count++) {
    const next = readPointer(task, entry);
    // The pending one is done once, at the end.
    if (entry !== pending && !giveUp(kernel, task, entry + offset)) return;
    entry = next;
  }
  if (pending !== 0) giveUp(kernel, task, pending + offset);
}

/** @returns false where the word cannot be reached */
function giveUp(kernel: Kernel, task: Task, address: number): boolean {
  const { memory } = task.process;
  const bytes = new Uint8Array(4);
  const view = new DataView(bytes.buffer);
  if (address % 4 !== 0 || memory.copyIn(address, bytes) !== 0) return false;
  const word = view.getUint32(0, true);
  if ((word & FUTEX_TID_MASK) !== task.tid) return true;
  view.setUint32(0, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED, true);
  if (memory.copyOut(address, bytes) !== 0) return false;
  if (word & FUTEX_WAITERS) wakeFutex(kernel, task.process, address, 1);
  return true;
}

function readPointer(task: Task, address: number): number | undefined {
  const bytes = new Uint8Array(8);
  if (task.process.memory.copyIn(address, bytes) !== 0) return undefined;
  return Number(new DataView(bytes.buffer).getBigUint64(0, true) & POINTER_MASK);
}

function readWord(task: Task, address: number): number | undefined {
  const bytes = new Uint8Array(8);
  if (task.process.memory.copyIn(address, bytes) !== 0) return undefined;
  return Number(new DataView(bytes.buffer).getBigInt64(0, true));
}
