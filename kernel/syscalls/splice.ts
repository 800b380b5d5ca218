import { Errno } from '../errno.js';
import { AnonymousFile } from '../files/anonymous.js';
import { O_APPEND } from '../files/mode.js';
import { type OpenFile, WOULD_BLOCK } from '../files/open-file.js';
import { PipeEnd } from '../files/pipe.js';
import { RegularFile } from '../files/regular-file.js';
import { KernelBuffer, UserBuffer } from '../io-buffer.js';
import type { WaitQueue } from '../process/wait-queue.js';
import { SIGPIPE } from '../signals/numbers.js';
import type { Call } from './call.js';
import { readVector } from './io.js';

/** SPLICE_F_MOVE, NONBLOCK, MORE and GIFT. splice(2). */
const KNOWN_FLAGS = 15;
const SPLICE_F_NONBLOCK = 2;

/** One side of a transfer. */
interface End {
  readonly file: OpenFile;
  /** Where the caller keeps the position; 0: it is the file's own. */
  readonly offsetAt: number;
  /** undefined: the file's own. */
  readonly offset: number | undefined;
}

/** splice(2): moves bytes between a pipe and another file. */
export function sysSplice(
  call: Call,
  inFd: number,
  inOffsetAt: number,
  outFd: number,
  outOffsetAt: number,
  length: number,
  flags: number,
): number {
  if (length === 0) return 0;
  if ((flags & ~KNOWN_FLAGS) !== 0) return -Errno.EINVAL;
  const from = endOf(call, inFd, inOffsetAt);
  const to = endOf(call, outFd, outOffsetAt);
  if (typeof from === 'number') return from;
  if (typeof to === 'number') return to;
  if (!from.file.isReadable || !to.file.isWritable) return -Errno.EBADF;
  const [source, target] = [from.file, to.file];
  const waits = (flags & SPLICE_F_NONBLOCK) === 0;
  if (source instanceof PipeEnd && target instanceof PipeEnd) {
    return betweenPipes(call, source, target, length, { waits, keeps: false });
  }
  if (source instanceof PipeEnd) return outOfPipe(call, source, to, length, waits);
  if (target instanceof PipeEnd) return intoPipe(call, from, target, length, waits);
  return -Errno.EINVAL;
}

/** tee(2): copies from pipe to pipe; what is copied stays. */
export function sysTee(
  call: Call,
  inFd: number,
  outFd: number,
  length: number,
  flags: number,
): number {
  if ((flags & ~KNOWN_FLAGS) !== 0) return -Errno.EINVAL;
  if (length === 0) return 0;
  const [source, target] = [call.file(inFd), call.file(outFd)];
  if (source === undefined || target === undefined) return -Errno.EBADF;
  if (!source.isReadable || !target.isWritable) return -Errno.EBADF;
  if (!(source instanceof PipeEnd && target instanceof PipeEnd)) return -Errno.EINVAL;
  const waits = (flags & SPLICE_F_NONBLOCK) === 0;
  return betweenPipes(call, source, target, length, { waits, keeps: true });
}

/** vmsplice(2): between memory and a pipe, which copies here as read and write do. */
export function sysVmsplice(
  call: Call,
  fd: number,
  vectorAt: number,
  count: number,
  flags: number,
): number {
  if ((flags & ~KNOWN_FLAGS) !== 0) return -Errno.EINVAL;
  const file = call.file(fd);
  if (!(file instanceof PipeEnd)) return -Errno.EBADF;
  const ranges = readVector(call, vectorAt, count);
  if (typeof ranges === 'number') return ranges;
  const buffer = new UserBuffer(call.memory, ranges);
  const result = file.isWritable ? file.write(buffer, call) : file.read(buffer);
  const waits = (flags & SPLICE_F_NONBLOCK) === 0 && !file.isNonblocking;
  return result === WOULD_BLOCK && waits ? call.block([file.waitQueue]) : result;
}

