import { Errno } from '../errno.js';
import { O_APPEND } from '../files/mode.js';
import { DirectoryOpenFile } from '../files/open-directory.js';
import { type OpenFile, WOULD_BLOCK } from '../files/open-file.js';
import { RegularFile } from '../files/regular-file.js';
import {
  CHUNK_BYTES,
  type IoBuffer,
  KernelBuffer,
  UserBuffer,
  type UserRange,
} from '../io-buffer.js';
import { TASK_SIZE } from '../memory/index.js';
import { BLOCKED, type Call, INTERRUPTED, INTERRUPTED_FOR_GOOD } from './call.js';

/** Longest transfer of one call. read(2), "Notes". */
const MAX_TRANSFER = 0x7fff_f000;
const IOV_MAX = 1024;
/** RWF_HIPRI, RWF_DSYNC and RWF_SYNC ask for what is so anyway: all of a file is in memory. */
const RWF_IGNORED = 7;

export function sysRead(call: Call, fd: number, address: number, count: number): number {
  return readFrom(call, fd, single(address, count));
}

export function sysWrite(call: Call, fd: number, address: number, count: number): number {
  return writeTo(call, fd, single(address, count));
}

export function sysReadv(call: Call, fd: number, vector: number, count: number): number {
  const ranges = readVector(call, vector, count);
  return typeof ranges === 'number' ? ranges : readFrom(call, fd, ranges);
}

export function sysWritev(call: Call, fd: number, vector: number, count: number): number {
  const ranges = readVector(call, vector, count);
  return typeof ranges === 'number' ? ranges : writeTo(call, fd, ranges);
}

export function sysPread(
  call: Call,
  fd: number,
  address: number,
  count: number,
  offset: number,
): number {
  return readAt(call, fd, single(address, count), offset);
}

export function sysPwrite(
  call: Call,
  fd: number,
  address: number,
  count: number,
  offset: number,
): number {
  return writeAt(call, fd, single(address, count), offset);
}

export function sysPreadv(
  call: Call,
  fd: number,
  vector: number,
  count: number,
  offset: number,
): number {
  const ranges = readVector(call, vector, count);
  return typeof ranges === 'number' ? ranges : readAt(call, fd, ranges, offset);
}

export function sysPwritev(
  call: Call,
  fd: number,
  vector: number,
  count: number,
  offset: number,
): number {
  const ranges = readVector(call, vector, count);
  return typeof ranges === 'number' ? ranges : writeAt(call, fd, ranges, offset);
}

/** preadv2(2): as preadv, or as readv where the offset is -1. */
export const sysPreadv2 = withFlags(sysReadv, sysPreadv);

/** pwritev2(2). */
export const sysPwritev2 = withFlags(sysWritev, sysPwritev);

function withFlags(
  onward: (call: Call, fd: number, vector: number, count: number) => number,
  at: (call: Call, fd: number, vector: number, count: number, offset: number) => number,
) {
  return (
    call: Call,
    fd: number,
    vector: number,
    count: number,
    offset: number,
    _high: number,
    flags: number,
  ): number => {
    if ((flags & ~RWF_IGNORED) !== 0) return -Errno.EOPNOTSUPP;
    return offset === -1 ? onward(call, fd, vector, count) : at(call, fd, vector, count, offset);
  };
}

/** lseek(2). */
export function sysLseek(call: Call, fd: number, offset: number, whence: number): number {
  return call.file(fd)?.seek(offset, whence) ?? -Errno.EBADF;
}

/** getdents64(2). */
export function sysGetdents64(call: Call, fd: number, address: number, count: number): number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (!(file instanceof DirectoryOpenFile)) return -Errno.ENOTDIR;
  return file.readEntries(new UserBuffer(call.memory, single(address, count)));
}

