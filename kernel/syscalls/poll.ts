import { Errno } from '../errno.js';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, withNormal } from '../files/mode.js';
import type { WaitQueue } from '../process/wait-queue.js';
import { HostInput } from '../tty/console.js';
import { type Call, INTERRUPTED, INTERRUPTED_FOR_GOOD } from './call.js';
import { readMask } from './signals.js';
import { deadlineAfter, readTimespec } from './time.js';

interface Interest {
  readonly fd: number;
  readonly events: number;
  found: number;
}

/** ppoll(2). */
export function sysPpoll(
  call: Call,
  fdsAt: number,
  count: number,
  timeoutAt: number,
  maskAt: number,
): number {
  const ENTRY_BYTES = 8;
  if (count > 1_048_576) return -Errno.EINVAL;
  const view = call.view(fdsAt, ENTRY_BYTES * count);
  if (view === undefined) return -Errno.EFAULT;
  const interests: Interest[] = [];
  for (let index = 0; index < count; index++) {
    const at = ENTRY_BYTES * index;
    interests.push({ fd: view.getInt32(at, true), events: view.getInt16(at + 4, true), found: 0 });
  }
  const result = waitFor(call, interests, timeoutAt, maskAt);
  if (result < 0) return result;
  interests.forEach(({ found }, index) => {
    view.setInt16(ENTRY_BYTES * index + 6, found, true);
  });
  const bytes = new Uint8Array(view.buffer);
  if (call.write(fdsAt, bytes) < 0) return -Errno.EFAULT;
  return interests.filter(({ found }) => found !== 0).length;
}

/** pselect6(2): its sixth argument points at the mask's address and size. */
export function sysPselect6(
  call: Call,
  count: number,
  readAt: number,
  writeAt: number,
  exceptAt: number,
  timeoutAt: number,
  sigmaskAt: number,
): number {
  if (count < 0 || count > 1024) return -Errno.EINVAL;
  const bytes = Math.ceil(count / 64) * 8;
  const sets = [readAt, writeAt, exceptAt].map((address) =>
    address === 0 ? new Uint8Array(bytes) : call.read(address, bytes),
  );
  const [readSet, writeSet, exceptSet] = sets;
  if (typeof readSet !== 'object' || typeof writeSet !== 'object') return -Errno.EFAULT;
  if (typeof exceptSet !== 'object') return -Errno.EFAULT;
  const has = (set: Uint8Array, fd: number) => ((set[fd >> 3]! >> (fd & 7)) & 1) === 1;
  const interests: Interest[] = [];
  for (let fd = 0; fd < count; fd++) {
    const events =
      (has(readSet, fd) ? POLLIN : 0) |
      (has(writeSet, fd) ? POLLOUT : 0) |
      (has(exceptSet, fd) ? POLLPRI : 0);
    if (events === 0) continue;
    if (call.namedFile(fd) === undefined) return -Errno.EBADF;
    interests.push({ fd, events, found: 0 });
  }
  const maskAt = sigmaskAt === 0 ? 0 : call.readU64(sigmaskAt);
  if (maskAt === undefined) return -Errno.EFAULT;
  const result = waitFor(call, interests, timeoutAt, Number(maskAt));
  if (result < 0) return result;
  let total = 0;
  const outcomes: [number, number, number][] = [
    // Linux fs/select.c: what cannot be polled does not make the caller wait.
    [readAt, POLLIN, POLLIN | POLLHUP | POLLERR | POLLNVAL],
    [writeAt, POLLOUT, POLLOUT | POLLERR | POLLNVAL],
    [exceptAt, POLLPRI, POLLPRI | POLLNVAL],
  ];
  for (const [address, wanted, matching] of outcomes) {
    if (address === 0) continue;
    const set = new Uint8Array(bytes);
    for (const { fd, events, found } of interests) {
      if ((events & wanted) === 0 || (found & matching) === 0) continue;
      set[fd >> 3] = set[fd >> 3]! | (1 << (fd & 7));
      total++;
    }
    if (call.write(address, set) < 0) return -Errno.EFAULT;
  }
  return total;
}

/** Fills `found`, or waits. @returns 0 when there is an answer */
function waitFor(call: Call, interests: Interest[], timeoutAt: number, maskAt: number): number {
  for (const { fd, events } of interests) {
    const file = call.file(fd);
    if (file instanceof HostInput && (events & POLLIN) !== 0 && !file.isReady) {
      return call.awaitHost(() => file.isReady);
    }
  }
  let deadline = call.wait?.deadline;
  let savedMask = call.wait?.savedMask;
  if (call.wait === undefined || call.wait.host !== undefined) {
    if (timeoutAt !== 0) {
      const timeout = readTimespec(call, timeoutAt);
      if (typeof timeout === 'number') return timeout;
      deadline = deadlineAfter(call, timeout);
    }
    if (maskAt !== 0) {
      const mask = readMask(call, maskAt);
      if (mask === undefined) return -Errno.EFAULT;
      savedMask = call.task.mask;
      call.task.mask = mask;
    }
  }
  const queues: WaitQueue[] = [];
  let isAnswered = false;
  for (const interest of interests) {
    if (interest.fd < 0) continue;
    const file = call.file(interest.fd);
    const events = file === undefined ? POLLNVAL : withNormal(file.poll(call));
    interest.found = events & (interest.events | POLLERR | POLLHUP | POLLNVAL);
    if (interest.found !== 0) isAnswered = true;
    if (file?.waitQueue !== undefined) queues.push(file.waitQueue);
  }
  const isOver = deadline !== undefined && deadline <= call.kernel.clock.now();
  if (isAnswered || isOver) {
    if (savedMask !== undefined) call.task.mask = savedMask;
    return 0;
  }
  const blocked = call.block(queues, { deadline, savedMask });
  return blocked === INTERRUPTED ? INTERRUPTED_FOR_GOOD : blocked;
}
