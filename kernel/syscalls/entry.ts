import type { ArgumentKind } from '../strace/kinds.js';
import type { Call } from './call.js';

/** One system call: how its arguments are read and shown, what it costs, what it does. */
export interface SyscallEntry {
  readonly name: string;
  readonly kinds: readonly ArgumentKind[];
  /** Steps charged each time it is made, besides what it copies and touches. */
  readonly charge: number;
  /** How strace shows a result that is not an error. */
  readonly shows: 'number' | 'address' | ((result: number, args: readonly number[]) => string);
  /** Checks, rounds, delegates. @returns a result or a negative errno, or BLOCKED and its like */
  readonly run: (call: Call, ...args: number[]) => number;
}

/** What most calls cost: they look something up and answer. */
export const SIMPLE = 50;
/** Calls that walk the file tree or move data. */
export const FILE = 100;
/** Calls that change an address space, besides their charge per page and region. */
export const MEMORY = 100;
/** Calls that make a task or a program. */
export const PROCESS = 1000;

export function entry(
  name: string,
  kinds: readonly ArgumentKind[],
  charge: number,
  run: SyscallEntry['run'],
  shows: SyscallEntry['shows'] = 'number',
): SyscallEntry {
  return { name, kinds, charge, run, shows };
}
