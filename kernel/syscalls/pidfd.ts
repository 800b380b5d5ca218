import { Errno } from '../errno.js';
import { O_CLOEXEC, O_NONBLOCK } from '../files/mode.js';
import { ProcessFile } from '../files/pidfd.js';
import type { Process } from '../process/process.js';
import { SI_USER, SIGNAL_COUNT } from '../signals/numbers.js';
import { sendToProcess } from '../signals/send.js';
import type { Call } from './call.js';
import { installNew } from './descriptors.js';
import { readSignalInfo, senderInfo } from './signals.js';

/** A descriptor for a process; it is always closed by exec. */
export function openProcess(call: Call, process: Process, flags: number): number {
  const { files } = call.kernel;
  const file = new ProcessFile(files, call.process.credentials, process, flags & O_NONBLOCK);
  return installNew(call, file, O_CLOEXEC);
}

/** pidfd_open(2). */
export function sysPidfdOpen(call: Call, pid: number, flags: number): number {
  if ((flags & ~O_NONBLOCK) !== 0 || pid <= 0) return -Errno.EINVAL;
  const process = call.kernel.processes.get(pid);
  if (process !== undefined) return openProcess(call, process, flags);
  return call.kernel.tasks.has(pid) ? -Errno.EINVAL : -Errno.ESRCH;
}

/** The process behind a pidfd, or -EBADF. */
export function processOf(call: Call, fd: number): ProcessFile | number {
  const file = call.file(fd);
  return file instanceof ProcessFile ? file : -Errno.EBADF;
}

/** pidfd_send_signal(2). */
export function sysPidfdSendSignal(
  call: Call,
  fd: number,
  signal: number,
  infoAt: number,
  flags: number,
): number {
  if (flags !== 0) return -Errno.EINVAL;
  const file = processOf(call, fd);
  if (typeof file === 'number') return file;
  const { process } = file;
  if (signal < 0 || signal > SIGNAL_COUNT) return -Errno.EINVAL;
  const info =
    infoAt === 0 ? senderInfo(call, signal, SI_USER) : readSignalInfo(call, signal, infoAt);
  if (typeof info === 'number') return info;
  if (infoAt !== 0 && info.code >= 0 && process !== call.process) return -Errno.EPERM;
  if (call.kernel.processes.get(process.pid) !== process) return -Errno.ESRCH;
  return signal === 0 ? 0 : sendToProcess(process, info);
}

/** pidfd_getfd(2): a descriptor of our own for what another process has open. */
export function sysPidfdGetfd(call: Call, fd: number, wanted: number, flags: number): number {
  if (flags !== 0) return -Errno.EINVAL;
  const file = processOf(call, fd);
  if (typeof file === 'number') return file;
  if (file.process.ending !== undefined) return -Errno.ESRCH;
  const found = file.process.descriptors.get(wanted);
  return found === undefined ? -Errno.EBADF : installNew(call, found.retain(), O_CLOEXEC);
}
