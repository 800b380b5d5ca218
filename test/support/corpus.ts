import { BareMetal } from '../../emulator/index.js';
import { instructions } from '../../emulator/isa/extensions.js';
import { registerFile, usesFloat } from '../../emulator/isa/properties.js';
import { Kernel } from '../../kernel/index.js';
import { elfImage } from './elf-image.js';
import { randomFloat, TEST_F32, TEST_F64 } from './float-values.js';
import { CODE, ProgramCode } from './program-code.js';
import { Random } from './random.js';

/** How a program of the corpus ended: all that must not depend on what it ran on. */
export interface CorpusOutcome {
  readonly name: string;
  readonly stateHash: string;
  readonly instructions: number;
  readonly steps: number;
  readonly output: string;
}

/** Checked-in programs that run bare, and how many instructions of them; all are cut off or end. */
const IMAGES = { traps: 3_000_000, 'bench-float': 3_000_001, 'bench-recursive': 3_000_001 };
/** And under the kernel. */
const PROGRAMS = ['hello', 'mmapdemo', 'forkdemo', 'vmmap', 'lab-cow'];

/** What `runCorpus` needs of guest-programs/bin. */
export const CORPUS_FILES = [...Object.keys(IMAGES), ...PROGRAMS];

/** Runs the corpus, on any host. */
export function runCorpus(files: Readonly<Record<string, Uint8Array>>): CorpusOutcome[] {
  return [
    ...Object.entries(IMAGES).map(([name, limit]) => runBare(name, files[name]!, limit)),
    ...[1, 2, 3].map((seed) => runBare(`floats ${seed}`, floatImage(new Random(seed)), 1_000_000)),
    ...PROGRAMS.map((name) => runUnderKernel(name, files[name]!)),
  ];
}

function runBare(name: string, image: Uint8Array, maxInstructions: number): CorpusOutcome {
  const output: number[] = [];
  const machine = BareMetal.load(image, {
    memoryBytes: 16 << 20,
    maxInstructions,
    onOutput: (bytes) => output.push(...bytes),
  });
  while (machine.run(1_000_000) !== 'exited') {}
  const { stateHash, instructions: retired, steps } = machine.result();
  return { name, stateHash, instructions: retired, steps, output: String.fromCharCode(...output) };
}

function runUnderKernel(name: string, program: Uint8Array): CorpusOutcome {
  const output: number[] = [];
  const kernel = Kernel.create({
    memoryBytes: 32 << 20,
    maxSteps: 100_000_000,
    console: { write: (bytes) => void output.push(...bytes), isTerminal: false },
  });
  const path = `/bin/${name}`;
  kernel.files.add(path, program, 0o755);
  kernel.spawn({ path, args: [path], env: [], cwd: '/tmp' });
  kernel.endInput();
  while (kernel.run(1_000_000) !== 'exited') {}
  const { stateHash, instructions: retired, steps } = kernel.result();
  return { name, stateHash, instructions: retired, steps, output: String.fromCharCode(...output) };
}

const LOG = 0x8010_0000;
const BLOCKS = 60;
/** Random instructions between two stores of all floating-point registers. */
const BLOCK_LENGTH = 24;

/** Those that compute on floating-point registers, and need no memory. */
const arithmetic = instructions.filter(
  (instruction) =>
    usesFloat(instruction) &&
    instruction.effect.kind !== 'store' &&
    !/^fl[hwd]$/.test(instruction.name),
);

/**
 * Random floating-point arithmetic on interesting values, in every rounding mode; all registers go
 * to memory again and again, so that nothing that differs once is lost.
 */
function floatImage(random: Random): Uint8Array {
  const code = new ProgramCode();
  code.load('t0', 3n << 13n);
  code.emit('csrs mstatus,t0');
  code.load('s0', BigInt(LOG));
  for (let f = 0; f < 32; f++) {
    const value = random.below(2) === 0 ? randomFloat(random, TEST_F64) : boxed(random);
    code.load('t0', BigInt.asUintN(64, value));
    code.emit(`fmv.d.x f${f},t0`);
  }
  for (let block = 0; block < BLOCKS; block++) {
    code.emit(`csrwi frm,${block % 5}`);
    for (let i = 0; i < BLOCK_LENGTH; i++) code.word(randomArithmetic(random));
    for (let f = 0; f < 32; f++) code.emit(`fsd f${f},${8 * f}(s0)`);
    code.emit('csrr t0,fcsr', 'sd t0,256(s0)', 'sd a0,264(s0)', 'addi s0,s0,272');
  }
  code.emitPass();
  return elfImage({ entry: CODE, segments: [{ address: CODE, bytes: code.bytes() }] });
}

function boxed(random: Random): bigint {
  return randomFloat(random, TEST_F32) | 0xffff_ffff_0000_0000n;
}

/** Any operands, and the dynamic rounding mode; integer results go to a0. */
function randomArithmetic(random: Random): number {
  const instruction = random.pick(arithmetic);
  const { mask, match, fields } = instruction.encoding;
  let bits = random.u32();
  if (fields.some(({ operands }) => operands.includes('rm'))) bits |= 7 << 12;
  if (registerFile(instruction, 'rd') === 'x') bits = (bits & ~(31 << 7)) | (10 << 7);
  return (bits & ~mask) | match;
}
