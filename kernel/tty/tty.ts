import { Errno } from '../errno.js';
import type { Inode } from '../files/inode.js';
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../files/mode.js';
import { OpenFile, WOULD_BLOCK } from '../files/open-file.js';
import type { IoBuffer } from '../io-buffer.js';
import { WaitQueue } from '../process/wait-queue.js';
import { SIG_IGN } from '../signals/actions.js';
import { SIGINT, SIGTTIN, SIGTTOU, SIGWINCH, signalBit } from '../signals/numbers.js';
import type { HostAct } from '../snapshot/acts.js';
import type { Call } from '../syscalls/call.js';
import { LineDiscipline } from './line-discipline.js';
import { decodeTermios, encodeTermios, TERMIOS_BYTES, TOSTOP } from './termios.js';

export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

/** Who draws what is written to a terminal and types into it. */
export interface TerminalHost {
  write(bytes: Uint8Array): void;
  readonly columns?: number;
  readonly rows?: number;
}

export interface TtyHost {
  output(bytes: Uint8Array): void;
  /** Sends to every process of a group. */
  signalGroup(group: number, signal: number): void;
  /** Does what the host asks for, and remembers it where the machine records. */
  hostAct<T>(act: HostAct, work: () => T): T;
}

const DEFAULT_WINDOW: WindowSize = { rows: 24, columns: 80 };

/** The window that a host gives a terminal. */
export function windowOf({ rows, columns }: Partial<WindowSize>): WindowSize {
  return { rows: rows ?? DEFAULT_WINDOW.rows, columns: columns ?? DEFAULT_WINDOW.columns };
}

/** A terminal: a line discipline, a window and the process group in its foreground. */
export class Tty {
  /** N of /dev/ttyN. */
  readonly number: number;
  readonly discipline: LineDiscipline;
  readonly waitQueue = new WaitQueue();
  window: WindowSize;
  /** 0 before a process has been started on it. */
  foregroundGroup = 0;
  /** The session that this terminal controls; 0 before there has been one. */
  session = 0;
  private isGone = false;
  private readonly host: TtyHost;

  constructor(number: number, host: TtyHost, window: WindowSize) {
    this.number = number;
    this.host = host;
    this.window = window;
    this.discipline = new LineDiscipline({
      output: (bytes) => host.output(bytes),
      signal: (number) => this.signal(number),
    });
  }

  /** @returns how many bytes were taken; the rest is to be offered again once programs have read */
  input(bytes: Uint8Array): number {
    return this.host.hostAct({ kind: 'input', tty: this.number, bytes }, () => {
      const taken = this.isGone ? bytes.length : this.discipline.input(bytes);
      if (taken > 0) this.waitQueue.wake();
      return taken;
    });
  }

  get path(): string {
    return `/dev/tty${this.number}`;
  }

  /** Whether more can be typed. */
  get isConnected(): boolean {
    return !this.isGone;
  }

  /** Nobody draws or types any more: what was typed and not read is lost. See sessions.ts. */
  hangUp(): void {
    this.isGone = true;
    this.discipline.flushInput();
    this.waitQueue.wake();
  }

  signal(number: number): void {
    if (this.foregroundGroup !== 0) this.host.signalGroup(this.foregroundGroup, number);
  }

  /** ^C that overtakes what was typed before it. */
  interrupt(): void {
    this.host.hostAct({ kind: 'interrupt', tty: this.number }, () => this.signal(SIGINT));
  }

  /** The host gives the window another size. */
  resize({ rows, columns }: WindowSize): void {
    const act = { kind: 'resize', tty: this.number, rows, columns } as const;
    this.host.hostAct(act, () => this.setWindow({ rows, columns }));
  }

  setWindow(window: WindowSize): void {
    this.window = window;
    this.signal(SIGWINCH);
  }
}

/** ioctl(2) requests of terminals. ioctl_tty(2). */
const TCGETS = 0x5401;
const TCSETS = 0x5402;
const TCSETSW = 0x5403;
const TCSETSF = 0x5404;
const TCSBRK = 0x5409;
const TCFLSH = 0x540b;
const TIOCSCTTY = 0x540e;
const TIOCGPGRP = 0x540f;
const TIOCSPGRP = 0x5410;
const TIOCGWINSZ = 0x5413;
const TIOCSWINSZ = 0x5414;
const FIONREAD = 0x541b;
const TIOCGSID = 0x5429;

export class TtyFile extends OpenFile {
  override readonly waitQueue: WaitQueue;
  private readonly openedPath: string;
  private readonly tty: Tty;

  /** @param path under which the terminal was opened */
  constructor(inode: Inode, flags: number, tty: Tty, path: string = tty.path) {
    super(inode, flags);
    this.openedPath = path;
    this.tty = tty;
    this.waitQueue = tty.waitQueue;
  }

  override read(buffer: IoBuffer, call: Call): number {
    // A terminal that hung up is at its end. Linux drivers/tty/tty_io.c, hung_up_tty_fops.
    if (buffer.remaining === 0 || !this.tty.isConnected) return 0;
    if (this.isBackground(call)) {
      return hears(call, SIGTTIN) ? this.stopGroup(call, SIGTTIN) : -Errno.EIO;
    }
    if (!this.tty.discipline.canRead) {
      this.readTimeout = this.tty.discipline.readTimeout;
      const deadline = call.wait?.deadline;
      const isOver = deadline !== undefined && deadline <= call.kernel.clock.now();
      return isOver && this.readTimeout > 0 ? 0 : WOULD_BLOCK;
    }
    const bytes = this.tty.discipline.read(buffer.remaining);
    const count = buffer.put(bytes);
    return count < bytes.length ? -Errno.EFAULT : count;
  }

