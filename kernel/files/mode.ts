/** st_mode's file type field. inode(7). */
export const S_IFMT = 0o170000;
export const FILE_TYPE = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  regular: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
  anonymous: 0,
} as const;
export type FileKind = keyof typeof FILE_TYPE;

/** open(2) flags of the generic ABI (asm-generic/fcntl.h). */
export const O_RDONLY = 0;
export const O_WRONLY = 1;
export const O_RDWR = 2;
export const O_ACCMODE = 3;
export const O_CREAT = 0o100;
export const O_EXCL = 0o200;
export const O_NOCTTY = 0o400;
export const O_TRUNC = 0o1000;
export const O_APPEND = 0o2000;
export const O_NONBLOCK = 0o4000;
export const O_DSYNC = 0o10000;
export const O_DIRECT = 0o40000;
export const O_LARGEFILE = 0o100000;
export const O_DIRECTORY = 0o200000;
export const O_NOFOLLOW = 0o400000;
export const O_NOATIME = 0o1000000;
export const O_CLOEXEC = 0o2000000;
export const O_SYNC = 0o4010000;
export const O_PATH = 0o10000000;
export const O_TMPFILE = 0o20200000;
/** What F_SETFL may change. */
export const O_SETTABLE = O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME;

/** Permission bits that an access asks for, as in access(2). */
export const MAY_READ = 4;
export const MAY_WRITE = 2;
export const MAY_EXECUTE = 1;

/** poll(2) events. */
export const POLLIN = 1;
export const POLLPRI = 2;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
export const POLLNVAL = 32;
export const POLLRDNORM = 0x40;
export const POLLWRNORM = 0x100;
export const POLLRDHUP = 0x2000;

/** POLLIN and POLLOUT with the bits that always come with them. Linux's EPOLLIN | EPOLLRDNORM. */
export function withNormal(events: number): number {
  return (
    events |
    ((events & POLLIN) !== 0 ? POLLRDNORM : 0) |
    ((events & POLLOUT) !== 0 ? POLLWRNORM : 0)
  );
}

/** What may no longer be done to a file of a tmpfs. fcntl(2), "File Sealing". */
export const F_SEAL_SEAL = 1;
export const F_SEAL_SHRINK = 2;
export const F_SEAL_GROW = 4;
export const F_SEAL_WRITE = 8;
export const F_SEAL_FUTURE_WRITE = 16;
export const F_SEAL_EXEC = 32;
