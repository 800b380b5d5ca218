import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { Timer, type TimerSet } from '../process/timers.js';
import { WaitQueue } from '../process/wait-queue.js';
import { AnonymousFile } from './anonymous.js';
import type { Credentials, InodeOwner } from './inode.js';
import { POLLIN } from './mode.js';
import { WOULD_BLOCK } from './open-file.js';

const COUNTER_BYTES = 8;

/** timerfd_create(2): a timer whose expiries are read. */
export class TimerFile extends AnonymousFile {
  override readonly waitQueue = new WaitQueue();
  readonly clock: number;
  readonly timer: Timer;
  private expiries = 0;

  constructor(
    owner: InodeOwner,
    by: Credentials,
    o: { timers: TimerSet; clock: number; flags: number },
  ) {
    super(owner, by, 'timerfd', o.flags);
    this.clock = o.clock;
    this.timer = new Timer(o.timers, (times) => {
      this.expiries += times;
      this.waitQueue.wake(POLLIN);
    });
  }

  /** timerfd_settime(2): what expired before counts no longer. */
  set(at: number | undefined, interval: number): void {
    this.expiries = 0;
    this.timer.disarm();
    this.timer.interval = interval;
    if (at !== undefined) this.timer.arm(at, interval);
  }

  override read(buffer: IoBuffer): number {
    if (buffer.remaining < COUNTER_BYTES) return -Errno.EINVAL;
    if (this.expiries === 0) return WOULD_BLOCK;
    const bytes = new Uint8Array(new BigUint64Array([BigInt(this.expiries)]).buffer);
    this.expiries = 0;
    return buffer.put(bytes) < COUNTER_BYTES ? -Errno.EFAULT : COUNTER_BYTES;
  }

  override poll(): number {
    return this.expiries > 0 ? POLLIN : 0;
  }

  override state(): string {
    return `${this.clock} ${this.expiries} ${this.timer.state()}`;
  }

  protected override closed(): void {
    this.timer.disarm();
  }
}
