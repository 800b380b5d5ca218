/**
 * Page-table entries, decoded from their bytes by the manual's picture and by nothing else.
 * Privileged ISA, "Sv39: Page-Based 39-bit Virtual-Memory System", "Addressing and Memory Protection".
 */
export const V = 1 << 0;
export const R = 1 << 1;
export const W = 1 << 2;
export const X = 1 << 3;
export const U = 1 << 4;
export const G = 1 << 5;
export const A = 1 << 6;
export const D = 1 << 7;

export const ENTRIES = 512;
export const ENTRY_BYTES = 8;
export const PAGE_BYTES = 4096;

/** Pages that a leaf of this level maps. */
export function leafPages(level: number): number {
  return 1 << (9 * level);
}

/** One entry of a page table, where a walk would find it. */
export interface Entry {
  /** Index of the address space in the survey. */
  readonly space: number;
  readonly level: number;
  /** First address that the entry stands for, canonical: negative in the upper half. */
  readonly va: number;
  readonly pteAddress: number;
  readonly value: bigint;
  /** Bits 7..0. */
  readonly flags: number;
  readonly ppn: number;
  /** The entry that leads to this one's table. */
  readonly parent: Entry | undefined;
}

/** Little-endian, 8 bytes at `offset` of a frame. */
export function readEntry(bytes: Uint8Array, offset: number): bigint {
  let value = 0n;
  for (let i = ENTRY_BYTES - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]!);
  return value;
}

/** Bits 53..10. */
export function ppnField(value: bigint): number {
  return Number((value >> 10n) & ((1n << 44n) - 1n));
}

/** Bits 7..0. */
export function flagsField(value: bigint): number {
  return Number(value & 0xffn);
}

/** Bits 60..54. */
export function reservedField(value: bigint): number {
  return Number((value >> 54n) & 0x7fn);
}

/** Bits 62..61. */
export function pbmtField(value: bigint): number {
  return Number((value >> 61n) & 3n);
}

/** Bit 63. */
export function napotField(value: bigint): number {
  return Number(value >> 63n);
}

export function isValid(entry: Entry): boolean {
  return (entry.flags & V) !== 0;
}

/** The slot that an entry names whose V is 0; undefined where it is no such entry. */
export function swapSlotField(value: bigint): number | undefined {
  const slot = value >> 12n;
  return (value & 0xfffn) === 0n && slot > 0n && slot < 1n << 20n ? Number(slot) : undefined;
}

/** A valid entry with R or X set is a leaf; so is the reserved W alone, for a reader's purposes. */
export function isLeaf(entry: Entry): boolean {
  return isValid(entry) && (entry.flags & (R | W | X)) !== 0;
}

export function isPointer(entry: Entry): boolean {
  return isValid(entry) && (entry.flags & (R | W | X)) === 0;
}

/** Bytes that an entry of the level stands for. */
export function spanOf(level: number): number {
  return PAGE_BYTES * leafPages(level);
}

/** "V R W U A D", or "not valid". */
export function flagNames(flags: number): string {
  if ((flags & V) === 0) return 'not valid';
  return [...'VRWXUGAD'].filter((_name, bit) => flags & (1 << bit)).join(' ');
}
