import { describe, expect, it } from 'vitest';
import { Cause, type Hart, Machine, type Ram } from '../../../emulator/index.js';
import { Csr } from '../../../emulator/privileged/csr-names.js';
import { encode } from '../../support/encode.js';

const CODE = 0x8000_0000;
const DATA = 0x8001_0000;
const HANDLER = 0x8000_0800;
/** F registers are on. */
const MSTATUS_FS = 3n << 13n;
const PATTERN = Uint8Array.from({ length: 8192 }, (_, i) => (i * 37 + 129) & 0xff);
const VALUE = 0x0123_4567_89ab_cdefn;

const loads = { lh: 2, lhu: 2, flh: 2, lw: 4, lwu: 4, flw: 4, ld: 8, fld: 8 } as const;
const stores = { sh: 2, fsh: 2, sw: 4, fsw: 4, sd: 8, fsd: 8 } as const;
const rows = [...Object.entries(loads), ...Object.entries(stores)];

/** Offsets in the two pages of data: none crosses but the last ones. */
const offsetsOf = (bytes: number) =>
  Array.from({ length: bytes }, (_, i) => [i, 64 + i, 4096 - bytes + i]).flat();

function machine(misaligned: 'handled' | 'trapped'): { hart: Hart; ram: Ram } {
  const { hart, ram } = Machine.create({ memoryBytes: 4 << 20, supervisor: 'guest', misaligned });
  hart.writeCsr(Csr.mtvec, BigInt(HANDLER));
  hart.writeCsr(Csr.mstatus, MSTATUS_FS);
  return { hart, ram };
}

/** Runs one instruction with x11 = the address; what it left in memory. */
function run(hart: Hart, ram: Ram, bits: number, address: number): Uint8Array {
  ram.write(DATA, PATTERN);
  ram.writeU32(CODE, bits);
  hart.pc = CODE;
  hart.writeX(11, address);
  hart.writeXHalves(10, Number(VALUE & 0xffff_ffffn), Number(VALUE >> 32n));
  hart.run(1);
  const after = new Uint8Array(PATTERN.length);
  ram.read(DATA, after);
  return after;
}

const x10 = (hart: Hart) => {
  const high = BigInt.asUintN(32, BigInt(hart.readXHigh(10)));
  return (high << 32n) | BigInt.asUintN(32, BigInt(hart.readXLow(10)));
};

const isLoad = (name: string) => name in loads;

const wordOf = (name: string) =>
  encode(name, isLoad(name) ? { rd: 10, rs1: 11 } : { rs1: 11, rs2: 10 });

describe("a hart with misaligned: 'trapped'", () => {
  it.each(rows)('raises address-misaligned for %s, in a page and across two', (name, bytes) => {
    const { hart, ram } = machine('trapped');
    for (const offset of [...offsetsOf(bytes), ...offsetsOf(bytes)]) {
      const after = run(hart, ram, wordOf(name), DATA + offset);
      if (offset % bytes === 0) {
        expect(hart.pc, `${offset}`).toBe(CODE + 4);
        continue;
      }
      const cause = isLoad(name) ? Cause.LoadMisaligned : Cause.StoreMisaligned;
      const trap = [Csr.mcause, Csr.mtval, Csr.mepc].map((csr) => Number(hart.readCsr(csr)));
      expect(hart.pc, `${offset}`).toBe(HANDLER);
      expect(trap).toEqual([cause, DATA + offset, CODE]);
      expect(Buffer.compare(after, PATTERN)).toBe(0);
      expect(x10(hart)).toBe(VALUE);
    }
  });

  it('names misalignment, not the fault, where an address is both misaligned and unmapped', () => {
    const { hart, ram } = machine('trapped');
    run(hart, ram, wordOf('ld'), 0x4000_0001);
    expect(hart.readCsr(Csr.mcause)).toBe(BigInt(Cause.LoadMisaligned));
    run(hart, ram, wordOf('ld'), 0x4000_0000);
    expect(hart.readCsr(Csr.mcause)).toBe(BigInt(Cause.LoadAccessFault));
  });

  it('lets bytes and instructions at odd halfwords be', () => {
    const { hart, ram } = machine('trapped');
    run(hart, ram, encode('lbu', { rd: 10, rs1: 11 }), DATA + 3);
    expect([hart.pc, hart.readX(10)]).toEqual([CODE + 4, PATTERN[3]]);
    ram.writeU32(CODE + 2, encode('addi', { rd: 10, imm: 7 }));
    hart.pc = CODE + 2;
    hart.run(1);
    expect([hart.pc, hart.readX(10)]).toEqual([CODE + 6, 7]);
  });

  it('makes the host see the trap of a user program', () => {
    const { hart, ram } = Machine.create({
      memoryBytes: 4 << 20,
      supervisor: 'host',
      misaligned: 'trapped',
    });
    ram.writeU32(CODE, wordOf('sw'));
    hart.pc = CODE;
    hart.writeX(11, DATA + 2);
    expect(hart.run(1)).toBe('trap');
    expect([hart.trapCause, hart.trapValue, hart.pc]).toEqual([
      Cause.StoreMisaligned,
      DATA + 2,
      CODE,
    ]);
  });
});

describe('a hart that handles misaligned accesses', () => {
  it.each(Object.entries(loads))('loads with %s what single bytes hold', (name, bytes) => {
    const { hart, ram } = machine('handled');
    const view = new DataView(PATTERN.buffer);
    for (const offset of [...offsetsOf(bytes), ...offsetsOf(bytes)]) {
      run(hart, ram, wordOf(name), DATA + offset);
      expect(hart.pc).toBe(CODE + 4);
      const low = bytes === 2 ? view.getUint16(offset, true) : view.getUint32(offset, true);
      if (name.startsWith('f')) {
        // Back through memory: the registers are not part of what a host reads.
        const back = run(hart, ram, encode(`fs${name[2]}`, { rs1: 11, rs2: 10 }), DATA);
        expect(back.subarray(0, bytes)).toEqual(PATTERN.subarray(offset, offset + bytes));
        continue;
      }
      const raw = bytes === 8 ? view.getBigUint64(offset, true) : BigInt(low);
      const signed = BigInt.asUintN(64, BigInt.asIntN(8 * bytes, raw));
      expect(x10(hart), `${offset}`).toBe(name.endsWith('u') ? raw : signed);
    }
  });

  it.each([
    ['sh', 2],
    ['sw', 4],
    ['sd', 8],
  ] as const)('stores with %s just its bytes', (name, bytes) => {
    const { hart, ram } = machine('handled');
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigUint64(0, VALUE, true);
    for (const offset of [...offsetsOf(bytes), ...offsetsOf(bytes)]) {
      const after = run(hart, ram, wordOf(name), DATA + offset);
      const expected = PATTERN.slice();
      expected.set(value.subarray(0, bytes), offset);
      expect(hart.pc).toBe(CODE + 4);
      expect(Buffer.compare(after, expected), `${offset}`).toBe(0);
    }
  });
});
