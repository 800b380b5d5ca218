/**
 * From bits to an instruction and its operands, derived from the tables. Candidates are found by
 * opcode and funct3 (or quadrant and funct3), then tried, the most specific first.
 */

import { type Encoding, extractOperands, matches, type Operands } from './encoding.js';
import { compressedInstructions, extensionsOf, FULL_ISA, instructionsIn } from './extensions.js';
import type { CompressedInstruction, Instruction } from './instruction.js';

export interface Decoded {
  /** For a compressed instruction: the one that it stands for. */
  readonly instruction: Instruction;
  readonly operands: Operands;
  readonly lengthBytes: 2 | 4;
  readonly compressed: CompressedInstruction | undefined;
}

/** The extensions of a hart, and the instructions that it knows by them. */
export class InstructionSet {
  /** The ISA string. */
  readonly name: string;
  /** IALIGN in bytes: what addresses of instructions are multiples of. */
  readonly alignmentBytes: 2 | 4;
  private readonly extensions: ReadonlySet<string>;
  private readonly words: Instruction[][];
  private readonly byName: ReadonlyMap<string, Instruction>;

  /** @throws Error when `isa` is no ISA string that is known here; see extensionsOf */
  constructor(isa: string) {
    this.extensions = extensionsOf(isa);
    this.alignmentBytes = this.has('c') ? 2 : 4;
    const instructions = instructionsIn(this.extensions);
    this.name = isa;
    this.words = buckets(instructions, 256, wordBucket);
    this.byName = new Map(instructions.map((instruction) => [instruction.name, instruction]));
  }

  /**
   * @param bits a 32-bit word, or 16 bits in the low half when the two lowest are not both 1 (the
   *   high half is then ignored)
   * @returns undefined for an illegal or reserved encoding
   */
  decode(bits: number): Decoded | undefined {
    if ((bits & 3) !== 3) return this.decodeCompressed(bits & 0xffff);
    const instruction = find(this.words[wordBucket(bits)]!, bits);
    if (instruction === undefined) return undefined;
    const operands = extractOperands(instruction.encoding, bits);
    return { instruction, operands, lengthBytes: 4, compressed: undefined };
  }

  /** Whether it has the extension of this name: 'd', 'zba', 'sstc' … */
  has(extension: string): boolean {
    return this.extensions.has(extension);
  }

  named(name: string): Instruction | undefined {
    return this.byName.get(name);
  }

  private decodeCompressed(bits: number): Decoded | undefined {
    if (this.alignmentBytes === 4) return undefined;
    const compressed = find(halfwords[halfwordBucket(bits)]!, bits);
    if (compressed === undefined) return undefined;
    const instruction = this.byName.get(compressed.base);
    if (instruction === undefined) return undefined;
    const operands = Object.assign(extractOperands(compressed.encoding, bits), compressed.implied);
    return { instruction, operands, lengthBytes: 2, compressed };
  }
}

const halfwords = buckets(compressedInstructions, 32, halfwordBucket);

/** All extensions. */
export const fullInstructionSet = new InstructionSet(FULL_ISA);

function find<T extends { readonly encoding: Encoding }>(
  candidates: readonly T[],
  bits: number,
): T | undefined {
  for (let i = 0; i < candidates.length; i++) {
    if (matches(candidates[i]!.encoding, bits)) return candidates[i];
  }
  return undefined;
}

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
  const found: T[][] = Array.from({ length: count }, () => []);
  const ranked = table.map((entry) => ({ entry, rank: bitCount(entry.encoding.mask) }));
  for (const { entry } of ranked.sort((x, y) => y.rank - x.rank)) {
    const { mask, match } = entry.encoding;
    const free = ~bucketOf(mask) & (count - 1);
    // Every subset of the bits that the encoding leaves open, from all of them to none.
    for (let subset = free; ; subset = (subset - 1) & free) {
      found[bucketOf(match) | subset]!.push(entry);
      if (subset === 0) break;
    }
  }
  return found;
}

function bitCount(mask: number): number {
  let count = 0;
  for (let bits = mask >>> 0; bits !== 0; bits &= bits - 1) count++;
  return count;
}
