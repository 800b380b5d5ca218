import { byteString } from '../bytes.js';
import { type ArgumentKind, flags, flagsText, oneOf, pointerText, quote } from './kinds.js';

export const FAMILY = oneOf({
  0: 'AF_UNSPEC',
  1: 'AF_UNIX',
  2: 'AF_INET',
  10: 'AF_INET6',
  16: 'AF_NETLINK',
});
const TYPES = ['0', 'SOCK_STREAM', 'SOCK_DGRAM', 'SOCK_RAW', 'SOCK_RDM', 'SOCK_SEQPACKET'];
export const SOCKET_TYPE: ArgumentKind = {
  width: 'i32',
  isOutput: false,
  show: (value) => {
    const bits = flagsText(value & ~0xf, { SOCK_NONBLOCK: 0o4000, SOCK_CLOEXEC: 0o2000000 }, '');
    const type = TYPES[value & 0xf] ?? `${value & 0xf}`;
    return bits === '' ? type : `${type}|${bits}`;
  },
};
export const ACCEPT_FLAGS = flags({ SOCK_NONBLOCK: 0o4000, SOCK_CLOEXEC: 0o2000000 });
export const SHUTDOWN_HOW = oneOf({ 0: 'SHUT_RD', 1: 'SHUT_WR', 2: 'SHUT_RDWR' });
export const MESSAGE_FLAGS = flags({
  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_DONTROUTE: 4,
  MSG_CTRUNC: 8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_NOSIGNAL: 0x4000,
  MSG_MORE: 0x8000,
  MSG_CMSG_CLOEXEC: 0x4000_0000,
});
export const LEVEL = oneOf({ 1: 'SOL_SOCKET', 6: 'SOL_TCP' });
export const OPTION = oneOf({
  2: 'SO_REUSEADDR',
  3: 'SO_TYPE',
  4: 'SO_ERROR',
  5: 'SO_DONTROUTE',
  6: 'SO_BROADCAST',
  7: 'SO_SNDBUF',
  8: 'SO_RCVBUF',
  9: 'SO_KEEPALIVE',
  10: 'SO_OOBINLINE',
  13: 'SO_LINGER',
  16: 'SO_PASSCRED',
  17: 'SO_PEERCRED',
  20: 'SO_RCVTIMEO',
  21: 'SO_SNDTIMEO',
  30: 'SO_ACCEPTCONN',
  38: 'SO_PROTOCOL',
  39: 'SO_DOMAIN',
});

/** struct sockaddr, as long as argument `lengthIndex` says: `{sa_family=AF_UNIX, sun_path="x"}`. */
export function addressIn(lengthIndex: number): ArgumentKind {
  return {
    width: 'u64',
    isOutput: false,
    show: (value, { memory, args }) => {
      const length = Math.min(args[lengthIndex] ?? 0, 128);
      const bytes = value === 0 || length < 2 ? undefined : memory.read(value, length);
      if (bytes === undefined) return pointerText(value);
      const family = FAMILY.show(bytes[0]! | (bytes[1]! << 8), { memory, args, result: 0 });
      const text = byteString(bytes.subarray(2));
      if (family !== 'AF_UNIX') return `{sa_family=${family}, ...}`;
      if (text === '') return '{sa_family=AF_UNIX}';
      const name = text.startsWith('\0') ? `@${quote(text.slice(1))}` : quote(text.split('\0')[0]!);
      return `{sa_family=AF_UNIX, sun_path=${name}}`;
    },
  };
}
