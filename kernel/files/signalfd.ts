import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import type { WaitQueue } from '../process/wait-queue.js';
import { SI_TIMER, type SignalSet } from '../signals/numbers.js';
import type { SignalInfo } from '../signals/pending.js';
import type { Call } from '../syscalls/call.js';
import { AnonymousFile } from './anonymous.js';
import type { Credentials, InodeOwner } from './inode.js';
import { POLLIN } from './mode.js';
import { WOULD_BLOCK } from './open-file.js';

/** struct signalfd_siginfo. signalfd(2). */
const INFO_BYTES = 128;

/** signalfd(2): takes pending signals of whoever reads, instead of a handler. */
export class SignalFile extends AnonymousFile {
  /** Woken at every signal that anybody is sent: whose it is shows when they look. */
  override readonly waitQueue: WaitQueue;
  mask: SignalSet;

  constructor(
    owner: InodeOwner,
    by: Credentials,
    o: { arrivals: WaitQueue; mask: SignalSet; flags: number },
  ) {
    super(owner, by, 'signalfd', o.flags);
    this.waitQueue = o.arrivals;
    this.mask = o.mask;
  }

  override read(buffer: IoBuffer, { task, process }: Call): number {
    if (buffer.remaining < INFO_BYTES) return -Errno.EINVAL;
    let total = 0;
    while (buffer.remaining >= INFO_BYTES) {
      const info = task.pending.take(this.mask) ?? process.pending.take(this.mask);
      if (info === undefined) break;
      if (buffer.put(encode(info)) < INFO_BYTES) return total > 0 ? total : -Errno.EFAULT;
      total += INFO_BYTES;
    }
    return total > 0 ? total : WOULD_BLOCK;
  }

  override poll({ task, process }: Call): number {
    return ((task.pending.set | process.pending.set) & this.mask) === 0n ? 0 : POLLIN;
  }

  override state(): string {
    return this.mask.toString(16);
  }
}

function encode(info: SignalInfo): Uint8Array {
  const bytes = new Uint8Array(INFO_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, info.signal, true);
  view.setInt32(8, info.code, true);
  const isTimer = info.code === SI_TIMER;
  view.setInt32(isTimer ? 24 : 12, info.pid ?? 0, true);
  view.setUint32(isTimer ? 32 : 16, info.uid ?? 0, true);
  view.setInt32(40, info.status ?? 0, true);
  view.setUint32(44, info.value?.low ?? 0, true);
  view.setUint32(48, info.value?.low ?? 0, true);
  view.setUint32(52, info.value?.high ?? 0, true);
  view.setBigUint64(72, BigInt.asUintN(64, BigInt(Math.trunc(info.address ?? 0))), true);
  return bytes;
}
