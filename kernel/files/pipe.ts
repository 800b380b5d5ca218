import { byteString } from '../bytes.js';
import { Errno } from '../errno.js';
import { type IoBuffer, KernelBuffer } from '../io-buffer.js';
import type { Task } from '../process/task.js';
import { WaitQueue } from '../process/wait-queue.js';
import { SIGPIPE } from '../signals/numbers.js';
import { BLOCKED, type Call } from '../syscalls/call.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';
import {
  O_ACCMODE,
  O_NONBLOCK,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
} from './mode.js';
import { OpenFile, type OpenRequest, WOULD_BLOCK } from './open-file.js';

/** A pipe holds so many buffers, each of a page. Linux include/linux/pipe_fs_i.h, PIPE_DEF_BUFFERS. */
const PIPE_BUFFERS = 16;
const BUFFER_BYTES = 4096;
/** The most that F_SETPIPE_SZ allows. proc_sys_fs(5), pipe-max-size. */
const MAX_PIPE_BYTES = 1_048_576;
const FIONREAD = 0x541b;

/** Who has one side of a pipe. */
export interface PipeSide {
  /** Open file descriptions. */
  ends: number;
  /** How often anybody has opened it or begun to. */
  opened: number;
  /** Tasks that wait in open(2) for the other side; they count as if they had it. */
  readonly opening: Set<Task>;
}

/** Bytes [start, end) of a page are on their way. */
interface PipeBuffer {
  readonly page: Uint8Array;
  start: number;
  end: number;
}

/**
 * A pipe or FIFO: bytes in flight and how many ends are open. As on Linux they stand in buffers, each
 * of which is copied from or to the program whole or not at all. Compare fs/pipe.c.
 */
export class Pipe extends Inode {
  readonly kind = 'fifo';
  readonly waitQueue = new WaitQueue();
  readonly reading: PipeSide = { ends: 0, opened: 0, opening: new Set() };
  readonly writing: PipeSide = { ends: 0, opened: 0, opening: new Set() };
  private readonly buffers: PipeBuffer[] = [];
  private capacity = PIPE_BUFFERS;

  constructor(owner: InodeOwner, by: Credentials, permissions = 0o600) {
    super(owner, permissions, by);
  }

  /** Each side of a FIFO waits for the other, unless O_NONBLOCK is given. fifo(7). */
  override open({ flags, call }: OpenRequest): OpenFile | number {
    const access = flags & O_ACCMODE;
    if (call === undefined || access === O_RDWR) return new PipeEnd(this, flags);
    const [own, other] =
      access === O_RDONLY ? [this.reading, this.writing] : [this.writing, this.reading];
    const before = call.wait?.progress ?? other.opened;
    if (isPresent(other) || other.opened !== before) {
      own.opening.delete(call.task);
      return new PipeEnd(this, flags);
    }
    if ((flags & O_NONBLOCK) !== 0) {
      return access === O_RDONLY ? new PipeEnd(this, flags, 'alone') : -Errno.ENXIO;
    }
    if (call.wait === undefined) this.arrives(own);
    own.opening.add(call.task);
    const result = call.block([this.waitQueue], { progress: before });
    if (result !== BLOCKED) own.opening.delete(call.task);
    return result;
  }

  /** Somebody opens that side: whoever waits on the other one goes on. */
  arrives(side: PipeSide): void {
    side.opened++;
    this.waitQueue.wake();
  }

  get hasReaders(): boolean {
    return isPresent(this.reading);
  }

  get hasWriters(): boolean {
    return isPresent(this.writing);
  }

