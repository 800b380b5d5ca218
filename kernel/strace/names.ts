import { hex } from '../bytes.js';
import * as mode from '../files/mode.js';
import { Advice } from '../memory/index.js';
import { type ArgumentKind, flags, flagsText, HEX, OFFSET, oneOf, pointerText } from './kinds.js';

function named(prefix: string, values: Readonly<Record<string, number>>): Record<number, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [value, prefix + name]));
}

/** open(2): the access mode is a number, the rest are bits. */
export const OPEN_FLAGS: ArgumentKind = {
  width: 'u32',
  isOutput: false,
  show: (value) => {
    const access = ['O_RDONLY', 'O_WRONLY', 'O_RDWR', 'O_ACCMODE'][value & 3]!;
    const rest = value & ~3;
    return rest === 0 ? access : `${access}|${flagsText(rest, OPEN_BITS)}`;
  },
};

const OPEN_BITS = {
  O_CREAT: mode.O_CREAT,
  O_EXCL: mode.O_EXCL,
  O_NOCTTY: mode.O_NOCTTY,
  O_TRUNC: mode.O_TRUNC,
  O_APPEND: mode.O_APPEND,
  O_NONBLOCK: mode.O_NONBLOCK,
  O_SYNC: mode.O_SYNC,
  O_DSYNC: mode.O_DSYNC,
  O_DIRECT: mode.O_DIRECT,
  O_LARGEFILE: mode.O_LARGEFILE,
  O_TMPFILE: mode.O_TMPFILE,
  O_DIRECTORY: mode.O_DIRECTORY,
  O_NOFOLLOW: mode.O_NOFOLLOW,
  O_NOATIME: mode.O_NOATIME,
  O_CLOEXEC: mode.O_CLOEXEC,
  O_PATH: mode.O_PATH,
};
export const PIPE_FLAGS = flags(OPEN_BITS);

export const PROT = flags(
  { PROT_READ: 1, PROT_WRITE: 2, PROT_EXEC: 4, PROT_GROWSDOWN: 0x100_0000 },
  'PROT_NONE',
  'u32',
  'PROT_???',
);
const MAP_NAMES = {
  MAP_SHARED_VALIDATE: 3,
  MAP_SHARED: 1,
  MAP_PRIVATE: 2,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_GROWSDOWN: 0x100,
  MAP_DENYWRITE: 0x800,
  MAP_EXECUTABLE: 0x1000,
  MAP_LOCKED: 0x2000,
  MAP_NORESERVE: 0x4000,
  MAP_POPULATE: 0x8000,
  MAP_NONBLOCK: 0x1_0000,
  MAP_STACK: 0x2_0000,
  MAP_HUGETLB: 0x4_0000,
  MAP_SYNC: 0x8_0000,
  MAP_FIXED_NOREPLACE: 0x10_0000,
};
export const MAP_FLAGS: ArgumentKind = {
  ...HEX,
  show(value) {
    const HAS_TYPE = 3;
    const rest = (value & HAS_TYPE) === 0 ? ['MAP_FILE'] : [];
    return [...rest, ...(value === 0 ? [] : [flagsText(value, MAP_NAMES)])].join('|');
  },
};
export const REMAP_FLAGS = flags({ MREMAP_MAYMOVE: 1, MREMAP_FIXED: 2, MREMAP_DONTUNMAP: 4 });
export const ADVICE = oneOf(
  {
    ...named('MADV_', Advice),
    25: 'MADV_COLLAPSE',
    100: 'MADV_HWPOISON',
    101: 'MADV_SOFT_OFFLINE',
  },
  'MADV_???',
);
export const SYNC_FLAGS = flags({ MS_SYNC: 4, MS_ASYNC: 1, MS_INVALIDATE: 2 });
export const LOCK_ALL_FLAGS = flags({ MCL_CURRENT: 1, MCL_FUTURE: 2, MCL_ONFAULT: 4 });
export const LOCK_FLAGS = flags({ MLOCK_ONFAULT: 1 });
export const AT_FLAGS = flags({
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
  AT_STATX_FORCE_SYNC: 0x2000,
  AT_STATX_DONT_SYNC: 0x4000,
});
export const ACCESS_MODE = flags({ R_OK: 4, W_OK: 2, X_OK: 1 }, 'F_OK');
export const WHENCE = oneOf({
  0: 'SEEK_SET',
  1: 'SEEK_CUR',
  2: 'SEEK_END',
  3: 'SEEK_DATA',
  4: 'SEEK_HOLE',
});
const BARRIERS: Readonly<Record<number, string>> = {
  0: 'MEMBARRIER_CMD_QUERY',
  1: 'MEMBARRIER_CMD_GLOBAL',
  2: 'MEMBARRIER_CMD_GLOBAL_EXPEDITED',
  4: 'MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED',
  8: 'MEMBARRIER_CMD_PRIVATE_EXPEDITED',
  16: 'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED',
  32: 'MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE',
  64: 'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE',
  128: 'MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ',
  256: 'MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ',
};
export const BARRIER = oneOf(BARRIERS, 'MEMBARRIER_CMD_???');

