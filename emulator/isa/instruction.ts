import { prebuilt } from '../prebuilt.js';
import { type Encoding, type OperandName, parseEncoding } from './encoding.js';
import type { Effect } from './expression.js';

/** One instruction: its name, encoding, assembly syntax and meaning, each written once. */
export interface Instruction {
  /** As in the manual, without suffixes for aq and rl. */
  readonly name: string;
  readonly encoding: Encoding;
  /** Operands in assembly order; see disassemble.ts for what the words in it mean. */
  readonly syntax: string;
  readonly effect: Effect;
}

/** A 16-bit instruction: another way to write a 32-bit one, so it has no meaning of its own. */
export interface CompressedInstruction {
  readonly name: string;
  readonly encoding: Encoding;
  /** Name of the instruction that it stands for. */
  readonly base: string;
  /** Operands of that instruction which the 16 bits imply. */
  readonly implied: Readonly<Partial<Record<OperandName, number>>>;
}

export function op(name: string, encoding: string, syntax: string, effect: Effect): Instruction {
  return { name, encoding: encodingOf(name, encoding), syntax, effect };
}

export function compressed(
  name: string,
  encoding: string,
  base: string,
  implied: CompressedInstruction['implied'] = {},
): CompressedInstruction {
  return { name, encoding: encodingOf(name, encoding), base, implied };
}

function encodingOf(name: string, text: string): Encoding {
  return prebuilt?.encodings.get(name) ?? parseEncoding(text);
}
