import type { Timestamp } from '../clock.js';
import { Errno } from '../errno.js';
import type { Inode } from '../files/inode.js';
import { RegularFile } from '../files/regular-file.js';
import type { Call } from './call.js';
import { AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW, resolveAt } from './paths.js';

const BLOCK_BYTES = 4096;

export function sysFstat(call: Call, fd: number, address: number): number {
  const inode = call.namedFile(fd)?.inode;
  return inode === undefined ? -Errno.EBADF : call.write(address, encodeStat(inode));
}

export function sysNewfstatat(
  call: Call,
  dirfd: number,
  pathAt: number,
  address: number,
  flags: number,
): number {
  const AT_NO_AUTOMOUNT = 0x800;
  if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT)) !== 0) {
    return -Errno.EINVAL;
  }
  const inode = resolveAt(call, dirfd, pathAt, flags);
  return typeof inode === 'number' ? inode : call.write(address, encodeStat(inode));
}

/** struct stat of asm-generic, 128 bytes. */
export function encodeStat(inode: Inode): Uint8Array {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(inode.owner.deviceNumber), true);
  view.setBigUint64(8, BigInt(inode.number), true);
  view.setUint32(16, inode.mode, true);
  view.setUint32(20, inode.linkCount, true);
  view.setUint32(24, inode.uid, true);
  view.setUint32(28, inode.gid, true);
  view.setBigUint64(32, BigInt(inode.representedDevice), true);
  view.setBigInt64(48, BigInt(inode.sizeBytes), true);
  view.setInt32(56, BLOCK_BYTES, true);
  view.setBigInt64(64, BigInt(blocks(inode)), true);
  putTime(view, 72, inode.accessed);
  putTime(view, 88, inode.modified);
  putTime(view, 104, inode.changed);
  return bytes;
}

/** statx(2): the basic fields, whatever the mask asks for. */
export function sysStatx(
  call: Call,
  dirfd: number,
  pathAt: number,
  flags: number,
  mask: number,
  address: number,
): number {
  const SYNC_TYPE = 0x6000;
  const known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | 0x800 | SYNC_TYPE;
  if ((flags & ~known) !== 0 || (mask & 0x8000_0000) !== 0) return -Errno.EINVAL;
  if ((flags & SYNC_TYPE) === SYNC_TYPE) return -Errno.EINVAL;
  const inode = resolveAt(call, dirfd, pathAt, flags);
  return typeof inode === 'number' ? inode : call.write(address, encodeStatx(inode));
}

/** struct statx, 256 bytes. */
function encodeStatx(inode: Inode): Uint8Array {
  const BASIC_STATS = 0x7ff;
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, BASIC_STATS, true);
  view.setUint32(4, BLOCK_BYTES, true);
  view.setUint32(16, inode.linkCount, true);
  view.setUint32(20, inode.uid, true);
  view.setUint32(24, inode.gid, true);
  view.setUint16(28, inode.mode, true);
  view.setBigUint64(32, BigInt(inode.number), true);
  view.setBigUint64(40, BigInt(inode.sizeBytes), true);
  view.setBigUint64(48, BigInt(blocks(inode)), true);
  putTime(view, 64, inode.accessed);
  putTime(view, 96, inode.changed);
  putTime(view, 112, inode.modified);
  view.setUint32(128, inode.representedDevice >> 8, true);
  view.setUint32(132, inode.representedDevice & 0xff, true);
  view.setUint32(136, inode.owner.deviceNumber >> 8, true);
  view.setUint32(140, inode.owner.deviceNumber & 0xff, true);
  return bytes;
}

/** statfs(2): the disk, or a tmpfs. */
export function sysStatfs(call: Call, pathAt: number, address: number): number {
  const inode = resolveAt(call, -100, pathAt, 0);
  return typeof inode === 'number' ? inode : call.write(address, encodeStatfs(call, inode));
}

export function sysFstatfs(call: Call, fd: number, address: number): number {
  const inode = call.namedFile(fd)?.inode;
  return inode === undefined ? -Errno.EBADF : call.write(address, encodeStatfs(call, inode));
}

function encodeStatfs(call: Call, { owner }: Inode): Uint8Array {
  const TMPFS_MAGIC = 0x0102_1994n;
  /** "disk"; no file system of Linux has it. */
  const DISK_MAGIC = 0x6469_736bn;
  const { disk, files } = call.kernel;
  const { limit, used } = files.room;
  const isDisk = owner === disk;
  const total = BigInt(isDisk ? disk!.blockCount : limit);
  const free = BigInt(isDisk ? disk!.freeBlocks : Math.max(0, limit - used));
  const bytes = new Uint8Array(120);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, isDisk ? DISK_MAGIC : TMPFS_MAGIC, true);
  view.setBigUint64(8, BigInt(BLOCK_BYTES), true);
  view.setBigUint64(16, total, true);
  view.setBigUint64(24, free, true);
  view.setBigUint64(32, free, true);
  view.setBigUint64(40, BigInt(owner.names.limit), true);
  view.setBigUint64(48, BigInt(Math.max(0, owner.names.limit - owner.names.used)), true);
  view.setBigUint64(64, 255n, true);
  view.setBigUint64(72, BigInt(BLOCK_BYTES), true);
  return bytes;
}

/** Units of 512 bytes. */
function blocks(inode: Inode): number {
  return inode instanceof RegularFile ? inode.pages.usedPages * 8 : 0;
}

function putTime(view: DataView, at: number, time: Timestamp): void {
  view.setBigInt64(at, BigInt(time.seconds), true);
  view.setUint32(at + 8, time.nanoseconds, true);
}
