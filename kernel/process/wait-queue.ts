/** Somebody who wants to hear that a thing has changed: a task that waits, or an interest of epoll. */
export interface Waiter {
  /** @param events the POLL* bits that may have come to hold */
  wake(events: number): void;
}

/** A change that may concern everybody. */
const ANY_EVENT = 0xffff_ffff;

/** Who waits for one thing to change. Woken tasks look again: a wake-up promises nothing. */
export class WaitQueue {
  private readonly waiters = new Set<Waiter>();

  add(waiter: Waiter): void {
    this.waiters.add(waiter);
  }

  remove(waiter: Waiter): void {
    this.waiters.delete(waiter);
  }

  /**
   * Wakes everyone, in the order in which they began to wait.
   *
   * @param events what may hold now that did not before; only epoll tells the difference
   */
  wake(events = ANY_EVENT): void {
    for (const waiter of [...this.waiters]) waiter.wake(events);
  }
}
