import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import type { WaitQueue } from '../process/wait-queue.js';
import type { Call } from '../syscalls/call.js';
import type { Inode } from './inode.js';
import { O_ACCMODE, O_NONBLOCK, O_PATH, O_RDONLY, O_WRONLY, POLLIN, POLLOUT } from './mode.js';

export interface OpenRequest {
  /** open(2) flags. */
  readonly flags: number;
  /** The call that opens the file; undefined when the kernel opens it itself. */
  readonly call?: Call;
}

/** Who is told when an open file description is gone: the interests of epoll. */
export interface FileObserver {
  fileClosed(): void;
}

/** An answer of read and write: wait for `waitQueue`, then ask again. */
export const WOULD_BLOCK = -Errno.EAGAIN;

/**
 * An open file description (open(2)): what descriptors of one or several processes refer to. Results
 * are byte counts or a negative errno; -EAGAIN means that the caller waits unless O_NONBLOCK is set.
 */
export abstract class OpenFile {
  readonly inode: Inode;
  /** Access mode and status flags: what F_GETFL shows. */
  flags: number;
  /** Only meaningful where `seek` works. */
  offset = 0;
  /** Changes when reading or writing may have become possible; undefined where it always is. */
  readonly waitQueue: WaitQueue | undefined = undefined;
  /** How long a read and a write wait at most, in nanoseconds; 0: for ever. */
  readTimeout = 0;
  writeTimeout = 0;
  private references = 1;
  private observers: Set<FileObserver> | undefined;

  constructor(inode: Inode, flags: number) {
    this.inode = inode;
    this.flags = flags;
  }

  read(_buffer: IoBuffer, _call: Call): number {
    return -Errno.EINVAL;
  }

  write(_buffer: IoBuffer, _call: Call): number {
    return -Errno.EINVAL;
  }

  /** pread(2): does not move `offset`. */
  readAt(_buffer: IoBuffer, _offset: number, _call: Call): number {
    return -Errno.ESPIPE;
  }

  writeAt(_buffer: IoBuffer, _offset: number, _call: Call): number {
    return -Errno.ESPIPE;
  }

  seek(_offset: number, _whence: number): number {
    return -Errno.ESPIPE;
  }

  ioctl(_request: number, _argument: number, _call: Call): number {
    return -Errno.ENOTTY;
  }

  /** The POLL* events that hold now. */
  poll(_call: Call): number {
    return POLLIN | POLLOUT;
  }

  /** Whether epoll(7) takes it: there is something to wait for. */
  get isPollable(): boolean {
    return this.waitQueue !== undefined;
  }

  /** What it holds besides flags and offset, in a canonical form, for the state hash. */
  state(): string {
    return '';
  }

  /** Whether a write larger than the room left waits for the rest, as a pipe's does. */
  get writesAll(): boolean {
    return false;
  }

  get isReadable(): boolean {
    return (this.flags & O_ACCMODE) !== O_WRONLY;
  }

  get isWritable(): boolean {
    return (this.flags & O_ACCMODE) !== O_RDONLY;
  }

  /** Whether it only names a file and gives no access to it (O_PATH of open(2)). */
  get isPathOnly(): boolean {
    return (this.flags & O_PATH) !== 0;
  }

  get isNonblocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0;
  }

  /** What /proc/PID/fd shows. */
  get path(): string {
    return `anon_inode:[${this.inode.kind}]`;
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references > 0) return;
    if (this.inode.hasLocks) this.inode.locks.releaseAll(this);
    for (const observer of this.observers ?? []) observer.fileClosed();
    this.closed();
  }

  observe(observer: FileObserver): void {
    this.observers ??= new Set();
    this.observers.add(observer);
  }

  unobserve(observer: FileObserver): void {
    this.observers?.delete(observer);
  }

  /** The last descriptor is gone. */
  protected closed(): void {}
}
