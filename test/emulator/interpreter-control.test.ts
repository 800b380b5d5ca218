import { beforeEach, describe, expect, it } from 'vitest';
import { writeRecord, writeSentinels } from '../../emulator/interpreter/predecode.js';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import { insertOperands, noOperands, type Operands } from '../../emulator/isa/encoding.js';
import { instructions } from '../../emulator/isa/extensions.js';
import {
  DECODED_PAGES,
  ENTRY_PAGE,
  ENTRY_RECORD,
  EXEC_TLB,
  EXIT_RECORD,
  PC,
  RECORD_BYTES,
  RECORDS_PER_PAGE,
  STRADDLE_RECORD,
  X_REGS,
} from '../../emulator/layout.js';
import { BareHart, CODE_VA, DATA_VA, Exit } from '../support/bare-hart.js';

/** The word of an instruction with these operands. */
function word(name: string, operands: Partial<Operands> = {}): number {
  const { encoding } = instructions.find((instruction) => instruction.name === name)!;
  return insertOperands(encoding, { ...noOperands(), ...operands })!;
}

const C_NOP = 0x0001;
const increment = (register: number) => word('addi', { rd: register, rs1: register, imm: 1 });
/** Endless: x5 counts the rounds of two instructions. */
const countingLoop = [increment(5), word('jal', { imm: -4 })];

let hart: BareHart;
const x = (index: number) => hart.view.getBigInt64(X_REGS + index * 8, true);
const setX = (index: number, value: bigint) =>
  hart.view.setBigInt64(X_REGS + index * 8, value, true);
const pc = () => hart.view.getBigInt64(PC, true);
const setPc = (value: bigint) => hart.view.setBigInt64(PC, value, true);

beforeEach(() => {
  hart = new BareHart();
  setPc(CODE_VA);
});

describe('run', () => {
  it.each([1, 2, 3, 4095, 4096, 4097, 10_001])('retires exactly %i instructions', (count) => {
    hart.writeCode(countingLoop);
    expect(hart.run(count)).toMatchObject({ exit: Exit.Budget, retired: count });
    expect(x(5)).toBe(BigInt(Math.ceil(count / 2)));
    expect(pc()).toBe(CODE_VA + (count % 2 === 0 ? 0n : 4n));
  });

  it('does nothing with a budget of 0', () => {
    hart.writeCode(countingLoop);
    expect(hart.run(0)).toMatchObject({ exit: Exit.Budget, retired: 0 });
    expect([pc(), x(5)]).toEqual([CODE_VA, 0n]);
  });

  it('is as exact where straight code fills the whole page', () => {
    hart.writeCode(Array(2047).fill(C_NOP));
    hart.writeCode([0xa001 /* c.j . */], 4094);
    for (const count of [2046, 2047, 2048, 2049, 2050, 2051, 5000]) {
      setPc(CODE_VA);
      expect(hart.run(count)).toMatchObject({ exit: Exit.Budget, retired: count });
      expect(pc()).toBe(CODE_VA + BigInt(Math.min(count, 2047) * 2));
    }
  });

  it('leaves for a record that is not decoded, and names it', () => {
    hart.writeCode([C_NOP]);
    expect(hart.run(10)).toMatchObject({
      exit: Exit.Decode,
      retired: 1,
      exitRecord: DECODED_PAGES + RECORD_BYTES,
    });
    expect(pc()).toBe(CODE_VA + 2n);
  });

  it('leaves for an illegal instruction and for one of the system', () => {
    for (const bits of [0x0000, 0xffff_ffff | 0, word('ecall'), word('fence.i'), word('csrrw')]) {
      hart.writeCode([bits]);
      expect(hart.run(10)).toMatchObject({ exit: Exit.Slow, retired: 0 });
      expect(pc()).toBe(CODE_VA);
    }
  });
});

