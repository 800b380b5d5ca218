import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { IPC_PRIVATE, SHM_MAX, SHM_MAX_SEGMENTS, SharedSegment } from '../ipc/shared-memory.js';
import {
  MAP_FIXED,
  MAP_SHARED,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  TASK_SIZE,
  type VirtualMemory,
} from '../memory/index.js';
import type { Call } from './call.js';

const IPC_CREAT = 0o1000;
const IPC_EXCL = 0o2000;
const SHM_HUGETLB = 0o4000;
const SHM_RDONLY = 0o10000;
const SHM_RND = 0o20000;
const SHM_REMAP = 0o40000;
const SHM_EXEC = 0o100000;
const [IPC_RMID, IPC_SET, IPC_STAT, IPC_INFO] = [0, 1, 2, 3];
const [SHM_LOCK, SHM_UNLOCK, SHM_STAT, SHM_INFO, SHM_STAT_ANY] = [11, 12, 13, 14, 15];
const [MAY_READ, MAY_READ_WRITE, MAY_EXECUTE] = [0o444, 0o666, 0o111];

/** shmget(2). Compare Linux ipc/util.c, ipcget, and ipc/shm.c, newseg. */
export function sysShmget(call: Call, key: number, size: number, flags: number): number {
  const { segments } = call.kernel;
  const existing = key === IPC_PRIVATE ? undefined : segments.withKey(key);
  if (existing === undefined) {
    if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) return -Errno.ENOENT;
    return create(call, key, size, flags);
  }
  if ((flags & (IPC_CREAT | IPC_EXCL)) === (IPC_CREAT | IPC_EXCL)) return -Errno.EEXIST;
  if (size > existing.sizeBytes) return -Errno.EINVAL;
  return permits(call, existing, flags) ? existing.id : -Errno.EACCES;
}

function create(call: Call, key: number, size: number, flags: number): number {
  const { machine, segments } = call.kernel;
  if (size === 0 || BigInt(size) > SHM_MAX) return -Errno.EINVAL;
  if ((flags & SHM_HUGETLB) !== 0) return -Errno.EPERM;
  if (segments.count >= SHM_MAX_SEGMENTS) return -Errno.ENOSPC;
  // Shared memory is committed to when it is made, unless overcommit says otherwise.
  const isTooMuch = size > machine.ram.frameCount * PAGE_SIZE;
  if (isTooMuch && call.kernel.memorySystem.overcommitMode !== 1) return -Errno.ENOMEM;
  const { credentials, pid } = call.process;
  const mode = flags & 0o777;
  return segments.create({ key, sizeBytes: size, mode, by: credentials, pid }).id;
}

/** shmat(2). Compare Linux ipc/shm.c, do_shmat. */
export function sysShmat(call: Call, id: number, address: number, flags: number): number {
  if (id < 0) return -Errno.EINVAL;
  let at = address;
  if (at !== 0 && at % PAGE_SIZE !== 0) {
    if ((flags & SHM_RND) === 0) return -Errno.EINVAL;
    at = Math.floor(at / PAGE_SIZE) * PAGE_SIZE;
    if (at === 0 && (flags & SHM_REMAP) !== 0) return -Errno.EINVAL;
  } else if (at === 0 && (flags & SHM_REMAP) !== 0) return -Errno.EINVAL;
  const isReadOnly = (flags & SHM_RDONLY) !== 0;
  const isExecutable = (flags & SHM_EXEC) !== 0;
  const segment = call.kernel.segments.get(id);
  if (segment === undefined) return -Errno.EINVAL;
  const wanted = (isReadOnly ? MAY_READ : MAY_READ_WRITE) | (isExecutable ? MAY_EXECUTE : 0);
  if (!permits(call, segment, wanted)) return -Errno.EACCES;
  const length = Math.ceil(segment.sizeBytes / PAGE_SIZE) * PAGE_SIZE;
  if (address !== 0 && (flags & SHM_REMAP) === 0 && isMapped(call.memory, at, length)) {
    return -Errno.EINVAL;
  }
  const prot = PROT_READ | (isReadOnly ? 0 : PROT_WRITE) | (isExecutable ? PROT_EXEC : 0);
  const how = MAP_SHARED | (address === 0 ? 0 : MAP_FIXED);
  const result = call.memory.map(at, segment.sizeBytes, prot, how, segment, 0, {
    mayWrite: !isReadOnly,
  });
  if (result < 0) return result;
  segment.attachedAt = call.kernel.segments.host.seconds();
  segment.lastPid = call.process.pid;
  return result;
}

