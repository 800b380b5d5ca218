import { Errno } from '../errno.js';
import type { OpenFile } from '../files/open-file.js';
import type { Received, SocketCredentials } from '../files/socket-message.js';
import { releaseFiles } from '../files/socket-message.js';
import { RLIMIT_NOFILE } from '../process/limits.js';
import type { Call } from './call.js';
import { descriptorLimit } from './descriptors.js';

export const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;
/** struct cmsghdr: length, level, type. cmsg(3). */
const HEADER_BYTES = 16;
const CREDENTIALS_BYTES = 12;
/** Linux include/net/scm.h, SCM_MAX_FD. */
const MAX_FILES = 253;
const MAX_CONTROL_BYTES = 65536;

export const MSG_CTRUNC = 8;
export const MSG_CMSG_CLOEXEC = 0x4000_0000;

export interface SentControl {
  /** Without references of their own yet. */
  readonly files: readonly OpenFile[];
  readonly credentials?: SocketCredentials;
}

/** The control messages of a sendmsg(2), or a negative errno. Linux net/core/scm.c, __scm_send. */
export function readControl(call: Call, at: number, length: number): SentControl | number {
  if (length > MAX_CONTROL_BYTES) return -Errno.ENOBUFS;
  const view = call.view(at, length);
  if (view === undefined) return -Errno.EFAULT;
  const files: OpenFile[] = [];
  let credentials: SocketCredentials | undefined;
  for (let offset = 0; offset + HEADER_BYTES <= length; ) {
    const size = Number(view.getBigUint64(offset, true));
    if (size < HEADER_BYTES || size > length - offset) return -Errno.EINVAL;
    const data = new DataView(view.buffer, offset + HEADER_BYTES, size - HEADER_BYTES);
    const type = view.getInt32(offset + 12, true);
    if (view.getInt32(offset + 8, true) === SOL_SOCKET) {
      if (type === SCM_RIGHTS) {
        const problem = addFiles(call, data, files);
        if (problem < 0) return problem;
      } else if (type === SCM_CREDENTIALS) {
        const given = readCredentials(call, data);
        if (typeof given === 'number') return given;
        credentials = given;
      } else {
        return -Errno.EINVAL;
      }
    }
    offset += aligned(size);
  }
  return credentials === undefined ? { files } : { files, credentials };
}

function addFiles(call: Call, data: DataView, files: OpenFile[]): number {
  const count = Math.floor(data.byteLength / 4);
  if (files.length + count > MAX_FILES) return -Errno.EINVAL;
  for (let index = 0; index < count; index++) {
    const file = call.namedFile(data.getInt32(4 * index, true));
    if (file === undefined) return -Errno.EBADF;
    files.push(file);
  }
  const { sockets } = call.kernel;
  const limit = call.process.limits[RLIMIT_NOFILE]!.soft;
  return count > 0 && sockets.filesOnTheirWay > limit ? -Errno.ETOOMANYREFS : 0;
}

/** A process may only tell the truth about itself. */
function readCredentials(call: Call, data: DataView): SocketCredentials | number {
  if (data.byteLength !== CREDENTIALS_BYTES) return -Errno.EINVAL;
  const pid = data.getInt32(0, true);
  const uid = data.getUint32(4, true);
  const gid = data.getUint32(8, true);
  const own = call.process.credentials;
  const isTrue = pid === call.process.pid && uid === own.uid && gid === own.gid;
  return isTrue ? { pid, uid, gid } : -Errno.EPERM;
}

/**
 * Writes what came with a message, and gives its files their descriptors; what has no room is given
 * up. Linux net/core/scm.c, put_cmsg and scm_detach_fds.
 *
 * @returns the bytes used and whether something was cut
 */
export function writeControl(
  call: Call,
  received: Received,
  o: { at: number; room: number; passesCredentials: boolean; flags: number },
): { used: number; isCut: boolean } {
  let used = 0;
  let isCut = false;
  const put = (type: number, data: Uint8Array) => {
    const size = HEADER_BYTES + data.length;
    const bytes = new Uint8Array(Math.min(size, o.room - used));
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    header.setBigUint64(0, BigInt(bytes.length), true);
    header.setInt32(8, SOL_SOCKET, true);
    header.setInt32(12, type, true);
    bytes.set(new Uint8Array(header.buffer));
    bytes.set(data.subarray(0, bytes.length - HEADER_BYTES), HEADER_BYTES);
    if (bytes.length < size) isCut = true;
    call.write(o.at + used, bytes);
    used += Math.min(aligned(size), o.room - used);
  };
  if (o.passesCredentials) {
    const { pid, uid, gid } = received.credentials;
    if (o.room >= HEADER_BYTES) put(SCM_CREDENTIALS, words([pid, uid, gid]));
    else isCut = true;
  }
  if (received.files.length === 0) return { used, isCut };
  const fitting = Math.max(0, Math.floor((o.room - used - HEADER_BYTES) / 4));
  const fds = installFiles(call, received.files.slice(0, fitting), o.flags);
  releaseFiles(received.files.slice(fitting));
  if (fds.length > 0) put(SCM_RIGHTS, words(fds));
  return { used, isCut: isCut || fds.length < received.files.length };
}

function installFiles(call: Call, files: readonly OpenFile[], flags: number): number[] {
  const options = {
    closeOnExec: (flags & MSG_CMSG_CLOEXEC) !== 0,
    limit: descriptorLimit(call),
  };
  // One that finds no number is released by `install`.
  const fds = files.map((file) => call.process.descriptors.install(file, options));
  return fds.filter((fd) => fd >= 0);
}

function words(values: readonly number[]): Uint8Array {
  return new Uint8Array(new Int32Array(values).buffer);
}

/** CMSG_ALIGN. */
function aligned(size: number): number {
  return Math.ceil(size / 8) * 8;
}
