import { byteString } from '../bytes.js';
import { Errno } from '../errno.js';
import type { IoBuffer } from '../io-buffer.js';
import { WaitQueue } from '../process/wait-queue.js';
import { SIGPIPE } from '../signals/numbers.js';
import type { Call } from '../syscalls/call.js';
import { type Credentials, Inode, type InodeOwner } from './inode.js';
import { O_RDWR, POLLERR, POLLHUP, POLLIN, POLLOUT, POLLRDHUP } from './mode.js';
import { OpenFile, WOULD_BLOCK } from './open-file.js';
import {
  type Message,
  messageCost,
  NO_CREDENTIALS,
  type Received,
  releaseFiles,
  type SocketCredentials,
} from './socket-message.js';

export type SocketType = 'stream' | 'dgram' | 'seqpacket';

/** How much a socket may have on its way. Linux net.core.wmem_default. */
const DEFAULT_BUFFER_BYTES = 212_992;
const FIONREAD = 0x541b;
const TIOCOUTQ = 0x5411;

/** The names of abstract addresses, and what is on its way: shared by a kernel's sockets. */
export class SocketSpace {
  /** Key: type and name, since sockets of another type do not see each other here. */
  readonly abstract = new Map<string, UnixSocket>();
  /** Files in messages that nobody has received. */
  filesOnTheirWay = 0;
}

/** What a socket's descriptor, or a bound path, refers to. */
export class SocketInode extends Inode {
  readonly kind = 'socket';
  /** The socket bound to this path while it is open. */
  socket: UnixSocket | undefined;

  constructor(owner: InodeOwner, by: Credentials, permissions = 0o777) {
    super(owner, permissions, by);
    this.linkCount = 0;
  }

  override open(): OpenFile | number {
    return -Errno.ENXIO;
  }
}

export interface SendRequest {
  /** sendto's address, already found; undefined: the peer. */
  readonly to?: UnixSocket | undefined;
  readonly files: readonly OpenFile[];
  /** Given with SCM_CREDENTIALS. */
  readonly credentials?: SocketCredentials | undefined;
  readonly sender: SocketCredentials;
}

export interface ReceiveRequest {
  /** MSG_PEEK: what is read stays. */
  readonly peeks: boolean;
  /** Whether the caller waits where there is nothing yet. */
  readonly waits: boolean;
}

/** A socket of AF_UNIX. unix(7); compare Linux net/unix/af_unix.c. */
export abstract class UnixSocket extends OpenFile {
  override readonly waitQueue = new WaitQueue();
  readonly space: SocketSpace;
  readonly type: SocketType;
  status: 'closed' | 'listening' | 'connected' = 'closed';
  /** The other end; of a dgram socket, where what has no address goes. It may be closed already. */
  peer: UnixSocket | undefined;
  /** sun_path: a path without its NUL, or an abstract name, which begins with NUL. */
  name: string | undefined;
  /** The inode of a bound path. */
  boundTo: SocketInode | undefined;
  isClosed = false;
  isReceiveShut = false;
  isSendShut = false;
  /** SO_ERROR: an errno that the next call answers; 0 = none. */
  error = 0;
  /** SO_PASSCRED. */
  passesCredentials = false;
  /** SO_PEERCRED. */
  peerCredentials: SocketCredentials = { pid: 0, uid: 0xffff_ffff, gid: 0xffff_ffff };
  sendBytes = DEFAULT_BUFFER_BYTES;
  receiveBytes = DEFAULT_BUFFER_BYTES;
  /** Options that are kept and do nothing here, by number. */
  readonly options = new Map<number, number>();
  protected readonly messages: Message[] = [];
  /** What this socket has on its way, as Linux counts it. */
  protected sentCost = 0;
  /** Sockets that wait for room here: in the queue, or in the backlog. */
  private readonly wanting = new Set<UnixSocket>();
  private arrivals: UnixSocket[] = [];
  private backlog = 0;
  /** Whose process called listen: SO_PEERCRED of whoever connects. */
  private listener: SocketCredentials = NO_CREDENTIALS;

  constructor(
    owner: InodeOwner,
    by: Credentials,
    o: { space: SocketSpace; type: SocketType; flags: number },
  ) {
    super(new SocketInode(owner, by), O_RDWR | o.flags);
    this.space = o.space;
    this.type = o.type;
  }

  /** @returns what was taken, 0 at the end, WOULD_BLOCK or a negative errno */
  abstract receive(buffer: IoBuffer, o: ReceiveRequest): Received | number;

  /** @returns bytes taken, WOULD_BLOCK or a negative errno; -EPIPE raises no signal yet */
  abstract send(buffer: IoBuffer, o: SendRequest): number;

