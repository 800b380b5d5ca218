import { type ImagePlace, loadImage } from './bare-metal-image.js';
import { Finisher } from './devices/finisher.js';
import { Htif } from './devices/htif.js';
import { Uart } from './devices/uart.js';
import { type ElfFile, type ElfSymbol, parseElf } from './elf.js';
import { RAM_BASE } from './layout.js';
import { Machine } from './machine.js';
import type { Misaligned } from './memory-access.js';
import type { TlbMode } from './mmu/mmu.js';
import { REGISTER_WORDS } from './registers.js';
import { FrameHashes, Hasher, hashText } from './state-hash.js';

/** The PLIC's interrupt source of the UART, as on QEMU's virt machine. */
const UART_INTERRUPT = 10;

/** 126 and up mean something else to a shell. */
const MAX_EXIT_STATUS = 125;

export interface BootOptions {
  /** Size of guest RAM: 4 MiB to 3 GiB, a multiple of 4096. */
  memoryBytes: number;
  /** What the image prints through UART or HTIF. */
  onOutput: (bytes: Uint8Array) => void;
  /** Limit of retired instructions; the run stops at exactly that many. */
  maxInstructions?: number | undefined;
  /** Limit of retired instructions and traps together. */
  maxSteps?: number | undefined;
  /** As in 'rv64gc_zba'; everything when it is left out. */
  isa?: string | undefined;
  tlb?: TlbMode | undefined;
  misaligned?: Misaligned | undefined;
  /** An image that begins in M mode in place of the one that is loaded, and starts it. */
  firmware?: Uint8Array | undefined;
}

export interface BootResult {
  /**
   * 'idle': the hart waits for an interrupt that can never come. 'stuck': the first instruction of
   * its trap handler traps, for ever.
   */
  outcome: 'exited' | 'limit' | 'idle' | 'stuck';
  /** 0 = pass; the finisher's code or the failing test's number otherwise, 125 at most. */
  exitStatus: number;
  /** As the image gave it, uncapped: riscv-tests put the number of the failing test here. */
  code: number;
  /** There are no signals and no system calls without a kernel. */
  signal: null;
  syscalls: 0;
  /** Exceptions and interrupts taken. */
  faults: number;
  instructions: number;
  steps: number;
  stateHash: string;
}

/** A bare-metal image running in M mode, with no kernel of ours. */
export class BareMetal {
  readonly machine: Machine;
  private readonly uart: Uart;
  private readonly maxInstructions: number;
  private readonly maxSteps: number;
  private signatureRange: { begin?: number | undefined; end?: number | undefined } = {};
  private exitStatus: number | undefined;
  private outcome: BootResult['outcome'] | undefined;

  /** @throws Error (a mistake of the user) when the file is no RV64 ELF or does not fit into RAM */
  static load(bytes: Uint8Array, options: BootOptions): BareMetal {
    const boot = new BareMetal(options);
    const { firmware } = options;
    const elf = boot.place(bytes, firmware === undefined ? 'all' : 'behind-firmware');
    // Of two images only the firmware is trusted with the end of the run.
    const symbols = (firmware === undefined ? elf : boot.place(firmware, 'firmware')).symbols();
    boot.connectHtif(symbols, options);
    boot.signatureRange = {
      begin: boot.ramAddress(symbols, 'begin_signature'),
      end: boot.ramAddress(symbols, 'end_signature'),
    };
    return boot;
  }

  private constructor(options: BootOptions) {
    const { onOutput } = options;
    this.uart = new Uart(
      (byte) => onOutput(Uint8Array.of(byte)),
      () => this.machine.hart.plic.setLevel(UART_INTERRUPT, this.uart.isInterruptPending),
    );
    this.machine = Machine.create({
      memoryBytes: options.memoryBytes,
      supervisor: 'guest',
      isa: options.isa,
      tlb: options.tlb,
      misaligned: options.misaligned,
      devices: [this.uart, new Finisher((status) => this.exit(status))],
    });
    this.maxInstructions = options.maxInstructions ?? Number.POSITIVE_INFINITY;
    this.maxSteps = options.maxSteps ?? Number.POSITIVE_INFINITY;
  }

