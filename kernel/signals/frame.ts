import { REGISTER_WORDS } from '../../emulator/index.js';
import { SIGBUS, SIGCHLD, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, type SignalSet } from './numbers.js';
import type { SignalInfo } from './pending.js';

/**
 * struct rt_sigframe of riscv64: siginfo_t, then ucontext_t. Linux arch/riscv/kernel/signal.c,
 * include/uapi/asm/ucontext.h, include/uapi/asm/sigcontext.h.
 *
 *     0  siginfo_t            128
 *   128  uc_flags, uc_link      8 + 8
 *   144  uc_stack              24   ss_sp, ss_flags, ss_size
 *   168  uc_sigmask           128   (8 used)
 *   304  uc_mcontext          784   pc, x1..x31; then f0..f31, fcsr, padding to 528 (16-byte aligned)
 */
const INFO_BYTES = 128;
const STACK_OFFSET = 144;
const MASK_OFFSET = 168;
const GREGS_OFFSET = 304;
const FPREGS_OFFSET = GREGS_OFFSET + 256;
const FCSR_OFFSET = FPREGS_OFFSET + 256;
export const FRAME_BYTES = GREGS_OFFSET + 784;
export const UCONTEXT_OFFSET = INFO_BYTES;

/** Where pc stands in the words that Hart.saveRegisters writes: x1..x31, pc, f0..f31, fcsr. */
const PC_WORD = 62;
const F_WORD = 64;
const FCSR_WORD = 128;

export interface AlternateStack {
  readonly address: number;
  readonly size: number;
  /** SS_ONSTACK, SS_DISABLE or SS_AUTODISARM as they are stored. */
  readonly flags: number;
}

export interface FrameContents {
  readonly registers: Uint32Array;
  readonly mask: SignalSet;
  readonly stack: AlternateStack;
}

export function encodeFrame(info: SignalInfo, contents: FrameContents): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(encodeInfo(info));
  putStack(view, STACK_OFFSET, contents.stack);
  view.setBigUint64(MASK_OFFSET, contents.mask, true);
  const { registers } = contents;
  view.setUint32(GREGS_OFFSET, registers[PC_WORD]!, true);
  view.setUint32(GREGS_OFFSET + 4, registers[PC_WORD + 1]!, true);
  for (let word = 0; word < PC_WORD; word++) {
    view.setUint32(GREGS_OFFSET + 8 + 4 * word, registers[word]!, true);
  }
  for (let word = 0; word < 64; word++) {
    view.setUint32(FPREGS_OFFSET + 4 * word, registers[F_WORD + word]!, true);
  }
  view.setUint32(FCSR_OFFSET, registers[FCSR_WORD]!, true);
  return bytes;
}

/** Reads back what the handler may have changed. */
export function decodeFrame(bytes: Uint8Array): FrameContents {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const registers = new Uint32Array(REGISTER_WORDS);
  registers[PC_WORD] = view.getUint32(GREGS_OFFSET, true);
  registers[PC_WORD + 1] = view.getUint32(GREGS_OFFSET + 4, true);
  for (let word = 0; word < PC_WORD; word++) {
    registers[word] = view.getUint32(GREGS_OFFSET + 8 + 4 * word, true);
  }
  for (let word = 0; word < 64; word++) {
    registers[F_WORD + word] = view.getUint32(FPREGS_OFFSET + 4 * word, true);
  }
  registers[FCSR_WORD] = view.getUint32(FCSR_OFFSET, true) & 0xff;
  return {
    registers,
    mask: view.getBigUint64(MASK_OFFSET, true),
    stack: getStack(view, STACK_OFFSET),
  };
}

/** siginfo_t: 128 bytes. sigaction(2), "The siginfo_t argument". */
export function encodeInfo(info: SignalInfo): Uint8Array {
  const bytes = new Uint8Array(INFO_BYTES);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, info.signal, true);
  view.setInt32(8, info.code, true);
  const isFault = info.code > 0 && FAULTS.has(info.signal);
  if (isFault) {
    view.setBigUint64(16, BigInt.asUintN(64, BigInt(Math.trunc(info.address ?? 0))), true);
    return bytes;
  }
  view.setInt32(16, info.pid ?? 0, true);
  view.setUint32(20, info.uid ?? 0, true);
  if (info.signal === SIGCHLD) view.setInt32(24, info.status ?? 0, true);
  else if (info.value !== undefined) {
    view.setUint32(24, info.value.low, true);
    view.setUint32(28, info.value.high, true);
  }
  return bytes;
}

const FAULTS = new Set([SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP]);

/** stack_t. */
export const STACK_BYTES = 24;

export function encodeStack(stack: AlternateStack): Uint8Array {
  const bytes = new Uint8Array(STACK_BYTES);
  putStack(new DataView(bytes.buffer), 0, stack);
  return bytes;
}

export function decodeStack(bytes: Uint8Array): AlternateStack {
  return getStack(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
}

function putStack(view: DataView, at: number, stack: AlternateStack): void {
  view.setBigUint64(at, BigInt(stack.address), true);
  view.setInt32(at + 8, stack.flags, true);
  view.setBigUint64(at + 16, BigInt(stack.size), true);
}

function getStack(view: DataView, at: number): AlternateStack {
  return {
    address: Number(view.getBigUint64(at, true)),
    flags: view.getInt32(at + 8, true),
    size: Number(view.getBigUint64(at + 16, true)),
  };
}
