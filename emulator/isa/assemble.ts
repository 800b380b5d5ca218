/** Text to instructions: the inverse of disassemble.ts, derived from the same tables. */

import { type Alias, aliases } from './aliases.js';
import { csrNumber } from './csr-names.js';
import { defaultRoundingMode } from './disassemble.js';
import { insertOperands, noOperands, type OperandName, type Operands } from './encoding.js';
import { compressedInstructions, instructions } from './extensions.js';
import type { Instruction } from './instruction.js';
import { F_NAMES, ROUNDING_MODES, X_NAMES } from './registers.js';

export interface AssembleOptions {
  /** Address of the instruction, from which targets are measured. */
  readonly pc?: number;
  /** The address of a label that stands as a target. */
  readonly addressOf?: (label: string) => number | undefined;
  /** Prefer the 16-bit encoding where there is one. */
  readonly isCompressed?: boolean;
}

/**
 * @param text one instruction or pseudo-instruction, as in 'addi a0,a1,-1'
 * @returns its 32 bits, or 16 when it is compressed
 * @throws Error naming the instruction when there is no such one
 */
export function assemble(text: string, options: AssembleOptions = {}): number {
  const [, mnemonic = '', rest = ''] = /^\s*(\S+)\s*(.*?)\s*$/.exec(text) ?? [];
  const words = rest === '' ? [] : rest.split(/\s*,\s*/);
  const readings = candidatesFor(mnemonic).flatMap((candidate) => {
    const operands = parseOperands(candidate, words, options);
    return operands === undefined ? [] : [{ ...candidate, operands }];
  });
  const attempts = [
    ...(options.isCompressed ? readings.map((reading) => () => compress(reading)) : []),
    ...readings.map((reading) => () => {
      const { instruction, operands, isCompressed } = reading;
      return isCompressed ? undefined : insertOperands(instruction.encoding, operands);
    }),
  ];
  for (const attempt of attempts) {
    const bits = attempt();
    if (bits !== undefined) return bits;
  }
  throw new Error(`cannot assemble '${text.trim()}': no such instruction with such operands`);
}

/** One way to read a mnemonic. */
interface Candidate {
  readonly instruction: Instruction;
  readonly syntax: string;
  readonly implied: Alias['implied'];
  /** It has this name as a 16-bit instruction only. */
  readonly isCompressed: boolean;
}

const compressedByName = new Map(compressedInstructions.map((entry) => [entry.name, entry]));
const byName = new Map(instructions.map((instruction) => [instruction.name, instruction]));

function candidatesFor(mnemonic: string): Candidate[] {
  const found: Candidate[] = [];
  for (const { name, base, implied, syntax } of aliases) {
    if (name !== mnemonic) continue;
    const compressed = compressedByName.get(base);
    const instruction = byName.get(compressed?.base ?? base)!;
    found.push({
      instruction,
      syntax,
      implied: { ...compressed?.implied, ...implied },
      isCompressed: compressed !== undefined,
    });
  }
  const [, stem = '', ordering] = /^(.*?)(?:\.(aqrl|aq|rl))?$/.exec(mnemonic) ?? [];
  const instruction = byName.get(stem);
  if (instruction !== undefined) {
    const aq = Number(ordering?.startsWith('aq') ?? false);
    const rl = Number(ordering?.endsWith('rl') ?? false);
    const implied = ordering === undefined ? {} : { aq, rl };
    found.push({ instruction, syntax: instruction.syntax, implied, isCompressed: false });
  }
  return found;
}

function parseOperands(
  { instruction, syntax, implied }: Candidate,
  words: readonly string[],
  options: AssembleOptions,
): Operands | undefined {
  const operands = { ...noOperands(), rm: defaultRoundingMode(instruction) };
  if (!instruction.encoding.fields.some((field) => field.operands.includes('rm'))) operands.rm = 0;
  const expected = syntax === '' ? [] : syntax.split(',');
  const hasOptionalRm = expected.at(-1) === 'rm';
  if (words.length > expected.length) return undefined;
  if (words.length < expected.length - (hasOptionalRm ? 1 : 0)) return undefined;
  for (const [index, word] of words.entries()) {
    if (!parseWord(expected[index]!, word, operands, options)) return undefined;
  }
  for (const [name, value] of Object.entries(implied)) {
    operands[name as OperandName] =
      typeof value === 'number' ? value : operands[value as OperandName];
  }
  return operands;
}