/** sendfile(2): from a file with contents to anything that can be written. */
export function sysSendfile(
  call: Call,
  outFd: number,
  inFd: number,
  offsetAt: number,
  count: number,
): number {
  const from = call.file(inFd);
  const to = call.file(outFd);
  if (from === undefined || to === undefined || !from.isReadable || !to.isWritable) {
    return -Errno.EBADF;
  }
  if (!(from.inode instanceof RegularFile) || (to.flags & O_APPEND) !== 0) return -Errno.EINVAL;
  const given = offsetAt === 0 ? from.offset : call.readI64(offsetAt);
  if (given === undefined) return -Errno.EFAULT;
  if (given < 0) return -Errno.EINVAL;
  const length = Math.min(count, CHUNK_BYTES, Math.max(0, from.inode.sizeBytes - given));
  const bytes = new Uint8Array(length);
  from.inode.pages.read(given, bytes);
  const written = attemptWrite(call, to, new KernelBuffer(bytes));
  if (written < 0) return written;
  if (offsetAt === 0) from.offset = given + written;
  else if (call.writeU64(offsetAt, BigInt(given + written)) < 0) return -Errno.EFAULT;
  return written;
}

/** copy_file_range(2) between regular files. */
export function sysCopyFileRange(
  call: Call,
  inFd: number,
  inOffsetAt: number,
  outFd: number,
  outOffsetAt: number,
  count: number,
  flags: number,
): number {
  const from = call.file(inFd);
  const to = call.file(outFd);
  if (from === undefined || to === undefined || !from.isReadable || !to.isWritable) {
    return -Errno.EBADF;
  }
  if ((to.flags & O_APPEND) !== 0) return -Errno.EBADF;
  if (flags !== 0) return -Errno.EINVAL;
  if (!(from.inode instanceof RegularFile && to.inode instanceof RegularFile)) {
    return -Errno.EINVAL;
  }
  const source = inOffsetAt === 0 ? from.offset : call.readI64(inOffsetAt);
  const target = outOffsetAt === 0 ? to.offset : call.readI64(outOffsetAt);
  if (source === undefined || target === undefined) return -Errno.EFAULT;
  if (source < 0 || target < 0) return -Errno.EINVAL;
  const length = Math.min(count, MAX_TRANSFER, Math.max(0, from.inode.sizeBytes - source));
  const isOverlapping = from.inode === to.inode && Math.abs(source - target) < length;
  if (isOverlapping) return -Errno.EINVAL;
  let done = 0;
  while (done < length) {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, length - done));
    from.inode.pages.read(source + done, chunk);
    const written = to.writeAt(new KernelBuffer(chunk), target + done, call);
    if (written < 0) return done > 0 ? done : written;
    done += written;
  }
  if (inOffsetAt === 0) from.offset = source + done;
  else if (call.writeU64(inOffsetAt, BigInt(source + done)) < 0) return -Errno.EFAULT;
  if (outOffsetAt === 0) to.offset = target + done;
  else if (call.writeU64(outOffsetAt, BigInt(target + done)) < 0) return -Errno.EFAULT;
  return done;
}

function readFrom(call: Call, fd: number, ranges: readonly UserRange[]): number {
  const file = call.file(fd);
  if (file === undefined || !file.isReadable) return -Errno.EBADF;
  const buffer = userBuffer(call, ranges);
  if (buffer === undefined) return -Errno.EFAULT;
  const result = file.read(buffer, call);
  if (result !== WOULD_BLOCK || file.isNonblocking) return result;
  return blockOn(call, file, file.readTimeout);
}

function writeTo(call: Call, fd: number, ranges: readonly UserRange[]): number {
  const file = call.file(fd);
  if (file === undefined || !file.isWritable) return -Errno.EBADF;
  const buffer = userBuffer(call, ranges);
  return buffer === undefined ? -Errno.EFAULT : attemptWrite(call, file, buffer);
}

export interface WriteOptions {
  readonly write?: (buffer: IoBuffer) => number;
  readonly waits?: boolean;
}

/** Writes what fits; where the file writes all or waits, `progress` counts what earlier attempts wrote. */
export function attemptWrite(
  call: Call,
  file: OpenFile,
  buffer: IoBuffer,
  o: WriteOptions = {},
): number {
  const { write = (source) => file.write(source, call), waits = !file.isNonblocking } = o;
  let done = call.wait?.progress ?? 0;
  buffer.advance(done);
  for (;;) {
    const result = write(buffer);
    if (result > 0) done += result;
    const isFull = result === WOULD_BLOCK;
    const isPartial = result > 0 && buffer.remaining > 0 && file.writesAll;
    if (isPartial && waits) continue;
    if (!isFull || !waits) return done > 0 ? done : result;
    const blocked = blockOn(call, file, file.writeTimeout, done);
    return blocked !== BLOCKED && done > 0 ? done : blocked;
  }
}

