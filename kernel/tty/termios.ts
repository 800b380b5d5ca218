/** Bits of struct termios that the line discipline knows. termios(3), asm-generic/termbits.h. */
export const ICRNL = 0o400;
export const INLCR = 0o100;
export const IGNCR = 0o200;
export const IXON = 0o2000;
export const IUTF8 = 0o40000;
export const OPOST = 1;
export const ONLCR = 4;
export const ISIG = 1;
export const ICANON = 2;
export const ECHO = 8;
export const ECHOE = 0o20;
export const ECHOK = 0o40;
export const ECHONL = 0o100;
export const NOFLSH = 0o200;
export const TOSTOP = 0o400;
export const ECHOCTL = 0o1000;
export const ECHOKE = 0o4000;
export const IEXTEN = 0o100000;

/** Indexes of c_cc. */
export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;
const CONTROL_COUNT = 19;

/** What TCGETS and TCSETS exchange: struct termios of the kernel's interface, 36 bytes. */
export const TERMIOS_BYTES = 36;

export interface Termios {
  readonly input: number;
  readonly output: number;
  readonly control: number;
  readonly local: number;
  readonly line: number;
  readonly characters: Uint8Array;
}

/** What a terminal starts with: `stty sane`. B38400, CS8, CREAD. */
export function saneTermios(): Termios {
  const characters = new Uint8Array(CONTROL_COUNT);
  characters.set([3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0]);
  return {
    input: ICRNL | IXON | IUTF8,
    output: OPOST | ONLCR,
    control: 0o15 | 0o60 | 0o200,
    local: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    line: 0,
    characters,
  };
}

export function encodeTermios(termios: Termios): Uint8Array {
  const bytes = new Uint8Array(TERMIOS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, termios.input, true);
  view.setUint32(4, termios.output, true);
  view.setUint32(8, termios.control, true);
  view.setUint32(12, termios.local, true);
  bytes[16] = termios.line;
  bytes.set(termios.characters, 17);
  return bytes;
}

export function decodeTermios(bytes: Uint8Array): Termios {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    input: view.getUint32(0, true),
    output: view.getUint32(4, true),
    control: view.getUint32(8, true),
    local: view.getUint32(12, true),
    line: bytes[16]!,
    characters: bytes.slice(17, 17 + CONTROL_COUNT),
  };
}
