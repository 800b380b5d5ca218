import { expect, it } from 'vitest';
import { instructions } from '../../emulator/isa/extensions.js';
import type { Instruction } from '../../emulator/isa/instruction.js';
import { hasRoundingMode, registerFile, usesFloat } from '../../emulator/isa/properties.js';
import {
  randomExponent,
  randomFloat,
  specialValues,
  TEST_F16,
  TEST_F32,
  TEST_F64,
  type TestFormat,
} from '../support/float-values.js';
import { type Case, differences, onFixedRegisters } from '../support/qemu-oracle.js';
import { Random } from '../support/random.js';
import { describeWith } from '../support/tools.js';

const subjects = instructions.filter(
  (instruction) => usesFloat(instruction) && !/^f[ls][hwd]$/.test(instruction.name),
);

const INTEGERS = [0, 1, 10, 16, 24, 31, 32, 52, 53, 62, 63].flatMap((bit) =>
  [-1n, 0n, 1n].flatMap((delta) => {
    const value = (1n << BigInt(bit)) + delta;
    return [BigInt.asUintN(64, value), BigInt.asUintN(64, -value)];
  }),
);

function sourceFormat({ name }: Instruction): TestFormat {
  if (name.endsWith('.h')) return TEST_F16;
  return name.endsWith('.s') || name === 'fmv.x.w' ? TEST_F32 : TEST_F64;
}

/** Ones above a value that is narrower than its register. */
function box({ bits }: TestFormat, value: bigint): bigint {
  return BigInt.asUintN(64, -1n << BigInt(bits)) | value;
}

/** All pairs of special values, then random ones, in every rounding mode that matters. */
function casesOf(instruction: Instruction, random: Random): Case[] {
  const { name } = instruction;
  const modes = hasRoundingMode(instruction) ? [0, 1, 2, 3, 4] : [0];
  const tuples =
    registerFile(instruction, 'rs1') === 'x'
      ? [
          ...INTEGERS,
          ...Array.from({ length: 100 }, () => random.u64() >> BigInt(random.below(64))),
        ].map((value): Case['operands'] => [value, 0n, 0n])
      : floatTuples(instruction, random);
  const bits = onFixedRegisters(instruction);
  return tuples.flatMap((operands) => modes.map((frm) => ({ name, bits, frm, operands })));
}

function floatTuples(instruction: Instruction, random: Random): Case['operands'][] {
  const tuples: Case['operands'][] = [];
  const format = sourceFormat(instruction);
  const specials = specialValues(format).map((value) => box(format, value));
  const seconds = registerFile(instruction, 'rs2') === undefined ? [0n] : specials;
  for (const a of specials) {
    for (const b of seconds) tuples.push([a, b, random.pick(specials)]);
  }
  const any = (center?: number) => box(format, randomFloat(random, format, center));
  for (let i = 0; i < 200; i++) {
    const center = randomExponent(random, format);
    tuples.push([any(center), any(center), any(center)], [any(), any(), any()]);
  }
  // Conversions to integers near the limits, and halves that tie.
  const bias = 2 ** (format.bits - 2 - format.fractionBits) - 1;
  for (let i = 0; i < 100; i++) {
    const around = () => any(bias + random.below(66));
    tuples.push([around(), around(), around()]);
  }
  // Operands that are not NaN-boxed.
  for (let i = 0; i < 20; i++) tuples.push([random.u64(), random.pick(specials), random.u64()]);
  return tuples;
}

describeWith(
  ['riscv64-linux-gnu-gcc', 'qemu-riscv64-static'],
  'exact floating point against QEMU',
  () => {
    it.each(['h', 's', 'd'])(
      'agrees on results and flags of every .%s instruction in every rounding mode',
      (suffix) => {
        const random = new Random('float');
        const cases = subjects
          .filter(
            (instruction) => sourceFormat(instruction).bits === { h: 16, s: 32, d: 64 }[suffix],
          )
          .flatMap((instruction) => casesOf(instruction, random));
        const found = differences(cases, 'rv64,Zfh=true');
        expect(found.slice(0, 10), `${found.length} of ${cases.length}`).toEqual([]);
      },
    );
  },
);