  protected abstract sibling(): UnixSocket;

  override read(buffer: IoBuffer): number {
    if (buffer.remaining === 0 && this.type === 'stream') return 0;
    const received = this.receive(buffer, { peeks: false, waits: !this.isNonblocking });
    if (typeof received === 'number') return received;
    releaseFiles(received.files);
    return received.count;
  }

  override write(buffer: IoBuffer, call: Call): number {
    return this.sendOrSignal(buffer, { files: [], sender: credentialsOf(call) }, call);
  }

  /** As `send`; a stream whose other end is gone raises SIGPIPE. */
  sendOrSignal(buffer: IoBuffer, o: SendRequest, call: Call): number {
    const result = this.send(buffer, o);
    const hasSent = (call.wait?.progress ?? 0) > 0;
    if (result === -Errno.EPIPE && this.type === 'stream' && !hasSent) call.raise(SIGPIPE);
    return result;
  }

  override get writesAll(): boolean {
    return this.type === 'stream';
  }

  get isConnectionBased(): boolean {
    return this.type !== 'dgram';
  }

  // Connecting. ----------------------------------------------------------------------------------

  /** socketpair(2), or the two ends of a connection. */
  joinWith(peer: UnixSocket): void {
    this.peer = peer;
    this.status = 'connected';
  }

  listen(backlog: number, by: SocketCredentials): number {
    if (!this.isConnectionBased) return -Errno.EOPNOTSUPP;
    if (this.name === undefined || this.status === 'connected') return -Errno.EINVAL;
    this.status = 'listening';
    this.backlog = backlog;
    this.listener = by;
    this.tellRoom();
    return 0;
  }

  /** Connects to a listening socket of the same type. @returns 0, WOULD_BLOCK or a negative errno */
  connectTo(target: UnixSocket, by: SocketCredentials): number {
    if (target.status !== 'listening' || target.isReceiveShut) return -Errno.ECONNREFUSED;
    if (target.arrivals.length > target.backlog) {
      target.wanting.add(this);
      return WOULD_BLOCK;
    }
    const server = target.sibling();
    server.name = target.name;
    server.peerCredentials = by;
    server.joinWith(this);
    this.peerCredentials = target.listener;
    this.joinWith(server);
    target.arrivals.push(server);
    target.waitQueue.wake(POLLIN);
    return 0;
  }

  /** Takes the oldest connection. @returns its socket, WOULD_BLOCK or a negative errno */
  accept(): UnixSocket | number {
    if (!this.isConnectionBased) return -Errno.EOPNOTSUPP;
    if (this.status !== 'listening') return -Errno.EINVAL;
    const server = this.arrivals.shift();
    if (server === undefined) return this.isReceiveShut ? -Errno.EINVAL : WOULD_BLOCK;
    this.tellRoom();
    return server;
  }

  /** shutdown(2). */
  shutdown(how: { receives: boolean; sends: boolean }): void {
    this.shut(how);
    if (this.peer !== undefined && this.isConnectionBased) {
      this.peer.shut({ receives: how.sends, sends: how.receives });
    }
  }

  /** SO_ERROR: reading it clears it. */
  takeError(): number {
    const { error } = this;
    this.error = 0;
    return error;
  }

  // What is on its way. --------------------------------------------------------------------------

  override poll(): number {
    let events = this.error === 0 ? 0 : POLLERR;
    if (this.isReceiveShut && this.isSendShut) events |= POLLHUP;
    if (this.isReceiveShut) events |= POLLRDHUP | POLLIN;
    if (this.messages.length > 0 || this.arrivals.length > 0) events |= POLLIN;
    if (this.isConnectionBased && this.status === 'closed') events |= POLLHUP;
    if (this.status !== 'listening' && this.hasRoom && !this.isPeerFull()) events |= POLLOUT;
    return events;
  }

  override ioctl(request: number, argument: number, call: Call): number {
    if (request === TIOCOUTQ) return call.writeU32(argument, this.sentCost);
    if (request !== FIONREAD) return -Errno.ENOTTY;
    if (this.status === 'listening') return -Errno.EINVAL;
    const [first] = this.messages;
    const sum = this.messages.reduce((total, { bytes, start }) => total + bytes.length - start, 0);
    return call.writeU32(argument, this.isConnectionBased ? sum : (first?.bytes.length ?? 0));
  }

  override get path(): string {
    return `socket:[${this.inode.number}]`;
  }

