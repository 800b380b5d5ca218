const CHUNK_SHIFT = 9;

/**
 * A sparse array for indices that come in runs: 512 neighbours stand together, and the ones that were
 * used last are found without a look-up. Indices are non-negative and below 2^31.
 */
export class ChunkedArray<T> {
  private readonly chunks = new Map<number, (T | undefined)[]>();
  private lastNumber = -1;
  private last: (T | undefined)[] = [];

  get(index: number): T | undefined {
    return this.chunk(index)?.[index & ((1 << CHUNK_SHIFT) - 1)];
  }

  set(index: number, value: T): void {
    let chunk = this.chunk(index);
    if (chunk === undefined) {
      chunk = new Array<T | undefined>(1 << CHUNK_SHIFT).fill(undefined);
      this.chunks.set(index >>> CHUNK_SHIFT, chunk);
    }
    chunk[index & ((1 << CHUNK_SHIFT) - 1)] = value;
  }

  private chunk(index: number): (T | undefined)[] | undefined {
    const number = index >>> CHUNK_SHIFT;
    if (number === this.lastNumber) return this.last;
    const found = this.chunks.get(number);
    if (found === undefined) return undefined;
    this.lastNumber = number;
    this.last = found;
    return found;
  }
}
