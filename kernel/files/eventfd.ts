import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { WaitQueue } from '../process/wait-queue.js';
import { AnonymousFile } from './anonymous.js';
import type { Credentials, InodeOwner } from './inode.js';
import { POLLIN, POLLOUT } from './mode.js';
import { WOULD_BLOCK } from './open-file.js';

/** The counter never reaches this. eventfd(2). */
const LIMIT = 0xffff_ffff_ffff_ffffn;
const COUNTER_BYTES = 8;

/** eventfd(2): a 64-bit counter that writes add to and reads take. */
export class EventFile extends AnonymousFile {
  override readonly waitQueue = new WaitQueue();
  private count: bigint;
  private readonly isSemaphore: boolean;

  constructor(
    owner: InodeOwner,
    by: Credentials,
    o: { count: number; isSemaphore: boolean; flags: number },
  ) {
    super(owner, by, 'eventfd', o.flags);
    this.count = BigInt(o.count);
    this.isSemaphore = o.isSemaphore;
  }

  override read(buffer: IoBuffer): number {
    if (buffer.remaining < COUNTER_BYTES) return -Errno.EINVAL;
    if (this.count === 0n) return WOULD_BLOCK;
    const value = this.isSemaphore ? 1n : this.count;
    this.count -= value;
    this.waitQueue.wake(POLLOUT);
    const bytes = new Uint8Array(new BigUint64Array([value]).buffer);
    return buffer.put(bytes) < COUNTER_BYTES ? -Errno.EFAULT : COUNTER_BYTES;
  }

  override write(buffer: IoBuffer): number {
    if (buffer.remaining < COUNTER_BYTES) return -Errno.EINVAL;
    const bytes = buffer.peek(COUNTER_BYTES);
    if (bytes.length < COUNTER_BYTES) return -Errno.EFAULT;
    const value = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
    if (value === LIMIT) return -Errno.EINVAL;
    if (this.count + value >= LIMIT) return WOULD_BLOCK;
    this.count += value;
    this.waitQueue.wake(POLLIN);
    buffer.advance(COUNTER_BYTES);
    return COUNTER_BYTES;
  }

  override poll(): number {
    const { count } = this;
    return (count > 0n ? POLLIN : 0) | (count < LIMIT - 1n ? POLLOUT : 0);
  }

  override state(): string {
    return `${this.count} ${this.isSemaphore}`;
  }
}
