import { elfImage } from '../../support/elf-image.js';
import { encode } from '../../support/encode.js';

const TEXT = 0x10000;
const DATA = 0x20000;
const [T0, T1, A0, A7] = [5, 6, 10, 17];
const ECALL = 0x73;
const BRANCH_REACH = 4000;

/**
 * A guest program as a list of system calls, loads and stores, for tests that need to decide over
 * every trap. Values are below 2^31.
 */
export class Script {
  private readonly words: number[] = [];
  private readonly data: number[];

  constructor(data: number[] = []) {
    this.data = data;
  }

  /** Makes a system call; arguments that are strings are addresses of their text. */
  call(number: number, ...args: (number | string)[]): this {
    for (const [i, arg] of args.entries()) {
      this.li(A0 + i, typeof arg === 'string' ? this.text(arg) : arg);
    }
    this.li(A7, number);
    this.words.push(ECALL);
    return this;
  }

  load(address: number): this {
    this.li(T0, address);
    this.words.push(encode('lbu', { rd: T1, rs1: T0, imm: 0 }));
    return this;
  }

  /** Stores 4 bytes. */
  store(address: number, value = 0x55): this {
    this.li(T0, address);
    this.li(T1, value);
    this.words.push(encode('sw', { rs1: T0, rs2: T1, imm: 0 }));
    return this;
  }

  /** Calls the code at an address, which returns through ra. */
  jump(address: number): this {
    this.li(T0, address);
    this.words.push(encode('jalr', { rd: 1, rs1: T0, imm: 0 }));
    return this;
  }

  /** Counts in a register for ever. */
  spin(): this {
    this.words.push(encode('addi', { rd: T1, rs1: T1, imm: 1 }), encode('jal', { rd: 0, imm: -4 }));
    return this;
  }

  /** fork(2): the child runs `body` and exits; the parent waits for it after `meanwhile`. */
  fork(body: (child: Script) => void, meanwhile: (parent: Script) => void = () => {}): this {
    const child = new Script(this.data);
    body(child);
    child.call(EXIT_GROUP, 0);
    this.call(CLONE, SIGCHLD, 0, 0, 0, 0);
    const bytes = (child.words.length + 1) * 4;
    if (bytes > BRANCH_REACH) throw new Error('the child is too long for a branch');
    this.words.push(encode('bne', { rs1: A0, rs2: 0, imm: bytes }), ...child.words);
    meanwhile(this);
    return this.call(WAIT4, 0xfff_ffff, 0, 0, 0).call(WAIT4, -1, 0, 0, 0);
  }

  /** The ELF of the program. */
  elf(): Uint8Array {
    const end = new Script(this.data).call(EXIT_GROUP, 0);
    const words = Uint32Array.from([...this.words, ...end.words]);
    return elfImage({
      entry: TEXT,
      segments: [
        { address: TEXT, bytes: new Uint8Array(words.buffer) },
        { address: DATA, bytes: Uint8Array.from([...this.data, 0]), flags: 'rw-' },
      ],
    });
  }

  private text(text: string): number {
    const at = DATA + this.data.length;
    this.data.push(...new TextEncoder().encode(`${text}\0`));
    return at;
  }

  private li(register: number, value: number): void {
    const low = (value << 20) >> 20;
    const high = ((value - low) | 0) >>> 12;
    if (high === 0) this.words.push(encode('addi', { rd: register, rs1: 0, imm: low }));
    else {
      this.words.push(encode('lui', { rd: register, imm: (high << 12) | 0 }));
      this.words.push(encode('addiw', { rd: register, rs1: register, imm: low }));
    }
  }
}

export const IOCTL = 29;
export const READ = 63;
export const CLOCK_GETTIME = 113;
export const GETRANDOM = 278;
export const FSYNC = 82;
export const MSYNC = 227;
export const FTRUNCATE = 46;
export const OPENAT = 56;
export const CLOSE = 57;
export const PWRITE = 68;
export const PREAD = 67;
export const EXIT_GROUP = 94;
export const BRK = 214;
export const MUNMAP = 215;
export const MREMAP = 216;
export const CLONE = 220;
export const EXECVE = 221;
export const MMAP = 222;
export const MPROTECT = 226;
export const MADVISE = 233;
export const WAIT4 = 260;
const SIGCHLD = 17;
