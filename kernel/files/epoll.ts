import { Errno } from '../errno.js';
import { type Waiter, WaitQueue } from '../process/wait-queue.js';
import type { Call } from '../syscalls/call.js';
import { AnonymousFile } from './anonymous.js';
import type { Credentials, InodeOwner } from './inode.js';
import { POLLERR, POLLHUP, POLLIN, withNormal } from './mode.js';
import type { FileObserver, OpenFile } from './open-file.js';

export const EPOLLEXCLUSIVE = 1 << 28;
export const EPOLLWAKEUP = 1 << 29;
export const EPOLLONESHOT = 1 << 30;
export const EPOLLET = 1 << 31;
/** Not events but ways to be told. */
const WAYS = EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET;
/** An epoll may stand under so many others. Linux fs/eventpoll.c, EP_MAX_NESTS. */
const MAX_NESTING = 4;

/** What an interest costs of the machine's memory. Linux fs/eventpoll.c, EP_ITEM_COST. */
const INTEREST_BYTES = 192;

/** What one descriptor is watched for. */
export interface EpollRequest {
  /** EPOLL* bits as a signed 32-bit number. */
  readonly events: number;
  /** Given back with every event. */
  readonly data: bigint;
}

export interface EpollEvent {
  readonly events: number;
  readonly data: bigint;
}

/**
 * epoll(7): descriptors and what each is watched for. As on Linux those that may be ready stand in a
 * list, in the order in which they became so: an interest enters it when its file changes, and leaves
 * it when it was reported (edge-triggered) or is seen not to be ready. Compare fs/eventpoll.c.
 */
export class EpollFile extends AnonymousFile {
  override readonly waitQueue = new WaitQueue();
  private interests: Interest[] = [];
  private ready: Interest[] = [];
  /** The epolls that watch this one, once for each interest. */
  private readonly watchers: EpollFile[] = [];
  /** Whoever waits has been woken, and nobody has looked since. */
  private isAnnounced = false;

  constructor(owner: InodeOwner, by: Credentials) {
    super(owner, by, 'eventpoll', 0);
  }

  find(fd: number, file: OpenFile): Interest | undefined {
    return this.interests.find((interest) => interest.fd === fd && interest.file === file);
  }

  /** @returns 0, -EEXIST, -ENOMEM, or -ELOOP where epolls would wait for each other or stand too deep */
  add(fd: number, file: OpenFile, request: EpollRequest, call: Call): number {
    if (this.find(fd, file) !== undefined) return -Errno.EEXIST;
    if (file instanceof EpollFile && !this.mayWatch(file)) return -Errno.ELOOP;
    if (!this.inode.owner.buffers.take(INTEREST_BYTES)) return -Errno.ENOMEM;
    const interest = new Interest(this, fd, file, request);
    this.interests.push(interest);
    interest.attach();
    if (file instanceof EpollFile) file.watchers.push(this);
    this.lookAt(interest, call);
    return 0;
  }

  modify(interest: Interest, request: EpollRequest, call: Call): number {
    if ((interest.request.events & EPOLLEXCLUSIVE) !== 0) return -Errno.EINVAL;
    interest.request = request;
    this.lookAt(interest, call);
    return 0;
  }

  remove(interest: Interest): number {
    this.letGo(interest);
    this.interests = this.interests.filter((other) => other !== interest);
    this.ready = this.ready.filter((other) => other !== interest);
    return 0;
  }

  /** The files that are watched, for what the machine must ask its host first. */
  *watched(): IterableIterator<{ file: OpenFile; events: number }> {
    for (const { file, request } of this.interests) yield { file, events: request.events };
  }

  /** Takes up to `max` events that hold now. */
  collect(max: number, call: Call): EpollEvent[] {
    this.isAnnounced = false;
    const found: EpollEvent[] = [];
    const again: Interest[] = [];
    const looked = this.ready;
    this.ready = [];
    while (looked.length > 0 && found.length < max) {
      const interest = looked.shift()!;
      const events = interest.poll(call);
      if (events === 0) continue;
      const { request } = interest;
      found.push({ events, data: request.data });
      if ((request.events & EPOLLONESHOT) !== 0) {
        interest.request = { ...request, events: request.events & WAYS };
      } else if ((request.events & EPOLLET) === 0) {
        again.push(interest);
      }
    }
    this.ready = [...looked, ...this.ready, ...again];
    return found;
  }

