import { beforeEach, describe, expect, it } from 'vitest';
import {
  Cause,
  type Hart,
  Machine,
  PTE_A,
  PTE_D,
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
const FIRST = 0x80000; // page tables of levels 2, 1, 0, then code, data and another data frame
const CODE = 0x10_0000; // virtual addresses
const DATA = 0x10_1000;
const ALL = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
const LOAD = encode('ld', { rd: 10, rs1: 11 });
const STORE = encode('sd', { rs1: 11, rs2: 12 });

/** Physical address of the level 0 entry of a page of the test. */
const entryOf = (va: number) => RAM + 2 * 4096 + ((va >>> 12) & 0x1ff) * 8;

describe('the hart, when an entry of a page table in RAM is changed', () => {
  let ram: Ram;
  let hart: Hart;

  beforeEach(() => {
    ({ ram, hart } = Machine.create({ memoryBytes: 4 << 20, supervisor: 'host' }));
    ram.writePte(RAM, pteLow(FIRST + 1, PTE_V), 0);
    ram.writePte(RAM + 4096, pteLow(FIRST + 2, PTE_V), 0);
    ram.writePte(entryOf(CODE), pteLow(FIRST + 3, ALL), 0);
    ram.writePte(entryOf(DATA), pteLow(FIRST + 4, ALL), 0);
    ram.writeU32(RAM + 4 * 4096, 0x1111);
    ram.writeU32(RAM + 5 * 4096, 0x2222);
    hart.setAddressSpace(FIRST, 1);
  });

  /** Runs one instruction at CODE that uses DATA; the trap as [cause, value], or the datum loaded. */
  function use(instruction: number): [number, number] | number {
    ram.writeU32(RAM + 3 * 4096, instruction);
    hart.pc = CODE;
    hart.writeX(11, DATA);
    hart.writeX(12, 0x3333);
    if (hart.run(1) === 'trap') {
      expect(hart.pc).toBe(CODE);
      return [hart.trapCause, hart.trapValue];
    }
    expect(hart.pc).toBe(CODE + 4);
    return hart.readX(10);
  }

  const flip = (va: number, bits: number) =>
    ram.writePte(entryOf(va), ram.readPteLow(entryOf(va)) ^ bits, 0);

  // Each row is tried twice: with the translation not yet cached, and cached before the change.
  describe.each(['cold', 'warm'])('with a %s TLB', (temperature) => {
    function flipAndFence(va: number, bits: number): void {
      if (temperature === 'warm') {
        expect(use(STORE)).toBe(0);
        expect(use(LOAD)).toBe(0x3333);
        ram.writeU32(RAM + 4 * 4096, 0x1111);
        ram.writeU32(RAM + 4 * 4096 + 4, 0);
      }
      flip(va, bits);
      hart.fence();
    }

    it.each([
      ['V', PTE_V, LOAD, Cause.LoadPageFault],
      ['V', PTE_V, STORE, Cause.StorePageFault],
      ['U', PTE_U, LOAD, Cause.LoadPageFault],
      ['U', PTE_U, STORE, Cause.StorePageFault],
      ['W', PTE_W, STORE, Cause.StorePageFault],
      ['R (W alone is reserved)', PTE_R, LOAD, Cause.LoadPageFault],
      ['R and W (leaves X only)', PTE_R | PTE_W, LOAD, Cause.LoadPageFault],
    ])('faults on data without %s', (_name, bits, instruction, cause) => {
      flipAndFence(DATA, bits);
      expect(use(instruction)).toEqual([cause, DATA]);
    });

    it.each([
      ['V', PTE_V],
      ['X', PTE_X],
      ['U', PTE_U],
    ])('faults on a fetch without %s', (_name, bits) => {
      flipAndFence(CODE, bits);
      expect(use(LOAD)).toEqual([Cause.InstructionPageFault, CODE]);
    });

    it('loads from the other frame when a bit of the PPN changes', () => {
      flipAndFence(DATA, ((FIRST + 4) ^ (FIRST + 5)) << 10);
      expect(use(LOAD)).toBe(0x2222);
    });

    it('loads what it loaded before when W or X of a data page goes', () => {
      flipAndFence(DATA, PTE_W | PTE_X);
      expect(use(LOAD)).toBe(0x1111);
    });

    it('sets A again on a load, and not D', () => {
      flipAndFence(DATA, PTE_A | PTE_D);
      expect(use(LOAD)).toBe(0x1111);
      expect(ram.readPteLow(entryOf(DATA)) & (PTE_A | PTE_D)).toBe(PTE_A);
    });

    it('sets D again on a store', () => {
      flipAndFence(DATA, PTE_D);
      use(STORE);
      expect(ram.readPteLow(entryOf(DATA)) & PTE_D).toBe(PTE_D);
      expect(ram.readU32(RAM + 4 * 4096)).toBe(0x3333);
    });

    it('notices the change without a fence: nothing stale is served', () => {
      if (temperature === 'warm') use(STORE);
      flip(DATA, PTE_V);
      expect(use(LOAD)).toEqual([Cause.LoadPageFault, DATA]);
    });
  });

  it('sets neither A nor D for an access that faults on its second page', () => {
    flip(DATA, PTE_A | PTE_D);
    ram.writeU32(RAM + 3 * 4096, encode('sd', { rs1: 11, rs2: 12, imm: 4 }));
    hart.pc = CODE;
    hart.writeX(11, DATA + 4088);
    expect(hart.run(1)).toBe('trap');
    expect([hart.trapCause, hart.trapValue]).toEqual([Cause.StorePageFault, DATA + 4096]);
    expect(ram.readPteLow(entryOf(DATA)) & (PTE_A | PTE_D)).toBe(0);
  });

  it('faults with an access fault when a table lies outside of RAM', () => {
    ram.writePte(RAM, pteLow(0x10, PTE_V), 0);
    expect(use(LOAD)).toEqual([Cause.InstructionAccessFault, CODE]);
  });

  it('runs new code at once after a store into the page that it runs in', () => {
    flip(DATA, ((FIRST + 4) ^ (FIRST + 3)) << 10); // DATA is another name of the code's frame
    ram.writeU32(RAM + 3 * 4096, encode('sw', { rs1: 11, rs2: 12, imm: 4 }));
    ram.writeU32(RAM + 3 * 4096 + 4, encode('addi', { rd: 10, imm: 1 }));
    hart.writeX(11, DATA);
    hart.writeX(12, encode('addi', { rd: 10, imm: 2 }));
    hart.pc = CODE + 4;
    expect(hart.run(1)).toBe('budget');
    expect(hart.readX(10)).toBe(1);
    hart.pc = CODE;
    expect(hart.run(2)).toBe('budget');
    expect(hart.readX(10)).toBe(2);
  });

  it('executes an instruction that lies in two pages, and names the second one when it is missing', () => {
    ram.writePte(entryOf(DATA), pteLow(FIRST + 5, ALL), 0);
    const bits = encode('addi', { rd: 10, imm: 77 });
    ram.writeU16(RAM + 3 * 4096 + 4094, bits & 0xffff);
    ram.writeU16(RAM + 5 * 4096, bits >>> 16);
    hart.pc = CODE + 4094;
    expect(hart.run(1)).toBe('budget');
    expect([hart.readX(10), hart.pc]).toEqual([77, CODE + 4098]);
    ram.writePte(entryOf(DATA), 0, 0);
    hart.pc = CODE + 4094;
    expect(hart.run(1)).toBe('trap');
    expect([hart.trapCause, hart.trapValue]).toEqual([Cause.InstructionPageFault, CODE + 4096]);
    expect(hart.pc).toBe(CODE + 4094);
  });
});
