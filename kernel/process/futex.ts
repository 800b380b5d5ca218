import { PAGE_SIZE } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';
import { REGION_SHARED, type VirtualMemory } from '../memory/index.js';
import type { Process } from './process.js';
import type { Task } from './task.js';

interface Waiter {
  readonly task: Task;
  readonly bitset: number;
  key: string;
}

/**
 * Tasks that wait on a word of memory. futex(2). A word of a shared mapping is known by the file and
 * its place there, every other one by address space and address: a frame may change under it, by copy
 * on write or otherwise. Compare Linux kernel/futex/core.c, get_futex_key.
 */
export class FutexTable {
  /** In the order in which they began to wait. */
  private waiters: Waiter[] = [];

  key(memory: VirtualMemory, address: number, isPrivate: boolean): string {
    const region = isPrivate ? undefined : memory.space.queryPage(address - (address % PAGE_SIZE));
    if (region?.file === undefined || (region.flags & REGION_SHARED) === 0) {
      return `${memory.id}:${address}`;
    }
    return `file ${region.file.pages.id}:${region.offset + address - region.base}`;
  }

  add(key: string, task: Task, bitset: number): void {
    this.waiters.push({ key, task, bitset });
  }

  /** Who waits on what, in order: for the state hash. */
  state(): string[] {
    return this.waiters.map(({ key, task, bitset }) => `${key} ${task.tid} ${bitset}`);
  }

  remove(task: Task): void {
    this.waiters = this.waiters.filter((waiter) => waiter.task !== task);
  }

  /** @returns how many were woken */
  wake(key: string, count: number, bitset = 0xffff_ffff): number {
    const chosen = this.waiters
      .filter((waiter) => waiter.key === key && (waiter.bitset & bitset) !== 0)
      .slice(0, count);
    for (const { task } of chosen) {
      this.remove(task);
      if (task.wait !== undefined) task.wait.isGranted = true;
      task.wake();
    }
    return chosen.length;
  }

  /** Lets up to `count` waiters wait on another word instead. @returns how many */
  move(from: string, to: string, count: number): number {
    const chosen = this.waiters.filter((waiter) => waiter.key === from).slice(0, count);
    for (const waiter of chosen) waiter.key = to;
    return chosen.length;
  }
}

/** Wakes private and shared waiters of an address, as the kernel does when a thread ends. */
export function wakeFutex(kernel: Kernel, process: Process, address: number, count: number): void {
  const { memory } = process;
  const { futexes } = kernel;
  const keys = new Set([true, false].map((isPrivate) => futexes.key(memory, address, isPrivate)));
  for (const key of keys) futexes.wake(key, count);
}
