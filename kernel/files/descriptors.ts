import { Errno } from '../errno.js';
import type { OpenFile } from './open-file.js';

export interface Descriptor {
  readonly file: OpenFile;
  closeOnExec: boolean;
}

/** A process's file descriptors. Shared by tasks that were cloned with CLONE_FILES. */
export class DescriptorTable {
  private slots: (Descriptor | undefined)[] = [];
  private users = 1;

  get(fd: number): OpenFile | undefined {
    return this.slots[fd]?.file;
  }

  descriptor(fd: number): Descriptor | undefined {
    return this.slots[fd];
  }

  /**
   * Takes over the caller's reference to `file` and gives it the lowest free number of at least `from`.
   *
   * @returns the number, or -EMFILE with the reference released
   */
  install(file: OpenFile, o: { closeOnExec: boolean; limit: number; from?: number }): number {
    let fd = o.from ?? 0;
    while (this.slots[fd] !== undefined) fd++;
    if (fd >= o.limit) {
      file.release();
      return -Errno.EMFILE;
    }
    this.slots[fd] = { file, closeOnExec: o.closeOnExec };
    return fd;
  }

  /** Whether a descriptor below `limit` is free. */
  hasRoom(limit: number): boolean {
    for (let fd = 0; fd < limit; fd++) if (this.slots[fd] === undefined) return true;
    return false;
  }

  /** Puts `file` (and the caller's reference) at `fd`, closing what was there. */
  replace(fd: number, file: OpenFile, closeOnExec: boolean): void {
    this.close(fd);
    this.slots[fd] = { file, closeOnExec };
  }

  close(fd: number): number {
    const slot = this.slots[fd];
    if (slot === undefined) return -Errno.EBADF;
    this.slots[fd] = undefined;
    // A process's record locks go with any of its descriptors of the file. fcntl(2).
    if (slot.file.inode.hasLocks) slot.file.inode.locks.releaseAll(this);
    slot.file.release();
    return 0;
  }

  closeOnExec(): void {
    for (const [fd, slot] of this.entries()) if (slot.closeOnExec) this.close(fd);
  }

  *entries(): IterableIterator<[number, Descriptor]> {
    for (let fd = 0; fd < this.slots.length; fd++) {
      const slot = this.slots[fd];
      if (slot !== undefined) yield [fd, slot];
    }
  }

  /** A table of its own with the same open file descriptions, as fork(2) makes it. */
  copy(): DescriptorTable {
    const copy = new DescriptorTable();
    for (const [fd, { file, closeOnExec }] of this.entries()) {
      copy.slots[fd] = { file: file.retain(), closeOnExec };
    }
    return copy;
  }

  share(): this {
    this.users++;
    return this;
  }

  get isShared(): boolean {
    return this.users > 1;
  }

  release(): void {
    if (--this.users > 0) return;
    for (const [fd] of this.entries()) this.close(fd);
  }
}
