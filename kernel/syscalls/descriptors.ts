import { Errno } from '../errno.js';
import { O_ACCMODE, O_CLOEXEC, O_DIRECT, O_NONBLOCK, O_SETTABLE } from '../files/mode.js';
import type { OpenFile } from '../files/open-file.js';
import { createPipe, PipeEnd } from '../files/pipe.js';
import { MAX_FILE_BYTES, RegularFile } from '../files/regular-file.js';
import { addSeals, getSeals } from '../files/seals.js';
import { exceedsSizeLimit } from '../files/size-limit.js';
import { RLIMIT_NOFILE } from '../process/limits.js';
import type { Call } from './call.js';
import {
  F_GETLK,
  F_OFD_GETLK,
  F_OFD_SETLK,
  F_OFD_SETLKW,
  F_SETLK,
  F_SETLKW,
  lockRecords,
} from './locks.js';

/** The number that a new descriptor may not reach. */
export function descriptorLimit(call: Call): number {
  return call.process.limits[RLIMIT_NOFILE]!.soft;
}

/** Gives a file that was just made its descriptor; of `flags` O_CLOEXEC counts. */
export function installNew(call: Call, file: OpenFile, flags: number): number {
  const options = { closeOnExec: (flags & O_CLOEXEC) !== 0, limit: descriptorLimit(call) };
  return call.process.descriptors.install(file, options);
}

export function sysClose(call: Call, fd: number): number {
  return call.process.descriptors.close(fd);
}

/** close_range(2). */
export function sysCloseRange(call: Call, first: number, last: number, flags: number): number {
  const UNSHARE = 2;
  const CLOEXEC = 4;
  if (first > last || (flags & ~(UNSHARE | CLOEXEC)) !== 0) return -Errno.EINVAL;
  if ((flags & UNSHARE) !== 0 && call.process.descriptors.isShared) {
    const own = call.process.descriptors.copy();
    call.process.descriptors.release();
    call.process.descriptors = own;
  }
  for (const [fd, slot] of [...call.process.descriptors.entries()]) {
    if (fd < first || fd > last) continue;
    if ((flags & CLOEXEC) !== 0) slot.closeOnExec = true;
    else call.process.descriptors.close(fd);
  }
  return 0;
}

export function sysDup(call: Call, fd: number): number {
  return duplicate(call, fd, 0, false);
}

/** dup3(2); glibc makes dup2 of it. */
export function sysDup3(call: Call, fd: number, wanted: number, flags: number): number {
  if ((flags & ~O_CLOEXEC) !== 0 || fd === wanted) return -Errno.EINVAL;
  const file = call.namedFile(fd);
  if (file === undefined) return -Errno.EBADF;
  if (wanted < 0 || wanted >= descriptorLimit(call)) return -Errno.EBADF;
  call.process.descriptors.replace(wanted, file.retain(), (flags & O_CLOEXEC) !== 0);
  return wanted;
}

/** pipe2(2). */
export function sysPipe2(call: Call, address: number, flags: number): number {
  if ((flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) !== 0) return -Errno.EINVAL;
  const { files } = call.kernel;
  const status = flags & O_NONBLOCK;
  const [reader, writer] = createPipe(files, call.process.credentials, status);
  const options = { closeOnExec: (flags & O_CLOEXEC) !== 0, limit: descriptorLimit(call) };
  const { descriptors } = call.process;
  const readFd = descriptors.install(reader, options);
  const writeFd = descriptors.install(writer, options);
  if (readFd >= 0 && writeFd >= 0) {
    const fds = new Uint8Array(new Int32Array([readFd, writeFd]).buffer);
    if (call.write(address, fds) === 0) return 0;
  }
  const problem = readFd < 0 || writeFd < 0 ? -Errno.EMFILE : -Errno.EFAULT;
  if (readFd >= 0) descriptors.close(readFd);
  if (writeFd >= 0) descriptors.close(writeFd);
  return problem;
}

const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const FD_CLOEXEC = 1;
/** What fcntl does with a descriptor of O_PATH, too. Linux fs/fcntl.c, check_fcntl_cmd. */
const WITHOUT_ACCESS = new Set([F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL]);

