import type { Kernel, Process, Tty } from '../../kernel/index.js';

/** Output that the page has not drawn yet holds the machine from here on. Bytes. */
const MAX_UNDRAWN = 256 * 1024;
/** The interrupt character of a terminal, ^C. */
const INTERRUPT = 3;

/** One terminal of the machine: its shell, what was typed and not yet taken, what was not yet sent. */
export class GuestTerminal {
  readonly tty: Tty;
  shell: Process | undefined;
  /** Not yet taken by the line discipline. */
  private typed: Uint8Array[] = [];
  /** The line discipline had no room for what was typed last. */
  private isFull = false;
  private output: Uint8Array[];
  private undrawnBytes = 0;

  /** @param output where the kernel puts what the terminal is to show */
  constructor(tty: Tty, output: Uint8Array[]) {
    this.tty = tty;
    this.output = output;
  }

  /** Whether a shell waits for a command here, and no program is in its foreground. */
  get isAtShell(): boolean {
    return this.tty.foregroundGroup === this.shell?.group;
  }

  get isHolding(): boolean {
    return this.undrawnBytes > MAX_UNDRAWN;
  }

  /** Starts a shell that reads this keyboard. */
  startShell(kernel: Kernel, env: readonly string[], cwd: string): Process {
    const { tty } = this;
    const shell = kernel.spawn({ path: '/bin/sh', args: ['sh'], env, cwd, tty });
    tty.foregroundGroup = shell.group;
    this.shell = shell;
    return shell;
  }

  type(bytes: Uint8Array): void {
    // Behind a paste that nobody reads ^C would never arrive.
    if (this.isFull && bytes.length === 1 && bytes[0] === INTERRUPT) {
      this.typed = [];
      this.isFull = false;
      this.tty.interrupt();
    } else {
      this.typed.push(bytes);
    }
  }

  /** Hands the line discipline what it has room for. */
  feed(): void {
    const bytes = this.typed.shift();
    if (bytes === undefined) return;
    const taken = this.tty.input(bytes);
    if (taken < bytes.length) this.typed.unshift(bytes.subarray(taken));
    this.isFull = taken === 0;
  }

  /** Whether `feed` has something to do; `hasRun`: whoever ran may have read, and so made room. */
  mayFeed(hasRun: boolean): boolean {
    return this.typed.length > 0 && (!this.isFull || hasRun);
  }

  show(bytes: Uint8Array): void {
    this.output.push(bytes);
  }

  /** What is to be sent to the page now, in one piece: an echo comes byte by byte. */
  takeOutput(): Uint8Array<ArrayBuffer> | undefined {
    const pieces = this.output.splice(0);
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length === 0) return undefined;
    const taken = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      taken.set(piece, at);
      at += piece.length;
    }
    this.undrawnBytes += length;
    return taken;
  }

  drawn(bytes: number): void {
    // What a closed terminal of this number had drawn may still be told.
    this.undrawnBytes = Math.max(0, this.undrawnBytes - bytes);
  }
}
