import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { WaitQueue } from '../process/wait-queue.js';
import { SIGPIPE } from '../signals/numbers.js';
import type { Call } from '../syscalls/call.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';
import { O_RDONLY, O_WRONLY, POLLERR, POLLHUP, POLLIN, POLLOUT } from './mode.js';
import { OpenFile, type OpenRequest, WOULD_BLOCK } from './open-file.js';

/** A pipe's capacity. pipe(7). */
export const PIPE_BYTES = 65536;
/** Writes of at most this many bytes are not interleaved with others. pipe(7). */
const PIPE_BUF = 4096;
const FIONREAD = 0x541b;

/** A pipe or FIFO: bytes in flight and how many ends are open. */
export class Pipe extends Inode {
  readonly kind = 'fifo';
  readonly waitQueue = new WaitQueue();
  readers = 0;
  writers = 0;
  private readonly ring = new Uint8Array(PIPE_BYTES);
  private start = 0;
  private used = 0;

  constructor(owner: InodeOwner, by: Credentials, permissions = 0o600) {
    super(owner, permissions, by);
  }

  override open(request: OpenRequest): OpenFile | number {
    return new PipeEnd(this, request.flags);
  }

  get availableBytes(): number {
    return this.used;
  }

  get roomBytes(): number {
    return PIPE_BYTES - this.used;
  }

  peek(max: number): Uint8Array {
    const count = Math.min(max, this.used);
    const bytes = new Uint8Array(count);
    const first = Math.min(count, PIPE_BYTES - this.start);
    bytes.set(this.ring.subarray(this.start, this.start + first));
    bytes.set(this.ring.subarray(0, count - first), first);
    return bytes;
  }

  consume(count: number): void {
    this.start = (this.start + count) % PIPE_BYTES;
    this.used -= count;
    if (count > 0) this.waitQueue.wake();
  }

  /** `bytes` must fit into the room. */
  append(bytes: Uint8Array): void {
    const at = (this.start + this.used) % PIPE_BYTES;
    const first = Math.min(bytes.length, PIPE_BYTES - at);
    this.ring.set(bytes.subarray(0, first), at);
    this.ring.set(bytes.subarray(first), 0);
    this.used += bytes.length;
    if (bytes.length > 0) this.waitQueue.wake();
  }
}

/** One end of a pipe, or both for a FIFO opened O_RDWR. */
export class PipeEnd extends OpenFile {
  declare readonly inode: Pipe;
  override readonly waitQueue: WaitQueue;

  constructor(pipe: Pipe, flags: number) {
    super(pipe, flags);
    this.waitQueue = pipe.waitQueue;
    if (this.isReadable) pipe.readers++;
    if (this.isWritable) pipe.writers++;
  }

  override read(buffer: IoBuffer): number {
    const pipe = this.inode;
    if (buffer.remaining === 0) return 0;
    if (pipe.availableBytes === 0) return pipe.writers === 0 ? 0 : WOULD_BLOCK;
    const count = buffer.put(pipe.peek(buffer.remaining));
    pipe.consume(count);
    return count > 0 ? count : -Errno.EFAULT;
  }

  override write(buffer: IoBuffer, call: Call): number {
    const pipe = this.inode;
    if (buffer.remaining === 0) return 0;
    if (pipe.readers === 0) {
      call.raise(SIGPIPE);
      return -Errno.EPIPE;
    }
    const needed = buffer.remaining <= PIPE_BUF ? buffer.remaining : 1;
    if (pipe.roomBytes < needed) return WOULD_BLOCK;
    const bytes = buffer.peek(pipe.roomBytes);
    if (bytes.length === 0) return -Errno.EFAULT;
    buffer.advance(bytes.length);
    pipe.append(bytes);
    return bytes.length;
  }

  override get writesAll(): boolean {
    return true;
  }

  override poll(): number {
    const pipe = this.inode;
    let events = 0;
    if (this.isReadable) {
      if (pipe.availableBytes > 0) events |= POLLIN;
      if (pipe.writers === 0) events |= POLLHUP;
    }
    if (this.isWritable) {
      if (pipe.roomBytes >= PIPE_BUF) events |= POLLOUT;
      if (pipe.readers === 0) events |= POLLERR;
    }
    return events;
  }

  override ioctl(request: number, argument: number, call: Call): number {
    if (request !== FIONREAD) return -Errno.ENOTTY;
    return call.writeU32(argument, this.inode.availableBytes);
  }

  override get path(): string {
    return `pipe:[${this.inode.number}]`;
  }

  protected override closed(): void {
    if (this.isReadable) this.inode.readers--;
    if (this.isWritable) this.inode.writers--;
    this.waitQueue.wake();
  }
}

/** The two ends of a new pipe. */
export function createPipe(owner: InodeOwner, by: Credentials, flags: number): [PipeEnd, PipeEnd] {
  const pipe = new Pipe(owner, by);
  return [new PipeEnd(pipe, flags | O_RDONLY), new PipeEnd(pipe, flags | O_WRONLY)];
}
