import { Errno } from '../errno.js';
import { CHUNK_BYTES, UserBuffer, type UserRange } from '../io-buffer.js';
import { isClosedTo } from '../process/process.js';
import type { Call } from './call.js';
import { readVector } from './io.js';

/** process_vm_readv(2): copies from another process's memory. */
export function sysProcessVmReadv(call: Call, pid: number, ...vectors: number[]): number {
  return transfer(call, pid, vectors, 'read');
}

/** process_vm_writev(2): copies into another process's memory. */
export function sysProcessVmWritev(call: Call, pid: number, ...vectors: number[]): number {
  return transfer(call, pid, vectors, 'write');
}

function transfer(
  call: Call,
  pid: number,
  [localAt = 0, localCount = 0, remoteAt = 0, remoteCount = 0, flags = 0]: number[],
  direction: 'read' | 'write',
): number {
  if (flags !== 0) return -Errno.EINVAL;
  const local = readVector(call, localAt, localCount);
  if (typeof local === 'number') return local;
  const remote = readVector(call, remoteAt, remoteCount);
  if (typeof remote === 'number') return remote;
  if (isEmpty(local) || isEmpty(remote)) return 0;
  const process = call.kernel.processes.get(pid) ?? call.kernel.tasks.get(pid)?.process;
  if (process === undefined || process.ending !== undefined) return -Errno.ESRCH;
  if (isClosedTo(process, call.process)) return -Errno.EPERM;
  const here = new UserBuffer(call.memory, local);
  const there = new UserBuffer(process.memory, remote);
  return direction === 'read' ? copy(there, here) : copy(here, there);
}

/** As far as both reach; where a page is missing, up to that page. */
function copy(from: UserBuffer, to: UserBuffer): number {
  let total = 0;
  while (from.remaining > 0 && to.remaining > 0) {
    const wanted = Math.min(from.remaining, to.remaining, CHUNK_BYTES);
    const bytes = from.peek(wanted);
    const put = to.put(bytes);
    from.advance(put);
    total += put;
    if (put < wanted) return total > 0 ? total : -Errno.EFAULT;
  }
  return total;
}

function isEmpty(ranges: readonly UserRange[]): boolean {
  return ranges.every(({ length }) => length === 0);
}
