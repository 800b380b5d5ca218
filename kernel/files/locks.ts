import { WaitQueue } from '../process/wait-queue.js';

/**
 * Who holds a lock: a descriptor table for fcntl(2)'s process locks, an open file description for its
 * OFD locks and for flock(2).
 */
export type LockOwner = object;
/** Locks of fcntl(2) and of flock(2) do not see each other. */
export type LockFamily = 'record' | 'flock';

/** A lock on bytes [start, end); `end` may be infinite. */
export interface FileLock {
  readonly family: LockFamily;
  readonly owner: LockOwner;
  /** Who F_GETLK names: the process that locked; -1 for an OFD lock. */
  readonly pid: number;
  readonly isExclusive: boolean;
  readonly start: number;
  readonly end: number;
}

/** What each owner waits for, to see a deadlock come. */
const wanted = new WeakMap<LockOwner, { readonly file: FileLocks; readonly lock: FileLock }>();

/** The advisory locks of one file. fcntl(2), "Advisory record locking"; flock(2). */
export class FileLocks {
  /** Woken when a lock has gone or become weaker. */
  readonly waitQueue = new WaitQueue();
  private held: FileLock[] = [];

  get all(): readonly FileLock[] {
    return this.held;
  }

  /** A lock of somebody else that `lock` cannot stand beside. */
  conflict(lock: FileLock): FileLock | undefined {
    return this.held.find(
      (other) =>
        other.family === lock.family &&
        other.owner !== lock.owner &&
        (other.isExclusive || lock.isExclusive) &&
        overlaps(other, lock),
    );
  }

  /**
   * Takes a lock that nothing stands against, in place of what its owner holds there; what touches it
   * and is of the same kind becomes one with it.
   */
  take(lock: FileLock): void {
    wanted.delete(lock.owner);
    const isOwn = (other: FileLock) => other.family === lock.family && other.owner === lock.owner;
    const touching = this.held.filter(
      (other) =>
        isOwn(other) &&
        other.isExclusive === lock.isExclusive &&
        other.start <= lock.end &&
        lock.start <= other.end,
    );
    const start = Math.min(lock.start, ...touching.map((other) => other.start));
    const end = Math.max(lock.end, ...touching.map((other) => other.end));
    this.release({ ...lock, start, end });
    // An owner's locks stand together, in ascending order.
    const next = this.held.findIndex((other) => isOwn(other) && other.start > start);
    const last = this.held.findLastIndex(isOwn);
    const at = next >= 0 ? next : last >= 0 ? last + 1 : this.held.length;
    this.held.splice(at, 0, { ...lock, start, end });
  }

  /** Gives up what the owner holds of [start, end); the rest of a lock stays. */
  release(range: Pick<FileLock, 'family' | 'owner' | 'start' | 'end'>): void {
    const before = this.held;
    this.held = before.flatMap((lock) => {
      const isOwn = lock.family === range.family && lock.owner === range.owner;
      if (!isOwn || !overlaps(lock, range)) return [lock];
      const head = { ...lock, end: range.start };
      const tail = { ...lock, start: range.end };
      return [head, tail].filter(({ start, end }) => start < end);
    });
    if (before.some((lock) => lock.owner === range.owner)) this.waitQueue.wake();
  }

  /** The owner has closed the file: none of its locks stays. fcntl(2), flock(2). */
  releaseAll(owner: LockOwner): void {
    wanted.delete(owner);
    for (const family of ['record', 'flock'] as const) {
      this.release({ family, owner, start: 0, end: Number.POSITIVE_INFINITY });
    }
  }

  /**
   * Notes that the owner waits for the lock.
   *
   * @returns false where it would wait for itself, over others that wait: a deadlock
   */
  want(lock: FileLock): boolean {
    const seen = new Set<LockOwner>();
    let holder = this.conflict(lock)?.owner;
    while (holder !== undefined && !seen.has(holder)) {
      if (holder === lock.owner) return false;
      seen.add(holder);
      const next = wanted.get(holder);
      holder = next?.file.conflict(next.lock)?.owner;
    }
    wanted.set(lock.owner, { file: this, lock });
    return true;
  }

  /** The owner waits no longer. */
  forget(owner: LockOwner): void {
    wanted.delete(owner);
  }
}

function overlaps(a: Pick<FileLock, 'start' | 'end'>, b: Pick<FileLock, 'start' | 'end'>): boolean {
  return a.start < b.end && b.start < a.end;
}
