import { expect, it } from 'vitest';
import { insertOperands, noOperands } from '../../emulator/isa/encoding.js';
import { instructions } from '../../emulator/isa/extensions.js';
import type { Instruction } from '../../emulator/isa/instruction.js';
import { hasRoundingMode, registerFile, usesFloat } from '../../emulator/isa/properties.js';
import { execute, type HartState, PlainContext } from '../support/bare-hart.js';
import {
  randomExponent,
  randomFloat,
  specialValues,
  TEST_F32,
  TEST_F64,
  type TestFormat,
} from '../support/float-values.js';
import { assembleProgram, inTemporaryDirectory, runTool } from '../support/programs.js';
import { Random } from '../support/random.js';
import { describeWith } from '../support/tools.js';

/** An instruction on fixed registers: a0 or fa0 is result and first operand, fa1 and fa2 follow. */
interface Subject {
  readonly instruction: Instruction;
  readonly bits: number;
}

interface Case {
  readonly subject: number;
  readonly frm: number;
  readonly operands: readonly [bigint, bigint, bigint];
}

const subjects: Subject[] = instructions
  .filter((instruction) => usesFloat(instruction) && !/^f[ls][wd]$/.test(instruction.name))
  .map((instruction) => {
    const operands = { ...noOperands(), rd: 10, rs1: 10, rs2: 11, rs3: 12, rm: 7 };
    // Fields that the encoding fixes are not inserted, so all of these fit.
    return { instruction, bits: insertOperands(instruction.encoding, operands)! };
  });

// Cases of 5 and results of 3 doublewords each, through stdin and stdout.
const program = `
  .globl _start
_start:
  la s0, cases
  li s1, CASE_BYTES
read:
  mv a1, s0
  mv a2, s1
  li a0, 0
  li a7, 63
  ecall
  blez a0, all_read
  add s0, s0, a0
  sub s1, s1, a0
  j read
all_read:
  mv s1, s0
  la s0, cases
  la s2, results
  la s3, subjects
next:
  bgeu s0, s1, write
  ld t0, 0(s0)
  slli t0, t0, 3
  add t0, t0, s3
  ld t1, 8(s0)
  fscsr zero
  fsrm t1
  ld a0, 16(s0)
  fld fa0, 16(s0)
  fld fa1, 24(s0)
  fld fa2, 32(s0)
  jalr t0
  sd a0, 0(s2)
  fsd fa0, 8(s2)
  frflags t0
  sd t0, 16(s2)
  addi s0, s0, 40
  addi s2, s2, 24
  j next
write:
  la a1, results
  sub s2, s2, a1
writing:
  mv a2, s2
  li a0, 1
  li a7, 64
  ecall
  sub s2, s2, a0
  add a1, a1, a0
  bgtz s2, writing
  li a0, 0
  li a7, 93
  ecall
  .option norvc
subjects:
  SUBJECTS
  .bss
  .balign 8
cases: .skip CASE_BYTES
results: .skip RESULT_BYTES
`;

function runOnQemu(cases: readonly Case[]): DataView {
  const input = new DataView(new ArrayBuffer(cases.length * 40));
  for (const [i, { subject, frm, operands }] of cases.entries()) {
    for (const [k, word] of [BigInt(subject), BigInt(frm), ...operands].entries()) {
      input.setBigUint64(i * 40 + k * 8, word, true);
    }
  }
  const source = program
    .replaceAll('CASE_BYTES', `${cases.length * 40}`)
    .replace('RESULT_BYTES', `${cases.length * 24}`)
    .replace('SUBJECTS', subjects.map(({ bits }) => `.word ${bits >>> 0}\n  ret\n`).join('  '));
  const output = inTemporaryDirectory((directory) =>
    runTool(
      'qemu-riscv64-static',
      [assembleProgram(directory, source)],
      new Uint8Array(input.buffer),
    ),
  );
  expect(output.length).toBe(cases.length * 24);
  return new DataView(output.buffer, output.byteOffset, output.length);
}

