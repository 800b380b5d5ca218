import { describe, expect, it } from 'vitest';
import { parseElf, symbolise } from '../../emulator/elf.js';
import { elfImage } from '../support/elf-image.js';

const CODE = new Uint8Array([0x73, 0, 0, 0]);
const good = () => elfImage({ entry: 0x10000, segments: [{ address: 0x10000, bytes: CODE }] });

function damaged(change: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = good();
  change(new DataView(bytes.buffer), bytes);
  return bytes;
}

describe('parseElf', () => {
  it('reads type, entry and loadable segments', () => {
    const elf = parseElf(
      elfImage({
        entry: 0x10004,
        segments: [
          { address: 0x10000, bytes: CODE },
          { address: 0x12010, bytes: CODE, memoryBytes: 0x100, flags: 'rw-' },
        ],
      }),
    );
    expect(elf).toMatchObject({ type: 'executable', entry: 0x10004, interpreter: undefined });
    expect(elf.segments).toMatchObject([
      { address: 0x10000, fileBytes: 4, memoryBytes: 4, writable: false, executable: true },
      { address: 0x12010, fileBytes: 4, memoryBytes: 0x100, writable: true, executable: false },
    ]);
    expect(elf.symbols()).toEqual([]);
  });

  it('leaves segments out that are empty', () => {
    const nothing = { address: 0, bytes: new Uint8Array(0), flags: 'r--' } as const;
    const elf = parseElf(
      elfImage({ entry: 0x10000, segments: [{ address: 0x10000, bytes: CODE }, nothing] }),
    );
    expect(elf.segments.map(({ address }) => address)).toEqual([0x10000]);
  });

  it.each([
    ['text', new TextEncoder().encode('int main;'), 'not an ELF file'],
    ['nothing', new Uint8Array(0), 'not an ELF file'],
    ['a 32-bit file', damaged((_, b) => b.fill(1, 4, 5)), 'a 32-bit ELF file'],
    ['a big-endian file', damaged((_, b) => b.fill(2, 5, 6)), 'a big-endian ELF file'],
    ['an x86-64 file', damaged((v) => v.setUint16(18, 62, true)), 'the ELF machine is x86-64'],
    ['half a header', good().subarray(0, 40), 'the header is incomplete'],
    ['no program headers', good().subarray(0, 80), 'the program headers lie past its end'],
    ['half a segment', good().subarray(0, 4097), 'segment 0 lies past its end'],
    ['a huge offset', damaged((v) => v.setUint32(76, 0xffff_ffff, true)), 'segment 0 lies past'],
    ['file > memory', damaged((v) => v.setUint32(104, 2, true)), 'segment 0 is larger in the file'],
  ])('refuses %s and says so', (_case, bytes, message) => {
    expect(() => parseElf(bytes)).toThrow(message);
  });
});

describe('symbolise', () => {
  const symbols = [
    { name: '_start', address: 0x1000, sizeBytes: 0, isFunction: true },
    { name: 'main', address: 0x1010, sizeBytes: 0x20, isFunction: true },
  ];
  it.each([
    [0x1000, '_start'],
    [0x1004, undefined],
    [0x1010, 'main'],
    [0x102e, 'main+0x1e'],
    [0x1030, undefined],
    [0xfff, undefined],
  ])('names %i as %s', (address, name) => {
    expect(symbolise(symbols, address)).toBe(name);
  });
});
