/**
 * Files by number, so that the arenas hold no references. Number 0 is `undefined`. A file is
 * forgotten when its last mapping record goes.
 */
export class FileTable<F> {
  private readonly files: (F | undefined)[] = [undefined];
  private readonly uses: number[] = [0];
  private readonly numbers = new Map<F, number>();
  private readonly unused: number[] = [];

  /** Files held. */
  get size(): number {
    return this.numbers.size;
  }

  /** If every number ever given is in use or waits to be given again. */
  isWhole(): boolean {
    const held = this.files.filter((file) => file !== undefined).length;
    return held === this.numbers.size && held + this.unused.length + 1 === this.files.length;
  }

  get(number: number): F | undefined {
    return this.files[number];
  }

  usesOf(number: number): number {
    return this.uses[number]!;
  }

  /** The number of a file, with one use more. Files are told apart by identity. */
  acquire(file: F): number {
    let number = this.numbers.get(file);
    if (number === undefined) {
      number = this.unused.pop() ?? this.files.length;
      this.files[number] = file;
      this.uses[number] = 0;
      this.numbers.set(file, number);
    }
    this.uses[number]!++;
    return number;
  }

  release(number: number): void {
    if (--this.uses[number]! > 0) return;
    this.numbers.delete(this.files[number] as F);
    this.files[number] = undefined;
    this.unused.push(number);
  }

  clone(): FileTable<F> {
    const copy = new FileTable<F>();
    for (let i = 1; i < this.files.length; i++) {
      copy.files.push(this.files[i]);
      copy.uses.push(this.uses[i]!);
    }
    for (const [file, number] of this.numbers) copy.numbers.set(file, number);
    for (const number of this.unused) copy.unused.push(number);
    return copy;
  }
}