function runHere({ subject, frm, operands: [a, b, c] }: Case): HartState {
  const state: HartState = {
    pc: 0n,
    x: Array(32).fill(0n),
    f: Array(32).fill(0n),
    fflags: 0,
    frm,
    reservation: -1n,
    data: Buffer.alloc(0),
  };
  state.x[10] = a;
  [state.f[10], state.f[11], state.f[12]] = [a, b, c];
  expect(execute(subjects[subject]!.bits, new PlainContext(state))).toBeUndefined();
  return state;
}

const box = (bits: bigint) => 0xffff_ffff_0000_0000n | bits;
const INTEGERS = [0, 1, 24, 31, 32, 52, 53, 62, 63].flatMap((bit) =>
  [-1n, 0n, 1n].flatMap((delta) => {
    const value = (1n << BigInt(bit)) + delta;
    return [BigInt.asUintN(64, value), BigInt.asUintN(64, -value)];
  }),
);

function sourceFormat({ name }: Instruction): TestFormat {
  return name.endsWith('.s') || name === 'fmv.x.w' ? TEST_F32 : TEST_F64;
}

/** All pairs of special values, then random ones, in every rounding mode that matters. */
function casesOf(subject: number, random: Random): Case[] {
  const { instruction } = subjects[subject]!;
  const modes = hasRoundingMode(instruction) ? [0, 1, 2, 3, 4] : [0];
  const tuples: [bigint, bigint, bigint][] = [];
  if (registerFile(instruction, 'rs1') === 'x') {
    for (const value of INTEGERS) tuples.push([value, 0n, 0n]);
    for (let i = 0; i < 100; i++) tuples.push([random.u64() >> BigInt(random.below(64)), 0n, 0n]);
  } else {
    const format = sourceFormat(instruction);
    const wrap = (bits: bigint) => (format === TEST_F32 ? box(bits) : bits);
    const specials = specialValues(format);
    const arity = registerFile(instruction, 'rs2') === undefined ? 1 : 2;
    for (const a of specials) {
      for (const b of arity === 1 ? [0n] : specials) {
        tuples.push([wrap(a), wrap(b), wrap(random.pick(specials))]);
      }
    }
    for (let i = 0; i < 300; i++) {
      const center = randomExponent(random, format);
      const near = () => wrap(randomFloat(random, format, center));
      const any = () => wrap(randomFloat(random, format));
      tuples.push([near(), near(), near()], [any(), any(), any()]);
    }
    // Conversions to integers near the limits, and halves that tie.
    const bias = 2 ** (format.bits - 2 - format.fractionBits) - 1;
    for (let i = 0; i < 100; i++) {
      const around = () => wrap(randomFloat(random, format, bias + random.below(66)));
      tuples.push([around(), around(), around()]);
    }
    // Operands that are not NaN-boxed.
    for (let i = 0; i < 20; i++)
      tuples.push([random.u64(), wrap(random.pick(specials)), random.u64()]);
  }
  return tuples.flatMap((operands) => modes.map((frm) => ({ subject, frm, operands })));
}

describeWith(
  ['riscv64-linux-gnu-gcc', 'qemu-riscv64-static'],
  'exact floating point against QEMU',
  () => {
    it('agrees on results and flags of every instruction in every rounding mode', () => {
      const random = new Random('float');
      const cases = subjects.flatMap((_, subject) => casesOf(subject, random));
      const results = runOnQemu(cases);
      const mismatches: string[] = [];
      for (const [i, item] of cases.entries()) {
        const state = runHere(item);
        const here = [state.x[10]!, state.f[10]!, BigInt(state.fflags)];
        const there = [0, 8, 16].map((at) => results.getBigUint64(i * 24 + at, true));
        if (here.some((word, k) => word !== there[k])) {
          const [name, hex] = [
            subjects[item.subject]!.instruction.name,
            (v: bigint) => v.toString(16),
          ];
          mismatches.push(
            `${name} frm ${item.frm} (${item.operands.map(hex)}) is ${here.map(hex)}, QEMU ${there.map(hex)}`,
          );
        }
      }
      expect(mismatches.slice(0, 10), `${mismatches.length} of ${cases.length}`).toEqual([]);
    });
  },
);