/** The commands that MEMBARRIER_CMD_QUERY answers are named. */
export function barrierResult(result: number, args: readonly number[]): string {
  if (args[0] !== 0) return `${result}`;
  const bits = Object.entries(BARRIERS).map(([bit, name]) => [name, Number(bit)]);
  return `${hex(result)} (${flagsText(result, Object.fromEntries(bits) as Record<string, number>)})`;
}
const SEALS = {
  F_SEAL_SEAL: 1,
  F_SEAL_SHRINK: 2,
  F_SEAL_GROW: 4,
  F_SEAL_WRITE: 8,
  F_SEAL_FUTURE_WRITE: 16,
  F_SEAL_EXEC: 32,
};
/** What F_GET_SEALS answers is named, as strace does it. */
export function fcntlResult(result: number, args: readonly number[]): string {
  const GET_SEALS = 1034;
  const isSet = args[1] === GET_SEALS && result !== 0;
  return isSet ? `${hex(result)} (seals ${flagsText(result, SEALS)})` : `${result}`;
}

/** fcntl's third argument: some commands have none, others a name for it. */
export const FCNTL_ARGUMENT: ArgumentKind = {
  ...OFFSET,
  show(value, context) {
    const command = context.args[1];
    if (command === 1 || command === 3 || command === 1032 || command === 1034) return '';
    if (command === 2) return flagsText(value, { FD_CLOEXEC: 1 });
    if (command === 1033) return flagsText(value, SEALS);
    if (command === 0 || command === 1030 || command === 1031) return `${value}`;
    return OFFSET.show(value, context);
  },
};
export const FLOCK_OPERATION = flags({ LOCK_SH: 1, LOCK_EX: 2, LOCK_NB: 4, LOCK_UN: 8 });
export const FCNTL = oneOf({
  0: 'F_DUPFD',
  1: 'F_GETFD',
  2: 'F_SETFD',
  3: 'F_GETFL',
  4: 'F_SETFL',
  5: 'F_GETLK',
  6: 'F_SETLK',
  7: 'F_SETLKW',
  36: 'F_OFD_GETLK',
  37: 'F_OFD_SETLK',
  38: 'F_OFD_SETLKW',
  1030: 'F_DUPFD_CLOEXEC',
  1031: 'F_SETPIPE_SZ',
  1032: 'F_GETPIPE_SZ',
  1033: 'F_ADD_SEALS',
  1034: 'F_GET_SEALS',
});
export const IOCTL = oneOf({
  21505: 'TCGETS',
  21506: 'TCSETS',
  21507: 'TCSETSW',
  21508: 'TCSETSF',
  21513: 'TCSBRK',
  21515: 'TCFLSH',
  21518: 'TIOCSCTTY',
  21519: 'TIOCGPGRP',
  21520: 'TIOCSPGRP',
  21523: 'TIOCGWINSZ',
  21524: 'TIOCSWINSZ',
  21531: 'FIONREAD',
  21537: 'FIONBIO',
  21545: 'TIOCGSID',
  21584: 'FIONCLEX',
  21585: 'FIOCLEX',
});
const CLONE_BITS = {
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x1_0000,
  CLONE_SYSVSEM: 0x4_0000,
  CLONE_SETTLS: 0x8_0000,
  CLONE_PARENT_SETTID: 0x10_0000,
  CLONE_CHILD_CLEARTID: 0x20_0000,
  CLONE_CHILD_SETTID: 0x100_0000,
};
export const CLONE_FLAGS: ArgumentKind = {
  width: 'u32',
  isOutput: false,
  show: (value) => {
    const signal = value & 0xff;
    const bits = flagsText(value - signal, CLONE_BITS, '');
    const name = signal === 17 ? 'SIGCHLD' : signal === 0 ? '' : `${signal}`;
    return [bits, name].filter((text) => text !== '').join('|') || '0';
  },
};
export const WAIT_FLAGS = flags({
  WNOHANG: 1,
  WSTOPPED: 2,
  WEXITED: 4,
  WCONTINUED: 8,
  WNOWAIT: 0x100_0000,
  __WNOTHREAD: 0x2000_0000,
  __WALL: 0x4000_0000,
  __WCLONE: 0x8000_0000,
});
export const SIGNAL_HOW = oneOf({ 0: 'SIG_BLOCK', 1: 'SIG_UNBLOCK', 2: 'SIG_SETMASK' });
export const CLOCK = oneOf({
  0: 'CLOCK_REALTIME',
  1: 'CLOCK_MONOTONIC',
  2: 'CLOCK_PROCESS_CPUTIME_ID',
  3: 'CLOCK_THREAD_CPUTIME_ID',
  4: 'CLOCK_MONOTONIC_RAW',
  5: 'CLOCK_REALTIME_COARSE',
  6: 'CLOCK_MONOTONIC_COARSE',
  7: 'CLOCK_BOOTTIME',
});
export const SPLICE_FLAGS = flags({
  SPLICE_F_MOVE: 1,
  SPLICE_F_NONBLOCK: 2,
  SPLICE_F_MORE: 4,
  SPLICE_F_GIFT: 8,
});
export const PIDFD_FLAGS = flags({ PIDFD_NONBLOCK: mode.O_NONBLOCK });
export const TIMERFD_FLAGS = flags({
  TFD_NONBLOCK: mode.O_NONBLOCK,
  TFD_CLOEXEC: mode.O_CLOEXEC,
});
export const SIGNALFD_FLAGS = flags({
  SFD_NONBLOCK: mode.O_NONBLOCK,
  SFD_CLOEXEC: mode.O_CLOEXEC,
});
export const TIMER_FLAGS = flags({ TIMER_ABSTIME: 1 });
export const RESOURCE = oneOf(
  Object.fromEntries(
    [
      'CPU',
      'FSIZE',
      'DATA',
      'STACK',
      'CORE',
      'RSS',
      'NPROC',
      'NOFILE',
      'MEMLOCK',
      'AS',
      'LOCKS',
      'SIGPENDING',
      'MSGQUEUE',
      'NICE',
      'RTPRIO',
      'RTTIME',
    ].map((name, index) => [index, `RLIMIT_${name}`]),
  ),
);
export const RANDOM_FLAGS = flags({ GRND_NONBLOCK: 1, GRND_RANDOM: 2, GRND_INSECURE: 4 });
export const MEMFD_FLAGS = flags({
  MFD_CLOEXEC: 1,
  MFD_ALLOW_SEALING: 2,
  MFD_NOEXEC_SEAL: 8,
  MFD_EXEC: 16,
});
export const RENAME_FLAGS = flags({ RENAME_NOREPLACE: 1, RENAME_EXCHANGE: 2 });
export const FALLOCATE_FLAGS = flags({ FALLOC_FL_KEEP_SIZE: 1, FALLOC_FL_PUNCH_HOLE: 2 });
const FUTEX_COMMANDS = [
  'WAIT',
  'WAKE',
  'FD',
  'REQUEUE',
  'CMP_REQUEUE',
  'WAKE_OP',
  'LOCK_PI',
  'UNLOCK_PI',
  'TRYLOCK_PI',
  'WAIT_BITSET',
  'WAKE_BITSET',
];
export const FUTEX_OPERATION: ArgumentKind = {
  width: 'i32',
  isOutput: false,
  show: (value) => {
    const name = FUTEX_COMMANDS[value & 0x7f];
    const suffix = `${(value & 128) !== 0 ? '_PRIVATE' : ''}${(value & 256) !== 0 ? '|FUTEX_CLOCK_REALTIME' : ''}`;
    return name === undefined ? `${value}` : `FUTEX_${name}${suffix}`;
  },
};
export const EVENTFD_FLAGS = flags({
  EFD_SEMAPHORE: 1,
  EFD_NONBLOCK: mode.O_NONBLOCK,
  EFD_CLOEXEC: mode.O_CLOEXEC,
});
export const EPOLL_CREATE_FLAGS = flags({ EPOLL_CLOEXEC: mode.O_CLOEXEC });
export const EPOLL_CTL = oneOf({ 1: 'EPOLL_CTL_ADD', 2: 'EPOLL_CTL_DEL', 3: 'EPOLL_CTL_MOD' });
const EPOLL_BITS = {
  EPOLLIN: mode.POLLIN,
  EPOLLPRI: mode.POLLPRI,
  EPOLLOUT: mode.POLLOUT,
  EPOLLERR: mode.POLLERR,
  EPOLLHUP: mode.POLLHUP,
  EPOLLRDNORM: mode.POLLRDNORM,
  EPOLLRDBAND: 0x80,
  EPOLLWRNORM: mode.POLLWRNORM,
  EPOLLWRBAND: 0x200,
  EPOLLMSG: 0x400,
  EPOLLRDHUP: mode.POLLRDHUP,
  EPOLLEXCLUSIVE: 0x1000_0000,
  EPOLLWAKEUP: 0x2000_0000,
  EPOLLONESHOT: 0x4000_0000,
  EPOLLET: 0x8000_0000,
};
/** struct epoll_event: `{events=EPOLLIN, data=0x3}`. */
function epollEventText(view: DataView, at: number): string {
  const events = flagsText(view.getUint32(at, true), EPOLL_BITS);
  return `{events=${events}, data=0x${view.getBigUint64(at + 8, true).toString(16)}}`;
}
export const EPOLL_EVENT: ArgumentKind = {
  width: 'u64',
  isOutput: false,
  show: (value, { memory }) => {
    const view = value === 0 ? undefined : memory.view(value, 16);
    return view === undefined ? pointerText(value) : epollEventText(view, 0);
  },
};
export const EPOLL_EVENTS_OUT: ArgumentKind = {
  width: 'u64',
  isOutput: true,
  show: (value, { memory, result }) => {
    const count = Math.max(0, Math.min(result, 32));
    const view = result < 0 ? undefined : memory.view(value, 16 * count);
    if (view === undefined) return pointerText(value);
    const events = Array.from({ length: count }, (_, index) => epollEventText(view, 16 * index));
    return `[${events.join(', ')}]`;
  },
};