/**
 * Waits for a file to change, `timeout` nanoseconds from the first attempt on at most.
 *
 * @returns BLOCKED, -EAGAIN when that time is over, or INTERRUPTED and its like
 */
export function blockOn(call: Call, file: OpenFile, timeout: number, progress = 0): number {
  const queues = file.waitQueue === undefined ? [] : [file.waitQueue];
  if (timeout === 0) return call.block(queues, { progress });
  const now = call.kernel.clock.now();
  const deadline = call.wait?.deadline ?? now + timeout;
  if (deadline <= now) return WOULD_BLOCK;
  const blocked = call.block(queues, { deadline, progress });
  return blocked === INTERRUPTED ? INTERRUPTED_FOR_GOOD : blocked;
}

function readAt(call: Call, fd: number, ranges: readonly UserRange[], offset: number): number {
  const file = call.file(fd);
  if (offset < 0) return -Errno.EINVAL;
  if (file === undefined) return -Errno.EBADF;
  if (!file.isReadable) return isSeekable(file) ? -Errno.EBADF : -Errno.ESPIPE;
  const buffer = userBuffer(call, ranges);
  return buffer === undefined ? -Errno.EFAULT : file.readAt(buffer, offset, call);
}

function writeAt(call: Call, fd: number, ranges: readonly UserRange[], offset: number): number {
  const file = call.file(fd);
  if (offset < 0) return -Errno.EINVAL;
  if (file === undefined) return -Errno.EBADF;
  if (!file.isWritable) return isSeekable(file) ? -Errno.EBADF : -Errno.ESPIPE;
  const buffer = userBuffer(call, ranges);
  return buffer === undefined ? -Errno.EFAULT : file.writeAt(buffer, offset, call);
}

/** Whether it has places to read and write at: that is asked before the access mode. Linux do_preadv. */
function isSeekable(file: OpenFile): boolean {
  const SEEK_CUR = 1;
  return file.seek(0, SEEK_CUR) !== -Errno.ESPIPE;
}

/** Whether no range lies in the kernel's half, whoever transfers how little. Linux's access_ok. */
export function isReachable(ranges: readonly UserRange[]): boolean {
  return ranges.every(({ address, length }) => address >= 0 && address + length <= 2 ** 63);
}

/** One range; what leaves user space keeps its length, to be refused. */
export function single(address: number, count: number): UserRange[] {
  const range = { address, length: count };
  return [isOutside(range) ? range : { address, length: Math.min(count, MAX_TRANSFER) }];
}

/**
 * undefined where a range leaves user space: that is refused before anything is transferred, however
 * little there would be. Compare Linux's access_ok in ksys_read, fs/read_write.c.
 */
function userBuffer({ memory }: Call, ranges: readonly UserRange[]): UserBuffer | undefined {
  return ranges.some(isOutside) ? undefined : new UserBuffer(memory, ranges);
}

function isOutside({ address, length }: UserRange): boolean {
  return address < 0 || length < 0 || address + length > TASK_SIZE;
}

/** An array of struct iovec. readv(2). */
export function readVector(call: Call, address: number, count: number): UserRange[] | number {
  if (count < 0 || count > IOV_MAX) return -Errno.EINVAL;
  const view = call.view(address, 16 * count);
  if (view === undefined) return -Errno.EFAULT;
  const ranges: UserRange[] = [];
  let total = 0;
  for (let index = 0; index < count; index++) {
    const length = Number(view.getBigInt64(16 * index + 8, true));
    if (length < 0) return -Errno.EINVAL;
    const allowed = Math.min(length, MAX_TRANSFER - total);
    ranges.push({ address: Number(view.getBigUint64(16 * index, true)), length: allowed });
    total += allowed;
  }
  return ranges;
}
