import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import {
  Kernel,
  type KernelOptions,
  type RestoreOptions as KernelRestoreOptions,
  type Process,
  type RunResult,
  type Snapshot,
  type Tty,
} from '../../kernel/index.js';
import type { Violation } from '../../kernel/verify/index.js';
import { checkedInPrograms, findProgram, isCheckedIn } from '../guest-programs.js';
import { mappingsOf } from './mappings.js';
import { type SpawnOptions, TestProcess, type TestTerminal } from './process.js';

const MIB = 2 ** 20;
const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: MIB, G: 1024 * MIB };
const DEFAULT_MEMORY = 64 * MIB;
/** Keeps a program that never ends from stopping the tests. */
const DEFAULT_MAX_STEPS = 2_000_000_000;
/** Steps between two turns of the event loop: a few milliseconds. */
const SLICE_STEPS = 500_000;
const encoder = new TextEncoder();

export interface BootOptions {
  /** Guest RAM: bytes, or a text such as '64M' (the default); 4 MiB to 3 GiB, whole pages. */
  readonly memory?: number | string;
  /** Files of the guest, by their absolute paths there. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** 'trap' (default): judge every trap; 'exit': only exits and the end; 'off': only when asked. */
  readonly verify?: 'off' | 'exit' | 'trap';
  /** Decides everything that is random in the guest; 0 by default. */
  readonly seed?: number;
  /** What standard input holds; ignored with `terminal`. Nothing by default. */
  readonly input?: string;
  /** The standard files are a terminal, for `type`. By default they are pipes. */
  readonly terminal?: boolean | { readonly columns?: number; readonly rows?: number };
  /** The machine stops after so many steps; 2,000,000,000 by default. */
  readonly maxSteps?: number;
  readonly placement?: 'top-down' | 'bottom-up';
  /** Gets one line per system call. */
  readonly strace?: (line: string) => void;
}

export interface RunOptions {
  /** About how many more steps; until the machine waits or ends when left out. */
  readonly steps?: number;
  /** Stops after the first trap for which it answers true. */
  readonly until?: (machine: TestMachine) => boolean;
}

/**
 * A machine with its kernel, for a test. It runs only while `run` or a promise of `exited` makes it.
 *
 * @throws Error naming what cannot be: a size of memory, a path
 */
export function boot(options: BootOptions = {}): TestMachine {
  const { terminal = false } = options;
  const machine = new TestMachine(options, (hooks) =>
    Kernel.create({
      ...hooks,
      memoryBytes: memorySize(options.memory ?? DEFAULT_MEMORY),
      seed: options.seed ?? 0,
      placement: options.placement ?? 'top-down',
      console: {
        ...hooks.console,
        isTerminal: terminal !== false,
        ...(typeof terminal === 'object' ? terminal : {}),
      },
    }),
  );
  for (const [path, contents] of Object.entries(options.files ?? {})) {
    machine.addFile(path, contents);
  }
  if (terminal !== false) return machine;
  machine.kernel.input(encoder.encode(options.input ?? ''));
  machine.kernel.endInput();
  return machine;
}

/** What a machine that is restored may have otherwise: the rest is in the snapshot. */
export type RestoreOptions = Pick<BootOptions, 'verify' | 'maxSteps' | 'strace'>;

/**
 * A machine as it was when `machine.snapshot()` was called, with all its processes: `spawned` and
 * `terminals` have them in the order in which they were started and added. It takes as long as the run
 * up to there did. Where it then is in another state, it has a violation of rule L7.
 *
 * @throws Error with one line that says what is wrong with the snapshot
 */
export function restore(snapshot: unknown, o: RestoreOptions = {}): TestMachine {
  return new TestMachine(o, (hooks) => Kernel.restore(snapshot, hooks));
}

type Hooks = KernelRestoreOptions & Pick<KernelOptions, 'console' | 'record'>;

export class TestMachine {
  readonly kernel: Kernel;
  /** What the verifier has found so far. */
  readonly violations: Violation[] = [];
  /** Everything that was spawned, in order. */
  readonly spawned: TestProcess[] = [];
  /** The terminals that were added, in order. */
  readonly terminals: TestTerminal[] = [];
  private readonly decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  private readonly texts = { 1: '', 2: '' };
  private hasTyped: (() => void)[] = [];

  constructor(o: RestoreOptions, make: (hooks: Hooks) => Kernel) {
    this.kernel = make({
      record: true,
      verify: o.verify ?? 'trap',
      maxSteps: o.maxSteps ?? DEFAULT_MAX_STEPS,
      strace: o.strace,
      onViolation: (violation) => this.violations.push(violation),
      onFault: (process, fault) => this.processOf(process)?.faults.push(fault),
      onSpawn: (process) => this.spawned.push(new TestProcess(this, process)),
      beforeExit: (process) => {
        const known = this.processOf(process);
        if (known !== undefined) known.lastMappings = mappingsOf(process.memory);
      },
      console: {
        write: (bytes, fd) => {
          this.texts[fd] += this.decoders[fd].decode(bytes, { stream: true });
        },
        isTerminal: false,
      },
      terminal: (number) =>
        this.openTerminal(() => this.kernel.ttys.find((tty) => tty.number === number)!),
    });
  }

  /** Puts a file into the guest's tree. An ELF, and a script that starts with #!, may be executed. */
  addFile(path: string, contents: string | Uint8Array): void {
    const bytes = typeof contents === 'string' ? encoder.encode(contents) : contents;
    const isProgram = bytes[0] === 0x7f || (bytes[0] === 0x23 && bytes[1] === 0x21);
    this.kernel.files.add(path, bytes, isProgram ? 0o755 : 0o644);
  }

