/** How much a report tells of a failure: the call and its line, only the call, only what was seen. */
export type Explain = 'full' | 'cause' | 'symptom';

export type Machine = 'kernel' | 'bare';

export interface Limits {
  readonly steps: number;
  /** Guest RAM in bytes, page tables and the kernel's own frames included. */
  readonly memory: number;
  /** Tasks at a time, threads included. */
  readonly processes: number;
  readonly outputBytes: number;
  /** Sizes in bytes of the swap device and of the disk at /disk; 0: none. */
  readonly swap: number;
  readonly disk: number;
}

/** What a test that is no lab must print or end with. */
export interface Expectation {
  readonly stdout?: string;
  readonly status?: number;
}

export interface TestSpec {
  /** Its place among all tests of the command line: reports are in this order. */
  readonly index: number;
  readonly name: string;
  /** An ELF, or .c files that are compiled together. */
  readonly files: readonly string[];
  /** Where its sources find headers: the folder of tests.json. */
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly weight: number;
  readonly hasPartialCredit: boolean;
  readonly visibility: 'visible' | 'hidden';
  readonly explain: Explain;
  readonly limits: Limits;
  readonly expect: Expectation | undefined;
  /** 'bare': an image that runs from M mode, without our kernel. Undefined: as its ELF is linked. */
  readonly machine: Machine | undefined;
  /** An image that begins in M mode and starts the test's own. */
  readonly firmware: string | undefined;
  readonly replacement: 'clock' | 'fifo';
}

/** A test that a worker can run. */
export interface Job {
  readonly test: TestSpec;
  readonly elf: Uint8Array;
  readonly machine: Machine;
  readonly firmware: Uint8Array | undefined;
  readonly seed: number;
  readonly token: string;
  readonly verify: 'off' | 'exit' | 'trap';
}

export interface CaseResult {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

export interface TestResult {
  readonly index: number;
  readonly name: string;
  /** Of the ELF that ran; null when there was none. */
  readonly sha256: string | null;
  /** Of the firmware that started it; null when there was none. */
  readonly firmwareSha256: string | null;
  readonly visibility: 'visible' | 'hidden';
  readonly weight: number;
  readonly score: number;
  readonly status: 'passed' | 'failed';
  /** Why it failed as a whole; null when the cases tell it all. */
  readonly reason: string | null;
  readonly cases: readonly CaseResult[];
  /** 'not-run': there is no program; 'watchdog': ended by wall-clock time. */
  readonly outcome:
    | 'exited'
    | 'signalled'
    | 'limit'
    | 'host-error'
    | 'idle'
    | 'stuck'
    | 'not-run'
    | 'watchdog';
  readonly exitStatus: number | null;
  readonly signal: string | null;
  readonly instructions: number;
  readonly steps: number;
  readonly syscalls: number;
  readonly faults: number;
  readonly violations: number;
  /** What the program printed, without the protocol; empty when only symptoms are told. */
  readonly output: string;
}

/** The JSON report. */
export interface Report {
  readonly pagewalk: string;
  readonly engine: 'interpreter';
  readonly verify: 'off' | 'exit' | 'trap';
  readonly seed: number;
  readonly student: string | null;
  readonly shard: string | null;
  readonly score: number;
  readonly maxScore: number;
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestResult[];
}
