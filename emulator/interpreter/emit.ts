/**
 * The interpreter's module. One function loops over records: a br_table on the record's op selects the
 * handler, which does its work, moves to the next record and branches back.
 *
 *   fast    counts retired instructions, but looks at the count only where control is transferred:
 *           from there, no more than a page of instructions runs straight on. When fewer than that
 *           remain it hands over to
 *   exact   the same handlers, and a test before every instruction;
 *   outlined  executes one rare or long instruction for either of them;
 *   run     starts whichever fits.
 */

import {
  ENTRY_PAGE,
  ENTRY_RECORD,
  EXEC_TLB,
  EXIT_RECORD,
  EXIT_VA,
  PC,
  REMAINING,
} from '../layout.js';
import { Exit } from './exit.js';
import { HandlerCode, MAX_STRAIGHT_RUN } from './handler-code.js';
import { handlers, OP_NONE, OP_PAGE_END, OP_SLOW } from './handlers.js';
import { RECORD_OP } from './record.js';
import type { InterpreterOptions } from './record-code.js';
import { assembleModule, Code } from './wasm.js';

/** What `fast` returns when fewer instructions remain than it may run without a test. */
const LOW = -1;
/** Functions of the module by number. */
const [FAST, EXACT, OUTLINED] = [0, 1, 2] as const;

export function emitInterpreter(
  memoryPages: { minimum: number; maximum: number },
  options: InterpreterOptions,
): Uint8Array<ArrayBuffer> {
  const fast = new InterpreterFunction('fast', options).emit();
  const exact = new InterpreterFunction('exact', options).emit();
  const outlined = new OutlinedFunction('fast', options).emit();
  return assembleModule([fast, exact, outlined, emitRun()], memoryPages);
}

function emitRun(): Code {
  const code = new Code();
  const result = code.local('i32');
  code.block('low');
  code.i32(REMAINING);
  code.memory('i32.load');
  code.i32(MAX_STRAIGHT_RUN);
  code.op('i32.lt_s');
  code.brIf('low');
  code.call(FAST);
  code.tee(result);
  code.i32(LOW);
  code.op('i32.eq');
  code.brIf('low');
  code.get(result);
  code.op('return');
  code.end();
  code.call(EXACT);
  return code;
}

class InterpreterFunction extends HandlerCode {
  emit(): Code {
    const { code } = this;
    const exits = ['slow', 'decode', 'load miss', 'store miss', 'budget', 'fetch', 'low'];
    for (const exit of exits.toReversed()) code.block(exit);
    this.emitEntry();
    code.loop('dispatch');
    // The jump tail stands first, so that the entry and all far jumps reach it by falling out.
    code.block('far');
    this.emitDispatch();
    code.end();
    this.emitFarJump();
    code.br('dispatch');
    code.end();
    code.op('unreachable');
    for (const exit of exits) {
      code.end();
      this.emitExit(exit);
    }
    code.op('unreachable');
    return code;
  }

  /** Sets record and page from ENTRY_RECORD and ENTRY_PAGE, or from PC and the exec TLB. */
  private emitEntry(): void {
    const { code } = this;
    code.i32(REMAINING);
    code.memory('i32.load');
    code.set(this.remaining);
    code.i32(PC);
    code.memory('i64.load');
    code.tee(this.va);
    code.i64(-4096n);
    code.op('i64.and');
    code.set(this.pageVa);
    code.block('entered');
    code.i32(ENTRY_RECORD);
    code.memory('i32.load');
    code.tee(this.record);
    code.op('i32.eqz');
    code.if();
    this.lookUpTarget();
    code.br('entered');
    code.end();
    code.i32(ENTRY_PAGE);
    code.memory('i32.load');
    code.set(this.page);
    code.i32(ENTRY_RECORD);
    code.i32(0);
    code.memory('i32.store');
    code.end();
  }

  /** To the address in `va`: the tail of every transfer that may leave the page. */
  private emitFarJump(): void {
    this.lookUpTarget();
    this.leaveWhenLow();
  }

