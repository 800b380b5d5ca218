import { bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import type { Directory } from './directory.js';
import { FILE_TYPE } from './mode.js';
import { OpenFile } from './open-file.js';

/** struct linux_dirent64 before its name: d_ino, d_off, d_reclen, d_type. */
const ENTRY_HEADER_BYTES = 19;

/** An open directory: `offset` counts the entries that getdents64(2) has given out. */
export class DirectoryOpenFile extends OpenFile {
  declare readonly inode: Directory;
  private listing: { name: string; number: number; type: number }[] | undefined;

  override read(): number {
    return -Errno.EISDIR;
  }

  override readAt(): number {
    return -Errno.EISDIR;
  }

  /** @returns bytes put, 0 at the end, -EINVAL when not even one entry fits */
  readEntries(buffer: IoBuffer): number {
    // A listing in progress does not change under its reader; rewinding takes a new one.
    if (this.listing === undefined || this.offset === 0) this.listing = this.list();
    let total = 0;
    while (this.offset < this.listing.length) {
      const entry = this.listing[this.offset]!;
      const record = encodeEntry(entry.name, entry.number, entry.type, this.offset + 1);
      if (record.length > buffer.remaining) return total > 0 ? total : -Errno.EINVAL;
      if (buffer.put(record) < record.length) return total > 0 ? total : -Errno.EFAULT;
      total += record.length;
      this.offset++;
    }
    return total;
  }

  override seek(offset: number, whence: number): number {
    const target = whence === 0 ? offset : whence === 1 ? this.offset + offset : -1;
    if (target < 0) return -Errno.EINVAL;
    this.offset = target;
    return target;
  }

  override get path(): string {
    return this.inode.path;
  }

  private list(): { name: string; number: number; type: number }[] {
    const directory = this.inode;
    return [
      { name: '.', inode: directory },
      { name: '..', inode: directory.parent },
      ...directory.entries(),
    ].map(({ name, inode }) => ({ name, number: inode.number, type: FILE_TYPE[inode.kind] >> 12 }));
  }
}

function encodeEntry(name: string, number: number, type: number, next: number): Uint8Array {
  const length = Math.ceil((ENTRY_HEADER_BYTES + name.length + 1) / 8) * 8;
  const record = new Uint8Array(length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(number), true);
  view.setBigUint64(8, BigInt(next), true);
  view.setUint16(16, length, true);
  record[18] = type;
  record.set(bytesOf(name), ENTRY_HEADER_BYTES);
  return record;
}
