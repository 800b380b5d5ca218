/**
 * From bits to an instruction and its operands, derived from the tables. Candidates are found by
 * opcode and funct3 (or quadrant and funct3), then tried, the most specific first.
 */

import { type Encoding, extractOperands, matches, type Operands } from './encoding.js';
import { compressedInstructions, instructions } from './extensions.js';
import type { CompressedInstruction, Instruction } from './instruction.js';

export interface Decoded {
  /** For a compressed instruction: the one that it stands for. */
  readonly instruction: Instruction;
  readonly operands: Operands;
  readonly lengthBytes: 2 | 4;
}

/** Bytes of the instruction whose first halfword is `low`. */
export function instructionLength(low: number): 2 | 4 {
  return (low & 3) === 3 ? 4 : 2;
}

/**
 * @param bits a 32-bit word, or 16 bits in the low half when the two lowest are not both 1 (the
 *   high half is then ignored)
 * @returns undefined for an illegal or reserved encoding
 */
export function decode(bits: number): Decoded | undefined {
  if ((bits & 3) !== 3) return decodeCompressed(bits & 0xffff);
  const instruction = words[wordBucket(bits)]!.find((candidate) =>
    matches(candidate.encoding, bits),
  );
  if (instruction === undefined) return undefined;
  return { instruction, operands: extractOperands(instruction.encoding, bits), lengthBytes: 4 };
}

/** The compressed instruction that these 16 bits are, before it is expanded. */
export function findCompressed(bits: number): CompressedInstruction | undefined {
  return halfwords[halfwordBucket(bits)]!.find((candidate) => matches(candidate.encoding, bits));
}

export function instructionNamed(name: string): Instruction {
  const instruction = byName.get(name);
  if (instruction === undefined) throw new Error(`no instruction is named '${name}'`);
  return instruction;
}

function decodeCompressed(bits: number): Decoded | undefined {
  const found = findCompressed(bits);
  if (found === undefined) return undefined;
  const operands = Object.assign(extractOperands(found.encoding, bits), found.implied);
  return { instruction: instructionNamed(found.base), operands, lengthBytes: 2 };
}

const byName = new Map(instructions.map((instruction) => [instruction.name, instruction]));
const words = buckets(instructions, 256, wordBucket);
const halfwords = buckets(compressedInstructions, 32, halfwordBucket);

function wordBucket(bits: number): number {
  return ((bits >>> 2) & 31) | ((bits >>> 7) & 0xe0);
}

function halfwordBucket(bits: number): number {
  return (bits & 3) | ((bits >>> 11) & 0x1c);
}

/** For each bucket the entries that some word in it may match, the one with most fixed bits first. */
function buckets<T extends { readonly encoding: Encoding }>(
  table: readonly T[],
  count: number,
  bucketOf: (bits: number) => number,
): T[][] {
  const sorted = [...table].sort((x, y) => fixedBits(y) - fixedBits(x));
  return Array.from({ length: count }, (_, bucket) =>
    sorted.filter(({ encoding }) => {
      const fixed = bucketOf(encoding.mask);
      return (bucket & fixed) === bucketOf(encoding.match);
    }),
  );
}

function fixedBits({ encoding }: { readonly encoding: Encoding }): number {
  let count = 0;
  for (let bits = encoding.mask >>> 0; bits !== 0; bits >>>= 1) count += bits & 1;
  return count;
}
