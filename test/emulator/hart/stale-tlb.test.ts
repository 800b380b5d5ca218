import { beforeEach, describe, expect, it } from 'vitest';
import {
  Cause,
  type Hart,
  Machine,
  PTE_A,
  PTE_D,
  PTE_G,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  pteLow,
  type Ram,
} from '../../../emulator/index.js';
import { encode } from '../../support/encode.js';

const RAM = 0x8000_0000;
const FIRST = 0x80000; // page tables of levels 2, 1, 0, then code, and two frames of data
const CODE = 0x10_0000;
const DATA = 0x10_1000;
const OTHER = 0x10_2000;
const ALL = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
const entryOf = (va: number) => RAM + 2 * 4096 + ((va >>> 12) & 0x1ff) * 8;

describe("a hart whose TLB is 'stale'", () => {
  let ram: Ram;
  let hart: Hart;

  function start(flags = ALL): void {
    ({ ram, hart } = Machine.create({ memoryBytes: 4 << 20, supervisor: 'host', tlb: 'stale' }));
    ram.writePte(RAM, pteLow(FIRST + 1, PTE_V), 0);
    ram.writePte(RAM + 4096, pteLow(FIRST + 2, PTE_V), 0);
    ram.writePte(entryOf(CODE), pteLow(FIRST + 3, ALL), 0);
    for (const va of [DATA, OTHER]) ram.writePte(entryOf(va), pteLow(FIRST + 4, flags), 0);
    ram.writeU32(RAM + 3 * 4096, encode('ld', { rd: 10, rs1: 11 }));
    ram.writeU32(RAM + 3 * 4096 + 4, encode('sd', { rs1: 11, rs2: 12 }));
    ram.writeU32(RAM + 4 * 4096, 0x1111);
    ram.writeU32(RAM + 5 * 4096, 0x2222);
    hart.setAddressSpace(FIRST, 7);
  }

  beforeEach(() => start());

  /** What a load from `va` gets, or the cause of its fault. */
  function load(va: number): number | string {
    hart.pc = CODE;
    hart.writeX(11, va);
    return hart.run(1) === 'trap' ? `cause ${hart.trapCause}` : hart.readX(10);
  }

  const moveElsewhere = (va: number, flags = ALL) =>
    ram.writePte(entryOf(va), pteLow(FIRST + 5, flags), 0);

  it('uses a translation after its entry was changed, until a fence', () => {
    expect(load(DATA)).toBe(0x1111);
    moveElsewhere(DATA);
    expect(load(DATA)).toBe(0x1111);
    hart.fence();
    expect(load(DATA)).toBe(0x2222);
  });

  it('never keeps that an entry was invalid', () => {
    ram.writePte(entryOf(DATA), 0, 0);
    expect(load(DATA)).toBe(`cause ${Cause.LoadPageFault}`);
    moveElsewhere(DATA);
    expect(load(DATA)).toBe(0x2222);
  });

  it('fences one address and leaves the others stale', () => {
    expect([load(DATA), load(OTHER)]).toEqual([0x1111, 0x1111]);
    moveElsewhere(DATA);
    moveElsewhere(OTHER);
    hart.fence({ va: DATA });
    expect([load(DATA), load(OTHER)]).toEqual([0x2222, 0x1111]);
  });

  it.each([
    ['this ASID', 7, 0x2222],
    ['another ASID', 8, 0x1111],
  ])('fences %s', (_name, asid, expected) => {
    load(DATA);
    moveElsewhere(DATA);
    hart.fence({ asid });
    expect(load(DATA)).toBe(expected);
    moveElsewhere(OTHER);
    hart.fence({ va: OTHER, asid });
    expect(load(OTHER)).toBe(0x2222);
  });

  it('spares a global entry from a fence of one ASID, and serves it to others', () => {
    start(ALL | PTE_G);
    load(DATA);
    moveElsewhere(DATA, ALL | PTE_G);
    hart.fence({ asid: 7 });
    hart.fence({ va: DATA, asid: 7 });
    expect(load(DATA)).toBe(0x1111);
    hart.setAddressSpace(FIRST, 9);
    expect(load(DATA)).toBe(0x1111);
    hart.fence({ va: DATA });
    expect(load(DATA)).toBe(0x2222);
  });

  it('keeps translations of an ASID over a change of satp', () => {
    load(DATA);
    moveElsewhere(DATA);
    hart.setAddressSpace(FIRST, 8);
    expect(load(CODE)).not.toBe(0);
    hart.setAddressSpace(FIRST, 7);
    expect(load(DATA)).toBe(0x1111);
    hart.setAddressSpace(FIRST, 8);
    expect(load(DATA)).toBe(0x2222);
  });

  it('reads the entry again before it sets D, and so never writes through a stale one', () => {
    start(ALL & ~PTE_D);
    expect(load(DATA)).toBe(0x1111);
    moveElsewhere(DATA, ALL & ~PTE_D);
    hart.pc = CODE + 4;
    hart.writeX(12, 0x3333);
    expect(hart.run(1)).toBe('budget');
    expect(ram.readU32(RAM + 4 * 4096)).toBe(0x1111);
    expect(ram.readU32(RAM + 5 * 4096)).toBe(0x3333);
    expect(ram.readPteLow(entryOf(DATA))).toBe(pteLow(FIRST + 5, ALL));
  });
});
