/**
 * Turns one instruction into its record; record.ts shows it. All that depends on the bits alone is
 * decided here, once.
 */

import type { InstructionSet } from '../isa/decode.js';
import type { Instruction } from '../isa/instruction.js';
import {
  hasRoundingMode,
  type RegisterFile,
  registerFile,
  rounds,
  someExpression,
} from '../isa/properties.js';
import { RM_DYNAMIC } from '../isa/registers.js';
import {
  DECODED_PAGE_BYTES,
  DECODED_PAGES,
  F_REGS,
  FP_MODE_NOT_DIRTY,
  FP_MODE_ROUNDING,
  RECORD_BYTES,
  RECORDS_PER_PAGE,
  SENTINEL_RECORDS,
  STRADDLE_RECORD,
  X_REGS,
  X_SINK,
} from '../layout.js';
import { findOp, isDirectJump, OP_PAGE_END, OP_SLOW, type Variant } from './handlers.js';
import {
  RECORD_BITS,
  RECORD_FP_MASK,
  RECORD_IMM,
  RECORD_OP,
  RECORD_RD,
  RECORD_RS1,
  RECORD_RS2,
  RECORD_RS3,
} from './record.js';

/**
 * @param memory the whole linear memory
 * @param address of the record: a slot of a decoded page, or STRADDLE_RECORD
 * @param bits 32 bits, or 16 in the low half for a compressed instruction
 * @param isa whatever it does not know is left to the exact evaluator, which finds it illegal
 */
export function writeRecord(
  memory: DataView,
  address: number,
  bits: number,
  isa: InstructionSet,
): void {
  memory.setInt32(address + RECORD_BITS, bits, true);
  memory.setUint16(address + RECORD_OP, OP_SLOW, true);
  const decoded = isa.decode(bits);
  if (decoded === undefined) return;
  const { instruction, operands, lengthBytes } = decoded;
  const facts = factsOf(instruction);
  if (facts.hasTarget && operands.imm % isa.alignmentBytes !== 0) return;
  const isNear = facts.hasTarget && isInPage(address, operands.imm);
  const variant = variantOf(facts, isNear, operands.rm);
  if (variant === undefined) return;
  memory.setUint16(address + RECORD_RD, destination(facts.rd, operands.rd), true);
  memory.setUint16(address + RECORD_RS1, register(facts.rs1, operands.rs1), true);
  memory.setUint16(address + RECORD_RS2, register(facts.rs2, operands.rs2), true);
  if (facts.hasRoundingMode) {
    memory.setUint16(address + RECORD_RS3, register('f', operands.rs3), true);
    memory.setUint16(address + RECORD_FP_MASK, leavingModes(operands.rm), true);
  } else {
    // Two bytes of code are one record.
    const imm = isNear ? (operands.imm / 2) * RECORD_BYTES : operands.imm;
    memory.setInt32(address + RECORD_IMM, imm, true);
  }
  memory.setUint16(address + RECORD_OP, findOp(instruction, lengthBytes, variant), true);
}

/** Writes the records behind a page that lead on to the next one. */
export function writeSentinels(memory: DataView, pageAddress: number): void {
  for (let slot = RECORDS_PER_PAGE; slot < RECORDS_PER_PAGE + SENTINEL_RECORDS; slot++) {
    memory.setUint16(pageAddress + slot * RECORD_BYTES + RECORD_OP, OP_PAGE_END, true);
  }
}

interface Facts {
  readonly rd: RegisterFile | undefined;
  readonly rs1: RegisterFile | undefined;
  readonly rs2: RegisterFile | undefined;
  /** It may go to pc + imm. */
  readonly hasTarget: boolean;
  readonly hasRoundingMode: boolean;
  readonly rounds: boolean;
  readonly isToInt: boolean;
}

const knownFacts = new Map<Instruction, Facts>();

function factsOf(instruction: Instruction): Facts {
  let facts = knownFacts.get(instruction);
  if (facts === undefined) {
    facts = {
      rd: registerFile(instruction, 'rd'),
      rs1: registerFile(instruction, 'rs1'),
      rs2: registerFile(instruction, 'rs2'),
      hasTarget: instruction.effect.kind === 'branch' || isDirectJump(instruction),
      hasRoundingMode: hasRoundingMode(instruction),
      rounds: rounds(instruction),
      isToInt: someExpression(instruction.effect, (node) => node.op === 'toInt'),
    };
    knownFacts.set(instruction, facts);
  }
  return facts;
}

/** Whether the target lies in the page of this record, given its distance in bytes of code. */
function isInPage(address: number, distance: number): boolean {
  // The page of an instruction that straddles two has no other records.
  if (address === STRADDLE_RECORD) return false;
  const at = (((address - DECODED_PAGES) % DECODED_PAGE_BYTES) / RECORD_BYTES) * 2;
  const target = at + distance;
  return target >= 0 && target < RECORDS_PER_PAGE * 2;
}

const TO_INT_VARIANTS: readonly (Variant | undefined)[] = ['nearest', 'trunc', 'floor', 'ceil'];

/** Undefined when no handler exists for such a rounding mode, or it is reserved. */
function variantOf(facts: Facts, isNear: boolean, rm: number): Variant | undefined {
  if (facts.hasTarget) return isNear ? 'near' : 'far';
  if (!facts.hasRoundingMode) return 'plain';
  if (facts.isToInt) return TO_INT_VARIANTS[rm === RM_DYNAMIC ? 0 : rm];
  const isNative = rm === RM_DYNAMIC || rm === 0 || (!facts.rounds && rm <= 4);
  return isNative ? 'plain' : undefined;
}

/** The bits of FP_MODE with which an instruction leaves the fast path. */
function leavingModes(rm: number): number {
  // A dynamic mode may also be a reserved one, which is illegal even when nothing is rounded.
  return rm === RM_DYNAMIC ? FP_MODE_NOT_DIRTY | FP_MODE_ROUNDING : FP_MODE_NOT_DIRTY;
}

function register(file: RegisterFile | undefined, index: number): number {
  return (file === 'f' ? F_REGS : X_REGS) + index * 8;
}

function destination(file: RegisterFile | undefined, index: number): number {
  return file === 'x' && index === 0 ? X_SINK : register(file, index);
}
