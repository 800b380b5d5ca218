import type { Task } from './task.js';

/** Tasks that wait for one thing to change. Woken tasks look again: a wake-up promises nothing. */
export class WaitQueue {
  private readonly tasks = new Set<Task>();

  add(task: Task): void {
    this.tasks.add(task);
  }

  remove(task: Task): void {
    this.tasks.delete(task);
  }

  /** Makes every waiting task runnable, in the order in which they began to wait. */
  wake(): void {
    for (const task of [...this.tasks]) task.wake();
  }

  get isEmpty(): boolean {
    return this.tasks.size === 0;
  }
}
