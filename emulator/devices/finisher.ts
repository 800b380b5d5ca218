import type { Device } from './bus.js';

const FAIL = 0x3333;
const PASS = 0x5555;
const RESET = 0x7777;

/** The test finisher of QEMU's virt machine ("sifive,test0"): a store ends the run. */
export class Finisher implements Device {
  readonly name = 'test finisher';
  readonly start = 0x10_0000;
  readonly length = 0x1000;
  private readonly onExit: (status: number) => void;

  /** @param onExit told the exit status: 0 to 65535 */
  constructor(onExit: (status: number) => void) {
    this.onExit = onExit;
  }

  read(): bigint {
    return 0n;
  }

  write(offset: number, _size: number, value: bigint): boolean {
    if (offset !== 0) return true;
    const command = Number(value & 0xffffn);
    if (command === PASS || command === RESET) this.onExit(0);
    // A failure without a code is still a failure.
    else if (command === FAIL) this.onExit(Number((value >> 16n) & 0xffffn) || 1);
    return true;
  }
}