/** Parses 'imm(rs1)' and '(rs1)' by parts, everything else as one operand. */
function parseWord(
  expected: string,
  word: string,
  operands: Operands,
  options: AssembleOptions,
): boolean {
  const [, offset, base] = /^(.*)\((.*)\)$/.exec(expected) ?? [];
  if (base === undefined) return parseOperand(expected, word, operands, options);
  const [, offsetText, baseText] = /^(.*)\((.*)\)$/.exec(word) ?? [];
  if (baseText === undefined) return false;
  if (!parseOperand(base, baseText, operands, options)) return false;
  if (offset === '') return offsetText === '';
  return offsetText === '' || parseOperand(offset!, offsetText!, operands, options);
}

function parseOperand(
  name: string,
  text: string,
  operands: Operands,
  options: AssembleOptions,
): boolean {
  const [field, value] = readOperand(name, text, options);
  if (value === undefined || Number.isNaN(value)) return false;
  operands[field] = value;
  return true;
}

function readOperand(
  name: string,
  text: string,
  options: AssembleOptions,
): [field: OperandName, value: number | undefined] {
  switch (name) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      return [name, registerNumber(X_NAMES, 'x', text === 'fp' ? 's0' : text)];
    case 'fd':
      return ['rd', registerNumber(F_NAMES, 'f', text)];
    case 'fs1':
      return ['rs1', registerNumber(F_NAMES, 'f', text)];
    case 'fs2':
      return ['rs2', registerNumber(F_NAMES, 'f', text)];
    case 'fs3':
      return ['rs3', registerNumber(F_NAMES, 'f', text)];
    case 'imm':
    case 'uimm':
    case 'shamt':
      return ['imm', integer(text)];
    case 'upper':
      return ['imm', upperImmediate(integer(text))];
    case 'target':
      return ['imm', distance(text, options)];
    case 'csr':
      return ['csr', csrNumber(text) ?? integer(text)];
    case 'rm':
      return ['rm', indexIn(ROUNDING_MODES, text)];
    case 'pred':
    case 'succ':
      return [name, fenceSet(text)];
    default:
      throw new Error(`no operand is called '${name}'`);
  }
}

function registerNumber(
  names: readonly string[],
  letter: string,
  text: string,
): number | undefined {
  const number = new RegExp(`^${letter}([12]?[0-9]|3[01])$`).exec(text)?.[1];
  return number === undefined ? indexIn(names, text) : Number(number);
}

function indexIn(names: readonly (string | undefined)[], text: string): number | undefined {
  const index = names.indexOf(text);
  return index < 0 ? undefined : index;
}

function integer(text: string): number | undefined {
  if (!/^-?(0x[0-9a-f]+|[0-9]+)$/i.test(text)) return undefined;
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
}

/** The twenty bits as they are written, -0x80000 to 0xfffff, as the immediate with its zeros. */
function upperImmediate(value: number | undefined): number | undefined {
  if (value === undefined || value < -0x8_0000 || value > 0xf_ffff) return undefined;
  return value << 12;
}

/** From an address, a label, or '. + 8'. */
function distance(text: string, { pc, addressOf }: AssembleOptions): number | undefined {
  const [, sign, relative] = /^\.\s*([+-])\s*([0-9]+)$/.exec(text) ?? [];
  if (relative !== undefined) return Number(`${sign}${relative}`);
  const address = addressOf?.(text) ?? integer(text);
  return address === undefined || pc === undefined ? undefined : address - pc;
}

function fenceSet(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^i?o?r?w?$/.test(text)) return undefined;
  return [...'iorw'].reduce((bits, letter) => bits * 2 + Number(text.includes(letter)), 0);
}

/** The 16-bit encoding of these operands, if there is one. */
function compress({
  instruction,
  operands,
}: {
  instruction: Instruction;
  operands: Operands;
}): number | undefined {
  for (const { base, encoding, implied } of compressedInstructions) {
    if (base !== instruction.name) continue;
    const fits = Object.entries(implied).every(
      ([name, value]) => operands[name as OperandName] === value,
    );
    // What the 16 bits neither carry nor imply has to be 0.
    const carried = new Set<string>([
      ...Object.keys(implied),
      ...encoding.fields.flatMap((field) => field.operands),
    ]);
    const isWhole = Object.entries(operands).every(
      ([name, value]) => value === 0 || carried.has(name),
    );
    const bits = fits && isWhole ? insertOperands(encoding, operands) : undefined;
    if (bits !== undefined) return bits;
  }
  return undefined;
}
