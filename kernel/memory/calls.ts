import { hex } from '../bytes.js';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './mman.js';

/** Calls remembered. */
const CAPACITY = 64;
const FIELDS = 5;

const NAMES = ['mmap', 'munmap', 'mprotect', 'mremap', 'madvise', 'brk'] as const;
export type MemoryCallName = (typeof NAMES)[number];

/**
 * The last calls that changed an address space, so that an explanation can name the one that an
 * access came to grief over.
 */
export class Calls {
  /** Per call: name, start, length, extra argument, result. */
  private readonly fields = new Float64Array(CAPACITY * FIELDS);
  private count = 0;
  /** So many of the calls were made by the parent, before fork. */
  private inherited = 0;

  /** fork: what the parent did to the address space, the child finds there. */
  inherit(parent: Calls): void {
    this.fields.set(parent.fields);
    this.count = parent.count;
    this.inherited = parent.count;
  }

  /** @returns the result, so that a call can be recorded as it returns */
  record(
    name: MemoryCallName,
    start: number,
    length: number,
    extra: number,
    result: number,
  ): number {
    const at = (this.count % CAPACITY) * FIELDS;
    this.fields[at] = NAMES.indexOf(name);
    this.fields[at + 1] = start;
    this.fields[at + 2] = length;
    this.fields[at + 3] = extra;
    this.fields[at + 4] = result;
    this.count++;
    return result;
  }

  /** The last call that succeeded and spoke of `address`, as text with its result. */
  lastAbout(address: number): string | undefined {
    for (let i = this.count - 1; i >= Math.max(0, this.count - CAPACITY); i--) {
      const [name, start, length, extra, result] = this.at(i);
      if (result < 0) continue;
      const from = NAMES[name] === 'mmap' || NAMES[name] === 'mremap' ? result : start;
      if (address >= from && address < from + length) {
        const when = i < this.inherited ? ' before the fork' : '';
        return `${describe(NAMES[name]!, start, length, extra, result)}${when}`;
      }
    }
    return undefined;
  }

  private at(index: number): [number, number, number, number, number] {
    const at = (index % CAPACITY) * FIELDS;
    const field = (n: number): number => this.fields[at + n]!;
    return [field(0), field(1), field(2), field(3), field(4)];
  }
}

/** "PROT_READ|PROT_WRITE". */
export function protText(prot: number): string {
  const names = [
    prot & PROT_READ ? 'PROT_READ' : '',
    prot & PROT_WRITE ? 'PROT_WRITE' : '',
    prot & PROT_EXEC ? 'PROT_EXEC' : '',
  ].filter((name) => name !== '');
  return names.length === 0 ? 'PROT_NONE' : names.join('|');
}

function describe(
  name: MemoryCallName,
  start: number,
  length: number,
  extra: number,
  result: number,
): string {
  const range = `${hex(start)}, ${hex(length)}`;
  const returned = ` returned ${result === 0 ? '0' : hex(result)}`;
  if (name === 'mmap' || name === 'mprotect') {
    return `${name}(${range}, ${protText(extra)})${returned}`;
  }
  if (name === 'munmap') return `munmap(${range})${returned}`;
  if (name === 'madvise') return `madvise(${range}, ${extra})${returned}`;
  if (name === 'mremap') return `mremap to ${range}${returned}`;
  return `brk(${hex(extra)})${returned}`;
}
