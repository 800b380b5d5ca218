import { hex, toHostText } from '../bytes.js';
import { describeErrno, isError } from '../errno.js';
import type { Kernel } from '../kernel.js';
import type { Ending, Process } from '../process/process.js';
import type { Task } from '../process/task.js';
import { signalName } from '../signals/numbers.js';
import { type Call, INTERRUPTED, INTERRUPTED_FOR_GOOD, NO_RESULT } from '../syscalls/call.js';
import type { SyscallEntry } from '../syscalls/entry.js';
import { GuestView } from './guest-view.js';

/** strace pads the call to this column before the result. */
const RESULT_COLUMN = 39;

/**
 * Writes each system call as one line of strace(1), when it has ended. Calls that do not come back
 * (exit) are written when they begin.
 */
export class Tracer {
  private readonly kernel: Kernel;
  private readonly write: (line: string) => void;
  /** Arguments that a call had when it began, by tid; undefined for what is shown at its end. */
  private readonly begun = new Map<number, (string | undefined)[]>();

  constructor(kernel: Kernel, write: (line: string) => void) {
    this.kernel = kernel;
    this.write = write;
  }

  enter(call: Call, entry: SyscallEntry, args: readonly number[]): void {
    const memory = new GuestView(call.memory);
    const texts = entry.kinds.map((kind, index) =>
      kind.isOutput ? undefined : kind.show(args[index]!, { memory, args, result: 0 }),
    );
    if (entry.name === 'exit' || entry.name === 'exit_group') {
      this.line(call.task, `${entry.name}(${texts.join(', ')})`, '?');
    } else {
      this.begun.set(call.task.tid, texts);
    }
  }

  leave(call: Call, entry: SyscallEntry, args: readonly number[], result: number): void {
    const begun = this.begun.get(call.task.tid);
    this.begun.delete(call.task.tid);
    if (begun === undefined) return;
    const memory = new GuestView(call.memory);
    const texts = begun.map(
      (text, index) => text ?? entry.kinds[index]!.show(args[index]!, { memory, args, result }),
    );
    const shown = texts.filter((text) => text !== '').join(', ');
    this.line(call.task, `${entry.name}(${shown})`, resultText(entry, args, result));
  }

  unknown(task: Task, number: number): void {
    const { hart } = this.kernel.machine;
    const args = [10, 11, 12, 13, 14, 15].map((register) => wordText(hart.readX(register)));
    this.line(task, `syscall_${number}(${args.join(', ')})`, `-1 ${describeErrno(38)}`);
  }

  killed(process: Process, ending: Extract<Ending, { kind: 'signalled' }>): void {
    const core = ending.dumpsCore ? ' (core dumped)' : '';
    this.write(`${this.prefix(process.pid)}+++ killed by ${signalName(ending.signal)}${core} +++`);
  }

  exited(process: Process, status: number): void {
    this.write(`${this.prefix(process.pid)}+++ exited with ${status} +++`);
  }

  private line(task: Task, text: string, result: string): void {
    const padded = toHostText(text).padEnd(RESULT_COLUMN);
    this.write(`${this.prefix(task.tid)}${padded} = ${result}`);
  }

  /** strace names the process when there is more than one. */
  private prefix(tid: number): string {
    return this.kernel.hasForked ? `[pid ${String(tid).padStart(5)}] ` : '';
  }
}

function resultText(entry: SyscallEntry, args: readonly number[], result: number): string {
  if (result === INTERRUPTED) return '? ERESTARTSYS (To be restarted if SA_RESTART is set)';
  if (result === INTERRUPTED_FOR_GOOD) {
    return '? ERESTARTNOHAND (To be restarted if no handler)';
  }
  if (result === NO_RESULT) return entry.name === 'execve' ? '0' : '?';
  if (isError(result)) return `-1 ${describeErrno(-result)}`;
  if (typeof entry.shows === 'function') return entry.shows(result, args);
  return entry.shows === 'address' ? hex(result) : `${result}`;
}

function wordText(value: number): string {
  return value < 0 ? `${value}` : hex(value);
}