/** shmdt(2): all that is left of the attachment that began at `address`. Linux ipc/shm.c, ksys_shmdt. */
export function sysShmdt(call: Call, address: number): number {
  if (address % PAGE_SIZE !== 0 || address < 0 || address >= TASK_SIZE) return -Errno.EINVAL;
  let segment: SharedSegment | undefined;
  const parts: { start: number; end: number }[] = [];
  for (const region of call.memory.space.regions({ start: address, end: TASK_SIZE })) {
    const { file, start, end } = region;
    if (
      segment !== undefined &&
      end - address > Math.ceil(segment.sizeBytes / PAGE_SIZE) * PAGE_SIZE
    ) {
      break;
    }
    if (!(file instanceof SharedSegment) || (segment !== undefined && file !== segment)) continue;
    const isOfIt = region.offset + (start - region.base) === start - address;
    if (!isOfIt) continue;
    segment = file;
    parts.push({ start, end });
  }
  if (segment === undefined) return -Errno.EINVAL;
  for (const { start, end } of parts) call.memory.unmap(start, end - start);
  return 0;
}

/** shmctl(2). Compare Linux ipc/shm.c, ksys_shmctl. */
export function sysShmctl(call: Call, id: number, command: number, address: number): number {
  const { segments } = call.kernel;
  if (command < 0 || id < 0) return -Errno.EINVAL;
  switch (command) {
    case IPC_INFO:
      return call.write(address, encodeLimits()) || segments.highestIndex;
    case SHM_INFO:
      return call.write(address, encodeInfo(call)) || segments.highestIndex;
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY: {
      const segment = command === IPC_STAT ? segments.get(id) : segments.at(id);
      if (segment === undefined) return -Errno.EINVAL;
      if (command !== SHM_STAT_ANY && !permits(call, segment, MAY_READ)) return -Errno.EACCES;
      return call.write(address, encodeStatus(segment)) || (command === IPC_STAT ? 0 : segment.id);
    }
    case IPC_SET:
    case IPC_RMID:
    case SHM_LOCK:
    case SHM_UNLOCK:
      return change(call, id, command, address);
    default:
      return -Errno.EINVAL;
  }
}

/** What only the owner and the creator may do. */
function change(call: Call, id: number, command: number, address: number): number {
  const view = command === IPC_SET ? call.view(address, STATUS_BYTES) : undefined;
  if (command === IPC_SET && view === undefined) return -Errno.EFAULT;
  const segment = call.kernel.segments.get(id);
  if (segment === undefined) return -Errno.EINVAL;
  const { uid } = call.process.credentials;
  if (uid !== 0 && uid !== segment.owner.uid && uid !== segment.creator.uid) return -Errno.EPERM;
  if (command === IPC_RMID) segment.remove();
  else if (command === SHM_UNLOCK) segment.isLocked = false;
  else if (command === SHM_LOCK) {
    if (call.memory.limits.lockedBytes === 0) return -Errno.EPERM;
    segment.isLocked = true;
  } else if (view !== undefined) {
    segment.owner = { uid: view.getUint32(4, true), gid: view.getUint32(8, true) };
    segment.mode = (segment.mode & ~0o777) | (view.getUint32(20, true) & 0o777);
    segment.changedAt = call.kernel.segments.host.seconds();
  }
  return 0;
}

