import type { Device } from './bus.js';

const DATA = 0;
const INTERRUPT_ENABLE = 1;
/** When read; FIFO_CONTROL when written. */
const INTERRUPT_ID = 2;
const FIFO_CONTROL = 2;
const LINE_CONTROL = 3;
const MODEM_CONTROL = 4;
const LINE_STATUS = 5;
const MODEM_STATUS = 6;
const SCRATCH = 7;

const LCR_DIVISOR_LATCH = 0x80;
const LSR_DATA_READY = 0x01;
const LSR_TRANSMITTER_EMPTY = 0x60;
const IER_DATA = 0x01;
const IER_TRANSMITTER = 0x02;
const IIR_NONE = 0x01;
const IIR_TRANSMITTER = 0x02;
const IIR_DATA = 0x04;
const IIR_FIFO = 0xc0;
const FCR_ENABLE = 0x01;

/** A 16550 UART: output goes straight to the host, input waits in a queue. */
export class Uart implements Device {
  readonly name = 'UART';
  readonly start = 0x1000_0000;
  readonly length = 0x100;
  private readonly onOutput: (byte: number) => void;
  private readonly onChange: () => void;
  private readonly input: number[] = [];
  private readonly registers = new Uint8Array(8);
  private readonly divisor = new Uint8Array(2);
  private isTransmitterReported = false;

  /** @param onChange called when the interrupt line may have changed */
  constructor(onOutput: (byte: number) => void, onChange: () => void) {
    this.onOutput = onOutput;
    this.onChange = onChange;
  }

  /** Bytes typed at the terminal. */
  receive(bytes: Uint8Array): void {
    for (const byte of bytes) this.input.push(byte);
    this.onChange();
  }

  get isInterruptPending(): boolean {
    return this.interruptId() !== IIR_NONE;
  }

  // As on QEMU's machine, a wider access reaches the one register that it begins at.
  read(offset: number): bigint {
    return BigInt(this.readByte(offset));
  }

  write(offset: number, _size: number, value: bigint): boolean {
    this.writeByte(offset, Number(value & 0xffn));
    this.onChange();
    return true;
  }

  private get isDivisorShown(): boolean {
    return (this.registers[LINE_CONTROL]! & LCR_DIVISOR_LATCH) !== 0;
  }

  private readByte(offset: number): number {
    if (this.isDivisorShown && offset <= 1) return this.divisor[offset]!;
    switch (offset) {
      case DATA: {
        const byte = this.input.shift() ?? 0;
        this.onChange();
        return byte;
      }
      case INTERRUPT_ID: {
        const id = this.interruptId();
        // Reading the register takes a transmitter interrupt back.
        if (id === IIR_TRANSMITTER) this.isTransmitterReported = true;
        this.onChange();
        return id | (this.registers[FIFO_CONTROL]! & FCR_ENABLE ? IIR_FIFO : 0);
      }
      case LINE_STATUS:
        return LSR_TRANSMITTER_EMPTY | (this.input.length > 0 ? LSR_DATA_READY : 0);
      case MODEM_STATUS:
        return 0xb0;
      case INTERRUPT_ENABLE:
      case LINE_CONTROL:
      case MODEM_CONTROL:
      case SCRATCH:
        return this.registers[offset]!;
      default:
        return 0;
    }
  }

  private writeByte(offset: number, value: number): void {
    if (this.isDivisorShown && offset <= 1) this.divisor[offset] = value;
    else if (offset === DATA) {
      this.onOutput(value);
      this.isTransmitterReported = false;
    } else if (offset === INTERRUPT_ENABLE) {
      this.registers[offset] = value & 0xf;
      this.isTransmitterReported = false;
    } else if (offset < this.registers.length) this.registers[offset] = value;
  }

  private interruptId(): number {
    const enabled = this.registers[INTERRUPT_ENABLE]!;
    if (enabled & IER_DATA && this.input.length > 0) return IIR_DATA;
    if (enabled & IER_TRANSMITTER && !this.isTransmitterReported) return IIR_TRANSMITTER;
    return IIR_NONE;
  }
}
