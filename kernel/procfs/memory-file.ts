import { Errno } from '../errno.js';
import { OpenFile } from '../files/open-file.js';
import type { IoBuffer } from '../io-buffer.js';
import type { VirtualMemory } from '../memory/index.js';
import { accessByForce, PAGEMAP_ENTRY_BYTES, pagemapEntries } from '../memory/index.js';
import type { Process } from '../process/process.js';
import type { ProcInode } from './proc-inode.js';

const PAGE_BYTES = 4096;
/** Entries of pagemap made at a time. */
const CHUNK_ENTRIES = 4096;

/** A file of one address space: that of the process when it was opened, even after an exec. */
abstract class AddressSpaceFile extends OpenFile {
  declare readonly inode: ProcInode;
  private readonly process: Process;
  private readonly opened: VirtualMemory;

  constructor(inode: ProcInode, flags: number, process: Process) {
    super(inode, flags);
    this.process = process;
    this.opened = process.memory;
  }

  override get path(): string {
    return this.inode.path;
  }

  /** undefined once the program has ended or executed another one. */
  protected get memory(): VirtualMemory | undefined {
    const { process, opened } = this;
    return process.ending === undefined && process.memory === opened ? opened : undefined;
  }

  override read(buffer: IoBuffer): number {
    const count = this.readAt(buffer, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  abstract override readAt(buffer: IoBuffer, offset: number): number;

  /** From the start or from here; there is no end. Linux fs/proc/base.c, mem_lseek. */
  override seek(offset: number, whence: number): number {
    if (whence !== 0 && whence !== 1) return -Errno.EINVAL;
    const target = whence === 0 ? offset : this.offset + offset;
    this.offset = target;
    return target;
  }
}

/** /proc/PID/mem: the offset is the address. proc_pid_mem(5). */
export class MemFile extends AddressSpaceFile {
  override write(buffer: IoBuffer): number {
    const count = this.writeAt(buffer, this.offset);
    if (count > 0) this.offset += count;
    return count;
  }

  override readAt(buffer: IoBuffer, offset: number): number {
    const { memory } = this;
    if (memory === undefined) return 0;
    let total = 0;
    while (buffer.remaining > 0) {
      const bytes = new Uint8Array(lengthInPage(offset + total, buffer.remaining));
      if (!accessByForce(memory, offset + total, bytes, 'load')) return total || -Errno.EIO;
      const put = buffer.put(bytes);
      total += put;
      if (put < bytes.length) return total || -Errno.EFAULT;
    }
    return total;
  }

  override writeAt(buffer: IoBuffer, offset: number): number {
    const { memory } = this;
    if (memory === undefined) return 0;
    let total = 0;
    while (buffer.remaining > 0) {
      const length = lengthInPage(offset + total, buffer.remaining);
      const bytes = buffer.peek(length);
      if (bytes.length < length) return total || -Errno.EFAULT;
      if (!accessByForce(memory, offset + total, bytes, 'store')) return total || -Errno.EIO;
      buffer.advance(length);
      total += length;
    }
    return total;
  }
}

/** /proc/PID/pagemap: 8 bytes for each page. proc_pid_pagemap(5). */
export class PagemapFile extends AddressSpaceFile {
  override readAt(buffer: IoBuffer, offset: number): number {
    const isWhole = offset % PAGEMAP_ENTRY_BYTES === 0;
    if (!isWhole || buffer.remaining % PAGEMAP_ENTRY_BYTES !== 0) return -Errno.EINVAL;
    const { memory } = this;
    if (memory === undefined) return 0;
    let total = 0;
    while (buffer.remaining > 0) {
      const first = (offset + total) / PAGEMAP_ENTRY_BYTES;
      const count = Math.min(CHUNK_ENTRIES, buffer.remaining / PAGEMAP_ENTRY_BYTES);
      const bytes = pagemapEntries(memory, first, count);
      const put = buffer.put(bytes);
      total += put;
      if (put < bytes.length) return total || -Errno.EFAULT;
      if (bytes.length === 0) return total;
    }
    return total;
  }
}

function lengthInPage(address: number, max: number): number {
  return Math.min(max, PAGE_BYTES - (address % PAGE_BYTES));
}
