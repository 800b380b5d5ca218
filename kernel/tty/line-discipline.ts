import { SIGINT, SIGQUIT, SIGTSTP } from '../signals/numbers.js';
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHONL,
  ICANON,
  ICRNL,
  IGNCR,
  INLCR,
  ISIG,
  IXON,
  NOFLSH,
  ONLCR,
  OPOST,
  saneTermios,
  type Termios,
  VEOF,
  VEOL,
  VERASE,
  VINTR,
  VKILL,
  VMIN,
  VQUIT,
  VSTART,
  VSTOP,
  VSUSP,
  VTIME,
  VWERASE,
} from './termios.js';

/** The unit of VTIME, in nanoseconds. */
const TENTH_OF_SECOND = 1e8;
const NEWLINE = 10;
const RETURN = 13;
/** Longest line that canonical mode edits; more is dropped. termios(3). */
const MAX_LINE = 4095;
/** Bytes typed and not yet read that a terminal keeps. Linux N_TTY_BUF_SIZE. */
const BUFFER_BYTES = 4096;

export interface LineDisciplineHost {
  /** Bytes for the screen. */
  output(bytes: Uint8Array): void;
  /** To the foreground process group. */
  signal(number: number): void;
}

/** What stands between a keyboard, a screen and the programs that read and write a terminal. */
export class LineDiscipline {
  termios: Termios = saneTermios();
  /** The line being edited. */
  private line: number[] = [];
  /** What may be read. In canonical mode a read ends after each mark. */
  private ready: number[] = [];
  /** ^S was typed, and no ^Q since: nothing is shown. */
  private isHeld = false;
  /** Echoes that wait for ^Q. */
  private heldEchoes: Uint8Array[] = [];
  /** Positions in `ready` at which a line ends: behind its newline, or at an end of file. */
  private marks: number[] = [];
  private readonly host: LineDisciplineHost;

  constructor(host: LineDisciplineHost) {
    this.host = host;
  }

