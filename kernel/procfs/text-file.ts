import { Errno } from '../errno.js';
import { OpenFile } from '../files/open-file.js';
import type { IoBuffer } from '../io-buffer.js';
import type { ProcInode } from './proc-inode.js';

/** An open file of /proc: a text that does not change while it is read. */
export class TextFile extends OpenFile {
  declare readonly inode: ProcInode;
  protected text: Uint8Array;

  constructor(inode: ProcInode, flags: number, text: Uint8Array) {
    super(inode, flags);
    this.text = text;
  }

  override get path(): string {
    return this.inode.path;
  }

  override read(buffer: IoBuffer): number {
    const count = this.readAt(buffer, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  override readAt(buffer: IoBuffer, offset: number): number {
    const part = this.text.subarray(offset, offset + buffer.remaining);
    const count = buffer.put(part);
    return count === 0 && part.length > 0 ? -Errno.EFAULT : count;
  }

  override write(_buffer: IoBuffer): number {
    return -Errno.EACCES;
  }

  override seek(offset: number, whence: number): number {
    const bases = [0, this.offset, this.text.length];
    const base = bases[whence];
    if (base === undefined || base + offset < 0) return -Errno.EINVAL;
    this.offset = base + offset;
    return this.offset;
  }
}