  private lookUpTarget(): void {
    const { code, va, entry } = this;
    code.get(va);
    code.op('i32.wrap_i64');
    code.i32(8);
    code.op('i32.shr_u');
    code.i32(0xfff0);
    code.op('i32.and');
    code.tee(entry);
    code.memory('i64.load', EXEC_TLB);
    code.get(va);
    code.i64(-4096n);
    code.op('i64.and');
    code.tee(this.pageVa);
    code.op('i64.ne');
    code.brIf('fetch');
    code.get(entry);
    code.memory('i32.load', EXEC_TLB + 8);
    code.tee(this.page);
    code.get(va);
    code.op('i32.wrap_i64');
    code.i32(0xfff);
    code.op('i32.and');
    code.i32(3);
    code.op('i32.shl', 'i32.add');
    code.set(this.record);
  }

  private emitDispatch(): void {
    const { code } = this;
    const inline = handlers().filter((handler) => !handler.isOutlined);
    const labels = inline.map(({ op }) => `op ${op}`);
    for (const label of labels.toReversed()) code.block(label);
    code.block('page end');
    code.block('outlined');
    if (this.mode === 'exact') {
      code.get(this.remaining);
      code.op('i32.eqz');
      code.brIf('budget');
    }
    this.pushField(RECORD_OP);
    const fixed: string[] = [];
    fixed[OP_NONE] = 'decode';
    fixed[OP_SLOW] = 'slow';
    fixed[OP_PAGE_END] = 'page end';
    code.brTable([...fixed, ...labels], 'outlined');
    code.end();
    this.callOutlined();
    code.end();
    this.pc();
    code.set(this.va);
    code.br('far');
    for (const handler of inline) {
      code.end();
      this.emitHandler(handler);
    }
  }

  private callOutlined(): void {
    const { code, record, entry } = this;
    code.i32(EXIT_RECORD);
    code.get(record);
    code.memory('i32.store');
    code.call(OUTLINED);
    code.tee(entry);
    code.op('i32.eqz');
    code.brIf('slow');
    code.get(record);
    code.get(entry);
    code.op('i32.add');
    code.set(record);
    this.retire();
    code.br('dispatch');
  }

  private emitExit(exit: string): void {
    const { code } = this;
    const storePc = (push: () => void) => {
      code.i32(PC);
      push();
      code.memory('i64.store');
    };
    if (exit === 'fetch') storePc(() => code.get(this.va));
    else storePc(() => this.pc());
    if (exit.endsWith('miss')) {
      code.i32(EXIT_VA);
      code.get(this.va);
      code.memory('i64.store');
    }
    for (const [address, value] of [
      [EXIT_RECORD, this.record],
      [REMAINING, this.remaining],
    ] as const) {
      code.i32(address);
      code.get(value);
      code.memory('i32.store');
    }
    code.i32(EXIT_CODES[exit]!);
    code.op('return');
  }
}

/**
 * Executes the instruction of the record at EXIT_RECORD. It returns the step to the next one, or 0,
 * and has changed nothing, when the exact evaluator must execute it.
 */
class OutlinedFunction extends HandlerCode {
  emit(): Code {
    const { code } = this;
    code.i32(EXIT_RECORD);
    code.memory('i32.load');
    code.set(this.record);
    code.block('slow');
    const outlined = handlers().filter((handler) => handler.isOutlined);
    const labels = outlined.map(({ op }) => `op ${op}`);
    for (const label of labels.toReversed()) code.block(label);
    this.pushField(RECORD_OP);
    code.i32(outlined[0]!.op);
    code.op('i32.sub');
    code.brTable(labels, 'slow');
    for (const handler of outlined) {
      code.end();
      this.emitHandler(handler);
    }
    code.end();
    code.i32(0);
    return code;
  }

  protected override next(): void {
    this.code.i32(this.stepBytes);
    this.code.op('return');
  }
}

const EXIT_CODES: Record<string, number> = {
  slow: Exit.Slow,
  decode: Exit.Decode,
  'load miss': Exit.Load,
  'store miss': Exit.Store,
  budget: Exit.Budget,
  fetch: Exit.Fetch,
  low: LOW,
};