/** shmget(2): a key is shown in hexadecimal. */
export const IPC_KEY: ArgumentKind = {
  width: 'i32',
  isOutput: false,
  show: (value) => (value === 0 ? 'IPC_PRIVATE' : hex(value >>> 0)),
};
/** Flags, and the permissions of a new segment in octal. */
export const SHMGET_FLAGS: ArgumentKind = {
  width: 'u32',
  isOutput: false,
  show(value) {
    const bits = {
      IPC_CREAT: 0o1000,
      IPC_EXCL: 0o2000,
      SHM_HUGETLB: 0o4000,
      SHM_NORESERVE: 0o10000,
    };
    const names = Object.entries(bits).filter(([, bit]) => value & bit);
    const permissions = `0${(value & 0o777).toString(8)}`.padStart(3, '0');
    return [...names.map(([name]) => name), permissions].join('|');
  },
};
export const SHMAT_FLAGS = flags({
  SHM_RDONLY: 0o10000,
  SHM_RND: 0o20000,
  SHM_REMAP: 0o40000,
  SHM_EXEC: 0o100000,
});
export const SHMCTL = oneOf({
  0: 'IPC_RMID',
  1: 'IPC_SET',
  2: 'IPC_STAT',
  3: 'IPC_INFO',
  11: 'SHM_LOCK',
  12: 'SHM_UNLOCK',
  13: 'SHM_STAT',
  14: 'SHM_INFO',
  15: 'SHM_STAT_ANY',
});