  override write(buffer: IoBuffer, call: Call): number {
    if (!this.tty.isConnected) return -Errno.EIO;
    const wanted = buffer.remaining;
    const isStopping = (this.tty.discipline.termios.local & TOSTOP) !== 0;
    if (isStopping && this.isBackground(call) && hears(call, SIGTTOU)) {
      return this.stopGroup(call, SIGTTOU);
    }
    if (!this.tty.discipline.canWrite) return WOULD_BLOCK;
    const bytes = buffer.peek(wanted);
    if (bytes.length === 0 && wanted > 0) return -Errno.EFAULT;
    buffer.advance(bytes.length);
    this.tty.discipline.write(bytes);
    return bytes.length;
  }

  override poll(): number {
    if (!this.tty.isConnected) return POLLIN | POLLOUT | POLLERR | POLLHUP;
    const { canWrite, hasInput } = this.tty.discipline;
    return (canWrite ? POLLOUT : 0) | (hasInput ? POLLIN : 0);
  }

  override ioctl(request: number, argument: number, call: Call): number {
    const { tty } = this;
    if (!tty.isConnected) return request === TIOCSPGRP ? -Errno.ENOTTY : -Errno.EIO;
    switch (request) {
      case TCGETS:
        return call.write(argument, encodeTermios(tty.discipline.termios));
      case TCSETS:
      case TCSETSW:
      case TCSETSF:
        return this.setTermios(request, argument, call);
      case TCSBRK:
        return 0;
      case TCFLSH:
        if (argument !== 1) tty.discipline.flushInput();
        return argument > 2 ? -Errno.EINVAL : 0;
      case TIOCSCTTY:
        return this.takeControl(call);
      case TIOCGPGRP:
        if (tty.session !== call.process.session) return -Errno.ENOTTY;
        return call.writeU32(argument, tty.foregroundGroup);
      case TIOCSPGRP:
        return this.setForeground(argument, call);
      case TIOCGSID:
        if (tty.session !== call.process.session) return -Errno.ENOTTY;
        return call.writeU32(argument, tty.session);
      case TIOCGWINSZ: {
        const { rows, columns } = tty.window;
        return call.write(argument, new Uint8Array(new Uint16Array([rows, columns, 0, 0]).buffer));
      }
      case TIOCSWINSZ: {
        const view = call.view(argument, 8);
        if (view === undefined) return -Errno.EFAULT;
        tty.setWindow({ rows: view.getUint16(0, true), columns: view.getUint16(2, true) });
        return 0;
      }
      case FIONREAD:
        return call.writeU32(argument, tty.discipline.availableBytes);
      default:
        return -Errno.ENOTTY;
    }
  }

  override get path(): string {
    return this.openedPath;
  }

  /** An open without O_NOCTTY: a session leader without a terminal gets this one. open(2). */
  openedBy(call: Call): void {
    if (this.path === this.tty.path) this.takeControl(call);
  }

  /** TIOCSCTTY: of a session leader, when neither of the two belongs elsewhere. ioctl_tty(2). */
  private takeControl(call: Call): number {
    const { process, kernel } = call;
    const { tty } = this;
    if (tty.session === process.session) return 0;
    if (process.pid !== process.session || kernel.ttyOf(process) !== undefined) return -Errno.EPERM;
    if (kernel.hasSession(tty.session)) return -Errno.EPERM;
    tty.session = process.session;
    tty.foregroundGroup = process.group;
    return 0;
  }

  /** The whole group gets the signal, and the call is made again. Linux drivers/tty/tty_jobctrl.c. */
  private stopGroup(call: Call, signal: number): number {
    call.kernel.signalGroup(call.process.group, signal);
    return WOULD_BLOCK;
  }

  /** Whether the terminal controls the caller's session and another group is in its foreground. */
  private isBackground({ process }: Call): boolean {
    return process.session === this.tty.session && process.group !== this.tty.foregroundGroup;
  }

  private setTermios(request: number, argument: number, call: Call): number {
    const bytes = call.read(argument, TERMIOS_BYTES);
    if (typeof bytes === 'number') return bytes;
    if (request === TCSETSF) this.tty.discipline.flushInput();
    this.tty.discipline.configure(decodeTermios(bytes));
    this.waitQueue.wake();
    return 0;
  }

  private setForeground(argument: number, call: Call): number {
    if (this.tty.session !== call.process.session) return -Errno.ENOTTY;
    const group = call.readU32(argument);
    if (group === undefined) return -Errno.EFAULT;
    const member = [...call.kernel.processes.values()].find((process) => process.group === group);
    if (member === undefined) return -Errno.ESRCH;
    if (member.session !== call.process.session) return -Errno.EPERM;
    this.tty.foregroundGroup = group;
    return 0;
  }
}

/** Whether the signal would have an effect: it is neither blocked nor ignored. */
function hears({ task, process }: Call, signal: number): boolean {
  const isBlocked = (task.mask & signalBit(signal)) !== 0n;
  return !isBlocked && process.actions.get(signal).handler !== SIG_IGN;
}
