import { Errno } from '../errno.js';
import type { Call } from '../syscalls/call.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';

/** A symbolic link. */
export class Symlink extends Inode {
  readonly kind = 'symlink';
  private readonly destination: string;

  constructor(owner: InodeOwner, by: Credentials, destination: string) {
    super(owner, 0o777, by);
    this.destination = destination;
  }

  /** What readlink(2) shows. */
  target(_call: Call | undefined): string | number {
    return this.destination;
  }

  /** The inode itself where the text is only for show (/proc/PID/fd/N); undefined: follow the text. */
  jump(_call: Call | undefined): Inode | undefined {
    return undefined;
  }

  override open(): number {
    return -Errno.ELOOP;
  }

  override get sizeBytes(): number {
    return this.destination.length;
  }
}

/** A link of /proc, whose target depends on who asks. */
export class MagicLink extends Symlink {
  private readonly resolve: (call: Call | undefined) => string | Inode | number;
  private readonly show: (call: Call | undefined) => string | number;

  constructor(
    owner: InodeOwner,
    by: Credentials,
    show: (call: Call | undefined) => string | number,
    resolve: (call: Call | undefined) => string | Inode | number = show,
  ) {
    super(owner, by, '');
    this.show = show;
    this.resolve = resolve;
  }

  override target(call: Call | undefined): string | number {
    return this.show(call);
  }

  override jump(call: Call | undefined): Inode | undefined {
    const resolved = this.resolve(call);
    return typeof resolved === 'object' ? resolved : undefined;
  }
}
