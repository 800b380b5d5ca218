import { REGISTER_WORDS } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { TRAMPOLINE_ADDRESS } from '../exec/trampoline.js';
import { REG_A0, REG_A1, REG_A2, REG_RA, REG_SP } from '../process/registers.js';
import type { Task } from '../process/task.js';
import { INTERRUPTED, INTERRUPTED_FOR_GOOD, NO_RESULT } from '../syscalls/call.js';
import {
  SA_NODEFER,
  SA_ONSTACK,
  SA_RESETHAND,
  SA_RESTART,
  SIG_DFL,
  SIG_IGN,
  type SignalAction,
} from './actions.js';
import {
  type AlternateStack,
  decodeFrame,
  encodeFrame,
  FRAME_BYTES,
  UCONTEXT_OFFSET,
} from './frame.js';
import {
  defaultAction,
  SEGV_MAPERR,
  SI_KERNEL,
  SIGKILL,
  SIGSEGV,
  signalBit,
  UNBLOCKABLE,
} from './numbers.js';
import type { SignalInfo } from './pending.js';
import { forceSignal, hasDeliverableSignal } from './send.js';

export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;

/**
 * Delivers what is pending to the task on the hart, before it goes back to user mode.
 *
 * @param result what the system call that just ended answered, INTERRUPTED included; undefined after
 *   another trap or a time slice
 */
export function deliverSignals(task: Task, result: number | undefined): void {
  let isInterrupted = result === INTERRUPTED || result === INTERRUPTED_FOR_GOOD;
  while (task.state === 'runnable' && hasDeliverableSignal(task)) {
    const { process } = task;
    const allowed = ~task.mask;
    if (isDying(task)) {
      takeDefaultAction(task, { signal: SIGKILL, code: SI_KERNEL });
      return;
    }
    const info = task.pending.take(allowed) ?? process.pending.take(allowed);
    if (info === undefined) break;
    const action = process.actions.get(info.signal);
    if (action.handler === SIG_IGN) continue;
    if (action.handler === SIG_DFL) {
      takeDefaultAction(task, info);
      continue;
    }
    const restarts = result === INTERRUPTED && (action.flags & SA_RESTART) !== 0;
    if (isInterrupted && !restarts) failWithEintr(task);
    isInterrupted = false;
    const oldMask = task.wait?.savedMask ?? task.mask;
    task.endWait();
    if (!enterHandler(task, info, action, oldMask) && !isDying(task)) {
      // The stack is not there: as fatal as any other bad store.
      task.kernel.killProcess(process, { kind: 'signalled', signal: SIGSEGV, dumpsCore: true });
      return;
    }
  }
}

/** SIGKILL comes before everything, a fault of its own included. Linux kernel/signal.c, get_signal. */
function isDying({ pending, process }: Task): boolean {
  return ((pending.set | process.pending.set) & signalBit(SIGKILL)) !== 0n;
}

function takeDefaultAction(task: Task, info: SignalInfo): void {
  const { kernel, process } = task;
  const action = defaultAction(info.signal);
  if (action === 'stop') kernel.jobs.stop(process, info.signal);
  if (action !== 'terminate' && action !== 'core') return;
  kernel.killProcess(process, {
    kind: 'signalled',
    signal: info.signal,
    dumpsCore: action === 'core',
  });
}

/** The program sees -EINTR; with SA_RESTART pc stays at the ecall instead. */
function failWithEintr(task: Task): void {
  const { hart } = task.kernel.machine;
  hart.writeX(REG_A0, -Errno.EINTR);
  hart.pc = hart.pc + 4;
}

/** Builds the rt_sigframe and starts the handler. Linux arch/riscv/kernel/signal.c, setup_rt_frame. */
function enterHandler(
  task: Task,
  info: SignalInfo,
  action: SignalAction,
  oldMask: bigint,
): boolean {
  const { hart } = task.kernel.machine;
  const { process } = task;
  const sp = hart.readX(REG_SP);
  const stack = stackFor(task, sp, action);
  const frame = Math.floor((stack - FRAME_BYTES) / 16) * 16;
  const registers = new Uint32Array(REGISTER_WORDS);
  hart.saveRegisters(registers);
  const shownStack: AlternateStack = {
    ...task.alternateStack,
    flags: stackFlags(task.alternateStack, sp),
  };
  const bytes = encodeFrame(info, { registers, mask: oldMask, stack: shownStack });
  if (process.memory.copyOut(frame, bytes) !== 0) return false;
  hart.pc = action.handler;
  hart.writeX(REG_SP, frame);
  hart.writeX(REG_RA, TRAMPOLINE_ADDRESS);
  hart.writeX(REG_A0, info.signal);
  hart.writeX(REG_A1, frame);
  hart.writeX(REG_A2, frame + UCONTEXT_OFFSET);
  const own = (action.flags & SA_NODEFER) === 0 ? signalBit(info.signal) : 0n;
  task.mask = (oldMask | action.mask | own) & ~UNBLOCKABLE;
  if ((action.flags & SA_RESETHAND) !== 0) {
    process.actions.set(info.signal, { ...action, handler: SIG_DFL });
  }
  return true;
}

function stackFor(task: Task, sp: number, action: SignalAction): number {
  const alternate = task.alternateStack;
  const wantsAlternate = (action.flags & SA_ONSTACK) !== 0 && alternate.size > 0;
  return wantsAlternate && !isOnStack(alternate, sp) ? alternate.address + alternate.size : sp;
}

export function isOnStack(stack: AlternateStack, sp: number): boolean {
  return stack.size > 0 && sp > stack.address && sp <= stack.address + stack.size;
}

/** What sigaltstack(2) and the frame show in ss_flags. */
export function stackFlags(stack: AlternateStack, sp: number): number {
  if (stack.size === 0) return SS_DISABLE;
  return isOnStack(stack, sp) ? SS_ONSTACK : 0;
}

/** rt_sigreturn(2): goes back to where the signal came. A bad frame is a SIGSEGV. */
export function returnFromHandler(task: Task): number {
  const { hart } = task.kernel.machine;
  const bytes = new Uint8Array(FRAME_BYTES);
  const sp = hart.readX(REG_SP);
  if (task.process.memory.copyIn(sp, bytes) !== 0) {
    forceSignal(task, { signal: SIGSEGV, code: SEGV_MAPERR, address: sp });
    return NO_RESULT;
  }
  const contents = decodeFrame(bytes);
  hart.loadRegisters(contents.registers);
  task.mask = contents.mask & ~UNBLOCKABLE;
  const { address, size, flags } = contents.stack;
  if (!isOnStack(task.alternateStack, hart.readX(REG_SP))) {
    task.alternateStack = { address, size: (flags & SS_DISABLE) !== 0 ? 0 : size, flags: 0 };
  }
  return NO_RESULT;
}
