import { byteString, hex } from '../bytes.js';
import { signalName } from '../signals/numbers.js';
import type { GuestView } from './guest-view.js';

/** What an argument's text may be made from. */
export interface ArgumentContext {
  readonly memory: GuestView;
  readonly args: readonly number[];
  /** Only for kinds that are shown after the memory. */
  readonly result: number;
}

/** How one argument is read from its register and shown by strace. */
export interface ArgumentKind {
  readonly width: 'i32' | 'u32' | 'i64' | 'u64';
  /** Shown with what the call has put there, not with what it found. */
  readonly isOutput: boolean;
  readonly show: (value: number, context: ArgumentContext) => string;
}

type Show = ArgumentKind['show'];

function input(width: ArgumentKind['width'], show: Show): ArgumentKind {
  return { width, isOutput: false, show };
}

function output(show: Show): ArgumentKind {
  return { width: 'u64', isOutput: true, show };
}

/** strace cuts strings after this many bytes. */
const STRING_BYTES = 32;
const AT_FDCWD = -100;

export const INT = input('i32', (value) => `${value}`);
export const UINT = input('u32', (value) => `${value}`);
export const HEX = input('u32', (value) => hex(value));
export const LONG = input('i64', (value) => `${value}`);
export const SIZE = input('u64', (value) => `${BigInt(value)}`);
/** A size_t that is added to an address before it is rounded: exact near 2^64, where it is negative. */
export const WRAPPING_SIZE = input('i64', (value) => `${BigInt.asUintN(64, BigInt(value))}`);
export const ADDRESS = input('u64', (value) => (value === 0 ? 'NULL' : hex(value)));
/** A file offset, or another word: strace writes 0 as 0 and the rest in hex. */
export const OFFSET = input('u64', (value) => (value === 0 ? '0' : hex(value)));
/** openat's mode: shown only where the flags before it may create a file. */
export const CREATE_MODE = input('u32', (value, { args }) => {
  const CREATES = 0o100 | 0o20000000; // O_CREAT, and O_TMPFILE's own bit
  return ((args[2] ?? 0) & CREATES) !== 0 ? octal(value) : '';
});
export const OCTAL = input('u32', (value) => octal(value));
export const FD = INT;
export const DIRFD = input('i32', (value) => (value === AT_FDCWD ? 'AT_FDCWD' : `${value}`));
export const SIGNAL = input('i32', (value) => (value === 0 ? '0' : signalName(value)));
export const PATH = input('u64', (value, { memory }) => {
  if (value === 0) return 'NULL';
  const path = memory.string(value);
  return path === undefined ? hex(value) : quote(path);
});

/** Bytes that the call reads from memory; `lengthIndex` is the argument that counts them. */
export function bytesIn(lengthIndex: number): ArgumentKind {
  return input('u64', (value, { memory, args }) =>
    bytesText(memory, value, args[lengthIndex] ?? 0),
  );
}

/** Bytes that the call has written: as many as it answered. */
export const BYTES_OUT = output((value, { memory, result }) =>
  result < 0 ? hex(value) : bytesText(memory, value, result),
);

/** A string vector: `["a", "b"]`. */
export const STRINGS = input('u64', (value, { memory }) => {
  const texts: string[] = [];
  for (let index = 0; value !== 0; index++) {
    const pointer = memory.readU64(value + 8 * index);
    if (pointer === undefined) return hex(value);
    if (pointer === 0n) return `[${texts.join(', ')}]`;
    if (texts.length === STRING_BYTES) return `[${texts.join(', ')}, ...]`;
    const text = memory.string(Number(pointer));
    texts.push(text === undefined ? hex(Number(pointer)) : quote(text));
  }
  return 'NULL';
});

/** The environment, as strace abbreviates it. */
export const ENVIRONMENT = input('u64', (value, { memory }) => {
  if (value === 0) return 'NULL';
  let count = 0;
  for (;;) {
    const pointer = memory.readU64(value + 8 * count);
    if (pointer === undefined) return hex(value);
    if (pointer === 0n) break;
    count++;
  }
  return `${hex(value)} /* ${count} var${count === 1 ? '' : 's'} */`;
});

/** mremap's target: shown only where a flag gives it a meaning. */
export const NEW_ADDRESS = input('u64', (value, { args }) => {
  const HAS_TARGET = 2 | 4; // MREMAP_FIXED, MREMAP_DONTUNMAP
  return ((args[3] ?? 0) & HAS_TARGET) !== 0 ? pointerText(value) : '';
});

