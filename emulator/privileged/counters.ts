const MASK_64 = (1n << 64n) - 1n;
const INHIBIT_CYCLE = 1;
const INHIBIT_INSTRET = 4;

/**
 * mcycle and minstret, kept as offsets to the hart's own count of retired instructions. A cycle is
 * one retired instruction: the emulated hart has no finer clock that would be the same everywhere.
 */
export class Counters {
  private cycleOffset = 0n;
  private instretOffset = 0n;
  /** The values at which an inhibited counter stands still. */
  private frozenCycle: bigint | undefined;
  private frozenInstret: bigint | undefined;
  private readonly retired: () => number;

  /** @param retired instructions retired before the one that is being executed */
  constructor(retired: () => number) {
    this.retired = retired;
  }

  get cycle(): bigint {
    return this.frozenCycle ?? (BigInt(this.retired()) + this.cycleOffset) & MASK_64;
  }

  get instret(): bigint {
    return this.frozenInstret ?? (BigInt(this.retired()) + this.instretOffset) & MASK_64;
  }

  /** A written value is what the next instruction reads: the writing one is not counted. */
  set cycle(value: bigint) {
    if (this.frozenCycle !== undefined) this.frozenCycle = value;
    else this.cycleOffset = value - BigInt(this.retired() + 1);
  }

  set instret(value: bigint) {
    if (this.frozenInstret !== undefined) this.frozenInstret = value;
    else this.instretOffset = value - BigInt(this.retired() + 1);
  }

  /** mcountinhibit, from the next instruction on. */
  inhibit(bits: number): void {
    const cycle = this.cycle;
    const instret = this.instret;
    this.frozenCycle = undefined;
    this.frozenInstret = undefined;
    this.cycle = cycle;
    this.instret = instret;
    if (bits & INHIBIT_CYCLE) this.frozenCycle = cycle;
    if (bits & INHIBIT_INSTRET) this.frozenInstret = instret;
  }
}
