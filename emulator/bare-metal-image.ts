import type { ElfFile, ElfSegment } from './elf.js';
import { RAM_BASE } from './layout.js';
import type { Ram } from './ram.js';

/** What firmware has of RAM; the image that it starts lies behind, as OpenSBI's payload does. */
const FIRMWARE_BYTES = 2 * 2 ** 20;

/** What of RAM an image may use: all, or its part where firmware and what it starts are two images. */
export type ImagePlace = 'all' | 'firmware' | 'behind-firmware';

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
  place: ImagePlace,
): number {
  if (elf.type === 'other') throw new Error('no program but an object or core file: link it first');
  const segments = elf.segments.filter(({ memoryBytes }) => memoryBytes > 0);
  if (segments.length === 0) throw new Error('an ELF file with no segment to load: link it again');
  checkExtents(segments, ram, place);
  checkEntry(elf.entry, ram.sizeBytes, alignmentBytes);
  for (const { physicalAddress, offset, fileBytes } of segments) {
    ram.write(physicalAddress, bytes.subarray(offset, offset + fileBytes));
  }
  return elf.entry;
}

/**
 * Whether an ELF is an image for a bare machine rather than a program for a kernel: it is linked to
 * where RAM is, begins there, and asks for no dynamic loader.
 */
export function isBareMetalImage(elf: ElfFile): boolean {
  const { type, entry, segments, interpreter } = elf;
  if (type !== 'executable' || interpreter !== undefined || entry < RAM_BASE) return false;
  return segments.length > 0 && segments.every(({ physicalAddress: at }) => at >= RAM_BASE);
}

function checkExtents(segments: readonly ElfSegment[], ram: Ram, place: ImagePlace): void {
  const sorted = [...segments].sort((a, b) => a.physicalAddress - b.physicalAddress);
  const first = place === 'behind-firmware' ? RAM_BASE + FIRMWARE_BYTES : RAM_BASE;
  const last = place === 'firmware' ? RAM_BASE + FIRMWARE_BYTES : RAM_BASE + ram.sizeBytes;
  const name = {
    all: 'RAM',
    firmware: "the firmware's RAM",
    'behind-firmware': 'the RAM behind the firmware',
  };
  let end = first;
  for (const { physicalAddress: start, memoryBytes: length } of sorted) {
    const range = `segment at ${hex(start)} of ${length} bytes`;
    if (start < first || start + length > last) {
      throw new Error(
        `${range} lies outside ${name[place]} (${hex(first)}, ${last - first} bytes): ` +
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
