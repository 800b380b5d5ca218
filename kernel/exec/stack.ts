import { bytesOf } from '../bytes.js';
import { Errno } from '../errno.js';
import { USER } from '../files/inode.js';
import { TASK_SIZE, type VirtualMemory } from '../memory/index.js';
import { FRAME_BYTES } from '../signals/frame.js';

/** End of the main stack; the rest of user space above it holds the signal trampoline. */
export const STACK_TOP = TASK_SIZE - 0x1_0000;
/** One argument or environment string at most. Linux include/uapi/linux/binfmts.h, MAX_ARG_STRLEN. */
const MAX_STRING_BYTES = 131072;

/** Auxiliary vector entries: Linux include/uapi/linux/auxvec.h. */
const AT = {
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  HWCAP2: 26,
  EXECFN: 31,
  MINSIGSTKSZ: 51,
} as const;

/** ISA letters A, C, D, F, I, M as bits. Linux arch/riscv/include/uapi/asm/hwcap.h. */
const HWCAP = [...'ACDFIM'].reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) - 65)), 0);

export interface StackRequest {
  /** Byte strings. */
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly executablePath: string;
  /** 16 bytes for AT_RANDOM. */
  readonly random: Uint8Array;
  readonly programHeaders: {
    readonly address: number;
    readonly count: number;
    readonly entrySize: number;
  };
  readonly entry: number;
  /** Where the dynamic loader was mapped; 0 without one. */
  readonly interpreterBase: number;
  /** RLIMIT_STACK in bytes: strings may use a quarter of it. execve(2). */
  readonly stackLimit: number;
}

export interface InitialStack {
  readonly sp: number;
  readonly argumentRange: { readonly start: number; readonly end: number };
  readonly environmentRange: { readonly start: number; readonly end: number };
}

/**
 * Lays out the stack that a program starts with (System V ABI, "Initial Stack and Register State"):
 *
 *   STACK_TOP   8 zero bytes
 *               path of the program            AT_EXECFN
 *               environment strings, then below them the argument strings
 *               16 random bytes                AT_RANDOM
 *               auxiliary vector
 *               environment pointers, 0
 *               argument pointers, 0
 *   sp          argc                           16-byte aligned
 *
 * @returns -E2BIG when the strings are too long, -ENOMEM when memory is
 */
export function buildStack(memory: VirtualMemory, o: StackRequest): InitialStack | number {
  const isTooLong = [...o.args, ...o.env].some((text) => text.length >= MAX_STRING_BYTES);
  const strings = [...o.args, ...o.env, o.executablePath].map((text) => `${text}\0`).join('');
  const pointerBytes = 8 * (o.args.length + o.env.length);
  const allowed = Math.min(o.stackLimit / 4, 6 * 2 ** 20);
  if (isTooLong || strings.length + pointerBytes > allowed) return -Errno.E2BIG;

  const stringsAt = STACK_TOP - 8 - strings.length;
  const randomAt = Math.floor((stringsAt - 16) / 16) * 16;
  const addresses = (texts: readonly string[], start: number) => {
    let at = start;
    return texts.map((text) => {
      const address = at;
      at += text.length + 1;
      return address;
    });
  };
  const argumentsEnd = stringsAt + o.args.reduce((sum, text) => sum + text.length + 1, 0);
  const environmentEnd = argumentsEnd + o.env.reduce((sum, text) => sum + text.length + 1, 0);
  const vector = [
    o.args.length,
    ...addresses(o.args, stringsAt),
    0,
    ...addresses(o.env, argumentsEnd),
    0,
    ...auxiliaryVector(o, randomAt, environmentEnd),
  ];
  const sp = Math.floor((randomAt - 8 * vector.length) / 16) * 16;
  const words = new BigUint64Array(vector.map((value) => BigInt(value)));
  const isWritten =
    memory.copyOut(stringsAt, bytesOf(strings)) === 0 &&
    memory.copyOut(randomAt, o.random) === 0 &&
    memory.copyOut(sp, new Uint8Array(words.buffer)) === 0;
  if (!isWritten) return -Errno.ENOMEM;
  return {
    sp,
    argumentRange: { start: stringsAt, end: argumentsEnd },
    environmentRange: { start: argumentsEnd, end: environmentEnd },
  };
}

function auxiliaryVector(o: StackRequest, randomAt: number, executablePathAt: number): number[] {
  return [
    [AT.HWCAP, HWCAP],
    [AT.PAGESZ, 4096],
    [AT.CLKTCK, 100],
    [AT.PHDR, o.programHeaders.address],
    [AT.PHENT, o.programHeaders.entrySize],
    [AT.PHNUM, o.programHeaders.count],
    [AT.BASE, o.interpreterBase],
    [AT.FLAGS, 0],
    [AT.ENTRY, o.entry],
    [AT.UID, USER.uid],
    [AT.EUID, USER.uid],
    [AT.GID, USER.gid],
    [AT.EGID, USER.gid],
    [AT.SECURE, 0],
    [AT.RANDOM, randomAt],
    [AT.HWCAP2, 0],
    [AT.EXECFN, executablePathAt],
    [AT.MINSIGSTKSZ, FRAME_BYTES],
    [0, 0],
  ].flat();
}
