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
}

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
    const next: Inode | undefined =
      name === '.' ? current : name === '..' ? current.parent : current.lookup(name);
    if (next === undefined) return -Errno.ENOENT;
    if (!(next instanceof Symlink) || (isLast && !o.followLast && !hasTrailingSlash)) {
      current = next;
      continue;
    }
    if (++links > MAX_LINKS) return -Errno.ELOOP;
    const jumped = next.jump(o.call);
    if (jumped !== undefined) {
      current = jumped;
      continue;
    }
    const target = next.target(o.call);
    if (typeof target === 'number') return target;
    if (target.startsWith('/')) current = o.root;
    pending.push(...components(target));
  }
  return hasTrailingSlash && !(current instanceof Directory) ? -Errno.ENOTDIR : current;
}

/** Last component first, so that the next one is popped. */
function components(path: string): string[] {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reverse();
}
