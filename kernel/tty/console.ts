import { Errno } from '../errno.js';
import { type Inode, ROOT } from '../files/inode.js';
import { O_RDONLY, O_WRONLY, POLLIN, POLLOUT } from '../files/mode.js';
import { OpenFile } from '../files/open-file.js';
import { Pipe } from '../files/pipe.js';
import type { FileTree } from '../files/tree.js';
import { CHUNK_BYTES, type IoBuffer } from '../io-buffer.js';
import type { Call } from '../syscalls/call.js';
import { Tty, type TtyHost, windowOf } from './tty.js';

/** What the host gives for the guest's standard input, output and error. */
export interface ConsoleHost {
  /** Output in the order in which it was written; fd 1 for a terminal's. */
  write(bytes: Uint8Array, fd: 1 | 2): void;
  /** Whether all three are one terminal, or each of them by itself. */
  readonly isTerminal: boolean | readonly [stdin: boolean, stdout: boolean, stderr: boolean];
  readonly columns?: number;
  readonly rows?: number;
}

export interface ConsoleLimits {
  /** Counts output; answers how many of the bytes may still be written. */
  takeOutput(bytes: number): number;
}

/** The three standard files of the first process, and what the host has typed or piped into them. */
export class Console {
  readonly tty: Tty | undefined;
  private readonly chunks: Uint8Array[] = [];
  private hasEnded = false;
  private readonly isTerminal: readonly boolean[];
  private readonly host: ConsoleHost;
  private readonly limits: ConsoleLimits;

  constructor(host: ConsoleHost, limits: ConsoleLimits, jobs: Omit<TtyHost, 'output'>) {
    this.host = host;
    this.limits = limits;
    this.isTerminal =
      typeof host.isTerminal === 'boolean'
        ? [host.isTerminal, host.isTerminal, host.isTerminal]
        : host.isTerminal;
    if (!this.isTerminal.includes(true)) return;
    const output = (bytes: Uint8Array) => this.output(bytes, 1);
    this.tty = new Tty(1, { output, ...jobs }, windowOf(host));
  }

  /** @returns how many bytes were taken */
  input(bytes: Uint8Array): number {
    if (this.isTerminal[0] && this.tty !== undefined) return this.tty.input(bytes);
    if (bytes.length > 0) this.chunks.push(bytes.slice());
    return bytes.length;
  }

  /** No more will come; the kernel hangs a terminal up. */
  endInput(): void {
    this.hasEnded = true;
  }

  /** Whether the host can still make a waiting task runnable: by typing. */
  get mayInput(): boolean {
    return this.isTerminal[0] === true && !this.hasEnded;
  }

  output(bytes: Uint8Array, fd: 1 | 2): void {
    const allowed = this.limits.takeOutput(bytes.length);
    if (allowed > 0) this.host.write(bytes.subarray(0, allowed), fd);
  }

  /** Whether standard file `fd` is the terminal. */
  hasTerminal(fd: 0 | 1 | 2): boolean {
    return this.isTerminal[fd] === true;
  }

  /** Opens what is to be descriptor `fd` of the first process where that is no terminal. */
  open(fd: 0 | 1 | 2, files: FileTree): OpenFile {
    const inode = new Pipe(files, ROOT);
    return fd === 0 ? new HostInput(inode, O_RDONLY, this) : new HostOutput(inode, this, fd);
  }

  /** Whether `count` bytes are there, or all that will ever come. */
  hasInput(count: number): boolean {
    return this.hasEnded || this.availableBytes >= count;
  }

  get availableBytes(): number {
    return this.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get isAtEnd(): boolean {
    return this.hasEnded && this.chunks.length === 0;
  }

  peekInput(max: number): Uint8Array {
    const bytes = new Uint8Array(Math.min(max, this.availableBytes));
    let at = 0;
    for (const chunk of this.chunks) {
      if (at >= bytes.length) break;
      const part = chunk.subarray(0, bytes.length - at);
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  consumeInput(count: number): void {
    let rest = count;
    while (rest > 0) {
      const chunk = this.chunks[0]!;
      if (chunk.length > rest) {
        this.chunks[0] = chunk.subarray(rest);
        return;
      }
      rest -= chunk.length;
      this.chunks.shift();
    }
  }
}

/**
 * Standard input that is a file or a pipe of the host's. With virtual time the machine waits until all
 * that a read asks for is there, so that what it gets does not depend on how the host cut it up.
 */
export class HostInput extends OpenFile {
  private readonly console: Console;

  constructor(inode: Inode, flags: number, console: Console) {
    super(inode, flags);
    this.console = console;
  }

  override read(buffer: IoBuffer, call: Call): number {
    const { console } = this;
    const wanted = call.kernel.clock.mode === 'virtual' ? buffer.remaining : 1;
    if (buffer.remaining === 0) return 0;
    if (!console.hasInput(wanted)) return call.awaitHost(() => console.hasInput(wanted));
    const bytes = console.peekInput(buffer.remaining);
    const count = buffer.put(bytes);
    console.consumeInput(count);
    return count === 0 && bytes.length > 0 ? -Errno.EFAULT : count;
  }

  /** Whether a byte is there, or the end: poll(2) waits for the host until one of them is. */
  get isReady(): boolean {
    return this.console.hasInput(1);
  }

  override poll(): number {
    return POLLIN;
  }

  override get isPollable(): boolean {
    return true;
  }

  override get path(): string {
    return `pipe:[${this.inode.number}]`;
  }
}

class HostOutput extends OpenFile {
  private readonly console: Console;
  private readonly fd: 1 | 2;

  constructor(inode: Inode, console: Console, fd: 1 | 2) {
    super(inode, O_WRONLY);
    this.console = console;
    this.fd = fd;
  }

  override write(buffer: IoBuffer): number {
    let total = 0;
    while (buffer.remaining > 0) {
      const length = Math.min(buffer.remaining, CHUNK_BYTES);
      const bytes = buffer.peek(length);
      this.console.output(bytes, this.fd);
      buffer.advance(bytes.length);
      total += bytes.length;
      if (bytes.length < length) return total > 0 ? total : -Errno.EFAULT;
    }
    return total;
  }

  override poll(): number {
    return POLLOUT;
  }

  override get isPollable(): boolean {
    return true;
  }

  override get path(): string {
    return `pipe:[${this.inode.number}]`;
  }
}
