import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import type { MappedFile, PageCache } from '../memory/index.js';
import { RLIMIT_FSIZE } from '../process/limits.js';
import type { Call } from '../syscalls/call.js';
import { type Directory, type Named, pathOfNamed } from './directory.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';
import {
  F_SEAL_FUTURE_WRITE,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  F_SEAL_WRITE,
  O_APPEND,
} from './mode.js';
import { OpenFile, type OpenRequest } from './open-file.js';
import { exceedsSizeLimit } from './size-limit.js';

/** Largest size of a file: offsets stay exact numbers far beyond any memory. */
export const MAX_FILE_BYTES = 2 ** 43;

/**
 * A regular file. Its contents are the page cache's frames and nothing else: read(2), write(2) and
 * every mapping see the same bytes.
 */
export class RegularFile extends Inode implements MappedFile, Named {
  readonly kind = 'regular';
  readonly pages: PageCache;
  directory: Directory | undefined = undefined;
  /** Last name, or a description for a file that never had one. */
  name: string;
  /** F_SEAL_* of fcntl(2); undefined on a file system that knows none. */
  seals: number | undefined;
  /** Open descriptions and mappings. */
  private users = 0;
  /** Processes that execute the file: writing is ETXTBSY meanwhile. */
  executing = 0;
  /** Open descriptions that may write: executing is ETXTBSY meanwhile. */
  writers = 0;

  constructor(
    owner: InodeOwner,
    permissions: number,
    by: Credentials,
    pages: PageCache,
    name = '',
  ) {
    super(owner, permissions, by);
    this.pages = pages;
    this.name = name;
    if (!pages.hasStore) this.seals = F_SEAL_SEAL;
  }

  override open(request: OpenRequest): OpenFile | number {
    return new RegularOpenFile(this, request.flags);
  }

  override get sizeBytes(): number {
    return this.pages.sizeBytes;
  }

  get path(): string {
    return pathOfNamed(this);
  }

  /** As /proc/PID/maps shows the file system: major and minor number. */
  get device(): string {
    const { deviceNumber } = this.owner;
    const hex = (part: number) => part.toString(16).padStart(2, '0');
    return `${hex(deviceNumber >> 8)}:${hex(deviceNumber & 0xff)}`;
  }

  /** Whether neither write(2) nor a new mapping may store into it. */
  get isWriteSealed(): boolean {
    return this.isSealed(F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);
  }

  private isSealed(seals: number): boolean {
    return this.seals !== undefined && (this.seals & seals) !== 0;
  }

  get inode(): number {
    return this.number;
  }

  retain(): void {
    this.users++;
  }

  release(): void {
    this.users--;
    this.freeIfUnused();
  }

  override unlinked(): void {
    super.unlinked();
    this.freeIfUnused();
  }

  /** ftruncate(2). The kernel itself is bound by no limit of size. */
  resize(size: number, call?: Call): number {
    const grows = size > this.sizeBytes;
    if (grows && call !== undefined && exceedsSizeLimit(call, size)) return -Errno.EFBIG;
    if (size > MAX_FILE_BYTES) return -Errno.EFBIG;
    const seal = grows ? F_SEAL_GROW : F_SEAL_SHRINK;
    if (size !== this.sizeBytes && this.isSealed(seal)) return -Errno.EPERM;
    this.pages.truncate(size);
    this.touch();
    return 0;
  }

  /** fallocate(2): the range reads as zeros from now on. */
  punchHole(offset: number, length: number): number {
    if (this.isWriteSealed) return -Errno.EPERM;
    // Pages past the end go too, and what a mapping stored behind the end in the last one.
    this.pages.punchHole(offset, length);
    this.touch();
    return 0;
  }

  /** fallocate(2): the range has its frames from now on. @returns 0, or -ENOSPC and nothing changed */
  allocate(offset: number, length: number, keepsSize: boolean): number {
    const end = offset + length;
    if (end > this.sizeBytes && this.isSealed(F_SEAL_GROW)) return -Errno.EPERM;
    if (!this.pages.allocate(offset, length)) return -Errno.ENOSPC;
    return !keepsSize && end > this.sizeBytes ? this.resize(end) : 0;
  }

  /** What the seals say of a write that ends at `end`. @returns 0 or -EPERM */
  refusesWrite(end: number): number {
    const isRefused = this.isWriteSealed || (end > this.sizeBytes && this.isSealed(F_SEAL_GROW));
    return isRefused ? -Errno.EPERM : 0;
  }

