import { Errno } from '../errno.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';
import { O_RDWR } from './mode.js';
import { OpenFile } from './open-file.js';

/** What stands behind a descriptor that no path leads to: eventfd, epoll, timers, signals, processes. */
class AnonymousInode extends Inode {
  readonly kind = 'anonymous';

  constructor(owner: InodeOwner, by: Credentials) {
    super(owner, 0o600, by);
    this.linkCount = 1;
  }

  override open(): OpenFile | number {
    return -Errno.ENXIO;
  }
}

/** An open file that no path leads to. There is no position in it. */
export abstract class AnonymousFile extends OpenFile {
  private readonly title: string;

  /** @param title what /proc/PID/fd shows in brackets */
  constructor(owner: InodeOwner, by: Credentials, title: string, flags: number) {
    super(new AnonymousInode(owner, by), O_RDWR | flags);
    this.title = title;
  }

  override seek(): number {
    return 0;
  }

  override get path(): string {
    return `anon_inode:[${this.title}]`;
  }
}
