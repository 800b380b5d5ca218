import { insertOperands, noOperands } from '../../emulator/isa/encoding.js';
import type { Instruction } from '../../emulator/isa/instruction.js';
import { execute, type HartState, PlainContext } from './bare-hart.js';
import { assembleProgram, inTemporaryDirectory, runTool } from './programs.js';

/** An instruction on fixed registers: a0 or fa0 is result and first operand, fa1 and fa2 (a1) follow. */
export interface Case {
  readonly bits: number;
  readonly name: string;
  readonly frm: number;
  readonly operands: readonly [bigint, bigint, bigint];
}

/** What is left in a0, fa0 and fflags. */
export type Outcome = readonly [x: bigint, f: bigint, fflags: bigint];

/** The word of an instruction on those registers */
export function onFixedRegisters({ encoding }: Instruction, imm = 0): number {
  const operands = { ...noOperands(), rd: 10, rs1: 10, rs2: 11, rs3: 12, rm: 7, imm };
  return insertOperands(encoding, operands)!;
}

/** Cases of 5 and results of 3 doublewords each, through stdin and stdout. */
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
  ld a1, 24(s0)
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

/** What QEMU's user-mode emulation makes of the cases. */
export function runOnQemu(cases: readonly Case[], cpu: string): Outcome[] {
  const words = [...new Set(cases.map(({ bits }) => bits))];
  const indexOf = new Map(words.map((bits, index) => [bits, BigInt(index)]));
  const input = new BigUint64Array(cases.length * 5);
  for (const [i, { bits, frm, operands }] of cases.entries()) {
    input.set([indexOf.get(bits)!, BigInt(frm), ...operands], i * 5);
  }
  const source = program
    .replaceAll('CASE_BYTES', `${input.byteLength}`)
    .replace('RESULT_BYTES', `${cases.length * 24}`)
    .replace('SUBJECTS', words.map((bits) => `.word ${bits >>> 0}\n  ret\n`).join('  '));
  const output = inTemporaryDirectory((directory) =>
    runTool(
      'qemu-riscv64-static',
      ['-cpu', cpu, assembleProgram(directory, source)],
      new Uint8Array(input.buffer),
    ),
  );
  if (output.length !== cases.length * 24) throw new Error(`QEMU gave ${output.length} bytes`);
  const at = (index: number) => output.readBigUInt64LE(index * 8);
  return cases.map((_, i) => [at(i * 3), at(i * 3 + 1), at(i * 3 + 2)]);
}

export function runHere({ bits, frm, operands: [a, b, c] }: Case): Outcome {
  const state: HartState = {
    pc: 0n,
    x: Array(32).fill(0n),
    f: Array(32).fill(0n),
    fflags: 0,
    frm,
    reservation: -1n,
    data: Buffer.alloc(0),
  };
  [state.x[10], state.x[11]] = [a, b];
  [state.f[10], state.f[11], state.f[12]] = [a, b, c];
  const trap = execute(bits, new PlainContext(state));
  if (trap !== undefined) throw new Error(`0x${bits.toString(16)} trapped with ${trap.cause}`);
  return [state.x[10], state.f[10]!, BigInt(state.fflags)];
}

/** Descriptions of the cases in which the evaluator and QEMU differ. */
export function differences(cases: readonly Case[], cpu: string): string[] {
  const hex = (value: bigint) => value.toString(16);
  return runOnQemu(cases, cpu).flatMap((theirs, i) => {
    const item = cases[i]!;
    const ours = runHere(item);
    if (ours.every((word, k) => word === theirs[k])) return [];
    const what = `${item.name} frm ${item.frm} (${item.operands.map(hex)})`;
    return [`${what} is ${ours.map(hex)}, QEMU ${theirs.map(hex)}`];
  });
}
