import { PAGE_SIZE } from '../../emulator/index.js';
import type { Timestamp } from '../clock.js';
import {
  type BackingStore,
  BufferRoom,
  DISK_STEPS,
  DiskCache,
  type PhysicalMemory,
} from '../memory/index.js';
import { Directory } from './directory.js';
import { type Credentials, type InodeOwner, ROOT, USER } from './inode.js';
import { RegularFile } from './regular-file.js';

/** Major number of virtio block devices: Linux gives out the first dynamic one. */
const MAJOR = 254;

/** What a disk needs of its kernel. */
export interface DiskHost {
  readonly frames: PhysicalMemory;
  charge(steps: number): void;
  now(): Timestamp;
}

/**
 * A disk in the host's memory and the file system on it, which is mounted at /disk. Names and sizes
 * are kept in memory; contents stand in blocks of a page each, and are read into frames when they are
 * needed and written when msync, munmap, fsync, sync, the end of a process or reclaim ask for it.
 */
export class Disk implements InodeOwner {
  readonly deviceNumber = MAJOR << 8;
  /** At most one a block. */
  readonly names: { used: number; limit: number };
  readonly buffers: BufferRoom;
  readonly root: Directory;
  readonly blockCount: number;
  usedBlocks = 0;
  /** Blocks read and written since the start. */
  reads = 0;
  writes = 0;
  private readonly host: DiskHost;
  private readonly files = new Set<BlockFile>();
  private lastInodeNumber = 1;

  /** @param sizeBytes a multiple of 4096 */
  constructor(sizeBytes: number, host: DiskHost) {
    this.host = host;
    this.names = { used: 0, limit: sizeBytes / PAGE_SIZE };
    this.buffers = new BufferRoom(host.frames);
    this.blockCount = sizeBytes / PAGE_SIZE;
    this.root = new Directory(this, 0o1777, ROOT);
  }

  get freeBlocks(): number {
    return Math.max(0, this.blockCount - this.usedBlocks);
  }

  nextInodeNumber(): number {
    return ++this.lastInodeNumber;
  }

  now(): Timestamp {
    return this.host.now();
  }

  createFile(permissions: number, by: Credentials = USER, name = ''): RegularFile {
    const blocks = new BlockFile(this);
    const pages = new DiskCache(this.host.frames, blocks);
    blocks.cache = pages;
    this.files.add(blocks);
    return new RegularFile(this, permissions, by, pages, name);
  }

  /** sync(2): writes what is dirty. */
  synchronise(): void {
    for (const { cache } of this.files) cache?.writeBack(0, Number.POSITIVE_INFINITY);
  }

  /** The pages of all files, for the state hash: in the order in which the files were made. */
  *contents(): IterableIterator<{ index: number; block: Uint8Array; isDirty: boolean }> {
    for (const file of this.files) yield* file.contents();
  }

  charge(): void {
    this.host.charge(DISK_STEPS);
  }

  forget(file: BlockFile): void {
    this.files.delete(file);
  }
}

/** The blocks of one file. */
class BlockFile implements BackingStore {
  cache: DiskCache | undefined;
  private readonly disk: Disk;
  private readonly blocks = new Map<number, Uint8Array>();

  constructor(disk: Disk) {
    this.disk = disk;
  }

  has(index: number): boolean {
    return this.blocks.has(index);
  }

  get pageCount(): number {
    return this.blocks.size;
  }

  indices(): Iterable<number> {
    return this.blocks.keys();
  }

  peek(index: number): Uint8Array | undefined {
    return this.blocks.get(index);
  }

  read(index: number): Uint8Array | undefined {
    const block = this.blocks.get(index);
    if (block === undefined) return undefined;
    this.disk.reads++;
    this.disk.charge();
    return block;
  }

  reserve(index: number): boolean {
    if (this.blocks.has(index)) return true;
    if (this.disk.freeBlocks === 0) return false;
    this.add(index, new Uint8Array(PAGE_SIZE));
    return true;
  }

  write(index: number, page: Uint8Array): void {
    if (!this.blocks.has(index)) this.disk.usedBlocks++;
    this.blocks.set(index, page);
    this.disk.writes++;
    this.disk.charge();
  }

  free(first: number, end: number): void {
    for (const index of this.blocks.keys()) {
      if (index < first || index >= end) continue;
      this.blocks.delete(index);
      this.disk.usedBlocks--;
    }
  }

  zero(index: number, start: number, end: number): void {
    this.blocks.get(index)?.fill(0, start, end);
  }

  release(): void {
    this.free(0, Number.POSITIVE_INFINITY);
    this.disk.forget(this);
  }

  *contents(): IterableIterator<{ index: number; block: Uint8Array; isDirty: boolean }> {
    const isDirty = (index: number) => this.cache?.isDirty(index) ?? false;
    for (const [index, block] of this.blocks) yield { index, block, isDirty: isDirty(index) };
  }

  private add(index: number, block: Uint8Array): void {
    this.blocks.set(index, block);
    this.disk.usedBlocks++;
  }
}
