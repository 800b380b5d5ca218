import type { Credentials } from '../files/inode.js';
import type { MappedFile, MemorySystem, PageCache } from '../memory/index.js';

/** Linux include/uapi/linux/shm.h: /proc/sys/kernel/shmmni, and shmmax and shmall by default. */
export const SHM_MAX_SEGMENTS = 4096;
export const SHM_MAX = 2n ** 64n - 1n - 2n ** 24n;
/** Bits of a segment's mode: it goes with its last attachment; it is locked. */
export const SHM_DEST = 0o1000;
export const SHM_LOCKED = 0o2000;
export const IPC_PRIVATE = 0;
/** An identifier is a sequence number and an index: Linux ipc/util.h, IPCMNI_SHIFT. */
const INDEX_BITS = 15;
const SEQUENCE_END = 2 ** 16;
/** Indices are handed out in turn, over at least so many. Linux ipc/util.h, ipc_min_cycle. */
const MIN_CYCLE = 64;

/** A segment of System V shared memory: a nameless file that stays until it is removed. shmget(2). */
export class SharedSegment implements MappedFile {
  readonly device = '00:01';
  readonly pages: PageCache;
  readonly id: number;
  readonly sizeBytes: number;
  readonly creator: Credentials;
  readonly creatorPid: number;
  key: number;
  owner: Credentials;
  /** Nine permission bits, SHM_DEST, SHM_LOCKED. */
  mode: number;
  lastPid = 0;
  /** Seconds since the epoch; 0 = never. */
  attachedAt = 0;
  detachedAt = 0;
  changedAt: number;
  private readonly table: SegmentTable;
  private spaces = 0;

  constructor(
    table: SegmentTable,
    o: { id: number; key: number; sizeBytes: number; mode: number; by: Credentials; pid: number },
  ) {
    this.table = table;
    this.id = o.id;
    this.key = o.key;
    this.sizeBytes = o.sizeBytes;
    this.mode = o.mode;
    this.creator = o.by;
    this.owner = o.by;
    this.creatorPid = o.pid;
    this.changedAt = table.host.seconds();
    this.pages = table.system.createCache();
    this.pages.truncate(o.sizeBytes);
  }

  /** SHM_LOCK and SHM_UNLOCK: whether its pages stay in memory. */
  set isLocked(isLocked: boolean) {
    this.pages.isLocked = isLocked;
    this.mode = isLocked ? this.mode | SHM_LOCKED : this.mode & ~SHM_LOCKED;
  }

  get inode(): number {
    return this.id;
  }

  /** Never had a name in the file tree. */
  get path(): string {
    return `/SYSV${(this.key >>> 0).toString(16).padStart(8, '0')} (deleted)`;
  }

  get sequence(): number {
    return this.id >>> INDEX_BITS;
  }

  get index(): number {
    return this.id & (2 ** INDEX_BITS - 1);
  }

  /** Regions that map any of it, in all address spaces: as Linux counts, one per VMA. */
  get attachments(): number {
    let count = 0;
    for (const memory of this.table.system.spaces) {
      for (const region of memory.space.regions()) if (region.file === this) count++;
    }
    return count;
  }

  retain(): void {
    this.spaces++;
  }

  release(): void {
    this.spaces--;
    if (this.spaces === 0 && this.mode & SHM_DEST) this.table.destroy(this);
  }

  /** Linux ipc/shm.c, shm_close: shmdt(2) and whatever else takes part of an attachment away. */
  partUnmapped(): void {
    this.detachedAt = this.table.host.seconds();
    this.lastPid = this.table.host.currentPid() ?? this.lastPid;
  }

  /** IPC_RMID: gone at once, or when nobody has it attached any more. */
  remove(): void {
    this.mode |= SHM_DEST;
    this.key = IPC_PRIVATE;
    if (this.spaces === 0) this.table.destroy(this);
  }
}

/** What the table needs of its kernel. */
export interface SegmentHost {
  /** Since the epoch. */
  seconds(): number;
  currentPid(): number | undefined;
}

/** The segments of the machine, by identifier. */
export class SegmentTable {
  readonly system: MemorySystem;
  readonly host: SegmentHost;
  private readonly byIndex = new Map<number, SharedSegment>();
  private lastIndex = -1;
  private sequence = 0;

  constructor(system: MemorySystem, host: SegmentHost) {
    this.system = system;
    this.host = host;
  }

  get count(): number {
    return this.byIndex.size;
  }

  /** By index, ascending. */
  all(): SharedSegment[] {
    return [...this.byIndex.values()].sort((a, b) => a.index - b.index);
  }

  /** The highest index in use, 0 when there is none. */
  get highestIndex(): number {
    return Math.max(0, ...this.byIndex.keys());
  }

  get(id: number): SharedSegment | undefined {
    const segment = this.at(id & (2 ** INDEX_BITS - 1));
    return segment?.id === id ? segment : undefined;
  }

  at(index: number): SharedSegment | undefined {
    return this.byIndex.get(index);
  }

  withKey(key: number): SharedSegment | undefined {
    return this.all().find((segment) => segment.key === key);
  }

  /** Makes a segment. Identifiers are given out as in Linux ipc/util.c, ipc_idr_alloc. */
  create(o: {
    key: number;
    sizeBytes: number;
    mode: number;
    by: Credentials;
    pid: number;
  }): SharedSegment {
    const cycle = Math.min(Math.max(Math.floor((this.count * 3) / 2), MIN_CYCLE), 2 ** INDEX_BITS);
    let index = this.lastIndex + 1;
    if (index >= cycle) index = 0;
    while (this.byIndex.has(index)) index = (index + 1) % cycle;
    if (index <= this.lastIndex) this.sequence = (this.sequence + 1) % SEQUENCE_END;
    this.lastIndex = index;
    const id = this.sequence * 2 ** INDEX_BITS + index;
    const segment = new SharedSegment(this, { ...o, id });
    this.byIndex.set(index, segment);
    return segment;
  }

  /** For the state hash: which identifier is next. */
  state(): string {
    return `${this.lastIndex} ${this.sequence}`;
  }

  destroy(segment: SharedSegment): void {
    this.byIndex.delete(segment.index);
    segment.pages.release();
  }
}
