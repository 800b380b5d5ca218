/** Where a read(2) puts its bytes and a write(2) takes them from. */
export interface IoBuffer {
  /** Bytes that may still be put or taken. */
  readonly remaining: number;
  /** Copies into the buffer and advances. Fewer than `bytes.length` are copied only on a bad address. */
  put(bytes: Uint8Array): number;
  /** Copies up to `max` bytes out without advancing; fewer than asked for only on a bad address. */
  peek(max: number): Uint8Array;
  advance(count: number): void;
}

/** How much of one file operation the kernel holds in a buffer of its own at a time. */
export const CHUNK_BYTES = 65536;

/** The part of VirtualMemory that copying needs. 0, or -EFAULT with nothing known about what was copied. */
export interface UserCopy {
  copyIn(va: number, target: Uint8Array): number;
  copyOut(va: number, source: Uint8Array): number;
}

export interface UserRange {
  readonly address: number;
  readonly length: number;
}

const PAGE_BYTES = 4096;

/** One or more ranges of user memory, as read(2) and readv(2) name them. */
export class UserBuffer implements IoBuffer {
  private index = 0;
  private position = 0;
  private left: number;
  private readonly memory: UserCopy;
  private readonly ranges: readonly UserRange[];

  constructor(memory: UserCopy, ranges: readonly UserRange[]) {
    this.memory = memory;
    this.ranges = ranges;
    this.left = ranges.reduce((sum, range) => sum + range.length, 0);
  }

  get remaining(): number {
    return this.left;
  }

  put(bytes: Uint8Array): number {
    let done = 0;
    while (done < bytes.length && this.left > 0) {
      const piece = this.piece(bytes.length - done);
      const source = bytes.subarray(done, done + piece.length);
      if (this.memory.copyOut(piece.address, source) !== 0) break;
      this.advance(piece.length);
      done += piece.length;
    }
    return done;
  }

  peek(max: number): Uint8Array {
    const target = new Uint8Array(Math.min(max, this.left));
    const start = { index: this.index, position: this.position, left: this.left };
    let done = 0;
    while (done < target.length) {
      const piece = this.piece(target.length - done);
      const part = target.subarray(done, done + piece.length);
      if (this.memory.copyIn(piece.address, part) !== 0) break;
      this.advance(piece.length);
      done += piece.length;
    }
    ({ index: this.index, position: this.position, left: this.left } = start);
    return target.subarray(0, done);
  }

  advance(count: number): void {
    this.left -= count;
    let rest = count;
    while (rest > 0) {
      const room = this.ranges[this.index]!.length - this.position;
      if (rest < room) {
        this.position += rest;
        return;
      }
      rest -= room;
      this.index++;
      this.position = 0;
    }
  }

  /** The next stretch inside one range and one page: it is copied whole or not at all. */
  private piece(max: number): UserRange {
    while (this.ranges[this.index]!.length === this.position) {
      this.index++;
      this.position = 0;
    }
    const range = this.ranges[this.index]!;
    const address = range.address + this.position;
    const toPageEnd = PAGE_BYTES - (address % PAGE_BYTES);
    return { address, length: Math.min(max, range.length - this.position, toPageEnd) };
  }
}

/** Bytes that are the kernel's own. */
export class KernelBuffer implements IoBuffer {
  private position = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  put(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.remaining);
    this.bytes.set(bytes.subarray(0, count), this.position);
    this.position += count;
    return count;
  }

  peek(max: number): Uint8Array {
    return this.bytes.slice(this.position, this.position + Math.min(max, this.remaining));
  }

  advance(count: number): void {
    this.position += count;
  }
}
