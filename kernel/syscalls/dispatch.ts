import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import type { Kernel } from '../kernel.js';
import { REG_A0, REG_A7 } from '../process/registers.js';
import type { Task } from '../process/task.js';
import { deliverSignals } from '../signals/deliver.js';
import { type ArgumentKind, SIZE } from '../strace/kinds.js';
import { BLOCKED, Call, INTERRUPTED, INTERRUPTED_FOR_GOOD, NO_RESULT } from './call.js';
import { SIMPLE, type SyscallEntry } from './entry.js';
import { SYSCALLS } from './table.js';

/** SYSCALLS as an array, which is quicker to look a number up in. */
const ENTRIES: readonly (SyscallEntry | undefined)[] = Array.from(
  { length: Math.max(...SYSCALLS.keys()) + 1 },
  (_, number) => SYSCALLS.get(number),
);
const ECALL_BYTES = 4;
/** So many unknown numbers are told apart and counted. */
const MAX_UNKNOWN = 100;
const NO_ARGUMENTS: number[] = [];

/** Makes the system call that the task on the hart stands at. */
export function dispatchSyscall(kernel: Kernel, task: Task): void {
  const number = kernel.machine.hart.readX(REG_A7);
  const entry = ENTRIES[number];
  kernel.syscalls++;
  if (entry === undefined) {
    refuseUnknown(kernel, task, number);
    return;
  }
  kernel.clock.charge(entry.charge);
  task.callNumber = number;
  const args = readArguments(kernel, entry);
  const call = new Call(kernel, task);
  kernel.tracer?.enter(call, entry, args);
  attempt(call, entry, args);
}

/** Makes a system call again that waited. Its arguments still stand in the registers. */
export function resumeSyscall(kernel: Kernel, task: Task): void {
  const entry = ENTRIES[task.callNumber]!;
  attempt(new Call(kernel, task), entry, readArguments(kernel, entry));
}

export function syscallName(number: number): string {
  return ENTRIES[number]?.name ?? `syscall_${number}`;
}

function attempt(call: Call, entry: SyscallEntry, args: number[]): void {
  const { kernel, task } = call;
  const result = entry.run(call, ...args);
  if (result === BLOCKED) return;
  kernel.tracer?.leave(call, entry, args, result);
  if (result === INTERRUPTED || result === INTERRUPTED_FOR_GOOD) {
    deliverSignals(task, result);
    return;
  }
  if (task.wait?.savedMask !== undefined) task.mask = task.wait.savedMask;
  task.endWait();
  if (task.state === 'dead') return;
  if (result !== NO_RESULT) setResult(kernel, result);
  deliverSignals(task, result);
}

function setResult(kernel: Kernel, result: number): void {
  const { hart } = kernel.machine;
  hart.writeX(REG_A0, result);
  hart.advancePc(ECALL_BYTES);
}

function refuseUnknown(kernel: Kernel, task: Task, number: number): void {
  kernel.clock.charge(SIMPLE);
  const { unknownSyscalls } = kernel;
  if (unknownSyscalls.has(number) || unknownSyscalls.size < MAX_UNKNOWN) {
    unknownSyscalls.set(number, (unknownSyscalls.get(number) ?? 0) + 1);
  }
  kernel.tracer?.unknown(task, number);
  setResult(kernel, -Errno.ENOSYS);
  deliverSignals(task, -Errno.ENOSYS);
}

function readArguments(kernel: Kernel, entry: SyscallEntry): number[] {
  if (entry.kinds.length === 0) return NO_ARGUMENTS;
  const args: number[] = [];
  for (let index = 0; index < entry.kinds.length; index++) {
    args.push(readArgument(kernel, entry.kinds[index]!, REG_A0 + index));
  }
  return args;
}

/** A 64-bit argument beyond 2^53 is rounded: still far outside every valid range. */
function readArgument(kernel: Kernel, kind: ArgumentKind, register: number): number {
  const { hart } = kernel.machine;
  switch (kind.width) {
    case 'i32':
      return hart.readXLow(register) | 0;
    case 'u32':
      return hart.readXLow(register);
    case 'i64':
      return hart.readX(register);
    case 'u64': {
      const value = hart.readX(register);
      return value >= 0 && value < 2 ** 53 ? value : readBeyond(kernel, kind, register);
    }
  }
}

/**
 * An argument from 2^53 on. Its page stays exact, and so does whether it is aligned to one. A size
 * goes up to whole pages: the last ones before 2^64 become 2^64, which is 0 there.
 */
function readBeyond(kernel: Kernel, kind: ArgumentKind, register: number): number {
  const { hart } = kernel.machine;
  const low = hart.readXLow(register);
  const inPage = low % PAGE_SIZE;
  const page = hart.readXHigh(register) * 2 ** 32 + (low - inPage);
  if (inPage === 0) return page;
  return page + (kind === SIZE ? PAGE_SIZE : PAGE_SIZE / 2);
}
