import type { Kernel } from '../kernel.js';
import type { VirtualMemory } from '../memory/index.js';
import type { Process } from './process.js';
import type { Task } from './task.js';

interface Waiter {
  readonly task: Task;
  readonly bitset: number;
  key: string;
}

/**
 * Tasks that wait on a word of memory. futex(2). A private futex is known by address space and
 * address, a shared one by the physical address of its word.
 */
export class FutexTable {
  /** In the order in which they began to wait. */
  private waiters: Waiter[] = [];

  key(memory: VirtualMemory, address: number, physical: number | undefined): string {
    return physical === undefined ? `${memory.id}:${address}` : `physical:${physical}`;
  }

  add(key: string, task: Task, bitset: number): void {
    this.waiters.push({ key, task, bitset });
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
  futexes.wake(futexes.key(memory, address, undefined), count);
  const physical = kernel.physicalAddress(process, address);
  if (physical !== undefined) futexes.wake(futexes.key(memory, address, physical), count);
}