/** What mincore(2) has written: a byte a page, `[1, 0]`. */
export const RESIDENT_OUT = output((value, { memory, args, result }) => {
  const pages = Math.ceil((args[1] ?? 0) / 4096);
  const view = result < 0 ? undefined : memory.view(value, Math.min(pages, STRING_BYTES));
  if (view === undefined) return pointerText(value);
  const bytes = Array.from({ length: view.byteLength }, (_, page) => `${view.getUint8(page) & 1}`);
  return `[${[...bytes, ...(pages > STRING_BYTES ? ['...'] : [])].join(', ')}]`;
});

/** Two descriptors that pipe2(2) has made: `[3, 4]`. */
export const FD_PAIR_OUT = output((value, { memory, result }) => {
  const view = result < 0 ? undefined : memory.view(value, 8);
  return view === undefined ? hex(value) : `[${view.getInt32(0, true)}, ${view.getInt32(4, true)}]`;
});

export const UINT_OUT = output((value, { memory, result }) => {
  const word = value === 0 || result < 0 ? undefined : memory.readU32(value);
  return word === undefined ? pointerText(value) : `[${word}]`;
});

/** wait4's status: `[{WIFEXITED(s) && WEXITSTATUS(s) == 0}]`. */
export const STATUS_OUT = output((value, { memory, result }) => {
  const word = value === 0 || result <= 0 ? undefined : memory.readU32(value);
  return word === undefined ? pointerText(value) : `[{${statusText(word)}}]`;
});

export const TIMESPEC = input('u64', (value, { memory }) => timespecText(memory, value));
export const TIMESPEC_OUT = output((value, { memory, result }) =>
  result < 0 ? pointerText(value) : timespecText(memory, value),
);

export const ITIMERSPEC = input('u64', (value, { memory }) => itimerspecText(memory, value));
export const ITIMERSPEC_OUT = output((value, { memory, result }) =>
  result < 0 ? pointerText(value) : itimerspecText(memory, value),
);

export const SIGNAL_SET = input('u64', (value, { memory }) => signalSetText(memory, value));
export const SIGNAL_SET_OUT = output((value, { memory, result }) =>
  result < 0 ? pointerText(value) : signalSetText(memory, value),
);

/** struct stat: `{st_mode=S_IFREG|0644, st_size=12, ...}`. */
export const STAT_OUT = output((value, { memory, result }) => {
  const view = result < 0 ? undefined : memory.view(value, 128);
  if (view === undefined) return pointerText(value);
  const mode = view.getUint32(16, true);
  const size = view.getBigInt64(48, true);
  return `{st_mode=${fileTypeText(mode)}|${octal(mode & 0o7777)}, st_size=${size}, ...}`;
});

/** struct iovec array with the bytes that it points at. */
export function vectorIn(countIndex: number): ArgumentKind {
  return input('u64', (value, { memory, args }) => {
    const count = Math.min(args[countIndex] ?? 0, 16);
    const view = memory.view(value, 16 * Math.max(0, count));
    if (view === undefined) return hex(value);
    const parts: string[] = [];
    for (let index = 0; index < count; index++) {
      const base = Number(view.getBigUint64(16 * index, true));
      const length = Number(view.getBigUint64(16 * index + 8, true));
      parts.push(`{iov_base=${bytesText(memory, base, length)}, iov_len=${length}}`);
    }
    return `[${parts.join(', ')}]`;
  });
}

/** struct rlimit64. */
export const LIMIT_OUT = output((value, { memory, result }) => {
  const view = value === 0 || result < 0 ? undefined : memory.view(value, 16);
  if (view === undefined) return pointerText(value);
  return `{rlim_cur=${limitText(view, 0)}, rlim_max=${limitText(view, 8)}}`;
});
export const LIMIT = input('u64', (value, { memory }) => {
  const view = value === 0 ? undefined : memory.view(value, 16);
  if (view === undefined) return pointerText(value);
  return `{rlim_cur=${limitText(view, 0)}, rlim_max=${limitText(view, 8)}}`;
});

/**
 * One of a list of named values.
 *
 * @param family what strace says of a value without a name
 */
export function oneOf(names: Readonly<Record<number, string>>, family?: string): ArgumentKind {
  return input('i32', (value) => names[value] ?? nameless(hex(value >>> 0), family));
}

/** strace says which names it looked through in vain: `MADV_???`. */
function nameless(number: string, family: string | undefined): string {
  return family === undefined ? number : `${number} /* ${family} */`;
}

