import type { Random } from '../random.js';
import type { Task } from './task.js';

/** Instructions in a time slice: this many and up to half as many more, drawn from the seed. */
const SLICE_INSTRUCTIONS = 50_000;

/**
 * Round robin by instruction count. Nothing here depends on the host's clock or on how the host cuts a
 * run into budgets, so the same program and seed always interleave the same way.
 */
export class Scheduler {
  /** In the order in which they will run. */
  private readonly queue: Task[] = [];
  private readonly sleeping = new Set<Task>();
  private readonly random: Random;
  /** The task whose registers are on the hart, runnable or not. */
  current: Task | undefined;

  constructor(random: Random) {
    this.random = random;
  }

  add(task: Task): void {
    task.state = 'runnable';
    this.queue.push(task);
  }

  makeRunnable(task: Task): void {
    this.sleeping.delete(task);
    if (task.state === 'runnable' || task.state === 'dead') return;
    task.state = 'runnable';
    this.queue.push(task);
  }

  block(task: Task): void {
    this.remove(task);
    task.state = 'blocked';
    if (task.wait?.deadline !== undefined) this.sleeping.add(task);
  }

  stop(task: Task): void {
    this.remove(task);
    task.state = 'stopped';
  }

  kill(task: Task): void {
    this.remove(task);
    task.state = 'dead';
  }

  /** The task to run next; the current one while its slice lasts. */
  pick(): Task | undefined {
    const first = this.queue[0];
    if (first === undefined) return undefined;
    if (first.slice <= 0) {
      if (first === this.current && this.queue.length > 1) this.queue.push(this.queue.shift()!);
      const next = this.queue[0]!;
      next.slice = SLICE_INSTRUCTIONS + this.random.below(SLICE_INSTRUCTIONS / 2);
      return next;
    }
    return first;
  }

  /** sched_yield(2). */
  yield(task: Task): void {
    task.slice = 0;
  }

  /** Whether a waiting task has a deadline. */
  get hasSleepers(): boolean {
    return this.sleeping.size > 0;
  }

  /** The earliest deadline of a waiting task. */
  nextDeadline(): number | undefined {
    if (this.sleeping.size === 0) return undefined;
    let earliest: number | undefined;
    for (const task of this.sleeping) {
      const deadline = task.wait?.deadline;
      if (deadline !== undefined && (earliest === undefined || deadline < earliest)) {
        earliest = deadline;
      }
    }
    return earliest;
  }

  wakeSleepers(now: number): void {
    for (const task of [...this.sleeping]) {
      if (task.wait?.deadline !== undefined && task.wait.deadline <= now) task.wake();
    }
  }

  /** Who runs and who sleeps, in order, and the generator of slices, for comparisons. */
  state(): readonly number[] {
    const tids = (tasks: Iterable<Task>) => [...tasks].flatMap(({ tid, slice }) => [tid, slice]);
    const { current, queue, sleeping, random } = this;
    return [current?.tid ?? 0, ...tids(queue), -1, ...tids(sleeping), -1, ...random.words()];
  }

  get hasRunnable(): boolean {
    return this.queue.length > 0;
  }

  private remove(task: Task): void {
    const index = this.queue.indexOf(task);
    if (index >= 0) this.queue.splice(index, 1);
    this.sleeping.delete(task);
    task.slice = 0;
  }
}