  /** Bytes for the UART. */
  input(bytes: Uint8Array): void {
    this.uart.receive(bytes);
  }

  /**
   * Runs for about `budget` steps. 'waiting': the hart waits for an interrupt, and only input can
   * bring one.
   */
  run(budget: number): 'budget' | 'waiting' | 'exited' {
    if (this.outcome !== undefined) return 'exited';
    const { hart } = this.machine;
    const steps = Math.min(
      budget,
      this.maxSteps - hart.instret - hart.traps,
      this.maxInstructions - hart.instret,
    );
    const stop = steps > 0 ? hart.run(steps) : 'budget';
    if (this.exitStatus !== undefined) this.outcome = 'exited';
    else if (hart.instret >= this.maxInstructions || hart.instret + hart.traps >= this.maxSteps) {
      this.outcome = 'limit';
    }
    if (stop === 'stuck') this.outcome ??= 'stuck';
    if (this.outcome !== undefined) return 'exited';
    return stop === 'idle' ? 'waiting' : 'budget';
  }

  /** Ends a run that waits for input which will never come. */
  endInput(): void {
    this.outcome ??= 'idle';
  }

  result(): BootResult {
    const { hart } = this.machine;
    return {
      outcome: this.outcome ?? 'limit',
      exitStatus: Math.min(this.exitStatus ?? 0, MAX_EXIT_STATUS),
      code: this.exitStatus ?? 0,
      signal: null,
      syscalls: 0,
      faults: hart.traps,
      instructions: hart.instret,
      steps: hart.instret + hart.traps,
      stateHash: this.stateHash(),
    };
  }

  /** Whether the image has the symbols begin_signature and end_signature. */
  get hasSignature(): boolean {
    return this.signatureRange.begin !== undefined && this.signatureRange.end !== undefined;
  }

  /**
   * What stands between the symbols begin_signature and end_signature, as the architecture tests
   * want it: one 32-bit word in hex per line. Undefined when the image has no such symbols.
   */
  signature(): string | undefined {
    const { begin, end } = this.signatureRange;
    if (begin === undefined || end === undefined) return undefined;
    const lines: string[] = [];
    for (let pa = begin; pa + 4 <= end; pa += 4) {
      lines.push(`${this.machine.ram.readU32(pa).toString(16).padStart(8, '0')}\n`);
    }
    return lines.join('');
  }

  /** Loads an image; the hart begins in the one that was loaded last. */
  private place(bytes: Uint8Array, place: ImagePlace): ElfFile {
    const { ram, hart, isa } = this.machine;
    try {
      const elf = parseElf(bytes);
      hart.pc = loadImage(ram, bytes, elf, isa.alignmentBytes, place);
      return elf;
    } catch (error) {
      if (place === 'firmware' && error instanceof Error)
        error.message = `the firmware: ${error.message}`;
      throw error;
    }
  }

  private exit(status: number): void {
    this.exitStatus ??= status;
    this.machine.hart.halt();
  }

  private stateHash(): string {
    const { ram, hart } = this.machine;
    const frames = new FrameHashes(ram).sum();
    const hasher = new Hasher();
    const registers = new Uint32Array(REGISTER_WORDS);
    hart.saveRegisters(registers);
    for (const word of registers) hasher.add(word);
    for (const csr of hart.csrValues()) hasher.addString(csr.toString(16));
    hasher.add(frames.low);
    hasher.add(frames.high);
    return hashText(hasher.hash);
  }

  private connectHtif(symbols: readonly ElfSymbol[], options: BootOptions): void {
    const tohost = this.ramAddress(symbols, 'tohost');
    if (tohost === undefined || tohost % 8 !== 0) return;
    const fromhost = this.ramAddress(symbols, 'fromhost');
    new Htif(this.machine.ram, { tohost, fromhost }, options.onOutput, (status) =>
      this.exit(status),
    );
  }

  /** The address of a symbol, if it exists and lies in RAM. */
  private ramAddress(symbols: readonly ElfSymbol[], name: string): number | undefined {
    const address = symbols.find((symbol) => symbol.name === name)?.address;
    const end = RAM_BASE + this.machine.ram.sizeBytes;
    return address !== undefined && address >= RAM_BASE && address + 8 <= end ? address : undefined;
  }
}