describe('control transfers', () => {
  const otherPage = CODE_VA + 0x5000n;

  it('retires a jump to a page that is not present, then asks for it', () => {
    setX(6, otherPage + 9n);
    hart.writeCode([word('jalr', { rd: 1, rs1: 6, imm: 1 })]);
    expect(hart.run(10_000)).toMatchObject({ exit: Exit.Fetch, retired: 1 });
    expect([pc(), x(1)]).toEqual([otherPage + 10n, CODE_VA + 4n]);
  });

  it('reads the target before it writes a link to the same register', () => {
    setX(1, CODE_VA + 0x100n);
    hart.writeCode([word('jalr', { rd: 1, rs1: 1 })]);
    hart.writeCode([0xa001], 0x100);
    hart.run(5);
    expect([pc(), x(1)]).toEqual([CODE_VA + 0x100n, CODE_VA + 4n]);
  });

  it('links to the instruction behind a compressed jump', () => {
    setX(6, CODE_VA + 0x100n);
    expect(fullInstructionSet.decode(0x9302)?.compressed?.name).toBe('c.jalr');
    hart.writeCode([0x9302]);
    hart.writeCode([0xa001], 0x100);
    hart.run(2);
    expect(x(1)).toBe(CODE_VA + 2n);
  });

  it('goes on in the next page when code runs over the end of one', () => {
    const second = DECODED_PAGES + (RECORDS_PER_PAGE + 2) * RECORD_BYTES;
    writeSentinels(hart.view, second);
    hart.fill(EXEC_TLB, otherPage, second);
    hart.fill(EXEC_TLB, otherPage - 4096n, DECODED_PAGES);
    hart.writeCode([C_NOP], 4094);
    writeRecord(hart.view, second, increment(5), fullInstructionSet);
    writeRecord(hart.view, second + 2 * RECORD_BYTES, word('jal', { imm: -6 }), fullInstructionSet);
    setPc(otherPage - 2n);
    expect(hart.run(9000)).toMatchObject({ exit: Exit.Budget, retired: 9000 });
    expect([x(5), pc()]).toEqual([3000n, otherPage - 2n]);
  });

  it('enters at the record of an instruction that straddles two pages', () => {
    writeSentinels(hart.view, STRADDLE_RECORD - (RECORDS_PER_PAGE - 1) * RECORD_BYTES);
    writeRecord(hart.view, STRADDLE_RECORD, increment(5), fullInstructionSet);
    setPc(CODE_VA + 4094n);
    hart.view.setInt32(ENTRY_RECORD, STRADDLE_RECORD, true);
    hart.view.setInt32(ENTRY_PAGE, STRADDLE_RECORD - (RECORDS_PER_PAGE - 1) * RECORD_BYTES, true);
    expect(hart.run(9000)).toMatchObject({ exit: Exit.Fetch, retired: 1 });
    expect([x(5), pc()]).toEqual([1n, CODE_VA + 4098n]);
    expect(hart.view.getInt32(ENTRY_RECORD, true)).toBe(0);
  });

  it('branches backwards from a straddling instruction into the page before', () => {
    const page = STRADDLE_RECORD - (RECORDS_PER_PAGE - 1) * RECORD_BYTES;
    writeSentinels(hart.view, page);
    writeRecord(hart.view, STRADDLE_RECORD, word('beq', { imm: -4094 }), fullInstructionSet);
    hart.writeCode([0xa001]);
    setPc(CODE_VA + 4094n);
    hart.view.setInt32(ENTRY_RECORD, STRADDLE_RECORD, true);
    hart.view.setInt32(ENTRY_PAGE, page, true);
    expect(hart.run(5)).toMatchObject({ exit: Exit.Budget, retired: 5 });
    expect(pc()).toBe(CODE_VA);
  });
});

describe('accesses', () => {
  it.each([
    ['ld', Exit.Load],
    ['sd', Exit.Store],
    ['lb', Exit.Load],
    ['fsd', Exit.Store],
    ['amoadd.d', Exit.Store],
    ['lr.w', Exit.Load],
    ['sc.w', Exit.Store],
  ] as const)('of %s leave with the address when it is not in the TLB', (name, exit) => {
    const address = DATA_VA + 0x2008n;
    setX(6, address);
    hart.writeCode([C_NOP, word(name, { rd: 7, rs1: 6, rs2: 5 })]);
    expect(hart.run(10)).toMatchObject({ exit, retired: 1, exitVa: address });
    expect(pc()).toBe(CODE_VA + 2n);
    expect(hart.view.getInt32(EXIT_RECORD, true)).toBe(DECODED_PAGES + RECORD_BYTES);
  });

  it('leave when they cross into the next page, though both are present', () => {
    setX(6, DATA_VA + 4093n);
    for (const [name, exit] of [
      ['lw', Exit.Load],
      ['sw', Exit.Store],
    ] as const) {
      hart.writeCode([word(name, { rd: 7, rs1: 6 })]);
      expect(hart.run(10)).toMatchObject({ exit, retired: 0, exitVa: DATA_VA + 4093n });
    }
  });

  it('may be misaligned within a page', () => {
    hart.data.set([1, 2, 3, 4, 5, 6, 7, 8], 3);
    setX(6, DATA_VA + 3n);
    hart.writeCode([word('ld', { rd: 7, rs1: 6 })]);
    hart.run(1);
    expect(x(7)).toBe(0x0807060504030201n);
  });

  it('of atomics leave for the evaluator when misaligned', () => {
    setX(6, DATA_VA + 4n);
    hart.writeCode([word('amoadd.d', { rs1: 6 })]);
    expect(hart.run(1)).toMatchObject({ exit: Exit.Slow, retired: 0 });
  });
});
