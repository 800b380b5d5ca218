import { Errno } from '../../../kernel/errno.js';
import { PROT_READ, PROT_WRITE } from '../../../kernel/memory/index.js';

/** A file: one byte per page stands for its contents. */
export interface ModelFile {
  bytes: number[];
}

/** One page of an address space. */
interface Cell {
  prot: number;
  isShared: boolean;
  file: ModelFile | undefined;
  /** Page of the file. */
  index: number;
  /** What a private page holds once it was written. */
  own: number | undefined;
}

/** An address space as one array cell per page: slow, and obviously right. */
export class ModelSpace {
  readonly cells: (Cell | undefined)[];

  constructor(pageCount: number) {
    this.cells = new Array<Cell | undefined>(pageCount).fill(undefined);
  }

  map(
    first: number,
    count: number,
    prot: number,
    isShared: boolean,
    file: ModelFile | undefined,
    index: number,
  ): void {
    for (let i = 0; i < count; i++) {
      this.cells[first + i] = { prot, isShared, file, index: index + i, own: undefined };
    }
  }

  unmap(first: number, count: number): void {
    this.cells.fill(undefined, first, first + count);
  }

  /** Changes the pages before the first hole. */
  protect(first: number, count: number, prot: number): number {
    for (let i = first; i < first + count; i++) {
      const cell = this.cells[i];
      if (cell === undefined) return -Errno.ENOMEM;
      cell.prot = prot;
    }
    return 0;
  }

  /** MADV_DONTNEED. */
  drop(first: number, count: number): number {
    let result = 0;
    for (let i = first; i < first + count; i++) {
      const cell = this.cells[i];
      if (cell === undefined) result = -Errno.ENOMEM;
      else cell.own = undefined;
    }
    return result;
  }

  /** mremap with MAYMOVE | FIXED. */
  move(first: number, oldCount: number, newCount: number, target: number): number {
    if (this.cells[first] === undefined) return -Errno.EFAULT;
    if (first < target + newCount && target < first + oldCount) return -Errno.EINVAL;
    this.unmap(target, newCount);
    if (oldCount > newCount) this.unmap(first + newCount, oldCount - newCount);
    const count = Math.min(oldCount, newCount);
    const start = this.cells[first];
    if (start === undefined) return -Errno.EFAULT;
    for (let i = 1; i < count; i++) {
      if (!continues(this.cells[first + i - 1], this.cells[first + i])) return -Errno.EFAULT;
    }
    const moved = this.cells.slice(first, first + count);
    this.unmap(first, count);
    const { prot, isShared, file, index } = start;
    this.map(target, newCount, prot, isShared, file, index);
    for (let i = 0; i < count; i++) this.cells[target + i] = moved[i];
    return 0;
  }

  /** The file got shorter: what lies past its end is gone, private copies included. */
  dropPastEnd(file: ModelFile): void {
    for (const cell of this.cells) {
      if (cell?.file === file && cell.index >= file.bytes.length) cell.own = undefined;
    }
  }

  /** @returns the byte, or -EFAULT where a load would fault */
  read(page: number): number {
    const cell = this.cells[page];
    if (cell === undefined || (cell.prot & (PROT_READ | PROT_WRITE)) === 0) return -Errno.EFAULT;
    if (cell.own !== undefined) return cell.own;
    return cell.file === undefined ? 0 : (cell.file.bytes[cell.index] ?? -Errno.EFAULT);
  }

  write(page: number, byte: number): number {
    const cell = this.cells[page];
    if (cell === undefined || (cell.prot & PROT_WRITE) === 0) return -Errno.EFAULT;
    if (cell.file !== undefined && cell.index >= cell.file.bytes.length) return -Errno.EFAULT;
    if (cell.isShared) cell.file!.bytes[cell.index] = byte;
    else cell.own = byte;
    return 0;
  }

  fork(): ModelSpace {
    const copy = new ModelSpace(this.cells.length);
    this.cells.forEach((cell, i) => {
      copy.cells[i] = cell === undefined ? undefined : { ...cell };
    });
    return copy;
  }

  /** Protection of each page, or undefined where nothing is mapped. */
  protections(): (number | undefined)[] {
    return this.cells.map((cell) => cell?.prot);
  }
}

/** Whether two pages in a row lie in one region. */
function continues(a: Cell | undefined, b: Cell | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  if (a.prot !== b.prot || a.isShared !== b.isShared || a.file !== b.file) return false;
  return a.file === undefined || a.index + 1 === b.index;
}
