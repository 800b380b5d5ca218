import { describe, expect, it } from 'vitest';
import {
  Machine,
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  pteLow,
} from '../../../emulator/index.js';
import { encode } from '../../support/encode.js';

const RAM = 0x8000_0000;
const FIRST = 0x80000; // the root, a table of level 1, two of level 0, code, data
const CODE = 0x10_0000;
const ALL = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;

describe('a hart whose data lie a multiple of the TLB away from its code', () => {
  it.each([2048, 4096, 8192])('makes progress when the distance is %i pages', (pages) => {
    const data = CODE + pages * 4096;
    const { ram, hart } = Machine.create({ memoryBytes: 4 << 20, supervisor: 'host' });
    const entry = (table: number, index: number) => RAM + table * 4096 + (index & 0x1ff) * 8;
    ram.writePte(entry(0, 0), pteLow(FIRST + 1, PTE_V), 0);
    ram.writePte(entry(1, CODE >>> 21), pteLow(FIRST + 2, PTE_V), 0);
    ram.writePte(entry(1, data >>> 21), pteLow(FIRST + 3, PTE_V), 0);
    ram.writePte(entry(2, CODE >>> 12), pteLow(FIRST + 4, ALL), 0);
    ram.writePte(entry(3, data >>> 12), pteLow(FIRST + 5, ALL), 0);
    ram.writeU32(RAM + 4 * 4096, encode('sd', { rs1: 11, rs2: 12 }));
    ram.writeU32(RAM + 4 * 4096 + 4, encode('ld', { rd: 10, rs1: 11 }));
    hart.setAddressSpace(FIRST, 1);
    hart.pc = CODE;
    hart.writeX(11, data);
    hart.writeX(12, 42);
    expect(hart.run(2)).toBe('budget');
    expect(hart.readX(10)).toBe(42);
  });
});
