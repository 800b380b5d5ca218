import { byteString, bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import type { Kernel } from '../kernel.js';
import {
  badness,
  OOM_SCORE_ADJ_MAX,
  OOM_SCORE_ADJ_MIN,
  totalPages,
} from '../process/out-of-memory.js';
import type { Process } from '../process/process.js';
import type { ProcInode } from './proc-inode.js';
import { TextFile } from './text-file.js';

/** The longest number that is read. Linux include/linux/fs.h, PROC_NUMBUF. */
const MAX_BYTES = 12;

/** /proc/PID/oom_score: 667 for a process that uses nothing. Linux fs/proc/base.c, proc_oom_score. */
export function oomScoreText(kernel: Kernel, process: Process): string {
  const points = process.ending === undefined ? badness(kernel, process) : undefined;
  if (points === undefined) return '0\n';
  const share = Math.trunc((points * 1000) / totalPages(kernel));
  return `${Math.max(0, Math.trunc(((1000 + share) * 2) / 3))}\n`;
}

/** /proc/PID/oom_score_adj. Linux fs/proc/base.c, oom_score_adj_write and __set_oom_adj. */
export class OomScoreAdjFile extends TextFile {
  private readonly process: Process;

  constructor(inode: ProcInode, flags: number, process: Process) {
    super(inode, flags, bytesOf(`${process.oomScoreAdj}\n`));
    this.process = process;
  }

  /** @returns -EACCES for less than 0: without CAP_SYS_RESOURCE nobody may be spared more */
  override write(buffer: IoBuffer): number {
    const length = buffer.remaining;
    const bytes = buffer.peek(Math.min(length, MAX_BYTES));
    if (bytes.length < Math.min(length, MAX_BYTES)) return -Errno.EFAULT;
    const match = /^\s*([+-]?\d+)\s*$/.exec(byteString(bytes));
    const value = match === null ? Number.NaN : Number(match[1]);
    if (!(value >= OOM_SCORE_ADJ_MIN && value <= OOM_SCORE_ADJ_MAX)) return -Errno.EINVAL;
    if (value < 0) return -Errno.EACCES;
    buffer.advance(length);
    this.process.oomScoreAdj = value;
    return length;
  }
}