  override poll(call: Call): number {
    this.isAnnounced = false;
    // Those that are not ready after all leave the list, up to the first that is.
    const first = this.ready.findIndex((interest) => interest.poll(call) !== 0);
    this.ready.splice(0, first < 0 ? this.ready.length : first);
    return first < 0 ? 0 : POLLIN;
  }

  /** An interest's file has changed. */
  becameReady(interest: Interest): void {
    if (!this.ready.includes(interest)) this.ready.push(interest);
    if (this.isAnnounced) return;
    this.isAnnounced = true;
    this.waitQueue.wake(POLLIN);
  }

  override state(): string {
    const number = (interest: Interest) => this.interests.indexOf(interest);
    const all = this.interests.map(({ fd, request }) => `${fd} ${request.events} ${request.data}`);
    return `${all.join(',')};${this.ready.map(number).join(',')};${this.isAnnounced}`;
  }

  protected override closed(): void {
    for (const interest of this.interests) this.letGo(interest);
  }

  private lookAt(interest: Interest, call: Call): void {
    if (interest.poll(call) !== 0) this.becameReady(interest);
  }

  private letGo(interest: Interest): void {
    interest.detach();
    this.inode.owner.buffers.giveBack(INTEREST_BYTES);
    const { file } = interest;
    if (file instanceof EpollFile) file.watchers.splice(file.watchers.indexOf(this), 1);
  }

  /** Whether no circle and no tower of too many epolls would come of it. */
  private mayWatch(file: EpollFile): boolean {
    const below = layers(file, ({ interests }) =>
      interests.flatMap((interest) => (interest.file instanceof EpollFile ? [interest.file] : [])),
    );
    const above = layers(this, ({ watchers }) => watchers);
    const isCircle = below.some((layer) => layer.has(this));
    return !isCircle && below.length + above.length <= MAX_NESTING + 1;
  }
}

/** The epolls that lie no, one, two … steps from `start`, as far as anybody asks. */
function layers(start: EpollFile, next: (epoll: EpollFile) => EpollFile[]): Set<EpollFile>[] {
  const found: Set<EpollFile>[] = [];
  let layer = new Set([start]);
  while (layer.size > 0 && found.length <= MAX_NESTING + 1) {
    found.push(layer);
    layer = new Set([...layer].flatMap(next));
  }
  return found;
}

/** One descriptor in an epoll: an open file description under the number that it had. */
class Interest implements Waiter, FileObserver {
  readonly fd: number;
  readonly file: OpenFile;
  request: EpollRequest;
  private readonly epoll: EpollFile;

  constructor(epoll: EpollFile, fd: number, file: OpenFile, request: EpollRequest) {
    this.epoll = epoll;
    this.fd = fd;
    this.file = file;
    this.request = request;
  }

  /** The events that hold and are asked for; errors and hang-ups always are, unless switched off. */
  poll(call: Call): number {
    return withNormal(this.file.poll(call)) & this.mask;
  }

  get isExclusive(): boolean {
    return (this.request.events & EPOLLEXCLUSIVE) !== 0;
  }

  wake(events: number): boolean {
    if ((withNormal(events) & this.mask) === 0) return false;
    const isAwaited = !this.epoll.waitQueue.isEmpty;
    this.epoll.becameReady(this);
    return isAwaited;
  }

  fileClosed(): void {
    this.epoll.remove(this);
  }

  attach(): void {
    this.file.waitQueue?.add(this);
    this.file.observe(this);
  }

  detach(): void {
    this.file.waitQueue?.remove(this);
    this.file.unobserve(this);
  }

  private get mask(): number {
    const { events } = this.request;
    // A one-shot interest that has fired is silent until it is modified.
    const isSilent = (events & ~WAYS) === 0 && (events & EPOLLONESHOT) !== 0;
    return isSilent ? 0 : (events & ~WAYS) | POLLERR | POLLHUP;
  }
}