/** A set of named bits, `A|B`; what has no name is shown in hex. */
export function flags(
  names: Readonly<Record<string, number>>,
  zero = '0',
  width: 'u32' | 'u64' = 'u32',
  family?: string,
): ArgumentKind {
  const isKnown = (value: number) =>
    value === 0 || Object.values(names).some((bits) => (BigInt(value) & BigInt(bits)) !== 0n);
  return input(width, (value) =>
    isKnown(value) ? flagsText(value, names, zero) : nameless(hex(value), family),
  );
}

/** Names are tried in order, so a name of several bits stands before those of its bits. */
export function flagsText(
  value: number,
  names: Readonly<Record<string, number>>,
  zero = '0',
): string {
  let rest = BigInt(value);
  const found: string[] = [];
  for (const [name, number] of Object.entries(names)) {
    const bits = BigInt(number);
    if (bits === 0n || (rest & bits) !== bits) continue;
    found.push(name);
    rest &= ~bits;
  }
  if (rest !== 0n) found.push(`0x${rest.toString(16)}`);
  return found.length === 0 ? zero : found.join('|');
}

/** Escapes as strace does: C escapes, octal for the rest. */
export function quote(text: string, isCut = false): string {
  const escapes: Record<string, string> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\v': '\\v',
    '\f': '\\f',
    '"': '\\"',
    '\\': '\\\\',
  };
  let quoted = '';
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    const code = text.charCodeAt(index);
    if (escapes[character] !== undefined) quoted += escapes[character];
    else if (code >= 32 && code < 127) quoted += character;
    else {
      const isDigitNext = /[0-7]/.test(text[index + 1] ?? '');
      quoted += `\\${isDigitNext ? code.toString(8).padStart(3, '0') : code.toString(8)}`;
    }
  }
  return `"${quoted}"${isCut ? '...' : ''}`;
}

function bytesText(memory: GuestView, address: number, length: number): string {
  if (address === 0) return 'NULL';
  const bytes = memory.read(address, Math.min(length, STRING_BYTES));
  return bytes === undefined ? hex(address) : quote(byteString(bytes), length > STRING_BYTES);
}

export function pointerText(value: number): string {
  return value === 0 ? 'NULL' : hex(value);
}

function timespecText(memory: GuestView, value: number): string {
  const view = value === 0 ? undefined : memory.view(value, 16);
  if (view === undefined) return pointerText(value);
  return `{tv_sec=${view.getBigInt64(0, true)}, tv_nsec=${view.getBigInt64(8, true)}}`;
}

function itimerspecText(memory: GuestView, value: number): string {
  if (value === 0 || memory.view(value, 32) === undefined) return pointerText(value);
  const [interval, first] = [timespecText(memory, value), timespecText(memory, value + 16)];
  return `{it_interval=${interval}, it_value=${first}}`;
}

function signalSetText(memory: GuestView, value: number): string {
  const set = value === 0 ? undefined : memory.readU64(value);
  if (set === undefined) return pointerText(value);
  const names: string[] = [];
  for (let signal = 1; signal <= 64; signal++) {
    if (((set >> BigInt(signal - 1)) & 1n) === 1n)
      names.push(signalName(signal).replace('SIG', ''));
  }
  return `[${names.join(' ')}]`;
}

function statusText(word: number): string {
  if ((word & 0x7f) === 0) return `WIFEXITED(s) && WEXITSTATUS(s) == ${(word >> 8) & 0xff}`;
  if ((word & 0xff) === 0x7f) return `WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName(word >> 8)}`;
  if (word === 0xffff) return 'WIFCONTINUED(s)';
  const dump = (word & 0x80) !== 0 ? ' && WCOREDUMP(s)' : '';
  return `WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(word & 0x7f)}${dump}`;
}

function fileTypeText(mode: number): string {
  const names: Record<number, string> = {
    1: 'S_IFIFO',
    2: 'S_IFCHR',
    4: 'S_IFDIR',
    8: 'S_IFREG',
    10: 'S_IFLNK',
    12: 'S_IFSOCK',
  };
  return names[mode >> 12] ?? '0';
}

function limitText(view: DataView, at: number): string {
  const value = view.getBigUint64(at, true);
  if (value === 0xffff_ffff_ffff_ffffn) return 'RLIM64_INFINITY';
  return value >= 1024n && value % 1024n === 0n ? `${value / 1024n}*1024` : `${value}`;
}

function octal(value: number): string {
  return value === 0 ? '000' : `0${value.toString(8)}`;
}
