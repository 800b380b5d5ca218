import { basename } from 'node:path';
import { BareMetal } from '../../emulator/index.js';
import { Kernel, type RunResult } from '../../kernel/index.js';
import type { Violation } from '../../kernel/verify/index.js';
import { REPORT_END, REPORT_START } from './protocol.js';
import type { Job, TestResult } from './types.js';

const HOME = '/tmp';
const HOME_OF_USER = '/home/user';
/** Steps of one call of the machine: nothing depends on it. */
const SLICE_STEPS = 10_000_000;
/** An image's, whose limit of output is looked at between two calls. */
const IMAGE_SLICE_STEPS = 100_000;

type Counted =
  | 'exitStatus'
  | 'signal'
  | 'instructions'
  | 'steps'
  | 'syscalls'
  | 'faults'
  | 'violations';

/** What became of a test's program. */
export interface Run {
  readonly result: Pick<RunResult, Counted> & { readonly outcome: TestResult['outcome'] };
  /** Standard output and error, with the kernel's reports where they were made. */
  readonly text: string;
  readonly stdout: string;
  readonly violations: readonly Violation[];
  /** How many processes there were when the run ended. */
  readonly processes: number;
  /** Paths of the files that the program has made and left. */
  readonly files: readonly string[];
}

/** Runs a user program under the kernel. */
export function runKernel({ test, elf, seed, token, verify }: Job): Run {
  const { limits, replacement } = test;
  const all: string[] = [];
  const standard: string[] = [];
  const violations: Violation[] = [];
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  const kernel = Kernel.create({
    memoryBytes: limits.memory,
    swapBytes: limits.swap,
    diskBytes: limits.disk,
    replacement,
    maxSteps: limits.steps,
    maxTasks: limits.processes,
    maxOutputBytes: limits.outputBytes,
    seed,
    clock: 'virtual',
    verify,
    report: (text) => all.push(`${REPORT_START}${text}\n${REPORT_END}`),
    onViolation: (violation) => violations.push(violation),
    console: {
      write: (bytes, fd) => {
        const text = decoders[fd].decode(bytes, { stream: true });
        all.push(text);
        if (fd === 1) standard.push(text);
      },
      isTerminal: false,
    },
  });
  const path = `/bin/${basename(test.files[0]!, '.c')}`;
  kernel.files.add(path, elf, 0o755);
  const lab = { SEED: seed, TOKEN: token, STEPS: limits.steps, REPLACEMENT: replacement };
  const variables = Object.entries(lab).map(([name, value]) => `LAB_${name}=${value}`);
  const env = ['PATH=/bin', `HOME=${HOME}`, ...variables, ...test.env];
  kernel.spawn({ path, args: [path, ...test.args], env, cwd: HOME });
  kernel.endInput();
  while (kernel.run(SLICE_STEPS) === 'budget');
  const processes = kernel.processes.size;
  const result = kernel.result();
  const files = ['/tmp', HOME_OF_USER, '/disk'].flatMap((folder) => kernel.files.list(folder));
  const [text, stdout] = [all.join(''), standard.join('')];
  return { result, text, stdout, violations, processes, files };
}

/**
 * Runs a bare-metal image, with a TLB that serves what is stale until a fence. What a lab gets from
 * the environment elsewhere is a line on the UART: the token, a space, the seed.
 */
export function runImage({ test, elf, firmware, seed, token }: Job): Run {
  const { limits } = test;
  const bytes: Uint8Array[] = [];
  let isFull = false;
  const machine = BareMetal.load(elf, {
    memoryBytes: limits.memory,
    maxSteps: limits.steps,
    tlb: 'stale',
    firmware,
    onOutput: (out) => {
      if (bytes.length >= limits.outputBytes) isFull = true;
      else bytes.push(out);
    },
  });
  machine.input(new TextEncoder().encode(`${token} ${seed}\n`));
  let state = machine.run(IMAGE_SLICE_STEPS);
  while (state === 'budget' && !isFull) state = machine.run(IMAGE_SLICE_STEPS);
  if (state === 'waiting') machine.endInput();
  const text = Buffer.concat(bytes).toString();
  const ended = machine.result();
  const outcome = isFull ? 'limit' : ended.outcome;
  const exitStatus = outcome === 'exited' ? ended.exitStatus : null;
  const result = { ...ended, outcome, exitStatus, violations: 0 };
  return { result, text, stdout: text, violations: [], processes: 1, files: [] };
}