  override state(): string {
    const messages = this.messages.map(
      ({ bytes, start, files, sender, credentials, cost }) =>
        `${byteString(bytes.subarray(start))} ${files.map((file) => file.inode.number)} ` +
        `${sender.inode.number} ${ids(credentials)} ${cost}`,
    );
    const { type, status, name, isReceiveShut, isSendShut, error, sentCost } = this;
    const { isClosed, passesCredentials, sendBytes, receiveBytes, backlog, boundTo } = this;
    const more = [isClosed, passesCredentials, sendBytes, receiveBytes, backlog, boundTo?.number];
    const known = [ids(this.peerCredentials), ids(this.listener), ...this.options.entries()];
    const wanting = [...this.wanting].map((socket) => socket.inode.number);
    const peer = this.peer?.inode.number ?? 0;
    const arrivals = this.arrivals.map((socket) => `${socket.inode.number}${socket.state()}`);
    return `${[type, status, name, peer, isReceiveShut, isSendShut, error, sentCost]} ${more} ${known} ${wanting} ${messages} ${arrivals}`;
  }

  /** What only its messages hold, and connections that nobody has accepted. */
  *onTheirWay(): IterableIterator<OpenFile> {
    for (const { files } of this.messages) yield* files;
    yield* this.arrivals;
  }

  protected get isQueueFull(): boolean {
    return false;
  }

  /** Whether a message to the peer would wait for it, not for this socket's own buffer. */
  protected isPeerFull(): boolean {
    return false;
  }

  protected wantRoomIn(target: UnixSocket): void {
    target.wanting.add(this);
  }

  /** Puts a message into another socket's queue. @returns false when no memory is left for it */
  protected deliver(target: UnixSocket, bytes: Uint8Array, o: SendRequest): boolean {
    const cost = messageCost(bytes.length);
    if (!this.inode.owner.buffers.take(cost)) return false;
    const isTold = target.passesCredentials || this.passesCredentials;
    const credentials = o.credentials ?? (isTold ? o.sender : NO_CREDENTIALS);
    const { files } = o;
    this.sentCost += cost;
    this.space.filesOnTheirWay += files.length;
    target.messages.push({ bytes, start: 0, sender: this, credentials, files, cost });
    target.waitQueue.wake(POLLIN);
    return true;
  }

  /** The first message was read, or is given up. */
  protected dropFirst(): void {
    const wasFull = this.isQueueFull;
    const { sender, cost } = this.messages.shift()!;
    sender.sentCost -= cost;
    this.inode.owner.buffers.giveBack(cost);
    if (sender.hasRoom) sender.waitQueue.wake(POLLOUT);
    if (wasFull) this.tellRoom();
  }

  /** The files of a message for whoever receives it; a message that stays keeps its own. */
  protected takeFiles(message: Message, peeks: boolean): readonly OpenFile[] {
    const { files } = message;
    if (peeks) return files.map((file) => file.retain());
    this.space.filesOnTheirWay -= files.length;
    message.files = [];
    return files;
  }

  protected dropMessages(): void {
    while (this.messages.length > 0) {
      releaseFiles(this.takeFiles(this.messages[0]!, false));
      this.dropFirst();
    }
  }

  /** Whether poll(2) calls it writable: a quarter of the buffer is in use at most. */
  private get hasRoom(): boolean {
    return this.sentCost * 4 <= this.sendBytes;
  }

  private tellRoom(): void {
    const wanting = [...this.wanting];
    this.wanting.clear();
    for (const socket of wanting) socket.waitQueue.wake(POLLOUT);
  }

  private shut({ receives, sends }: { receives: boolean; sends: boolean }): void {
    this.isReceiveShut ||= receives;
    this.isSendShut ||= sends;
    this.waitQueue.wake();
  }

  protected override closed(): void {
    this.isClosed = true;
    if (this.boundTo !== undefined) this.boundTo.socket = undefined;
    const key = `${this.type}${this.name}`;
    if (this.space.abstract.get(key) === this) this.space.abstract.delete(key);
    const { peer } = this;
    if (peer !== undefined && this.isConnectionBased && !peer.isClosed) {
      if (this.messages.length > 0) peer.error = Errno.ECONNRESET;
      peer.shut({ receives: true, sends: true });
    }
    this.dropMessages();
    this.tellRoom();
    const { arrivals } = this;
    this.arrivals = [];
    for (const server of arrivals) {
      // Nobody has accepted the connection, so nothing that was sent there was read.
      if (server.peer !== undefined) server.peer.error = Errno.ECONNRESET;
      server.release();
    }
  }
}

export function credentialsOf({ process }: Call): SocketCredentials {
  const { uid, gid } = process.credentials;
  return { pid: process.pid, uid, gid };
}

function ids({ pid, uid, gid }: SocketCredentials): string {
  return `${pid}:${uid}:${gid}`;
}