/** fcntl(2). */
export function sysFcntl(call: Call, fd: number, command: number, argument: number): number {
  const descriptor = call.process.descriptors.descriptor(fd);
  if (descriptor === undefined) return -Errno.EBADF;
  const { file } = descriptor;
  if (file.isPathOnly && !WITHOUT_ACCESS.has(command)) return -Errno.EBADF;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      if (argument >= descriptorLimit(call)) return -Errno.EINVAL;
      return duplicate(call, fd, argument, command === F_DUPFD_CLOEXEC);
    case F_GETFD:
      return descriptor.closeOnExec ? FD_CLOEXEC : 0;
    case F_SETFD:
      descriptor.closeOnExec = (argument & FD_CLOEXEC) !== 0;
      return 0;
    case F_GETFL:
      return file.flags & ~O_CLOEXEC;
    case F_SETFL:
      file.flags = (file.flags & ~O_SETTABLE) | (argument & O_SETTABLE);
      return 0;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return lockRecords(call, file, command, argument);
    case F_GETPIPE_SZ:
      return file instanceof PipeEnd ? file.inode.capacityBytes : -Errno.EBADF;
    case F_SETPIPE_SZ:
      return file instanceof PipeEnd ? file.inode.resize(argument % 2 ** 32) : -Errno.EBADF;
    case F_GET_SEALS:
      return getSeals(file);
    case F_ADD_SEALS:
      return addSeals(file, argument, call.memory.system);
    default:
      return -Errno.EINVAL;
  }
}

const FIONCLEX = 0x5450;
const FIOCLEX = 0x5451;
const FIONBIO = 0x5421;

/** ioctl(2): the requests that every descriptor knows, then those of the file. */
export function sysIoctl(call: Call, fd: number, request: number, argument: number): number {
  const descriptor = call.process.descriptors.descriptor(fd);
  if (descriptor === undefined || descriptor.file.isPathOnly) return -Errno.EBADF;
  if (request === FIOCLEX || request === FIONCLEX) {
    descriptor.closeOnExec = request === FIOCLEX;
    return 0;
  }
  if (request === FIONBIO) {
    const isOn = call.readU32(argument);
    if (isOn === undefined) return -Errno.EFAULT;
    const { file } = descriptor;
    file.flags = isOn === 0 ? file.flags & ~O_NONBLOCK : file.flags | O_NONBLOCK;
    return 0;
  }
  return descriptor.file.ioctl(request, argument, call);
}

/** fsync(2), fdatasync(2): for files of the disk; the others' page cache is the file. */
export function sysFsync(call: Call, fd: number): number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  const { inode } = file;
  if (inode instanceof RegularFile) inode.pages.writeBack(0, Number.POSITIVE_INFINITY);
  return inode.kind === 'regular' || inode.kind === 'directory' ? 0 : -Errno.EINVAL;
}

/** ftruncate(2). */
export function sysFtruncate(call: Call, fd: number, length: number): number {
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (length < 0 || !(file.inode instanceof RegularFile)) return -Errno.EINVAL;
  if ((file.flags & O_ACCMODE) === 0) return -Errno.EINVAL;
  return file.inode.resize(length, call);
}

/** fallocate(2): lengthening and punching holes. */
export function sysFallocate(
  call: Call,
  fd: number,
  mode: number,
  offset: number,
  length: number,
): number {
  const KEEP_SIZE = 1;
  const PUNCH_HOLE = 2;
  const file = call.file(fd);
  if (file === undefined) return -Errno.EBADF;
  if (offset < 0 || length <= 0) return -Errno.EINVAL;
  if (mode !== 0 && mode !== KEEP_SIZE && mode !== (KEEP_SIZE | PUNCH_HOLE)) {
    return -Errno.EOPNOTSUPP;
  }
  if (!file.isWritable) return -Errno.EBADF;
  const { inode } = file;
  if (inode.kind === 'fifo') return -Errno.ESPIPE;
  if (!(inode instanceof RegularFile)) return -Errno.ENODEV;
  if (offset + length > MAX_FILE_BYTES) return -Errno.EFBIG;
  if (mode === (KEEP_SIZE | PUNCH_HOLE)) return inode.punchHole(offset, length);
  const end = offset + length;
  if (end > inode.sizeBytes && exceedsSizeLimit(call, end)) return -Errno.EFBIG;
  return inode.allocate(offset, length, mode === KEEP_SIZE);
}

function duplicate(call: Call, fd: number, from: number, closeOnExec: boolean): number {
  const file = call.namedFile(fd);
  if (file === undefined) return -Errno.EBADF;
  const options = { closeOnExec, limit: descriptorLimit(call), from };
  return call.process.descriptors.install(file.retain(), options);
}
