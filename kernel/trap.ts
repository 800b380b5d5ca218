import { Cause } from '../emulator/index.js';
import { hex } from './bytes.js';
import { symbolOf } from './exec/symbols.js';
import type { Kernel } from './kernel.js';
import type { Task } from './process/task.js';
import {
  BUS_ADRALN,
  BUS_ADRERR,
  ILL_ILLOPC,
  SEGV_ACCERR,
  SEGV_MAPERR,
  SIGBUS,
  SIGILL,
  SIGKILL,
  SIGSEGV,
  SIGTRAP,
  signalName,
  TRAP_BRKPT,
} from './signals/numbers.js';
import { forceSignal } from './signals/send.js';

type Access = 'fetch' | 'load' | 'store';

const PAGE_FAULT_ACCESS: Readonly<Record<number, Access>> = {
  [Cause.InstructionPageFault]: 'fetch',
  [Cause.LoadPageFault]: 'load',
  [Cause.StorePageFault]: 'store',
};

/** Signals of the exceptions that no page can cure. Linux arch/riscv/kernel/traps.c. */
const EXCEPTIONS: Readonly<Record<number, { signal: number; code: number; what: string }>> = {
  [Cause.InstructionMisaligned]: { signal: SIGBUS, code: BUS_ADRALN, what: 'misaligned jump' },
  [Cause.InstructionAccessFault]: { signal: SIGSEGV, code: SEGV_ACCERR, what: 'access fault' },
  [Cause.IllegalInstruction]: { signal: SIGILL, code: ILL_ILLOPC, what: 'illegal instruction' },
  [Cause.Breakpoint]: { signal: SIGTRAP, code: TRAP_BRKPT, what: 'breakpoint' },
  [Cause.LoadMisaligned]: { signal: SIGBUS, code: BUS_ADRALN, what: 'misaligned load' },
  [Cause.LoadAccessFault]: { signal: SIGSEGV, code: SEGV_ACCERR, what: 'access fault' },
  [Cause.StoreMisaligned]: { signal: SIGBUS, code: BUS_ADRALN, what: 'misaligned store' },
  [Cause.StoreAccessFault]: { signal: SIGSEGV, code: SEGV_ACCERR, what: 'access fault' },
};

/** The kind of an exception, and the exception as reports name it. */
export function exceptionName(cause: number): 'fault' | 'exception' {
  return PAGE_FAULT_ACCESS[cause] === undefined ? 'exception' : 'fault';
}

/** @param value the trap's, as a bigint where a number would be rounded */
export function exceptionText(cause: number, value: number | bigint): string {
  const access = PAGE_FAULT_ACCESS[cause];
  if (access !== undefined) return `page fault (${access}) at ${hex(value)}`;
  return EXCEPTIONS[cause]?.what ?? `trap cause ${cause}`;
}

/** Handles an exception of the task on the hart that is not a system call. */
export function handleException(kernel: Kernel, task: Task, cause: number, value: number): void {
  const access = PAGE_FAULT_ACCESS[cause];
  if (access !== undefined) {
    handlePageFault(kernel, task, value, access);
    return;
  }
  const exception = EXCEPTIONS[cause];
  if (exception === undefined) throw new Error(`unexpected trap cause ${cause} from user mode`);
  const { signal, code, what } = exception;
  const { hart } = kernel.machine;
  const { pc } = hart;
  // Linux names the instruction for SIGILL and SIGTRAP, the address of the access otherwise.
  const address = signal === SIGILL || signal === SIGTRAP ? pc : value;
  if (isFatal(task, signal)) {
    kernel.explainDeath(
      `${signalName(signal)}: ${what} at ${hex(hart.readPc64())}${where(task, pc)} (pid ${task.process.pid}, ${task.name}); trap value ${hex(hart.trapValue64)}`,
    );
  }
  forceSignal(task, { signal, code, address });
}

function handlePageFault(kernel: Kernel, task: Task, address: number, access: Access): void {
  const { process } = task;
  process.usage.faults++;
  kernel.faults++;
  const readsBefore = pagesRead(kernel);
  const fault = process.memory.fault(address, access);
  if (pagesRead(kernel) !== readsBefore) {
    process.usage.majorFaults++;
    kernel.majorFaults++;
  }
  if (fault === undefined) return;
  const isShort = fault.signal === 'SIGKILL';
  // Refused though there were frames: Linux makes the access again, pagefault_out_of_memory.
  if (isShort && !kernel.frames.isExhausted) return;
  kernel.onFault?.(process, { ...fault, access });
  const { hart } = kernel.machine;
  if (isShort) {
    kernel.killProcess(process, { kind: 'signalled', signal: SIGKILL, dumpsCore: false });
    return;
  }
  const signal = fault.signal === 'SIGSEGV' ? SIGSEGV : SIGBUS;
  const code =
    fault.signal === 'SIGBUS' ? BUS_ADRERR : fault.code === 'MAPERR' ? SEGV_MAPERR : SEGV_ACCERR;
  if (isFatal(task, signal)) {
    const symbol = symbolOf(process.program, hart.pc);
    const at = { pc: hart.readPc64(), va: hart.trapValue64, symbol };
    kernel.explainDeath(process.memory.explainFault(address, access, at));
  }
  forceSignal(task, { signal, code, address: fault.address });
}

/** From disk and swap device: a fault that reads is a major one. */
function pagesRead({ disk, memorySystem }: Kernel): number {
  return (disk?.reads ?? 0) + (memorySystem.swap?.pagesIn ?? 0);
}

/** Whether nothing of the program will handle the signal. */
function isFatal(task: Task, signal: number): boolean {
  const { handler } = task.process.actions.get(signal);
  const isBlocked = ((task.mask >> BigInt(signal - 1)) & 1n) === 1n;
  return handler <= 1 || isBlocked;
}

function where(task: Task, pc: number): string {
  const symbol = symbolOf(task.process.program, pc);
  return symbol === undefined ? '' : ` (${symbol})`;
}
