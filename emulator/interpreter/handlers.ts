/**
 * The handlers of the interpreter and their numbers, as records hold them. An instruction has one
 * handler per length in which it exists, and more where predecoding can decide something once.
 */

import { compressedInstructions, instructions, instructionsOf } from '../isa/extensions.js';
import type { Instruction } from '../isa/instruction.js';
import { rounds, someExpression } from '../isa/properties.js';
import { prebuilt } from '../prebuilt.js';
import { isNativeOperation } from './compile.js';

/** The record has not been decoded. */
export const OP_NONE = 0;
/** The exact evaluator must execute it, or find it illegal. */
export const OP_SLOW = 1;
/** A sentinel behind the page: execution goes on in the next page. */
export const OP_PAGE_END = 2;
const FIRST_HANDLER = 3;

export type Variant =
  | 'plain'
  /** Control transfers whose target lies in the same page: imm is the step from record to record. */
  | 'near'
  | 'far'
  /** Conversions to integers, by how they round. */
  | 'nearest'
  | 'trunc'
  | 'floor'
  | 'ceil';

export interface Handler {
  readonly op: number;
  readonly instruction: Instruction;
  readonly lengthBytes: 2 | 4;
  readonly variant: Variant;
  /** It stands in a function of its own, which the loop calls. */
  readonly isOutlined: boolean;
}

let known: readonly Handler[] | undefined;

/** All handlers, the outlined ones last; the op of handlers()[i] is i + 3. */
export function handlers(): readonly Handler[] {
  known ??= listHandlers();
  return known;
}

function listHandlers(): readonly Handler[] {
  // What stands in the loop itself.
  const usual = new Set(instructionsOf('rv64gc_zba_zbb_zbs_zicond'));
  const compressible = new Set(compressedInstructions.map(({ base }) => base));
  return instructions
    .filter(isNative)
    .flatMap((instruction) => {
      const isOutlined = mayBeOutlined(instruction, usual.has(instruction));
      const lengths = compressible.has(instruction.name) ? ([4, 2] as const) : ([4] as const);
      return lengths.flatMap((lengthBytes) =>
        variantsOf(instruction).map((variant) => ({
          instruction,
          lengthBytes,
          variant,
          isOutlined,
        })),
      );
    })
    .sort((a, b) => Number(a.isOutlined) - Number(b.isOutlined))
    .map((handler, index) => ({ ...handler, op: FIRST_HANDLER + index }));
}

let ops = prebuilt?.ops;

/** The op of every handler, by `handlerKey`. */
export function handlerOps(): ReadonlyMap<string, number> {
  ops ??= new Map(
    handlers().map(({ instruction, lengthBytes, variant, op }) => [
      handlerKey(instruction, lengthBytes, variant),
      op,
    ]),
  );
  return ops;
}

/** OP_SLOW where there is no such handler. */
export function findOp(instruction: Instruction, lengthBytes: 2 | 4, variant: Variant): number {
  return handlerOps().get(handlerKey(instruction, lengthBytes, variant)) ?? OP_SLOW;
}

/** Whether the interpreter executes it natively, at least in its usual case. */
function isNative({ effect }: Instruction): boolean {
  if (['csr', 'cacheBlock', 'system'].includes(effect.kind)) return false;
  return !someExpression(effect, (node) => !isNativeOperation(node));
}

/**
 * The engine's optimising compiler gives a function beyond a certain size worse code throughout, so
 * the loop holds what most programs are made of. Only what touches registers alone can be outlined.
 */
function mayBeOutlined(instruction: Instruction, isUsual: boolean): boolean {
  const { effect } = instruction;
  if (!['rd', 'fd', 'fdBits'].includes(effect.kind)) return false;
  if (someExpression(effect, (node) => node.op === 'load')) return false;
  return !isUsual || someExpression(effect, (node) => node.op === 'fma');
}

function variantsOf(instruction: Instruction): Variant[] {
  const { effect } = instruction;
  if (effect.kind === 'branch' || isDirectJump(instruction)) return ['near', 'far'];
  if (rounds(instruction) && someExpression(effect, (node) => node.op === 'toInt')) {
    return ['nearest', 'trunc', 'floor', 'ceil'];
  }
  return ['plain'];
}

/** A jump to pc + imm. */
export function isDirectJump({ effect }: Instruction): boolean {
  return effect.kind === 'jump' && effect.target.op === 'add' && effect.target.a.op === 'pc';
}

function handlerKey({ name }: Instruction, lengthBytes: number, variant: Variant): string {
  return `${name} ${lengthBytes} ${variant}`;
}
