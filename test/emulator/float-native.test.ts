import { describe, expect, it } from 'vitest';
import { handlers } from '../../emulator/interpreter/handlers.js';
import { insertOperands, noOperands } from '../../emulator/isa/encoding.js';
import { instructions, instructionsOf } from '../../emulator/isa/extensions.js';
import type { Instruction } from '../../emulator/isa/instruction.js';
import { hasRoundingMode, registerFile, usesFloat } from '../../emulator/isa/properties.js';
import {
  BareHart,
  CODE_VA,
  cloneState,
  difference,
  execute,
  type HartState,
  PlainContext,
} from '../support/bare-hart.js';
import { randomFloat, TEST_F32, TEST_F64 } from '../support/float-values.js';
import { Random } from '../support/random.js';

// Half precision always leaves for the evaluator.
const native = new Set(handlers().map(({ instruction }) => instruction));
const subjects = instructions.filter(
  (instruction) =>
    usesFloat(instruction) && native.has(instruction) && !/^f[ls][hwd]$/.test(instruction.name),
);
const CASES = 400;
const box = (bits: bigint) => 0xffff_ffff_0000_0000n | bits;

/** Numbers as programs have them: moderate exponents, often few significant bits, seldom zero. */
function ordinaryState(random: Random, { name }: Instruction, fflags: number): HartState {
  const isSingle = name.endsWith('.s') || name.endsWith('.w');
  const format = isSingle ? TEST_F32 : TEST_F64;
  const center = (isSingle ? 127 : 1023) + random.below(20);
  const float = () => {
    const bits = random.below(20) === 0 ? 0n : randomFloat(random, format, center);
    return isSingle ? box(bits) : bits;
  };
  // Non-negative where negative numbers are out of range.
  const sign = isSingle ? 1n << 31n : 1n << 63n;
  const mask = /^fsqrt|^fcvt\.[lw]u/.test(name) ? ~sign : -1n;
  const f = Array.from({ length: 32 }, () => BigInt.asUintN(64, float() & mask));
  const x = Array.from({ length: 32 }, () => random.u64() >> BigInt(random.below(64)));
  x[0] = 0n;
  return { pc: CODE_VA, x, f, fflags, frm: 0, reservation: -1n, data: Buffer.alloc(8192) };
}

/** Compares on ordinary operands; returns the share that the interpreter executed itself. */
function compare(hart: BareHart, instruction: Instruction, rm: number, fflags: number): number {
  const random = new Random(`${instruction.name} ${rm} ${fflags}`);
  const operands = { ...noOperands(), rd: 10, rs1: 11, rs2: 12, rs3: 13, rm };
  const bits = insertOperands(instruction.encoding, operands)!;
  hart.writeCode([bits]);
  let native = 0;
  for (let i = 0; i < CASES; i++) {
    const before = ordinaryState(random, instruction, fflags);
    const expected = cloneState(before);
    execute(bits, new PlainContext(expected));
    hart.load(before);
    const { retired } = hart.run(1);
    const after = hart.save(before.frm);
    const operandsText = [11, 12, 13].map((i) => before.f[i]!.toString(16)).join(' ');
    expect(difference(after, retired === 1 ? expected : before), operandsText).toBeUndefined();
    native += retired;
  }
  return native / CASES;
}

describe('native floating point', () => {
  const hart = new BareHart();

  it('is all of F and D', () => {
    const missing = instructionsOf('rv64gc').filter(
      (instruction) => usesFloat(instruction) && !native.has(instruction),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it.each(subjects.map((subject) => [subject.name, subject]))(
    '%s is exact, and native once NX is set',
    (_, instruction) => {
      const rm = hasRoundingMode(instruction) ? 7 : 0;
      expect(compare(hart, instruction, rm, 1)).toBeGreaterThan(0.9);
    },
  );

  it.each(subjects.filter(hasRoundingMode).map((subject) => [subject.name, subject]))(
    '%s leaves whenever it would set NX',
    (_, instruction) => {
      const share = compare(hart, instruction, 0, 0);
      if (registerFile(instruction, 'rs3') === undefined) expect(share).toBeGreaterThan(0);
    },
  );

  it.each(subjects.filter(({ name }) => /^fcvt\.[lw]u?\./.test(name)).map((s) => [s.name, s]))(
    '%s knows the static rounding modes',
    (_, instruction) => {
      for (const rm of [1, 2, 3]) expect(compare(hart, instruction, rm, 1)).toBeGreaterThan(0.9);
      expect(compare(hart, instruction, 4, 1)).toBe(0);
    },
  );
});
