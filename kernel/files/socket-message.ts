import type { OpenFile } from './open-file.js';
import type { UnixSocket } from './unix-socket.js';

/** struct ucred. unix(7). */
export interface SocketCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** What a receiver sees of a message whose sender said nothing: no process, nobody, nogroup. */
export const NO_CREDENTIALS: SocketCredentials = { pid: 0, uid: 65534, gid: 65534 };

/** Bytes on their way to a socket, and what travels with them. */
export interface Message {
  readonly bytes: Uint8Array;
  /** Bytes before this were read already; only of a stream. */
  start: number;
  readonly sender: UnixSocket;
  readonly credentials: SocketCredentials;
  /** Open file descriptions sent with SCM_RIGHTS; the message holds a reference to each. */
  files: readonly OpenFile[];
  /** What it takes of the sender's buffer until it was read. */
  readonly cost: number;
}

/** What one receive took. */
export interface Received {
  /** Bytes that were put into the buffer. */
  readonly count: number;
  /** Bytes that the message had; `count` for a stream. */
  readonly length: number;
  /** Name of the sender's address; undefined where it has none. */
  readonly name: string | undefined;
  readonly credentials: SocketCredentials;
  /** The receiver owns a reference to each. */
  readonly files: readonly OpenFile[];
}

/** Room for bytes in the first piece of a message, and in pages beside it. Linux SKB_MAX_HEAD(0). */
const HEAD_BYTES = 3776;
const PAGED_BYTES = 32768;
const PAGE_BYTES = 4096;
/** What a message takes besides its bytes: struct sk_buff, and struct skb_shared_info behind them. */
const BUFFER_BYTES = 256;
const SHARED_INFO_BYTES = 320;
const SMALLEST_HEAD = 512;

/** The longest message that a stream is cut into. Linux net/unix/af_unix.c, unix_stream_sendmsg. */
export const MAX_STREAM_MESSAGE = HEAD_BYTES + PAGED_BYTES;

/**
 * What a message of `length` bytes takes of its sender's buffer, as Linux counts it (skb->truesize):
 * so as many messages fit here as there.
 */
export function messageCost(length: number): number {
  const paged = Math.ceil(Math.max(0, length - HEAD_BYTES) / PAGE_BYTES) * PAGE_BYTES;
  const head = Math.max(0, length - paged) + SHARED_INFO_BYTES;
  let allocated = SMALLEST_HEAD;
  while (allocated < head) allocated *= 2;
  return BUFFER_BYTES + allocated + paged;
}

let releasing: OpenFile[] | undefined;

/**
 * Gives up files that were on their way. One of them may be a socket with files on their way to it:
 * that is a loop here, not a recursion, which a program could make as deep as it likes.
 */
export function releaseFiles(files: readonly OpenFile[]): void {
  if (releasing !== undefined) {
    releasing.push(...files);
    return;
  }
  releasing = [...files];
  for (let file = releasing.pop(); file !== undefined; file = releasing.pop()) file.release();
  releasing = undefined;
}