  /** The bytes of a file in the guest's tree; undefined where there is none. */
  readFile(path: string): Uint8Array | undefined {
    return this.kernel.files.read(path);
  }

  /**
   * Starts a program; it runs when the machine does.
   *
   * @param elf the ELF's bytes, its path on this host, its absolute path in the guest, or the name of
   *   a program that comes with pagewalk
   * @param args what follows the program's name in argv
   * @throws Error with one line that says why it cannot be started
   */
  spawn(elf: string | Uint8Array, args: readonly string[] = [], o: SpawnOptions = {}): TestProcess {
    const path = this.place(elf);
    const process = this.kernel.spawn({
      path,
      args: [o.name ?? path, ...args],
      env: Object.entries({ PATH: '/bin', ...o.env }).map(([name, value]) => `${name}=${value}`),
      cwd: o.cwd ?? '/tmp',
      ...(o.terminal === undefined ? {} : { tty: o.terminal.tty }),
    });
    return this.processOf(process)!;
  }

  /**
   * Runs. 'waiting': a program waits for input, and nothing else can go on; 'exited': all programs
   * have ended, or the limit of steps is reached; 'budget': more can be done.
   */
  run(o: RunOptions = {}): 'budget' | 'waiting' | 'exited' {
    const { clock } = this.kernel;
    const end = clock.steps + (o.steps ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const steps = Math.min(SLICE_STEPS, end - clock.steps);
      if (steps <= 0) return 'budget';
      const stop = this.kernel.run(steps, o.until === undefined ? 'budget' : 'trap');
      if (stop !== 'budget') return stop;
      if (o.until?.(this)) return 'budget';
    }
  }

  /** Runs in slices, with turns of the event loop between them, until `isDone`. */
  async runUntil(isDone: () => boolean): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isDone()) return;
      const stop = this.run({ steps: SLICE_STEPS });
      if (stop === 'exited') return;
      if (stop === 'waiting' && !isDone()) await this.nextInput();
    }
  }

  /** Types on the terminal. '\r' or '\n' is the enter key, '\x03' is ^C. */
  type(text: string): void {
    if (!this.kernel.console.hasTerminal(0)) {
      throw new Error(
        'there is no terminal to type on: boot({ terminal: true }), or boot({ input })',
      );
    }
    this.kernel.input(encoder.encode(text));
    this.wakeWaiting();
  }

  /** The terminal's other end goes away: what reads from it finds the end of input. */
  hangUp(): void {
    this.kernel.endInput();
    this.wakeWaiting();
  }

  /** What was written to standard output; with `terminal`, all that the terminal showed. */
  get output(): string {
    return this.texts[1];
  }

  /** What was written to standard error where that is no terminal. */
  get errors(): string {
    return this.texts[2];
  }

  /** One more terminal, for `spawn(elf, args, { terminal })`. */
  addTerminal(window: { columns?: number; rows?: number } = {}): TestTerminal {
    const host = this.openTerminal(() => tty);
    const tty: Tty = this.kernel.addTerminal({ ...host, ...window });
    return this.terminals.at(-1)!;
  }

  /** All that it takes to have this machine again as it is now, as plain data, for `restore`. */
  snapshot(): Snapshot {
    return this.kernel.snapshot();
  }

  /** Counts, state hash and how the first program ended: the fields of `--stats=json`. */
  result(): RunResult {
    return this.kernel.result();
  }

  /** Why programs died, and what the verifier has found, as text. */
  diagnostics(): string {
    return this.kernel.diagnostics();
  }

  private processOf(process: Process): TestProcess | undefined {
    return this.spawned.find((each) => each.process === process);
  }

  /** A terminal that somebody draws and types on; `find` gives it once it is there. */
  private openTerminal(find: () => Tty): { write(bytes: Uint8Array): void } {
    const decoder = new TextDecoder();
    let output = '';
    const type = (text: string) => {
      find().input(encoder.encode(text));
      this.wakeWaiting();
    };
    this.terminals.push({
      get tty() {
        return find();
      },
      type,
      get output() {
        return output;
      },
    });
    return {
      write: (bytes) => {
        output += decoder.decode(bytes, { stream: true });
      },
    };
  }

  private nextInput(): Promise<void> {
    return new Promise((resolve) => this.hasTyped.push(resolve));
  }

  private wakeWaiting(): void {
    for (const resolve of this.hasTyped.splice(0)) resolve();
  }

  /** @returns the program's path in the guest */
  private place(elf: string | Uint8Array): string {
    if (typeof elf !== 'string') {
      const path = `/bin/program${this.spawned.length === 0 ? '' : this.spawned.length + 1}`;
      this.addFile(path, elf);
      return path;
    }
    if (elf.startsWith('/') && this.kernel.files.read(elf) !== undefined) return elf;
    const file = findProgram(elf);
    if (!existsSync(file)) {
      throw new Error(
        `${elf} is neither a file of this host, nor of the guest, nor a program of pagewalk`,
      );
    }
    if (isCheckedIn(file)) {
      for (const [name, program] of checkedInPrograms()) this.addFile(`/bin/${name}`, program);
    }
    const path = `/bin/${basename(file)}`;
    this.addFile(path, readFileSync(file));
    return path;
  }
}

function memorySize(memory: number | string): number {
  const match = /^(\d+)([KMG]?)$/i.exec(String(memory));
  if (match === null) {
    throw new Error(`memory '${memory}' is no size: give bytes, or a text such as '64M'`);
  }
  return Number(match[1]) * UNITS[match[2]!.toUpperCase()]!;
}
