import { FileTable } from './file-table.js';

const INITIAL_CAPACITY = 16;

/**
 * Mapping records, counted by the regions that refer to them; a record goes with its last region.
 * Record m, 32 bytes: base page, pages and file offset (bytes) at `numbers[4m..4m+2]`, then the
 * file's number and the references at `words[8m+6]` and `words[8m+7]`.
 *
 * Under the merge policy 'adjacent' a record only anchors offsets: several regions may share one.
 */
export class MappingTable<F> {
  files = new FileTable<F>();
  /** Records in use. */
  size = 0;
  private numbers: Float64Array;
  private words: Int32Array;
  private capacity = INITIAL_CAPACITY;
  private highest = 0;
  /** Unused records are chained through their file words. */
  private freeHead = 0;

  constructor() {
    const record = new ArrayBuffer(32 * (INITIAL_CAPACITY + 1));
    this.numbers = new Float64Array(record);
    this.words = new Int32Array(record);
  }

  get arenaBytes(): number {
    return this.numbers.byteLength;
  }

  base(record: number): number {
    return this.numbers[record << 2]!;
  }

  pages(record: number): number {
    return this.numbers[(record << 2) | 1]!;
  }

  offset(record: number): number {
    return this.numbers[(record << 2) | 2]!;
  }

  fileNumber(record: number): number {
    return this.words[(record << 3) | 6]!;
  }

  file(record: number): F | undefined {
    return this.files.get(this.words[(record << 3) | 6]!);
  }

  references(record: number): number {
    return this.words[(record << 3) | 7]!;
  }

  /** If there is room for `extra` (0 or 1) more records. */
  hasRoom(extra: number): boolean {
    return this.size + extra <= this.capacity;
  }

  /** Makes room for `extra` (0 or 1) more records. Throws RangeError where the host has no memory for it. */
  ensure(extra: number): void {
    if (this.hasRoom(extra)) return;
    const capacity = this.capacity * 2;
    const record = new ArrayBuffer(32 * (capacity + 1));
    const words = new Int32Array(record);
    words.set(this.words);
    this.numbers = new Float64Array(record);
    this.words = words;
    this.capacity = capacity;
  }

  /** A record without references. Call `ensure` before. */
  create(base: number, pages: number, offset: number, file: F | undefined): number {
    const { numbers, words } = this;
    const fileNumber = file === undefined ? 0 : this.files.acquire(file);
    let record = this.freeHead;
    if (record !== 0) this.freeHead = words[(record << 3) | 6]!;
    else record = ++this.highest;
    this.size++;
    numbers[record << 2] = base;
    numbers[(record << 2) | 1] = pages;
    numbers[(record << 2) | 2] = offset;
    words[(record << 3) | 6] = fileNumber;
    return record;
  }

  setPages(record: number, pages: number): void {
    this.numbers[(record << 2) | 1] = pages;
  }

  retain(record: number): void {
    this.words[(record << 3) | 7]!++;
  }

  drop(record: number): void {
    if (--this.words[(record << 3) | 7]! === 0) this.discard(record);
  }

  /** Frees a record that has no references. */
  discard(record: number): void {
    const { words } = this;
    const fileNumber = words[(record << 3) | 6]!;
    if (fileNumber !== 0) this.files.release(fileNumber);
    words[(record << 3) | 6] = this.freeHead;
    this.freeHead = record;
    this.size--;
  }

  clone(): MappingTable<F> {
    const copy = new MappingTable<F>();
    const record = this.numbers.buffer.slice(0) as ArrayBuffer;
    copy.numbers = new Float64Array(record);
    copy.words = new Int32Array(record);
    copy.files = this.files.clone();
    copy.size = this.size;
    copy.capacity = this.capacity;
    copy.highest = this.highest;
    copy.freeHead = this.freeHead;
    return copy;
  }
}
