import type { Device } from './bus.js';

const MSIP = 0x0;
const MTIMECMP = 0x4000;
const MTIME = 0xbff8;
const MASK_64 = (1n << 64n) - 1n;

/** Steps of 10 ns in one tick of mtime: 10 MHz, as on QEMU's virt machine. */
export const STEPS_PER_TICK = 10;

/** What mtime counts. */
export interface StepClock {
  /** Steps since the start, including those that were skipped while the hart waited. */
  readonly elapsedSteps: number;
}

/** Core-local interruptor: software interrupt, timer, timer compare for one hart. */
export class Clint implements Device {
  readonly name = 'CLINT';
  readonly start = 0x200_0000;
  readonly length = 0x1_0000;
  private readonly clock: StepClock;
  private readonly onChange: () => void;
  private offset = 0n;
  private compare = MASK_64;
  isSoftwarePending = false;

  /** @param onChange called when a pending bit or the deadline may have changed */
  constructor(clock: StepClock, onChange: () => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  get time(): bigint {
    return (this.ticks() + this.offset) & MASK_64;
  }

  get isTimerPending(): boolean {
    return this.time >= this.compare;
  }

  /** Steps from now until mtime reaches `compare`; Infinity when that is out of reach. */
  stepsUntil(compare: bigint): number {
    const ticks = compare - this.time;
    if (ticks <= 0n) return 0;
    const steps = Number(ticks) * STEPS_PER_TICK - (this.clock.elapsedSteps % STEPS_PER_TICK);
    return Number.isSafeInteger(steps) ? steps : Number.POSITIVE_INFINITY;
  }

  stepsUntilTimer(): number {
    return this.stepsUntil(this.compare);
  }

  read(offset: number, size: number): bigint | undefined {
    if (size < 4) return undefined;
    if (offset === MSIP) return this.isSoftwarePending ? 1n : 0n;
    const register = offset & ~7;
    if (register !== MTIMECMP && register !== MTIME) return 0n;
    const value = register === MTIME ? this.time : this.compare;
    if (size === 8) return value;
    return offset & 4 ? value >> 32n : value & 0xffff_ffffn;
  }

  write(offset: number, size: number, value: bigint): boolean {
    if (size < 4) return false;
    const register = offset & ~7;
    if (offset === MSIP) this.isSoftwarePending = (value & 1n) !== 0n;
    else if (register === MTIMECMP) this.compare = merge(this.compare, offset, size, value);
    else if (register === MTIME) {
      this.offset = (merge(this.time, offset, size, value) - this.ticks()) & MASK_64;
    }
    this.onChange();
    return true;
  }

  private ticks(): bigint {
    return BigInt(Math.floor(this.clock.elapsedSteps / STEPS_PER_TICK));
  }
}

/** `old` with the half or the whole that was written. */
function merge(old: bigint, offset: number, size: number, value: bigint): bigint {
  if (size === 8) return value;
  return offset & 4
    ? (old & 0xffff_ffffn) | ((value & 0xffff_ffffn) << 32n)
    : (old & ~0xffff_ffffn) | (value & 0xffff_ffffn);
}
