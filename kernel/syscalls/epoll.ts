import { Errno } from '../errno.js';
import {
  EPOLLET,
  EPOLLEXCLUSIVE,
  EPOLLWAKEUP,
  EpollFile,
  type EpollRequest,
} from '../files/epoll.js';
import { EventFile } from '../files/eventfd.js';
import { O_CLOEXEC, O_NONBLOCK, POLLERR, POLLHUP, POLLIN, POLLOUT } from '../files/mode.js';
import type { OpenFile } from '../files/open-file.js';
import { HostInput } from '../tty/console.js';
import { type Call, INTERRUPTED, INTERRUPTED_FOR_GOOD } from './call.js';
import { installNew } from './descriptors.js';
import { readMask, SET_BYTES } from './signals.js';
import { deadlineAfter, readTimespec } from './time.js';

/** eventfd2(2). */
export function sysEventfd2(call: Call, count: number, flags: number): number {
  const SEMAPHORE = 1;
  if ((flags & ~(SEMAPHORE | O_CLOEXEC | O_NONBLOCK)) !== 0) return -Errno.EINVAL;
  const isSemaphore = (flags & SEMAPHORE) !== 0;
  const { credentials } = call.process;
  const options = { count, isSemaphore, flags: flags & O_NONBLOCK };
  return installNew(call, new EventFile(call.kernel.files, credentials, options), flags);
}

/** epoll_create1(2). */
export function sysEpollCreate1(call: Call, flags: number): number {
  if ((flags & ~O_CLOEXEC) !== 0) return -Errno.EINVAL;
  return installNew(call, new EpollFile(call.kernel.files, call.process.credentials), flags);
}

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
/** struct epoll_event where it is not packed: events, padding, data. */
const EVENT_BYTES = 16;
/** What may be asked for besides EPOLLEXCLUSIVE. Linux fs/eventpoll.c, EPOLLEXCLUSIVE_OK_BITS. */
const BESIDES_EXCLUSIVE =
  POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

/** epoll_ctl(2). */
export function sysEpollCtl(
  call: Call,
  epollFd: number,
  operation: number,
  fd: number,
  eventAt: number,
): number {
  const view = operation === EPOLL_CTL_DEL ? undefined : call.view(eventAt, EVENT_BYTES);
  if (view === undefined && operation !== EPOLL_CTL_DEL) return -Errno.EFAULT;
  const epoll = call.file(epollFd);
  const file = call.file(fd);
  if (epoll === undefined || file === undefined) return -Errno.EBADF;
  if (!file.isPollable) return -Errno.EPERM;
  if (!(epoll instanceof EpollFile) || epoll === file) return -Errno.EINVAL;
  const request: EpollRequest = {
    // Nobody here may keep a system awake.
    events: (view?.getInt32(0, true) ?? 0) & ~EPOLLWAKEUP,
    data: view?.getBigUint64(8, true) ?? 0n,
  };
  if ((request.events & EPOLLEXCLUSIVE) !== 0 && !mayBeExclusive(operation, file, request)) {
    return -Errno.EINVAL;
  }
  if (operation === EPOLL_CTL_ADD) return epoll.add(fd, file, request, call);
  if (operation !== EPOLL_CTL_MOD && operation !== EPOLL_CTL_DEL) return -Errno.EINVAL;
  const interest = epoll.find(fd, file);
  if (interest === undefined) return -Errno.ENOENT;
  return operation === EPOLL_CTL_DEL
    ? epoll.remove(interest)
    : epoll.modify(interest, request, call);
}

function mayBeExclusive(operation: number, file: OpenFile, { events }: EpollRequest): boolean {
  if (operation !== EPOLL_CTL_ADD) return operation !== EPOLL_CTL_MOD;
  return !(file instanceof EpollFile) && (events & ~BESIDES_EXCLUSIVE) === 0;
}

/** epoll_pwait(2): its timeout is in milliseconds; a negative one never comes. */
export function sysEpollPwait(
  call: Call,
  fd: number,
  eventsAt: number,
  max: number,
  milliseconds: number,
  maskAt: number,
  setSize: number,
): number {
  const deadline =
    milliseconds < 0 ? undefined : call.kernel.clock.now() + milliseconds * 1_000_000;
  return waitForEvents(call, fd, { eventsAt, max, deadline, maskAt, setSize });
}

/** epoll_pwait2(2): as epoll_pwait, with a struct timespec. */
export function sysEpollPwait2(
  call: Call,
  fd: number,
  eventsAt: number,
  max: number,
  timeoutAt: number,
  maskAt: number,
  setSize: number,
): number {
  const timeout = timeoutAt === 0 ? undefined : readTimespec(call, timeoutAt);
  if (typeof timeout === 'number') return timeout;
  const deadline = timeout === undefined ? undefined : deadlineAfter(call, timeout);
  return waitForEvents(call, fd, { eventsAt, max, deadline, maskAt, setSize });
}

interface EpollWait {
  readonly eventsAt: number;
  readonly max: number;
  /** Counts on the first attempt only. */
  readonly deadline: number | undefined;
  readonly maskAt: number;
  readonly setSize: number;
}

function waitForEvents(call: Call, fd: number, o: EpollWait): number {
  const MAX_EVENTS = Math.floor(0x7fff_ffff / EVENT_BYTES);
  if (o.maskAt !== 0 && o.setSize !== SET_BYTES) return -Errno.EINVAL;
  if (o.max <= 0 || o.max > MAX_EVENTS) return -Errno.EINVAL;
  const epoll = call.file(fd);
  if (epoll === undefined) return -Errno.EBADF;
  if (!(epoll instanceof EpollFile)) return -Errno.EINVAL;
  for (const { file, events } of epoll.watched()) {
    if (file instanceof HostInput && (events & POLLIN) !== 0 && !file.isReady) {
      return call.awaitHost(() => file.isReady);
    }
  }
  const isFirst = call.wait === undefined || call.wait.host !== undefined;
  const deadline = isFirst ? o.deadline : call.wait?.deadline;
  let savedMask = call.wait?.savedMask;
  if (isFirst && o.maskAt !== 0) {
    const mask = readMask(call, o.maskAt);
    if (mask === undefined) return -Errno.EFAULT;
    savedMask = call.task.mask;
    call.task.mask = mask;
  }
  const result = give(call, epoll, o);
  const isOver = deadline !== undefined && deadline <= call.kernel.clock.now();
  if (result !== 0 || isOver) {
    if (savedMask !== undefined) call.task.mask = savedMask;
    return result;
  }
  const blocked = call.block([epoll.waitQueue], { deadline, savedMask });
  return blocked === INTERRUPTED ? INTERRUPTED_FOR_GOOD : blocked;
}

/** Writes the events that hold now to user memory. @returns how many */
function give(call: Call, epoll: EpollFile, { eventsAt, max }: EpollWait): number {
  const found = epoll.collect(max, call);
  const bytes = new Uint8Array(EVENT_BYTES * found.length);
  const view = new DataView(bytes.buffer);
  found.forEach(({ events, data }, index) => {
    view.setUint32(EVENT_BYTES * index, events, true);
    view.setBigUint64(EVENT_BYTES * index + 8, data, true);
  });
  return call.write(eventsAt, bytes) < 0 ? -Errno.EFAULT : found.length;
}
