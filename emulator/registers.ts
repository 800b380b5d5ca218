import { F_REGS, FFLAGS, PC, X_REGS } from './layout.js';

const TWO_32 = 2 ** 32;
/** x1 to x31 and pc as two words each, f0 to f31 as two words each, fcsr. */
export const REGISTER_WORDS = 2 * 31 + 2 + 2 * 32 + 1;

/** The registers that user code sees, as they stand in linear memory between two runs. */
export class Registers {
  private readonly words: Uint32Array;
  private readonly quads: BigUint64Array;
  /** The dynamic rounding mode, 0 to 7. */
  roundingMode = 0;

  constructor(buffer: ArrayBuffer) {
    this.words = new Uint32Array(buffer);
    this.quads = new BigUint64Array(buffer, 0, 0x400 / 8);
  }

  /** x`index` as a signed 64-bit value: exact up to 2^53, beyond that rounded and still as large. */
  readX(index: number): number {
    const at = X_REGS / 4 + 2 * index;
    return (this.words[at + 1]! | 0) * TWO_32 + this.words[at]!;
  }

  /** @param value a safe integer of either sign; x0 stays 0 */
  writeX(index: number, value: number): void {
    this.writeXHalves(index, value, Math.floor(value / TWO_32));
  }

  readXLow(index: number): number {
    return this.words[X_REGS / 4 + 2 * index]!;
  }

  readXHigh(index: number): number {
    return this.words[X_REGS / 4 + 2 * index + 1]!;
  }

  /** The halves are taken modulo 2^32. */
  writeXHalves(index: number, low: number, high: number): void {
    if (index === 0) return;
    const at = X_REGS / 4 + 2 * index;
    this.words[at] = low;
    this.words[at + 1] = high;
  }

  readX64(index: number): bigint {
    return this.quads[X_REGS / 8 + index]!;
  }

  writeX64(index: number, value: bigint): void {
    if (index !== 0) this.quads[X_REGS / 8 + index] = value;
  }

  readF64(index: number): bigint {
    return this.quads[F_REGS / 8 + index]!;
  }

  writeF64(index: number, value: bigint): void {
    this.quads[F_REGS / 8 + index] = value;
  }

  /** Address of the next instruction as a signed number, rounded beyond 2^53. */
  get pc(): number {
    return (this.words[PC / 4 + 1]! | 0) * TWO_32 + this.words[PC / 4]!;
  }

  set pc(value: number) {
    this.words[PC / 4] = value;
    this.words[PC / 4 + 1] = Math.floor(value / TWO_32);
  }

  advancePc(bytes: number): void {
    const before = this.words[PC / 4]!;
    this.words[PC / 4] = before + bytes;
    if (this.words[PC / 4]! < before) this.words[PC / 4 + 1]!++;
  }

  get pc64(): bigint {
    return this.quads[PC / 8]!;
  }

  set pc64(value: bigint) {
    this.quads[PC / 8] = value;
  }

  get pcLow(): number {
    return this.words[PC / 4]!;
  }

  get pcHigh(): number {
    return this.words[PC / 4 + 1]!;
  }

  /** NV DZ OF UF NX in bits 4..0. */
  get fflags(): number {
    return this.words[FFLAGS / 4]!;
  }

  set fflags(value: number) {
    this.words[FFLAGS / 4] = value & 0x1f;
  }

  /** Copies REGISTER_WORDS words: x1..x31, pc, f0..f31, fcsr. */
  save(target: Uint32Array): void {
    target.set(this.words.subarray(X_REGS / 4 + 2, X_REGS / 4 + 64), 0);
    target[62] = this.words[PC / 4]!;
    target[63] = this.words[PC / 4 + 1]!;
    target.set(this.words.subarray(F_REGS / 4, F_REGS / 4 + 64), 64);
    target[128] = this.fflags | (this.roundingMode << 5);
  }

  /** The reverse of `save`. */
  load(source: Uint32Array): void {
    this.words.set(source.subarray(0, 62), X_REGS / 4 + 2);
    this.words[PC / 4] = source[62]!;
    this.words[PC / 4 + 1] = source[63]!;
    this.words.set(source.subarray(64, 128), F_REGS / 4);
    this.fflags = source[128]!;
    this.roundingMode = (source[128]! >>> 5) & 7;
  }
}
