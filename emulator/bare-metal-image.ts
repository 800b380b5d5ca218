import type { ElfFile, ElfSegment } from './elf.js';
import { RAM_BASE } from './layout.js';
import type { Ram } from './ram.js';

/**
 * Puts an image into RAM as a boot loader would, by physical addresses.
 *
 * @param alignmentBytes what addresses of instructions are multiples of
 * @returns where it begins
 * @throws Error (a mistake of the user) when it is no image that can begin there
 */
export function loadImage(
  ram: Ram,
  bytes: Uint8Array,
  elf: ElfFile,
  alignmentBytes: 2 | 4,
): number {
  if (elf.type === 'other') throw new Error('no program but an object or core file: link it first');
  const segments = elf.segments.filter(({ memoryBytes }) => memoryBytes > 0);
  if (segments.length === 0) throw new Error('an ELF file with no segment to load: link it again');
  checkExtents(segments, ram.sizeBytes);
  checkEntry(elf.entry, ram.sizeBytes, alignmentBytes);
  for (const { physicalAddress, offset, fileBytes } of segments) {
    ram.write(physicalAddress, bytes.subarray(offset, offset + fileBytes));
  }
  return elf.entry;
}

function checkExtents(segments: readonly ElfSegment[], memoryBytes: number): void {
  const sorted = [...segments].sort((a, b) => a.physicalAddress - b.physicalAddress);
  let end = RAM_BASE;
  for (const { physicalAddress: start, memoryBytes: length } of sorted) {
    const range = `segment at ${hex(start)} of ${length} bytes`;
    if (start < RAM_BASE || start + length > RAM_BASE + memoryBytes) {
      throw new Error(
        `${range} lies outside RAM (${hex(RAM_BASE)}, ${memoryBytes} bytes): ` +
          'link it there or give more memory',
      );
    }
    if (start < end) throw new Error(`${range} overlaps the one before it: link it elsewhere`);
    end = start + length;
  }
}

function checkEntry(entry: number, memoryBytes: number, alignmentBytes: number): void {
  if (entry < RAM_BASE || entry >= RAM_BASE + memoryBytes) {
    throw new Error(
      `entry ${hex(entry)} lies outside RAM (${hex(RAM_BASE)}, ${memoryBytes} bytes): link it there`,
    );
  }
  if (entry % alignmentBytes !== 0) {
    throw new Error(`entry ${hex(entry)} is no multiple of ${alignmentBytes}: align it`);
  }
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
