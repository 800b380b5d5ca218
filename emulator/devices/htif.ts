import { PAGE_SIZE } from '../pte.js';
import type { Ram } from '../ram.js';

const DEVICE_SYSCALL = 0;
const DEVICE_CONSOLE = 1;
const CONSOLE_WRITE = 1;
/** Set in the answer to a write to the console, beside the character. */
const CONSOLE_WRITTEN = 0x100n;
/** Device and command, in the answer as in the command. */
const ADDRESS = 0xffffn << 48n;
const SYS_WRITE = 64;
const PAYLOAD = (1n << 48n) - 1n;
/** A single proxied write; more is taken for a mistake of the guest. */
const MAX_WRITE_BYTES = 1 << 20;

/**
 * The host-target interface of the RISC-V tools: a program stores a command into the variable
 * `tohost` and polls `fromhost`. Exit codes, single characters and the proxied write(2) are served.
 */
export class Htif {
  private readonly ram: Ram;
  private readonly tohost: number;
  private readonly fromhost: number | undefined;
  private readonly onOutput: (bytes: Uint8Array) => void;
  private readonly onExit: (status: number) => void;

  /**
   * @param at physical addresses of the two variables, 8-byte aligned and in RAM
   * @param onExit told what the program put into tohost, halved: 0 = pass
   */
  constructor(
    ram: Ram,
    at: { tohost: number; fromhost: number | undefined },
    onOutput: (bytes: Uint8Array) => void,
    onExit: (status: number) => void,
  ) {
    this.ram = ram;
    this.tohost = at.tohost;
    this.fromhost = at.fromhost;
    this.onOutput = onOutput;
    this.onExit = onExit;
    ram.intercept(at.tohost, () => this.serve());
  }

  private serve(): void {
    const command = this.ram.readU64(this.tohost);
    if (command === 0n) return;
    const device = Number(command >> 56n);
    const payload = command & PAYLOAD;
    if (device === DEVICE_SYSCALL && payload & 1n) {
      this.onExit(Number(payload >> 1n));
      return;
    }
    // The command is taken; one that nobody serves, such as reading the console, gets no answer.
    this.ram.store(this.tohost, 8, 0n);
    if (device === DEVICE_SYSCALL) {
      this.proxySyscall(Number(payload));
      this.answer(1n);
    } else if (device === DEVICE_CONSOLE && Number((command >> 48n) & 0xffn) === CONSOLE_WRITE) {
      const character = payload & 0xffn;
      this.onOutput(Uint8Array.of(Number(character)));
      this.answer((command & ADDRESS) | CONSOLE_WRITTEN | character);
    }
  }

  private answer(value: bigint): void {
    if (this.fromhost !== undefined) this.ram.store(this.fromhost, 8, value);
  }

  /** The payload points to four 64-bit words: call number and arguments; the result replaces the first. */
  private proxySyscall(at: number): void {
    if (!this.isRam(at, 32)) return;
    const [call, , buffer, length] = [0, 8, 16, 24].map((o) => Number(this.ram.readU64(at + o)));
    let result = -1n;
    if (
      call === SYS_WRITE &&
      length! <= MAX_WRITE_BYTES &&
      this.isRam(buffer!, Math.max(length!, 1))
    ) {
      const bytes = new Uint8Array(length!);
      this.ram.read(buffer!, bytes);
      this.onOutput(bytes);
      result = BigInt(length!);
    }
    this.ram.store(at, 8, BigInt.asUintN(64, result));
  }

  private isRam(pa: number, length: number): boolean {
    return (
      Number.isSafeInteger(pa) &&
      this.ram.hasFrame(Math.floor(pa / PAGE_SIZE)) &&
      this.ram.hasFrame(Math.floor((pa + length - 1) / PAGE_SIZE))
    );
  }
}
