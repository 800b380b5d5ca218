import type { TlbMode } from '../emulator/index.js';
import type { Access, MemoryFault, Replacement } from './memory/index.js';
import type { Process } from './process/process.js';
import type { ConsoleHost } from './tty/console.js';
import type { Tty } from './tty/tty.js';
import type { Violation } from './verify/index.js';

export interface KernelOptions {
  /** Guest RAM: 4 MiB to 3 GiB, a multiple of 4096. */
  readonly memoryBytes: number;
  /** Decides getrandom, AT_RANDOM and scheduling. A safe integer. */
  readonly seed?: number;
  readonly clock?: 'virtual' | 'host';
  /** Host clock: nanoseconds since the Unix epoch. Needed for `clock: 'host'`. */
  readonly hostNow?: () => number;
  readonly placement?: 'top-down' | 'bottom-up';
  /**
   * 'exit': judge all page tables, regions and frames at each exit and at the end. 'trap': also
   * after every trap, whatever it has touched.
   */
  readonly verify?: 'off' | 'exit' | 'trap' | undefined;
  /** 'stale': the TLB holds translations until a fence, so that one that is missing shows. */
  readonly tlb?: TlbMode | undefined;
  /** Size of a swap device, a multiple of 4096 below 4 GiB; none by default. */
  readonly swapBytes?: number | undefined;
  /** Which page goes to the swap device: see kernel/memory/reclaim.ts. Default: clock. */
  readonly replacement?: Replacement | undefined;
  /** Size of a disk that is mounted at /disk, a multiple of 4096 below 4 GiB; none by default. */
  readonly diskBytes?: number | undefined;
  /**
   * Remembers all that comes from outside, for `Kernel.snapshot`. With the host's clock, time then
   * stands still for a millisecond or two at a time.
   */
  readonly record?: boolean | undefined;
  readonly maxSteps?: number | undefined;
  /** The run stops when exactly this many instructions have retired. */
  readonly maxInstructions?: number | undefined;
  /** Bytes that the guest may write to the console. */
  readonly maxOutputBytes?: number | undefined;
  /** Tasks that may exist at a time, threads included. Default: as memory allows, 1024 at most. */
  readonly maxTasks?: number | undefined;
  /** Gets one line per system call, in strace's format. */
  readonly strace?: ((line: string) => void) | undefined;
  /** Gets every diagnostic at once: why a program died, and what it asked in vain. */
  readonly report?: ((line: string) => void) | undefined;
  /** Gets each violation that the verifier finds, as data; `report` gets its explanation. */
  readonly onViolation?: ((violation: Violation) => void) | undefined;
  /** Called for each page fault that becomes a signal, handled or not. */
  readonly onFault?:
    | ((process: Process, fault: MemoryFault & { readonly access: Access }) => void)
    | undefined;
  /** Called when the host, or a snapshot that is restored, has started a program. */
  readonly onSpawn?: ((process: Process) => void) | undefined;
  /** Called when execve(2) has put a new program in place, before its first instruction. */
  readonly afterExec?: ((process: Process) => void) | undefined;
  /** Called for each process whose memory is about to be released because it ends. */
  readonly beforeExit?: ((process: Process) => void) | undefined;
  /** For tests: asked before a frame is handed out, and before a mapper takes nodes. */
  readonly mayAllocate?: (() => boolean) | undefined;
  readonly console: ConsoleHost;
}

export const DEFAULT_MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Linux kernel/fork.c, set_max_threads: stacks may take an eighth of memory. Fewer than Linux allows at 128 MiB and more. */
export function defaultMaxTasks(memoryBytes: number): number {
  const KERNEL_STACK_BYTES = 16 * 1024;
  return Math.min(1024, Math.floor(memoryBytes / (8 * KERNEL_STACK_BYTES)));
}

export interface SpawnOptions {
  /** Absolute path in the guest's tree; host text, as are all strings here. */
  readonly path: string;
  /** args[0] is the program's name. */
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  /** Where its standard files are: a terminal that `addTerminal` gave. The console when left out. */
  readonly tty?: Tty;
}

/** How a run ended and what it cost: the fields of `--stats=json`. */
export interface RunResult {
  readonly outcome: 'exited' | 'signalled' | 'limit' | 'host-error';
  /** Of the first process; null when it did not exit by itself. */
  readonly exitStatus: number | null;
  /** `SIGSEGV` and so on; null when no signal ended the first process. */
  readonly signal: string | null;
  /** Retired instructions. */
  readonly instructions: number;
  readonly steps: number;
  readonly stateHash: string;
  readonly syscalls: number;
  readonly faults: number;
  /** Of those, the ones that read a page from the swap device. */
  readonly majorFaults: number;
  /** Processes killed because no frame was left. */
  readonly oomKills: number;
  /** Pages read from the swap device, and written to it. */
  readonly pagesSwappedIn: number;
  readonly pagesSwappedOut: number;
  /** Blocks of a page each, read from the disk and written to it. */
  readonly diskReads: number;
  readonly diskWrites: number;
  /** Found by the verifier. */
  readonly violations: number;
  readonly unknownSyscalls: Readonly<Record<string, number>>;
}
