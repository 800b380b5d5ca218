import { expect, it } from 'vitest';
import { InstructionSet } from '../../emulator/isa/decode.js';
import { disassemble } from '../../emulator/isa/disassemble.js';
import { insertOperands } from '../../emulator/isa/encoding.js';
import { compressedInstructions, instructionsOf } from '../../emulator/isa/extensions.js';
import {
  BareHart,
  CODE_VA,
  DATA_VA,
  Exit,
  execute,
  type HartState,
  PlainContext,
} from '../support/bare-hart.js';
import { randomFloat, TEST_F32, TEST_F64 } from '../support/float-values.js';
import { assembleProgram, inTemporaryDirectory, runTool } from '../support/programs.js';
import { Random } from '../support/random.js';
import { describeWith } from '../support/tools.js';

const PAGE_BYTES = 4096;
/** How often a program runs over its page, each time with what the last time left. */
const ROUNDS = 84;
const C_NOP = 0x0001;
const ISA = 'rv64gc_zba_zbb_zbs_zbkb_zbkx';
const CPU = 'rv64,zba=true,zbb=true,zbs=true,zbkb=true,zbkx=true';
const isa = new InstructionSet(ISA);
/** x8 and x9 point into the data; nothing writes them. */
const POINTERS = [8, 9];

const entries = [...instructionsOf(ISA), ...compressedInstructions];

/** A page of instructions that all jump forwards, so that it ends; it runs over its own end. */
function randomPage(random: Random): number[] {
  const page: { bits: number; at: number }[] = [];
  let at = 0;
  while (at < PAGE_BYTES - 2) {
    const { encoding } = random.pick(entries);
    const bits = (random.u32() & ~encoding.mask) | encoding.match;
    const decoded = isa.decode(encoding.lengthBytes === 2 ? bits & 0xffff : bits);
    if (decoded === undefined || !isAskable(decoded, random)) continue;
    page.push({ bits: encoding.lengthBytes === 2 ? bits & 0xffff : bits | 0, at });
    at += encoding.lengthBytes;
  }
  if (at < PAGE_BYTES) page.push({ bits: C_NOP, at });
  return page.map(({ bits, at }, index) => {
    const decoded = isa.decode(bits)!;
    if (!['jump', 'branch'].includes(decoded.instruction.effect.kind)) return bits;
    const { encoding } = decoded.compressed ?? decoded.instruction;
    const target = page[Math.min(page.length - 1, index + 1 + random.below(12))]!;
    const imm = Math.max(target.at - at, decoded.lengthBytes);
    return insertOperands(encoding, { ...decoded.operands, imm })!;
  });
}

/** What the oracle can be asked: nothing of the system, no jumps to computed places. */
function isAskable(
  { instruction, operands }: NonNullable<ReturnType<typeof isa.decode>>,
  random: Random,
): boolean {
  if (POINTERS.includes(operands.rd) || operands.rm === 5 || operands.rm === 6) return false;
  const { kind } = instruction.effect;
  if (['csr', 'system', 'nothing', 'loadReserved', 'storeConditional'].includes(kind)) return false;
  // QEMU 7.2 counts on into the upper half when the lower one is zero.
  if (instruction.name === 'jalr' || instruction.name === 'ctzw') return false;
  if (kind === 'jump' || kind === 'branch') return random.below(4) === 0;
  const isMemory = kind === 'amo' || instruction.syntax.includes('imm(rs1)');
  return !isMemory || POINTERS.includes(operands.rs1);
}

function randomState(random: Random): HartState {
  const x = Array.from({ length: 32 }, () => random.u64() >> BigInt(random.below(64)));
  x[0] = 0n;
  for (const pointer of POINTERS) x[pointer] = DATA_VA + 0x800n + BigInt(random.below(256) * 8);
  const f = Array.from({ length: 32 }, () =>
    random.below(2) === 0
      ? randomFloat(random, TEST_F64, 1023)
      : 0xffff_ffff_0000_0000n | randomFloat(random, TEST_F32, 127),
  );
  const data = Buffer.from(Uint8Array.from({ length: 8192 }, () => random.below(256)));
  const frm = random.below(5);
  return { pc: CODE_VA, x, f, fflags: 0, frm, reservation: -1n, data };
}

/** Registers 1 to 31 but the pointers, f0 to f31, fflags, and the data. */
function snapshot(x: readonly bigint[], f: readonly bigint[], fflags: bigint, data: Buffer) {
  const hex = (value: bigint) => value.toString(16);
  const named = x.map((value, i) => (i === 0 || POINTERS.includes(i) ? '' : `x${i} ${hex(value)}`));
  return {
    registers: [...named, ...f.map((value, i) => `f${i} ${hex(value)}`), `fflags ${hex(fflags)}`],
    data: data.toString('hex'),
  };
}

