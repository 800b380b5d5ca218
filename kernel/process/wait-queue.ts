/** Somebody who wants to hear that a thing has changed: a task that waits, or an interest of epoll. */
export interface Waiter {
  /** Of those that ask for it, a change wakes only the first that has a use for it. */
  readonly isExclusive?: boolean;
  /**
   * @param events the POLL* bits that may have come to hold
   * @returns whether somebody wakes who waited; only of an exclusive waiter anybody asks
   */
  wake(events: number): boolean;
}

/** A change that may concern everybody. */
const ANY_EVENT = 0xffff_ffff;

/** Who waits for one thing to change. Woken tasks look again: a wake-up promises nothing. */
export class WaitQueue {
  private readonly waiters = new Set<Waiter>();

  get isEmpty(): boolean {
    return this.waiters.size === 0;
  }

  add(waiter: Waiter): void {
    this.waiters.add(waiter);
  }

  remove(waiter: Waiter): void {
    this.waiters.delete(waiter);
  }

  /**
   * Wakes everyone, in the order in which they began to wait, and of the exclusive ones the first.
   *
   * @param events what may hold now that did not before; only epoll tells the difference
   */
  wake(events = ANY_EVENT): void {
    let isTaken = false;
    for (const waiter of [...this.waiters]) {
      if (waiter.isExclusive !== true) waiter.wake(events);
      else if (!isTaken) isTaken = waiter.wake(events);
    }
  }
}
