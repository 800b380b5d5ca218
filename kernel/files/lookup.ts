import { Errno } from '../errno.js';
import type { Call } from '../syscalls/call.js';
import { Directory } from './directory.js';
import type { Credentials, Inode } from './inode.js';
import { MAY_EXECUTE } from './mode.js';
import { Symlink } from './symlink.js';

/** Symbolic links followed in one look-up before ELOOP. path_resolution(7). */
const MAX_LINKS = 40;
export const NAME_MAX = 255;

export interface LookupOptions {
  readonly root: Directory;
  /** Where a relative path starts. */
  readonly base: Directory;
  readonly by: Credentials;
  readonly followLast: boolean;
  readonly call?: Call | undefined;
  /** RESOLVE_* of openat2(2). */
  readonly resolve?: number;
}

/** What a path may not lead through. openat2(2). */
export const RESOLVE_NO_XDEV = 1;
export const RESOLVE_NO_MAGICLINKS = 2;
export const RESOLVE_NO_SYMLINKS = 4;
/** Nothing outside of the folder that the path starts at. */
export const RESOLVE_BENEATH = 8;
/** That folder is the root, for this path. */
export const RESOLVE_IN_ROOT = 16;
/** Only what needs no disk: nothing here ever waits for one. */
export const RESOLVE_CACHED = 32;
const RESOLVE_SCOPED = RESOLVE_BENEATH | RESOLVE_IN_ROOT;

/** The directory in which a path's last component stands or would stand. */
export interface ParentLookup {
  readonly directory: Directory;
  /** '' when the path is the root; may be '.' or '..'. */
  readonly name: string;
  readonly hasTrailingSlash: boolean;
}

/** Finds the inode that a path names. path_resolution(7). */
export function lookup(path: string, o: LookupOptions): Inode | number {
  return walk(path, o, false) as Inode | number;
}

/** Finds the directory of a path's last component, which itself need not exist. */
export function lookupParent(path: string, o: LookupOptions): ParentLookup | number {
  return walk(path, o, true) as ParentLookup | number;
}

function walk(path: string, o: LookupOptions, toParent: boolean): Inode | ParentLookup | number {
  if (path === '') return -Errno.ENOENT;
  const { resolve = 0 } = o;
  if (path.startsWith('/') && (resolve & RESOLVE_BENEATH) !== 0) return -Errno.EXDEV;
  const hasTrailingSlash = path.endsWith('/');
  const pending = components(path);
  let current: Inode = path.startsWith('/') ? o.root : o.base;
  let links = 0;
  if (toParent && pending.length === 0) {
    return { directory: o.root, name: '', hasTrailingSlash };
  }
  while (pending.length > 0) {
    const name = pending.pop()!;
    const isLast = pending.length === 0;
    if (!(current instanceof Directory)) return -Errno.ENOTDIR;
    if (!current.permits(o.by, MAY_EXECUTE)) return -Errno.EACCES;
    if (name.length > NAME_MAX) return -Errno.ENAMETOOLONG;
    if (isLast && toParent) return { directory: current, name, hasTrailingSlash };
    const isLeaving = name === '..' && current === o.base && (resolve & RESOLVE_SCOPED) !== 0;
    if (isLeaving && (resolve & RESOLVE_BENEATH) !== 0) return -Errno.EXDEV;
    const stays = name === '.' || isLeaving;
    const next: Inode | undefined = stays
      ? current
      : name === '..'
        ? current.parent
        : current.lookup(name);
    if (next === undefined) return -Errno.ENOENT;
    if ((resolve & RESOLVE_NO_XDEV) !== 0 && isElsewhere(next, o.base)) return -Errno.EXDEV;
    if (!(next instanceof Symlink) || (isLast && !o.followLast && !hasTrailingSlash)) {
      current = next;
      continue;
    }
    if (++links > MAX_LINKS || (resolve & RESOLVE_NO_SYMLINKS) !== 0) return -Errno.ELOOP;
    const jumped = next.jump(o.call);
    if (jumped !== undefined) {
      if ((resolve & RESOLVE_NO_MAGICLINKS) !== 0) return -Errno.ELOOP;
      if ((resolve & RESOLVE_SCOPED) !== 0) return -Errno.EXDEV;
      current = jumped;
      continue;
    }
    const target = next.target(o.call);
    if (typeof target === 'number') return target;
    if (target.startsWith('/')) {
      if ((resolve & RESOLVE_BENEATH) !== 0) return -Errno.EXDEV;
      current = o.root;
    }
    pending.push(...components(target));
  }
  return hasTrailingSlash && !(current instanceof Directory) ? -Errno.ENOTDIR : current;
}

/** On another file system: another device, or /proc from outside of it. */
function isElsewhere(inode: Inode, base: Directory): boolean {
  if (inode.owner.deviceNumber !== base.owner.deviceNumber) return true;
  return inode instanceof Directory && inode.isComputed && !base.isComputed;
}

/** Last component first, so that the next one is popped. */
function components(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reverse();
}