const each = (line: (i: number) => string, first = 0) =>
  Array.from({ length: 32 - first }, (_, i) => line(i + first)).join('\n');

function runOnQemu(page: readonly number[], { x, f, frm, data }: HartState) {
  const quads = (values: readonly bigint[]) => values.map((value) => `.dword ${value}`).join('\n');
  const source = `
    .section .page, "ax"
    ${page.map((bits) => ((bits & 3) === 3 ? `.word ${bits >>> 0}` : `.half ${bits}`)).join('\n')}
    lui x8, 0x30
    ld x9, 520(x8)
    addi x9, x9, -1
    sd x9, 520(x8)
    beqz x9, 1f
    ld x9, 72(x8)
    ld x8, 64(x8)
    j page
  1:
    ${each((i) => `sd x${i}, ${i * 8}(x8)`)}
    ${each((i) => `fsd f${i}, ${256 + i * 8}(x8)`)}
    frflags x9
    sd x9, 512(x8)
    li a0, 1
    lui a1, 0x20
    li a2, 0x2000
    li a7, 64
    ecall
    li a0, 1
    lui a1, 0x30
    li a2, 520
    ecall
    li a0, 0
    li a7, 93
    ecall
    .section .guest, "aw"
    ${Array.from(data, (byte) => `.byte ${byte}`).join('\n')}
    .section .saved, "aw"
    ${quads(x)}
    ${quads(f)}
    .dword 0, ${ROUNDS}
    .text
    .globl _start
  _start:
    li x1, ${frm}
    fsrm x1
    lui x31, 0x30
    ${each((i) => `fld f${i}, ${256 + i * 8}(x31)`)}
    ${each((i) => `ld x${i}, ${i * 8}(x31)`, 1)}
    .option norelax
    j page
    .set page, 0x10000
  `;
  const sections = ['.page=0x10000', '.guest=0x20000', '.saved=0x30000', '.text=0x40000'];
  const flags = ['--build-id=none', ...sections.map((at) => `--section-start=${at}`)];
  const output = inTemporaryDirectory((directory) =>
    runTool('qemu-riscv64-static', ['-cpu', CPU, assembleProgram(directory, source, flags)]),
  );
  const quad = (i: number) => output.readBigUInt64LE(8192 + i * 8);
  const registers = Array.from({ length: 64 }, (_, i) => quad(i));
  return snapshot(registers.slice(0, 32), registers.slice(32), quad(64), output.subarray(0, 8192));
}

const hart = new BareHart();

function runHere(page: readonly number[], state: HartState) {
  hart.writeCode(page);
  hart.load(state);
  let executed = 0;
  for (let round = 0; ; ) {
    const { exit, retired } = hart.run(1_000_000);
    executed += retired;
    const now = hart.save(state.frm);
    if (now.pc === CODE_VA + BigInt(PAGE_BYTES)) {
      round++;
      if (round === ROUNDS) {
        return { executed, ...snapshot(now.x, now.f, BigInt(now.fflags), now.data) };
      }
      now.pc = CODE_VA;
      hart.load(now);
      continue;
    }
    if (exit === Exit.Fetch || exit === Exit.Decode) {
      throw new Error(`the program went astray to 0x${now.pc.toString(16)}`);
    }
    const at = Number(now.pc - CODE_VA);
    const bits = bitsAt(page, at);
    expect(execute(bits, new PlainContext(now)), disassemble(bits)).toBeUndefined();
    hart.load(now);
    executed++;
  }
}

function bitsAt(page: readonly number[], offset: number): number {
  let at = 0;
  for (const bits of page) {
    if (at === offset) return bits;
    at += (bits & 3) === 3 ? 4 : 2;
  }
  throw new Error(`no instruction at offset ${offset}`);
}

describeWith(
  ['riscv64-linux-gnu-gcc', 'qemu-riscv64-static'],
  'random programs against QEMU',
  () => {
    it.each(Array.from({ length: 12 }, (_, seed) => seed))(
      'program %i leaves the same registers, flags and memory',
      (seed) => {
        const random = new Random(seed);
        const page = randomPage(random);
        const state = randomState(random);
        const { executed, ...ours } = runHere(page, state);
        // A million in all.
        expect(executed).toBeGreaterThan(84_000);
        expect(ours).toEqual(runOnQemu(page, state));
      },
    );
  },
);
