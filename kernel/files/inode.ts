import type { Timestamp } from '../clock.js';
import type { BufferRoom } from '../memory/index.js';
import { FileLocks } from './locks.js';
import { FILE_TYPE, type FileKind } from './mode.js';
import type { OpenFile, OpenRequest } from './open-file.js';
import type { RegularFile } from './regular-file.js';

/** Who asks for access to a file. */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
}

export const ROOT: Credentials = { uid: 0, gid: 0 };
/** The one user that guest programs run as. */
export const USER: Credentials = { uid: 1000, gid: 1000 };

/** What every inode of a tree shares: numbers, times, and where contents are kept. */
export interface InodeOwner {
  nextInodeNumber(): number;
  now(): Timestamp;
  /** A regular file without a name yet. */
  createFile(permissions: number, by: Credentials, name?: string): RegularFile;
  /** Names that stand in directories, and how many may. */
  readonly names: { used: number; limit: number };
  /** For what pipes and sockets hold. */
  readonly buffers: BufferRoom;
  /** Device number of the file system, as stat(2) shows it. */
  readonly deviceNumber: number;
}

/** A file apart from its names: what stat(2) describes. There is one object per file. */
export abstract class Inode {
  abstract readonly kind: FileKind;
  readonly owner: InodeOwner;
  readonly number: number;
  /** Permission, set-id and sticky bits: 12 bits. */
  permissions: number;
  uid: number;
  gid: number;
  /** Names that refer to this inode; 0 once it is unlinked. */
  linkCount = 0;
  /** st_rdev: which device a device file stands for. */
  readonly representedDevice: number;
  accessed: Timestamp;
  modified: Timestamp;
  changed: Timestamp;
  private advisoryLocks: FileLocks | undefined;

  constructor(owner: InodeOwner, permissions: number, by: Credentials, device = 0) {
    this.owner = owner;
    this.representedDevice = device;
    this.number = owner.nextInodeNumber();
    this.permissions = permissions;
    this.uid = by.uid;
    this.gid = by.gid;
    this.accessed = this.modified = this.changed = owner.now();
  }

  /** Starts an open file description. Permissions were checked. A negative errno when it cannot be opened. */
  abstract open(request: OpenRequest): OpenFile | number;

  get locks(): FileLocks {
    this.advisoryLocks ??= new FileLocks();
    return this.advisoryLocks;
  }

  /** Whether anybody ever locked the file: `locks` is made on first use. */
  get hasLocks(): boolean {
    return this.advisoryLocks !== undefined;
  }

  get sizeBytes(): number {
    return 0;
  }

  get mode(): number {
    return FILE_TYPE[this.kind] | this.permissions;
  }

  /** Called when a name of the inode was removed. */
  unlinked(): void {
    this.linkCount--;
    this.changed = this.owner.now();
  }

  touch(): void {
    this.modified = this.changed = this.owner.now();
  }

  /** Whether the bits of `access` (MAY_*) are all granted. inode(7), path_resolution(7). */
  permits(by: Credentials, access: number): boolean {
    if (by.uid === 0) return true;
    const shift = by.uid === this.uid ? 6 : by.gid === this.gid ? 3 : 0;
    return ((this.permissions >> shift) & access) === access;
  }
}
