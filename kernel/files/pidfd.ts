import type { Process } from '../process/process.js';
import type { WaitQueue } from '../process/wait-queue.js';
import { AnonymousFile } from './anonymous.js';
import type { Credentials, InodeOwner } from './inode.js';
import { POLLIN } from './mode.js';

/** pidfd_open(2): stands for one process, also after its number went to another. */
export class ProcessFile extends AnonymousFile {
  override readonly waitQueue: WaitQueue;
  readonly process: Process;

  constructor(owner: InodeOwner, by: Credentials, process: Process, flags: number) {
    super(owner, by, 'pidfd', flags);
    this.process = process;
    this.waitQueue = process.ended;
  }

  /** Readable once the process has ended, although there is nothing to read. */
  override poll(): number {
    return this.process.ending === undefined ? 0 : POLLIN;
  }

  override state(): string {
    return `${this.process.pid}`;
  }
}