  private freeIfUnused(): void {
    if (this.users === 0 && this.linkCount === 0) this.pages.release();
  }
}

export class RegularOpenFile extends OpenFile {
  declare readonly inode: RegularFile;

  constructor(inode: RegularFile, flags: number) {
    super(inode, flags);
    inode.retain();
    if (this.isWritable) inode.writers++;
  }

  override read(buffer: IoBuffer): number {
    const count = this.readAt(buffer, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  override readAt(buffer: IoBuffer, offset: number): number {
    const wanted = Math.min(buffer.remaining, Math.max(0, this.inode.sizeBytes - offset));
    const chunk = new Uint8Array(Math.min(wanted, PAGE_SIZE));
    let total = 0;
    // Page by page: the target may be a mapping of this very file. Compare shmem_file_read_iter.
    while (total < wanted) {
      const toPageEnd = PAGE_SIZE - ((offset + total) % PAGE_SIZE);
      const part = chunk.subarray(0, Math.min(toPageEnd, wanted - total));
      const count = this.inode.pages.read(offset + total, part);
      const put = buffer.put(part.subarray(0, count));
      total += put;
      if (put < part.length) return total > 0 ? total : -Errno.EFAULT;
    }
    if (total > 0) this.inode.accessed = this.inode.owner.now();
    return total;
  }

  override write(buffer: IoBuffer, call: Call): number {
    const start = this.flags & O_APPEND ? this.inode.sizeBytes : this.offset;
    const count = this.writeTo(buffer, start, call);
    if (count > 0) this.offset = start + count;
    return count;
  }

  /** With O_APPEND the offset does not count: pwrite(2), "BUGS". */
  override writeAt(buffer: IoBuffer, offset: number, call: Call): number {
    return this.writeTo(buffer, this.flags & O_APPEND ? this.inode.sizeBytes : offset, call);
  }

  private writeTo(buffer: IoBuffer, offset: number, call: Call): number {
    if (buffer.remaining === 0) return 0;
    if (exceedsSizeLimit(call, offset + 1) || offset >= MAX_FILE_BYTES) return -Errno.EFBIG;
    const atMost = Math.min(MAX_FILE_BYTES, call.process.limits[RLIMIT_FSIZE]!.soft);
    const wanted = Math.min(buffer.remaining, atMost - offset);
    let total = 0;
    let problem = 0;
    // Page by page: what is written may be what makes the next source page readable, past the old
    // end of this very file. Compare Linux's generic_perform_write.
    while (total < wanted && problem === 0) {
      const toPageEnd = PAGE_SIZE - ((offset + total) % PAGE_SIZE);
      const chunk = buffer.peek(Math.min(toPageEnd, wanted - total));
      if (chunk.length === 0) problem = -Errno.EFAULT;
      else problem = this.inode.refusesWrite(offset + total + chunk.length);
      if (problem !== 0) break;
      const count = this.inode.pages.write(offset + total, chunk);
      if (count < chunk.length) problem = -Errno.ENOSPC;
      if (count > 0) {
        buffer.advance(count);
        total += count;
      }
    }
    if (total > 0) this.inode.touch();
    return total > 0 ? total : problem;
  }

  override seek(offset: number, whence: number): number {
    const target = seekTarget(this.inode, this.offset, offset, whence);
    if (target >= 0) this.offset = target;
    return target;
  }

  override get path(): string {
    return this.inode.path;
  }

  protected override closed(): void {
    if (this.isWritable) this.inode.writers--;
    this.inode.release();
  }
}

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** lseek(2). Pages without a frame are holes, as on tmpfs. */
function seekTarget(file: RegularFile, current: number, offset: number, whence: number): number {
  const { pages } = file;
  const size = pages.sizeBytes;
  switch (whence) {
    case SEEK_SET:
    case SEEK_CUR:
    case SEEK_END: {
      const base = whence === SEEK_SET ? 0 : whence === SEEK_CUR ? current : size;
      const target = base + offset;
      return target < 0 || target > MAX_FILE_BYTES ? -Errno.EINVAL : target;
    }
    case SEEK_DATA:
    case SEEK_HOLE:
      if (offset < 0 || offset >= size) return -Errno.ENXIO;
      return (
        (whence === SEEK_DATA ? pages.nextData(offset) : pages.nextHole(offset)) ?? -Errno.ENXIO
      );
    default:
      return -Errno.EINVAL;
  }
}