  get availableBytes(): number {
    return this.buffers.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  /** Every byte on its way, for the state hash. */
  contents(): Uint8Array {
    const bytes = new Uint8Array(this.availableBytes);
    let at = 0;
    for (const { page, start, end } of this.buffers) {
      bytes.set(page.subarray(start, end), at);
      at += end - start;
    }
    return bytes;
  }

  get isFull(): boolean {
    return this.buffers.length >= this.capacity;
  }

  /** Whole pages that are free: so much can be written at once, whatever it joins. */
  get freeBytes(): number {
    return Math.max(0, this.capacity - this.buffers.length) * BUFFER_BYTES;
  }

  get capacityBytes(): number {
    return this.capacity * BUFFER_BYTES;
  }

  /** F_SETPIPE_SZ: rounded up to a power of two of pages. @returns the capacity, or a negative errno */
  resize(bytes: number): number {
    if (bytes > 2 ** 31) return -Errno.EINVAL;
    if (bytes > MAX_PIPE_BYTES) return -Errno.EPERM;
    const buffers = 2 ** Math.ceil(Math.log2(Math.max(1, Math.ceil(bytes / BUFFER_BYTES))));
    if (buffers < this.buffers.length) return -Errno.EBUSY;
    this.capacity = buffers;
    this.waitQueue.wake(POLLOUT);
    return this.capacityBytes;
  }

  /** The first bytes, which stay. */
  peek(max: number): Uint8Array {
    return this.contents().subarray(0, max);
  }

  /** Drops the first `count` bytes, which must be there. */
  consume(count: number): void {
    this.moveTo(new KernelBuffer(new Uint8Array(count)));
  }

  /** @returns the number of bytes moved, or -EFAULT where not even the first buffer could be */
  moveTo(target: IoBuffer): number {
    const wasFull = this.isFull;
    let total = 0;
    while (target.remaining > 0 && this.buffers.length > 0) {
      const buffer = this.buffers[0]!;
      const wanted = Math.min(target.remaining, buffer.end - buffer.start);
      const bytes = buffer.page.subarray(buffer.start, buffer.start + wanted);
      if (target.put(bytes) < wanted) break;
      total += wanted;
      buffer.start += wanted;
      if (buffer.start === buffer.end) this.dropFirst();
    }
    if (wasFull && !this.isFull) this.waitQueue.wake(POLLOUT);
    return total > 0 ? total : -Errno.EFAULT;
  }

  /** Nobody has an end any more: what was on its way is gone. Linux fs/pipe.c, put_pipe_info. */
  private discard(): void {
    while (this.buffers.length > 0) this.dropFirst();
    this.capacity = PIPE_BUFFERS;
  }

  private dropFirst(): void {
    this.buffers.shift();
    this.owner.buffers.giveBack(BUFFER_BYTES);
  }

  /** An end is closed. */
  departs(sides: readonly PipeSide[]): void {
    for (const side of sides) side.ends--;
    if (!isPresent(this.reading) && !isPresent(this.writing)) this.discard();
    this.waitQueue.wake();
  }

  /** @returns the number of bytes moved, 0 when the pipe is full, -EFAULT, or -ENOMEM */
  moveFrom(source: IoBuffer): number {
    // What does not fill a page goes first, behind what the last buffer holds.
    const rest = source.remaining % BUFFER_BYTES;
    const last = this.buffers.at(-1);
    let total = 0;
    if (rest > 0 && last !== undefined && last.end + rest <= BUFFER_BYTES) {
      if (!take(source, rest, last)) return -Errno.EFAULT;
      total = rest;
    }
    let problem = 0;
    while (source.remaining > 0 && !this.isFull) {
      const wanted = Math.min(source.remaining, BUFFER_BYTES);
      problem = this.fillNext(source, wanted);
      if (problem < 0) break;
      total += wanted;
    }
    if (total > 0) this.waitQueue.wake(POLLIN);
    return total > 0 ? total : problem;
  }

  /** Puts `count` bytes into a buffer of their own. @returns 0, -EFAULT or -ENOMEM */
  private fillNext(source: IoBuffer, count: number): number {
    if (!this.owner.buffers.take(BUFFER_BYTES)) return -Errno.ENOMEM;
    const buffer = { page: new Uint8Array(BUFFER_BYTES), start: 0, end: 0 };
    if (take(source, count, buffer)) {
      this.buffers.push(buffer);
      return 0;
    }
    this.owner.buffers.giveBack(BUFFER_BYTES);
    return -Errno.EFAULT;
  }
}

function isPresent({ ends, opening }: PipeSide): boolean {
  return ends > 0 || [...opening].some(({ state }) => state !== 'dead');
}

/** Adds `count` bytes to a buffer. @returns false where they cannot be read, and then adds none */
function take(source: IoBuffer, count: number, buffer: PipeBuffer): boolean {
  const bytes = source.peek(count);
  if (bytes.length < count) return false;
  buffer.page.set(bytes, buffer.end);
  buffer.end += count;
  source.advance(count);
  return true;
}

/** One end of a pipe, or both for a FIFO opened O_RDWR. */
export class PipeEnd extends OpenFile {
  declare readonly inode: Pipe;
  override readonly waitQueue: WaitQueue;

  /** Writers that had come before a reader which did not wait for one: no hang-up until another did. */
  private readonly writersBefore: number | undefined;

  constructor(pipe: Pipe, flags: number, how: 'joined' | 'alone' = 'joined') {
    super(pipe, flags);
    this.waitQueue = pipe.waitQueue;
    this.writersBefore = how === 'alone' ? pipe.writing.opened : undefined;
    for (const side of this.sides) {
      side.ends++;
      pipe.arrives(side);
    }
  }

  private get sides(): PipeSide[] {
    const { reading, writing } = this.inode;
    return [...(this.isReadable ? [reading] : []), ...(this.isWritable ? [writing] : [])];
  }

  override read(buffer: IoBuffer): number {
    const pipe = this.inode;
    if (buffer.remaining === 0) return 0;
    if (pipe.availableBytes === 0) return pipe.hasWriters ? WOULD_BLOCK : 0;
    return pipe.moveTo(buffer);
  }

  override write(buffer: IoBuffer, call: Call): number {
    const pipe = this.inode;
    if (buffer.remaining === 0) return 0;
    if (!pipe.hasReaders) {
      call.raise(SIGPIPE);
      return -Errno.EPIPE;
    }
    return pipe.moveFrom(buffer) || WOULD_BLOCK;
  }

  override get writesAll(): boolean {
    return true;
  }

  override poll(): number {
    const pipe = this.inode;
    let events = 0;
    if (this.isReadable) {
      if (pipe.availableBytes > 0) events |= POLLIN;
      if (!pipe.hasWriters && pipe.writing.opened !== this.writersBefore) events |= POLLHUP;
    }
    if (this.isWritable) {
      if (!pipe.isFull) events |= POLLOUT;
      if (!pipe.hasReaders) events |= POLLERR;
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
    this.inode.departs(this.sides);
  }

  override state(): string {
    const { capacityBytes, reading, writing } = this.inode;
    const sides = [reading, writing].map(({ ends, opened }) => `${ends} ${opened}`);
    return `${capacityBytes} ${sides} ${this.writersBefore} ${byteString(this.inode.contents())}`;
  }
}

/** The two ends of a new pipe. */
export function createPipe(owner: InodeOwner, by: Credentials, flags: number): [PipeEnd, PipeEnd] {
  const pipe = new Pipe(owner, by);
  return [new PipeEnd(pipe, flags | O_RDONLY), new PipeEnd(pipe, flags | O_WRONLY)];
}