  /**
   * Keys, or bytes pasted.
   *
   * @returns how many were taken: all that fit before the unread bytes fill the buffer
   */
  input(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length && (this.hasRoom || this.isUrgent(bytes[taken]!))) {
      this.inputByte(bytes[taken]!);
      taken++;
    }
    return taken;
  }

  /** Whether one more byte can be kept. With nothing to read, a reader could never make room. */
  private get hasRoom(): boolean {
    return this.ready.length === 0 || this.ready.length + this.line.length < BUFFER_BYTES;
  }

  get canRead(): boolean {
    if (this.isOn(ICANON)) return this.marks.length > 0;
    if (this.character(VMIN) > 0) return this.ready.length >= this.character(VMIN);
    return this.ready.length > 0 || this.character(VTIME) === 0;
  }

  /** Whether poll(2) finds something to read. Linux drivers/tty/n_tty.c, input_available_p. */
  get hasInput(): boolean {
    if (this.isOn(ICANON)) return this.marks.length > 0;
    const least = this.character(VTIME) === 0 ? this.character(VMIN) : 1;
    return this.ready.length >= Math.max(1, least);
  }

  /** With VMIN 0: how long a read waits for a byte, in nanoseconds; 0 is for ever. termios(3). */
  get readTimeout(): number {
    const isTimed = !this.isOn(ICANON) && this.character(VMIN) === 0;
    return isTimed ? this.character(VTIME) * TENTH_OF_SECOND : 0;
  }

  get availableBytes(): number {
    return this.isOn(ICANON) ? (this.marks[0] ?? 0) : this.ready.length;
  }

  /** Up to `max` bytes; none means end of file. Call only while `canRead`. */
  read(max: number): Uint8Array {
    const isCanonical = this.isOn(ICANON);
    const limit = isCanonical ? (this.marks[0] ?? 0) : this.ready.length;
    const count = Math.min(max, limit);
    const bytes = new Uint8Array(this.ready.splice(0, count));
    if (isCanonical) {
      this.marks = this.marks.map((mark) => mark - count);
      if (count === limit) this.marks.shift();
    }
    return bytes;
  }

  /** Whether a program may write now. */
  get canWrite(): boolean {
    return !this.isHeld;
  }

  /** What a program writes, as the screen gets it. */
  write(bytes: Uint8Array): void {
    const { output } = this.termios;
    if ((output & OPOST) === 0 || (output & ONLCR) === 0 || !bytes.includes(NEWLINE)) {
      this.show(bytes);
      return;
    }
    const processed: number[] = [];
    for (const byte of bytes) {
      if (byte === NEWLINE) processed.push(RETURN);
      processed.push(byte);
    }
    this.show(new Uint8Array(processed));
  }

  /** TCSETS: a change of ICANON makes typed bytes readable at once. */
  configure(termios: Termios): void {
    const wasCanonical = this.isOn(ICANON);
    this.termios = termios;
    if ((termios.input & IXON) === 0) this.release();
    if (wasCanonical && !this.isOn(ICANON)) {
      this.ready.push(...this.line);
      this.line = [];
      this.marks = [];
    } else if (!wasCanonical && this.isOn(ICANON) && this.ready.length > 0) {
      this.marks = [this.ready.length];
    }
  }

  /** TCFLSH: forgets what was typed. */
  flushInput(): void {
    this.line = [];
    this.ready = [];
    this.marks = [];
  }

  /** For the state hash. */
  state(): readonly number[] {
    return [...this.line, -1, ...this.ready, -1, ...this.marks, ...(this.isHeld ? [-1] : [])];
  }

  private inputByte(typed: number): void {
    const byte = this.translate(typed);
    if (byte === undefined) return;
    if (this.isFlowControl(byte)) {
      if (this.is(byte, VSTART)) this.release();
      else this.isHeld = true;
      return;
    }
    const signal = this.signalFor(byte);
    if (signal !== 0) {
      this.sendSignal(byte, signal);
      return;
    }
    if (!this.isOn(ICANON)) {
      this.ready.push(byte);
      this.echo(byte);
      return;
    }
    if (this.is(byte, VERASE)) this.erase(1);
    else if (this.is(byte, VWERASE)) this.eraseWord();
    else if (this.is(byte, VKILL)) this.kill();
    else if (this.is(byte, VEOF)) this.endLine();
    else this.typeByte(byte);
  }

  private typeByte(byte: number): void {
    const isEnd = byte === NEWLINE || this.is(byte, VEOL);
    if (this.line.length >= MAX_LINE && !isEnd) return;
    this.line.push(byte);
    this.echo(byte);
    if (isEnd) this.endLine();
  }

  private translate(byte: number): number | undefined {
    const { input } = this.termios;
    if (byte === RETURN) {
      if ((input & IGNCR) !== 0) return undefined;
      return (input & ICRNL) !== 0 ? NEWLINE : byte;
    }
    return byte === NEWLINE && (input & INLCR) !== 0 ? RETURN : byte;
  }

  /** Taken even when there is no room: it is never read. */
  private isUrgent(byte: number): boolean {
    return this.signalFor(byte) !== 0 || this.isFlowControl(byte);
  }

  /** ^S and ^Q. termios(3), IXON. */
  private isFlowControl(byte: number): boolean {
    if ((this.termios.input & IXON) === 0) return false;
    return this.is(byte, VSTART) || this.is(byte, VSTOP);
  }

  private release(): void {
    this.isHeld = false;
    for (const bytes of this.heldEchoes.splice(0)) this.host.output(bytes);
  }

  private show(bytes: Uint8Array): void {
    if (this.isHeld) this.heldEchoes.push(bytes);
    else this.host.output(bytes);
  }

  /** The signal that a key sends; 0 for most. */
  private signalFor(byte: number): number {
    if (!this.isOn(ISIG)) return 0;
    if (this.is(byte, VINTR)) return SIGINT;
    if (this.is(byte, VQUIT)) return SIGQUIT;
    return this.is(byte, VSUSP) ? SIGTSTP : 0;
  }

  private sendSignal(byte: number, signal: number): void {
    this.release();
    if ((this.termios.local & NOFLSH) === 0) this.flushInput();
    this.echo(byte);
    this.host.signal(signal);
  }

  private endLine(): void {
    this.ready.push(...this.line);
    this.line = [];
    this.marks.push(this.ready.length);
  }

  private erase(count: number): void {
    for (let erased = 0; erased < count && this.line.length > 0; erased++) {
      let byte = this.line.pop()!;
      // The bytes behind the first of a UTF-8 sequence look like 10xxxxxx.
      while ((byte & 0xc0) === 0x80 && this.line.length > 0) byte = this.line.pop()!;
      if (this.isOn(ECHO) && this.isOn(ECHOE)) this.rubOut(isControl(byte) ? 2 : 1);
    }
  }

  private eraseWord(): void {
    while (this.line.at(-1) === 32) this.erase(1);
    while (this.line.length > 0 && this.line.at(-1) !== 32) this.erase(1);
  }

  private kill(): void {
    if (this.isOn(ECHOK)) this.erase(this.line.length);
    this.line = [];
  }

  private rubOut(columns: number): void {
    const bytes: number[] = [];
    for (let column = 0; column < columns; column++) bytes.push(8, 32, 8);
    this.show(new Uint8Array(bytes));
  }

  private echo(byte: number): void {
    if (!this.isOn(ECHO)) {
      if (byte === NEWLINE && this.isOn(ECHONL)) this.write(new Uint8Array([byte]));
      return;
    }
    if (isControl(byte) && byte !== NEWLINE && byte !== 9 && this.isOn(ECHOCTL)) {
      this.show(new Uint8Array([94, byte ^ 0x40]));
    } else {
      this.write(new Uint8Array([byte]));
    }
  }

  private is(byte: number, index: number): boolean {
    const character = this.character(index);
    return character !== 0 && byte === character;
  }

  private character(index: number): number {
    return this.termios.characters[index] ?? 0;
  }

  private isOn(bit: number): boolean {
    return (this.termios.local & bit) !== 0;
  }
}

function isControl(byte: number): boolean {
  return byte < 32 || byte === 127;
}
