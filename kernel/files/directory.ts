import { Errno } from '../errno.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';
import { DirectoryOpenFile } from './open-directory.js';
import type { OpenFile, OpenRequest } from './open-file.js';

export interface DirectoryEntry {
  readonly name: string;
  readonly inode: Inode;
}

/** A directory. `..` is `parent`; the root is its own. Names are byte strings. */
export class Directory extends Inode {
  readonly kind = 'directory';
  /** '' for the root. */
  name = '';
  parent: Directory;
  private readonly children = new Map<string, Inode>();

  constructor(owner: InodeOwner, permissions: number, by: Credentials, parent?: Directory) {
    super(owner, permissions, by);
    this.parent = parent ?? this;
    this.linkCount = 2;
  }

  override open(request: OpenRequest): OpenFile | number {
    return new DirectoryOpenFile(this, request.flags);
  }

  lookup(name: string): Inode | undefined {
    return this.children.get(name);
  }

  /** Without `.` and `..`, in the order in which they were made. */
  entries(): DirectoryEntry[] {
    return [...this.children].map(([name, inode]) => ({ name, inode }));
  }

  /** Whether entries come to be when somebody looks, as in /proc: who must change nothing stays out. */
  get isComputed(): boolean {
    return false;
  }

  get isEmpty(): boolean {
    return this.children.size === 0;
  }

  override get sizeBytes(): number {
    return this.children.size * 20 + 40;
  }

  /** Whether the file system has room for another name. */
  get hasRoom(): boolean {
    return this.owner.names.used < this.owner.names.limit;
  }

  /** What /proc shows takes no room. */
  private countNames(change: 1 | -1): void {
    if (!this.isComputed) this.owner.names.used += change;
  }

  /** Gives `inode` a name here; the name must be free. */
  link(name: string, inode: Inode): void {
    this.children.set(name, inode);
    this.countNames(1);
    inode.linkCount++;
    if (inode instanceof Directory) {
      inode.name = name;
      inode.parent = this;
      inode.linkCount = 2;
      this.linkCount++;
    } else {
      nameGiven(inode, this, name);
    }
    this.touch();
  }

  /** Removes a name, which must exist. */
  unlink(name: string): Inode {
    const inode = this.children.get(name)!;
    this.children.delete(name);
    this.countNames(-1);
    if (inode instanceof Directory) {
      inode.linkCount = 1;
      this.linkCount--;
    }
    inode.unlinked();
    this.touch();
    return inode;
  }

  /** Moves a name elsewhere without the inode losing its last link in between. */
  rename(from: string, target: Directory, to: string): void {
    const inode = this.children.get(from)!;
    this.children.delete(from);
    this.countNames(-1);
    if (inode instanceof Directory) this.linkCount--;
    else inode.linkCount--;
    this.touch();
    target.link(to, inode);
    inode.changed = this.owner.now();
  }

  /** Absolute path; a removed directory ends in ' (deleted)' as on Linux. */
  get path(): string {
    return pathUnder(this.parent, this.name, this.parent === this, this.linkCount < 2);
  }
}

/** An inode that remembers where it was last named, for /proc/PID/maps and /proc/PID/fd. */
export interface Named {
  directory: Directory | undefined;
  name: string;
}

function nameGiven(inode: Inode, directory: Directory, name: string): void {
  if ('directory' in inode) Object.assign(inode, { directory, name });
}

export function pathOfNamed(inode: Inode & Named): string {
  if (inode.directory === undefined) return inode.name;
  return pathUnder(inode.directory, inode.name, false, inode.linkCount === 0);
}

/** No recursion: how deep a guest nests its folders is its own affair. */
function pathUnder(parent: Directory, name: string, isRoot: boolean, isDeleted: boolean): string {
  if (isRoot) return '/';
  const names = [isDeleted ? `${name} (deleted)` : name];
  for (let at = parent; at.parent !== at; at = at.parent) names.push(at.name);
  return `/${names.reverse().join('/')}`;
}

/** Whether `directory` is `ancestor` or lies below it. */
export function isInside(directory: Directory, ancestor: Directory): boolean {
  for (let at = directory; ; at = at.parent) {
    if (at === ancestor) return true;
    if (at.parent === at) return false;
  }
}

/** Why a name cannot be made: too long, or not a name at all. 0 when it can. */
export function checkName(name: string): number {
  if (name === '' || name === '.' || name === '..') return -Errno.EEXIST;
  return name.length > 255 ? -Errno.ENAMETOOLONG : 0;
}
