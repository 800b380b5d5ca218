import { describe, expect, it } from 'vitest';
import {
  Cause,
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  ppnOf,
  vpnAt,
} from '../../emulator/index.js';
import { Kernel } from '../../kernel/index.js';
import { elfImage } from '../support/elf-image.js';
import { encode } from '../support/encode.js';

const CODE = 0x1_0000;
const [A0, A1, A2, A3, A4, A5, A7, S0, S1, S2] = [10, 11, 12, 13, 14, 15, 17, 8, 9, 18];
const SYS_MMAP = 222;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const DATUM = 0x5a5;
const li = (rd: number, imm: number) => encode('addi', { rd, imm });

/** Maps a page, stores DATUM, and then does the one access over and over. */
function program(access: number): Uint8Array {
  const words = [
    li(A7, SYS_MMAP),
    li(A0, 0),
    encode('lui', { rd: A1, imm: 0x1000 }),
    li(A2, PROT_READ_WRITE),
    li(A3, MAP_PRIVATE_ANONYMOUS),
    li(A4, -1),
    li(A5, 0),
    encode('ecall'),
    encode('addi', { rd: S0, rs1: A0 }),
    li(S1, DATUM),
    encode('sd', { rs1: S0, rs2: S1 }),
    access,
    encode('jal', { imm: -4 }),
  ];
  const bytes = new Uint8Array(new Int32Array(words).buffer);
  return elfImage({ entry: CODE, segments: [{ address: CODE, bytes }] });
}

const LOAD = encode('ld', { rd: S2, rs1: S0 });
const STORE = encode('sd', { rs1: S0, rs2: S1 });

/** A process in the middle of its loop, with the means to change its page tables in raw memory. */
function looping(access: number) {
  const kernel = Kernel.create({
    memoryBytes: 16 << 20,
    console: { write: () => {}, isTerminal: false, columns: 80, rows: 24 },
  });
  kernel.files.add('/bin/loop', program(access), 0o755);
  kernel.spawn({ path: '/bin/loop', args: ['loop'], env: [], cwd: '/' });
  expect(kernel.run(20_000)).toBe('budget');
  const { hart, ram } = kernel.machine;
  const data = hart.readX(S0);
  expect(hart.readX(S2)).toBe(access === LOAD ? DATUM : 0);
  /** Physical address of the leaf entry of `va`, found from satp in raw memory. */
  const entryOf = (va: number): number => {
    let table = Number(hart.satp & ((1n << 44n) - 1n));
    for (let level = 2; ; level--) {
      const entry = table * 4096 + vpnAt(va, level) * 8;
      if (level === 0) return entry;
      table = ppnOf(ram.readPteLow(entry), ram.readPteHigh(entry));
    }
  };
  const flip = (va: number, bits: number) => {
    const entry = entryOf(va);
    ram.writePte(entry, ram.readPteLow(entry) ^ bits, ram.readPteHigh(entry));
    hart.fence();
  };
  /** Runs the hart alone: the kernel does not get to see the trap. */
  const goOn = () => (hart.run(4) === 'trap' ? [hart.trapCause, hart.trapValue] : hart.readX(S2));
  return { ram, data, entryOf, flip, goOn };
}

describe("a bit of a process's page table, changed in memory behind the kernel's back", () => {
  it.each([
    ['V', PTE_V, LOAD, Cause.LoadPageFault],
    ['V', PTE_V, STORE, Cause.StorePageFault],
    ['R', PTE_R, LOAD, Cause.LoadPageFault],
    ['W', PTE_W, STORE, Cause.StorePageFault],
    ['U', PTE_U, LOAD, Cause.LoadPageFault],
    ['U', PTE_U, STORE, Cause.StorePageFault],
  ])('%s of the data: the access faults', (_name, bit, access, cause) => {
    const { data, flip, goOn } = looping(access);
    flip(data, bit);
    expect(goOn()).toEqual([cause, data]);
  });

  it.each([
    ['V', PTE_V],
    ['X', PTE_X],
    ['U', PTE_U],
  ])('%s of the code: the fetch faults', (_name, bit) => {
    const { flip, goOn } = looping(LOAD);
    flip(CODE, bit);
    const [cause, value] = goOn() as number[];
    expect(cause).toBe(Cause.InstructionPageFault);
    expect([CODE + 44, CODE + 48]).toContain(value);
  });

  it('A and D: the hart sets them again, D only for a store', () => {
    const reader = looping(LOAD);
    reader.flip(reader.data, PTE_A | PTE_D);
    expect(reader.goOn()).toBe(DATUM);
    const flags = reader.ram.readPteLow(reader.entryOf(reader.data));
    expect(flags & (PTE_A | PTE_D)).toBe(PTE_A);
    const writer = looping(STORE);
    writer.flip(writer.data, PTE_D);
    writer.goOn();
    expect(writer.ram.readPteLow(writer.entryOf(writer.data)) & PTE_D).toBe(PTE_D);
  });

  it('a bit of the PPN: the load gets what the other frame holds', () => {
    const { ram, data, entryOf, flip, goOn } = looping(LOAD);
    const ppn = ppnOf(ram.readPteLow(entryOf(data)), ram.readPteHigh(entryOf(data)));
    ram.writeU32((ppn ^ 1) * 4096, 0x777);
    ram.writeU32((ppn ^ 1) * 4096 + 4, 0);
    flip(data, 1 << 10);
    expect(goOn()).toBe(0x777);
  });
});