function outOfPipe(call: Call, source: PipeEnd, to: End, length: number, waits: boolean): number {
  const { file, offset } = to;
  if (file instanceof AnonymousFile || (file.flags & O_APPEND) !== 0) return -Errno.EINVAL;
  const missing = sourceProblem(source);
  if (missing !== undefined) return orWait(call, missing, source, waits);
  const buffer = new KernelBuffer(source.inode.peek(length));
  const written =
    offset === undefined ? file.write(buffer, call) : file.writeAt(buffer, offset, call);
  if (written === WOULD_BLOCK) return orWait(call, written, file, !file.isNonblocking);
  if (written <= 0) return written;
  source.inode.consume(written);
  return moved(call, to, written);
}

function intoPipe(call: Call, from: End, target: PipeEnd, length: number, waits: boolean): number {
  const { file, offset } = from;
  if (file instanceof AnonymousFile) return -Errno.EINVAL;
  const full = targetProblem(call, target);
  if (full !== undefined) return orWait(call, full, target, waits);
  const bytes = new Uint8Array(Math.min(length, target.inode.freeBytes));
  const buffer = new KernelBuffer(bytes);
  const count = offset === undefined ? file.read(buffer, call) : file.readAt(buffer, offset, call);
  if (count === WOULD_BLOCK) return orWait(call, count, file, !file.isNonblocking);
  if (count <= 0) return count;
  target.inode.moveFrom(new KernelBuffer(bytes.subarray(0, count)));
  return moved(call, from, count);
}

function betweenPipes(
  call: Call,
  source: PipeEnd,
  target: PipeEnd,
  length: number,
  { waits, keeps }: { waits: boolean; keeps: boolean },
): number {
  if (source.inode === target.inode) return -Errno.EINVAL;
  const missing = sourceProblem(source);
  if (missing !== undefined) return orWait(call, missing, source, waits);
  const full = targetProblem(call, target);
  if (full !== undefined) return orWait(call, full, target, waits);
  const bytes = source.inode.peek(Math.min(length, target.inode.freeBytes));
  target.inode.moveFrom(new KernelBuffer(bytes));
  if (!keeps) source.inode.consume(bytes.length);
  return bytes.length;
}

/** What stands against taking from a pipe; undefined when there is something in it. */
function sourceProblem({ inode }: PipeEnd): number | undefined {
  if (inode.availableBytes > 0) return undefined;
  return inode.hasWriters ? WOULD_BLOCK : 0;
}

function targetProblem(call: Call, { inode }: PipeEnd): number | undefined {
  if (!inode.hasReaders) {
    call.raise(SIGPIPE);
    return -Errno.EPIPE;
  }
  return inode.isFull ? WOULD_BLOCK : undefined;
}

/** Waits where that is the problem and the caller would. */
function orWait(
  call: Call,
  problem: number,
  file: { readonly waitQueue: WaitQueue | undefined; readonly isNonblocking: boolean },
  waits: boolean,
): number {
  if (problem !== WOULD_BLOCK || !waits || file.isNonblocking) return problem;
  return call.block(file.waitQueue === undefined ? [] : [file.waitQueue]);
}

function endOf(call: Call, fd: number, offsetAt: number): End | number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (offsetAt === 0) return { file, offsetAt, offset: undefined };
  if (file instanceof PipeEnd) return -Errno.ESPIPE;
  if (!(file.inode instanceof RegularFile)) return -Errno.EINVAL;
  const offset = call.readI64(offsetAt);
  if (offset === undefined) return -Errno.EFAULT;
  return offset < 0 ? -Errno.EINVAL : { file, offsetAt, offset };
}

/** Tells the caller the new position where it keeps it. */
function moved(call: Call, { offset, offsetAt }: End, count: number): number {
  if (offset === undefined) return count;
  return call.writeU64(offsetAt, BigInt(offset + count)) < 0 ? -Errno.EFAULT : count;
}