/** Linux ipc/util.c, ipcperms. */
function permits(call: Call, { owner, creator, mode }: SharedSegment, flags: number): boolean {
  const { uid, gid } = call.process.credentials;
  const wanted = ((flags >> 6) | (flags >> 3) | flags) & 7;
  const isOwner = uid === owner.uid || uid === creator.uid;
  const isInGroup = gid === owner.gid || gid === creator.gid;
  const granted = isOwner ? mode >> 6 : isInGroup ? mode >> 3 : mode;
  return uid === 0 || (wanted & ~granted) === 0;
}

function isMapped(memory: VirtualMemory, start: number, length: number): boolean {
  const end = Math.min(start + length, TASK_SIZE);
  return start < end && memory.space.regions({ start, end }).next().done !== true;
}

const STATUS_BYTES = 112;

/** struct shmid64_ds. Linux include/uapi/asm-generic/shmbuf.h, ipcbuf.h. */
function encodeStatus(segment: SharedSegment): Uint8Array {
  const bytes = new Uint8Array(STATUS_BYTES);
  const view = new DataView(bytes.buffer);
  const { creator, owner } = segment;
  view.setInt32(0, segment.key, true);
  [owner.uid, owner.gid, creator.uid, creator.gid, segment.mode].forEach((value, i) => {
    view.setUint32(4 + i * 4, value, true);
  });
  view.setUint16(24, segment.sequence, true);
  const { attachedAt, detachedAt, changedAt } = segment;
  [segment.sizeBytes, attachedAt, detachedAt, changedAt].forEach((value, i) => {
    view.setBigUint64(48 + i * 8, BigInt(value), true);
  });
  view.setInt32(80, segment.creatorPid, true);
  view.setInt32(84, segment.lastPid, true);
  view.setBigUint64(88, BigInt(segment.attachments), true);
  return bytes;
}

/** struct shminfo64: shmmax, shmmin, shmmni, shmseg, shmall. */
function encodeLimits(): Uint8Array {
  const words = new BigUint64Array(9);
  const limit = BigInt(SHM_MAX_SEGMENTS);
  words.set([SHM_MAX, 1n, limit, limit, SHM_MAX]);
  return new Uint8Array(words.buffer);
}

/** struct shm_info: segments, and their pages: all, those in memory, those in swap. */
function encodeInfo({ kernel }: Call): Uint8Array {
  const words = new BigUint64Array(6);
  const all = kernel.segments.all();
  const total = all.reduce((sum, { sizeBytes }) => sum + Math.ceil(sizeBytes / PAGE_SIZE), 0);
  const resident = all.reduce((sum, { pages }) => sum + pages.residentPages, 0);
  const swapped = all.reduce((sum, { pages }) => sum + pages.swapped().size, 0);
  words.set([all.length, total, resident, swapped].map(BigInt));
  return new Uint8Array(words.buffer);
}

/** /proc/sysvipc/shm. Linux ipc/shm.c, sysvipc_shm_proc_show. */
export function sharedMemoryText(segments: readonly SharedSegment[]): string {
  const header =
    '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid' +
    '      atime      dtime      ctime                   rss                  swap\n';
  const lines = segments.map((segment) => {
    const { creator, owner, mode } = segment;
    const fields: [number | string, number][] = [
      [segment.key, 10],
      [segment.id, 10],
      [mode.toString(8), 5],
      [segment.sizeBytes, 21],
      [segment.creatorPid, 5],
      [segment.lastPid, 5],
      [segment.attachments, 6],
      [owner.uid, 5],
      [owner.gid, 5],
      [creator.uid, 5],
      [creator.gid, 5],
      [segment.attachedAt, 10],
      [segment.detachedAt, 10],
      [segment.changedAt, 10],
      [segment.pages.residentPages * PAGE_SIZE, 21],
      [segment.pages.swapped().size * PAGE_SIZE, 21],
    ];
    return `${fields.map(([value, width]) => String(value).padStart(width)).join(' ')}\n`;
  });
  return header + lines.join('');
}
