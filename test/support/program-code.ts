import { assemble } from '../../emulator/isa/assemble.js';

/** Where the program stands, and begins. */
export const CODE = 0x8000_0000;

/** A bare-metal program in the making: instructions and literals from CODE on. */
export class ProgramCode {
  private readonly halfwords: number[] = [];

  get pc(): number {
    return CODE + 2 * this.halfwords.length;
  }

  emit(...lines: string[]): void {
    for (const line of lines) this.word(assemble(line, { pc: this.pc }));
  }

  /** An instruction by its bits, of 16 or 32. */
  word(bits: number): void {
    this.halfwords.push(bits & 0xffff);
    if ((bits & 3) === 3) this.halfwords.push(bits >>> 16);
  }

  /** Any value into a register: it stands in the code. */
  load(register: string, value: bigint): () => void {
    const at = this.halfwords.length + 6;
    this.emit(`auipc ${register},0`, `ld ${register},12(${register})`, 'j . + 12');
    for (let shift = 0n; shift < 64n; shift += 16n) {
      this.halfwords.push(Number((value >> shift) & 0xffffn));
    }
    // A place that is not known yet: fills in the present pc.
    return () => {
      this.halfwords[at] = this.pc & 0xffff;
      this.halfwords[at + 1] = this.pc >>> 16;
    };
  }

  /** QEMU's second hart stays here. */
  parkOtherHarts(): void {
    this.emit('csrr t3,mhartid', 'beqz t3,. + 12', 'wfi', 'j . - 4');
  }

  /** Writes the bytes from `start` to the address in a register, which is not a0, a2 or a3, to the UART. */
  emitDump(start: bigint, end: string): void {
    this.load('a2', 0x1000_0000n);
    this.load('a0', start);
    this.emit('lbu a3,5(a2)', 'andi a3,a3,32', 'beqz a3,. - 8', 'lbu a3,0(a0)', 'sb a3,0(a2)');
    this.emit('addi a0,a0,1', `bltu a0,${end},. - 24`);
  }

  /** Ends the run, with status 0. */
  emitPass(): void {
    this.emit('lui a0,5', 'addi a0,a0,0x555', 'lui a2,0x100', 'sw a0,0(a2)', 'j . + 0');
  }

  bytes(): Uint8Array {
    return new Uint8Array(Uint16Array.from(this.halfwords).buffer);
  }
}
