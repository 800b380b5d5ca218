import type { Device } from './bus.js';

const SOURCES = 96;
const CONTEXTS = 2;
const PENDING = 0x1000;
const ENABLE = 0x2000;
const ENABLE_STRIDE = 0x80;
const CONTEXT = 0x20_0000;
const CONTEXT_STRIDE = 0x1000;
const CLAIM = 4;
const MAX_PRIORITY = 7;

/** The PLIC's contexts of the one hart. */
export const PLIC_MACHINE = 0;
export const PLIC_SUPERVISOR = 1;

/** Platform-level interrupt controller. RISC-V PLIC Specification. */
export class Plic implements Device {
  readonly name = 'PLIC';
  readonly start = 0xc00_0000;
  readonly length = 0x60_0000;
  private readonly onChange: () => void;
  private readonly priority = new Uint8Array(SOURCES);
  private readonly level = new Uint8Array(SOURCES);
  private readonly isClaimed = new Uint8Array(SOURCES);
  private readonly enabled = [new Uint32Array(SOURCES / 32), new Uint32Array(SOURCES / 32)];
  private readonly threshold = new Uint8Array(CONTEXTS);

  constructor(onChange: () => void) {
    this.onChange = onChange;
  }

  /** A device raises or lowers its line. */
  setLevel(source: number, isHigh: boolean): void {
    this.level[source] = isHigh ? 1 : 0;
    this.onChange();
  }

  isPending(context: number): boolean {
    return this.best(context) !== 0;
  }

  read(offset: number, size: number): bigint | undefined {
    if (size !== 4) return undefined;
    return BigInt(this.readWord(offset));
  }

  write(offset: number, size: number, value: bigint): boolean {
    if (size !== 4) return false;
    this.writeWord(offset, Number(value & 0xffff_ffffn));
    this.onChange();
    return true;
  }

  private readWord(offset: number): number {
    if (offset < 4 * SOURCES) return this.priority[offset / 4]!;
    if (offset >= PENDING && offset < PENDING + SOURCES / 8) {
      return this.pendingWord((offset - PENDING) / 4);
    }
    const enable = this.enableWord(offset);
    if (enable) return enable.words[enable.index]!;
    const context = Math.floor((offset - CONTEXT) / CONTEXT_STRIDE);
    if (offset < CONTEXT || context >= CONTEXTS) return 0;
    if (offset % CONTEXT_STRIDE === 0) return this.threshold[context]!;
    return offset % CONTEXT_STRIDE === CLAIM ? this.claim(context) : 0;
  }

  private writeWord(offset: number, value: number): void {
    if (offset < 4 * SOURCES) {
      if (offset > 0) this.priority[offset / 4] = value & MAX_PRIORITY;
      return;
    }
    const enable = this.enableWord(offset);
    if (enable) {
      enable.words[enable.index] = enable.index === 0 ? value & ~1 : value;
      return;
    }
    const context = Math.floor((offset - CONTEXT) / CONTEXT_STRIDE);
    if (offset < CONTEXT || context >= CONTEXTS) return;
    if (offset % CONTEXT_STRIDE === 0) this.threshold[context] = value & MAX_PRIORITY;
    else if (offset % CONTEXT_STRIDE === CLAIM && this.isEnabled(context, value)) {
      // Completion; one for a source that the context has not enabled is ignored.
      this.isClaimed[value] = 0;
    }
  }

  private enableWord(offset: number): { words: Uint32Array; index: number } | undefined {
    const context = Math.floor((offset - ENABLE) / ENABLE_STRIDE);
    const index = ((offset - ENABLE) % ENABLE_STRIDE) / 4;
    const words = offset >= ENABLE ? this.enabled[context] : undefined;
    return words && index < words.length ? { words, index } : undefined;
  }

  private pendingWord(index: number): number {
    let word = 0;
    for (let bit = 0; bit < 32; bit++) {
      const source = index * 32 + bit;
      if (this.level[source] && !this.isClaimed[source]) word |= 1 << bit;
    }
    return word >>> 0;
  }

  private claim(context: number): number {
    const source = this.best(context);
    if (source !== 0) this.isClaimed[source] = 1;
    this.onChange();
    return source;
  }

  private isEnabled(context: number, source: number): boolean {
    return source < SOURCES && ((this.enabled[context]![source >> 5]! >>> (source & 31)) & 1) === 1;
  }

  /** The pending, enabled source of the highest priority above the threshold; the lowest number wins. */
  private best(context: number): number {
    let best = 0;
    let bestPriority = this.threshold[context]!;
    for (let source = 1; source < SOURCES; source++) {
      if (!this.isEnabled(context, source) || !this.level[source] || this.isClaimed[source])
        continue;
      if (this.priority[source]! > bestPriority) {
        best = source;
        bestPriority = this.priority[source]!;
      }
    }
    return best;
  }
}
