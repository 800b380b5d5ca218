import { byteString, bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { TASK_SIZE } from '../memory/index.js';
import type { Process } from '../process/process.js';
import type { ProcInode } from './proc-inode.js';
import { TextFile } from './text-file.js';

/** An open /proc/PID/walk: each has its own address. */
export class WalkFile extends TextFile {
  private readonly process: Process;

  constructor(inode: ProcInode, flags: number, process: Process) {
    super(inode, flags, new Uint8Array(0));
    this.process = process;
  }

  /** An address in hexadecimal; the walk for it is read from the start. */
  override write(buffer: IoBuffer): number {
    const length = buffer.remaining;
    if (length > 64) return -Errno.EINVAL;
    const bytes = buffer.peek(length);
    if (bytes.length < length) return -Errno.EFAULT;
    const match = /^\s*(?:0[xX])?([0-9a-fA-F]{1,16})\s*\0?$/.exec(byteString(bytes));
    const address = match === null ? -1 : Number.parseInt(match[1]!, 16);
    if (address < 0 || address >= TASK_SIZE) return -Errno.EINVAL;
    if (this.process.ending !== undefined) return -Errno.ESRCH;
    buffer.advance(length);
    const lines = this.process.memory.walkText(address).split('\n');
    const levels = lines.filter((line) => line.startsWith('L'));
    this.text = bytesOf(levels.map((line) => `${line}\n`).join(''));
    this.offset = 0;
    return length;
  }
}
