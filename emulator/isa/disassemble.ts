/**
 * Instructions as text. The words of an instruction's syntax: rd, rs1, rs2 are integer registers; fd,
 * fs1, fs2, fs3 floating-point ones; imm and shamt are decimal; upper is the upper immediate without
 * its twelve zeros, in hexadecimal; target is pc + imm; rm is left out when it is the default. The rest
 * stands for itself.
 */

import { findAlias } from './aliases.js';
import { csrName } from './csr-names.js';
import { fullInstructionSet } from './decode.js';
import type { Operands } from './encoding.js';
import type { Instruction } from './instruction.js';
import { rounds } from './properties.js';
import { F_NAMES, RM_DYNAMIC, ROUNDING_MODES, X_NAMES } from './registers.js';

/**
 * @param bits 32 bits, or 16 in the low half for a compressed instruction, which is shown as the
 *   instruction that it stands for
 * @param pc address of the instruction; a target is shown as an address when it is known, otherwise
 *   relative to '.'
 */
export function disassemble(bits: number, pc?: number): string {
  const decoded = fullInstructionSet.decode(bits);
  if (decoded === undefined) return unknownBits(bits);
  const { instruction, operands, compressed } = decoded;
  const { name, syntax } =
    (compressed && findAlias(compressed.name, operands)) ??
    findAlias(instruction.name, operands) ??
    instruction;
  const mnemonic = name + orderingSuffix(operands);
  const defaultRm = defaultRoundingMode(instruction);
  const shown = syntax
    .split(',')
    .map((word) =>
      word.replace(/[a-z0-9]+/g, (name) => formatOperand(name, operands, pc, defaultRm)),
    )
    .filter((word) => word !== '');
  return shown.length === 0 ? mnemonic : `${mnemonic} ${shown.join(',')}`;
}

function unknownBits(bits: number): string {
  const isCompressed = (bits & 3) !== 3;
  const hex = (isCompressed ? bits & 0xffff : bits >>> 0).toString(16);
  return isCompressed ? `.short 0x${hex.padStart(4, '0')}` : `.word 0x${hex.padStart(8, '0')}`;
}

function orderingSuffix({ aq, rl }: Operands): string {
  if (aq === 1) return rl === 1 ? '.aqrl' : '.aq';
  return rl === 1 ? '.rl' : '';
}

/** The rm that is not written: dynamic, or where rm has no effect what compilers put there. */
export function defaultRoundingMode(instruction: Instruction): number {
  return rounds(instruction) ? RM_DYNAMIC : 0;
}

function formatOperand(
  name: string,
  operands: Operands,
  pc: number | undefined,
  defaultRm: number,
): string {
  switch (name) {
    case 'rd':
    case 'rs1':
    case 'rs2':
      return X_NAMES[operands[name]]!;
    case 'fd':
      return F_NAMES[operands.rd]!;
    case 'fs1':
      return F_NAMES[operands.rs1]!;
    case 'fs2':
      return F_NAMES[operands.rs2]!;
    case 'fs3':
      return F_NAMES[operands.rs3]!;
    case 'imm':
    case 'uimm':
      return `${operands.imm}`;
    case 'shamt':
      return `0x${operands.imm.toString(16)}`;
    case 'upper':
      return `0x${(operands.imm >>> 12).toString(16)}`;
    case 'target':
      return formatTarget(operands.imm, pc);
    case 'csr':
      return csrName(operands.csr);
    case 'rm':
      return operands.rm === defaultRm ? '' : (ROUNDING_MODES[operands.rm] ?? 'unknown');
    case 'pred':
      return formatFenceSet(operands.pred);
    case 'succ':
      return formatFenceSet(operands.succ);
    default:
      throw new Error(`no operand is called '${name}'`);
  }
}

function formatTarget(distance: number, pc: number | undefined): string {
  if (pc === undefined) return distance < 0 ? `. - ${-distance}` : `. + ${distance}`;
  // Two's complement of 64 bits, also for addresses that numbers show as negative.
  return `0x${BigInt.asUintN(64, BigInt(pc) + BigInt(distance)).toString(16)}`;
}

/** Which of device input, device output, memory reads and writes a fence orders. */
function formatFenceSet(bits: number): string {
  const letters = [...'iorw'].filter((_, index) => ((bits >> (3 - index)) & 1) === 1);
  return letters.length === 0 ? '0' : letters.join('');
}
