import { Errno } from '../errno.js';
import type { FileLock, LockFamily } from '../files/locks.js';
import type { OpenFile } from '../files/open-file.js';
import { BLOCKED, type Call } from './call.js';

export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_OFD_GETLK = 36;
export const F_OFD_SETLK = 37;
export const F_OFD_SETLKW = 38;

const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** struct flock, asm-generic/fcntl.h. */
const FLOCK_BYTES = 32;
const ON_START = 8;
const ON_LENGTH = 16;
const ON_PID = 24;

/** fcntl(2), "Advisory record locking" and "Open file description locks". */
export function lockRecords(call: Call, file: OpenFile, command: number, at: number): number {
  const isOfd = command >= F_OFD_GETLK;
  const view = call.view(at, FLOCK_BYTES);
  if (view === undefined) return -Errno.EFAULT;
  const type = view.getInt16(0, true);
  const range = readRange(view, file);
  if (typeof range === 'number') return range;
  if (isOfd && view.getInt32(ON_PID, true) !== 0) return -Errno.EINVAL;
  const lock: FileLock = {
    family: 'record',
    owner: isOfd ? file : call.process.descriptors,
    pid: isOfd ? -1 : call.process.pid,
    isExclusive: type === F_WRLCK,
    ...range,
  };
  if (command === F_GETLK || command === F_OFD_GETLK) {
    if (type !== F_RDLCK && type !== F_WRLCK) return -Errno.EINVAL;
    return tellConflict(call, at, view, file.inode.locks.conflict(lock));
  }
  if (type === F_UNLCK) return unlock(file, lock);
  if (type !== F_RDLCK && type !== F_WRLCK) return -Errno.EINVAL;
  if (type === F_RDLCK ? !file.isReadable : !file.isWritable) return -Errno.EBADF;
  const waits = command === F_SETLKW || command === F_OFD_SETLKW;
  return take(call, file, lock, waits ? (isOfd ? 'wait' : 'wait, no deadlock') : 'try');
}

/** flock(2). */
export function sysFlock(call: Call, fd: number, operation: number): number {
  const [SHARED, EXCLUSIVE, NONBLOCKING, UNLOCK] = [1, 2, 4, 8];
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  const kind = operation & ~NONBLOCKING;
  const family: LockFamily = 'flock';
  const whole = { family, owner: file, pid: call.process.pid, start: 0, end: Infinity };
  if (kind === UNLOCK) return unlock(file, { ...whole, isExclusive: false });
  if (kind !== SHARED && kind !== EXCLUSIVE) return -Errno.EINVAL;
  const lock = { ...whole, isExclusive: kind === EXCLUSIVE };
  // Another kind of lock is not exchanged: the old one goes first. flock(2), "NOTES".
  const old = file.inode.locks.all.find((held) => held.family === family && held.owner === file);
  if (old !== undefined && old.isExclusive !== lock.isExclusive) file.inode.locks.release(whole);
  return take(call, file, lock, operation & NONBLOCKING ? 'try' : 'wait');
}

function take(
  call: Call,
  { inode: { locks } }: OpenFile,
  lock: FileLock,
  how: 'try' | 'wait' | 'wait, no deadlock',
): number {
  if (locks.conflict(lock) === undefined) {
    locks.take(lock);
    return 0;
  }
  if (how === 'try') return -Errno.EAGAIN;
  if (how === 'wait, no deadlock' && !locks.want(lock)) return -Errno.EDEADLK;
  const result = call.block([locks.waitQueue]);
  if (result !== BLOCKED) locks.forget(lock.owner);
  return result;
}

function unlock({ inode }: OpenFile, lock: FileLock): number {
  if (inode.hasLocks) inode.locks.release(lock);
  return 0;
}

/** The bytes that a struct flock speaks of, or a negative errno. */
function readRange(view: DataView, file: OpenFile): { start: number; end: number } | number {
  const whence = view.getInt16(2, true);
  const base = [0, file.offset, file.inode.sizeBytes][whence];
  if (base === undefined) return -Errno.EINVAL;
  const start = base + Number(view.getBigInt64(ON_START, true));
  const length = Number(view.getBigInt64(ON_LENGTH, true));
  if (start < 0) return -Errno.EINVAL;
  if (start + length > 2 ** 63) return -Errno.EOVERFLOW;
  if (length === 0) return { start, end: Number.POSITIVE_INFINITY };
  if (length > 0) return { start, end: start + length };
  return start + length < 0 ? -Errno.EINVAL : { start: start + length, end: start };
}

function tellConflict(
  call: Call,
  at: number,
  view: DataView,
  conflict: FileLock | undefined,
): number {
  view.setInt16(0, F_UNLCK, true);
  if (conflict !== undefined) {
    const { isExclusive, start, end, pid } = conflict;
    view.setInt16(0, isExclusive ? F_WRLCK : F_RDLCK, true);
    view.setInt16(2, 0, true);
    view.setBigInt64(ON_START, BigInt(start), true);
    view.setBigInt64(ON_LENGTH, end === Number.POSITIVE_INFINITY ? 0n : BigInt(end - start), true);
    view.setInt32(ON_PID, pid, true);
  }
  return call.write(at, new Uint8Array(view.buffer));
}
