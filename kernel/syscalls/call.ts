import { byteString } from '../bytes.js';
import { Errno } from '../errno.js';
import { Directory } from '../files/directory.js';
import type { OpenFile } from '../files/open-file.js';
import type { Kernel } from '../kernel.js';
import type { VirtualMemory } from '../memory/index.js';
import type { Process } from '../process/process.js';
import type { Task, Wait } from '../process/task.js';
import type { WaitQueue } from '../process/wait-queue.js';
import { SI_USER, type SignalSet } from '../signals/numbers.js';
import { hasDeliverableSignal, sendToTask } from '../signals/send.js';

/** Not an answer: the task waits, and makes the same call again when it wakes. */
export const BLOCKED = -0x1_0000;
/** Not an answer: the call set the registers itself (execve, rt_sigreturn) or the task is gone. */
export const NO_RESULT = -0x1_0001;
/**
 * A signal came while the task waited. The handler's SA_RESTART decides whether the program sees
 * -EINTR or the call is made again. Linux include/linux/errno.h, ERESTARTSYS.
 */
export const INTERRUPTED = -512;

/** As INTERRUPTED, but the call is not made again after a handler has run. ERESTARTNOHAND. */
export const INTERRUPTED_FOR_GOOD = -514;

/** For a directory's descriptor: the working directory. */
const AT_FDCWD = -100;
/** Longest path, its NUL included. */
const PATH_MAX = 4096;

export interface BlockOptions {
  /** Wakes the task at this virtual time at the latest. */
  deadline?: number | undefined;
  progress?: number;
  savedMask?: SignalSet | undefined;
  /** Only an ending process stops the wait (vfork). */
  isUninterruptible?: boolean;
}

/** One system call of one task: what its code needs besides its arguments. */
export class Call {
  readonly kernel: Kernel;
  readonly task: Task;

  constructor(kernel: Kernel, task: Task) {
    this.kernel = kernel;
    this.task = task;
  }

  get process(): Process {
    return this.task.process;
  }

  get memory(): VirtualMemory {
    return this.task.process.memory;
  }

  /** What an earlier attempt of this very call left behind; undefined on the first. */
  get wait(): Wait | undefined {
    return this.task.wait;
  }

  /**
   * Waits until one of the queues is woken or the deadline comes.
   *
   * @returns BLOCKED, or INTERRUPTED when a signal is to be delivered first
   */
  block(queues: readonly WaitQueue[], o: BlockOptions = {}): number {
    const wait: Wait = {
      queues,
      deadline: o.deadline,
      progress: o.progress ?? 0,
      isGranted: false,
      savedMask: o.savedMask,
      host: undefined,
    };
    if (o.isUninterruptible !== true && hasDeliverableSignal(this.task)) {
      this.task.wait = { ...wait, queues: [] };
      return INTERRUPTED;
    }
    this.task.block(wait);
    return BLOCKED;
  }

  /** Stops the whole machine until the host has given what `isReady` looks for. */
  awaitHost(isReady: () => boolean): number {
    this.task.wait = {
      queues: [],
      deadline: undefined,
      progress: 0,
      isGranted: false,
      savedMask: undefined,
      host: isReady,
    };
    return BLOCKED;
  }

  /** An open file; none for a descriptor of O_PATH, which only names one. Linux's fget. */
  file(fd: number): OpenFile | undefined {
    const file = this.namedFile(fd);
    return file?.isPathOnly ? undefined : file;
  }

  /** What a descriptor refers to, opened or only named: for calls that pass it on or ask about it. */
  namedFile(fd: number): OpenFile | undefined {
    return this.process.descriptors.get(fd);
  }

  /** Sends a signal to the calling task, from itself: how Linux sends SIGPIPE and SIGXFSZ. */
  raise(signal: number): void {
    const { pid, credentials } = this.process;
    sendToTask(this.task, { signal, code: SI_USER, pid, uid: credentials.uid });
  }

  /** `length` bytes of user memory, or -EFAULT. */
  read(address: number, length: number): Uint8Array | number {
    const bytes = new Uint8Array(length);
    return this.memory.copyIn(address, bytes) === 0 ? bytes : -Errno.EFAULT;
  }

  write(address: number, bytes: Uint8Array): number {
    return this.memory.copyOut(address, bytes) === 0 ? 0 : -Errno.EFAULT;
  }

  readU32(address: number): number | undefined {
    const view = this.view(address, 4);
    return view?.getUint32(0, true);
  }

  readU64(address: number): bigint | undefined {
    return this.view(address, 8)?.getBigUint64(0, true);
  }

  /** A signed 64-bit value as a number: rounded beyond 2^53. */
  readI64(address: number): number | undefined {
    const value = this.view(address, 8)?.getBigInt64(0, true);
    return value === undefined ? undefined : Number(value);
  }

  writeU32(address: number, value: number): number {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    return this.write(address, bytes);
  }

  writeU64(address: number, value: bigint): number {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return this.write(address, bytes);
  }

  /** A view of a copy of user memory; undefined when it cannot be read. */
  view(address: number, length: number): DataView | undefined {
    const bytes = this.read(address, length);
    return typeof bytes === 'number' ? undefined : new DataView(bytes.buffer);
  }

  /** A path as a byte string, or -EFAULT or -ENAMETOOLONG. */
  path(address: number): string | number {
    const bytes = this.memory.copyInString(address, PATH_MAX);
    return typeof bytes === 'number' ? bytes : byteString(bytes);
  }

  /** The directory that a *at call's path starts at: an empty path leads nowhere from anywhere. */
  base(dirfd: number, path: string): Directory | number {
    if (path === '') return -Errno.ENOENT;
    return path.startsWith('/') ? this.kernel.files.root : this.folder(dirfd);
  }

  /** The directory that a descriptor stands for. */
  folder(dirfd: number): Directory | number {
    if (dirfd === AT_FDCWD) return this.process.directory;
    const inode = this.namedFile(dirfd)?.inode;
    if (inode === undefined) return -Errno.EBADF;
    return inode instanceof Directory ? inode : -Errno.ENOTDIR;
  }
}
