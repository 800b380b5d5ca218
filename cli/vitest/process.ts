import {
  type Ending,
  type Process,
  signalName,
  signalNumber,
  type Tty,
  wouldFault,
} from '../../kernel/index.js';
import type { TestMachine } from './machine.js';
import { type Mapping, type Mappings, mappingsOf } from './mappings.js';

export type { Mapping } from './mappings.js';

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An absolute path in the guest; /tmp by default. */
  readonly cwd?: string;
  /** argv[0]; the program's path by default. */
  readonly name?: string;
  /** Where its standard files are, instead of the machine's. */
  readonly terminal?: TestTerminal;
}

/** A terminal of its own, with somebody who types. */
export interface TestTerminal {
  readonly tty: Tty;
  type(text: string): void;
  /** All that it showed. */
  readonly output: string;
}

/** An access that became a signal. */
export interface GuestFault {
  readonly address: number;
  readonly access: 'fetch' | 'load' | 'store';
  readonly signal: 'SIGSEGV' | 'SIGBUS' | 'SIGKILL';
  /** MAPERR: nothing mapped; ACCERR: not for this access; ADRERR: past the end of the file. */
  readonly code: 'MAPERR' | 'ACCERR' | 'ADRERR';
}

/** A program that `TestMachine.spawn` has started. */
export class TestProcess {
  readonly machine: TestMachine;
  /** The kernel's own view of it. */
  readonly process: Process;
  /** The faults that became signals, handled or not, oldest first. */
  readonly faults: GuestFault[] = [];
  /** What it had mapped when it ended. */
  lastMappings: Mappings | undefined;

  constructor(machine: TestMachine, process: Process) {
    this.machine = machine;
    this.process = process;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** How it ended; undefined as long as it lives. */
  get ending(): Ending | undefined {
    return this.process.ending;
  }

  /** Exit status as a shell shows it, 128 + the signal that ended it; undefined as long as it lives. */
  get status(): number | undefined {
    const { ending } = this;
    if (ending === undefined) return undefined;
    return ending.kind === 'exited' ? ending.status : 128 + ending.signal;
  }

  /** The signal that ended it, as in 'SIGSEGV'. */
  get signal(): string | undefined {
    return this.ending?.kind === 'signalled' ? signalName(this.ending.signal) : undefined;
  }

  /**
   * Runs the machine until the program has ended. Where it waits on a terminal, somebody has to type.
   *
   * @returns `status`; rejects when the machine's limit of steps comes first
   */
  get exited(): Promise<number> {
    return this.untilExit();
  }

  /** Sends a signal, by its name. @throws Error where there is none of that name */
  kill(signal: string): void {
    const number = signalNumber(signal);
    if (!(number > 0)) throw new Error(`${signal} is no signal: give a name such as SIGTERM`);
    this.machine.kernel.kill(this.process.group, number);
  }

  /** What it has mapped, or had when it ended. Ascending. */
  get mappings(): readonly Mapping[] {
    return this.seen().list;
  }

  /** Whether the page of the address has, or had, a leaf in the page table. */
  isPresent(va: number): boolean {
    return this.seen().present.has(va - (va % 4096));
  }

  /** What an access would come to now, without making it; undefined where it would go through. */
  faultAt(va: number, access: GuestFault['access']): GuestFault | undefined {
    const fault = wouldFault(this.process.memory, va, access);
    return fault && { ...fault, access };
  }

  seen(): Mappings {
    return this.lastMappings ?? mappingsOf(this.process.memory);
  }

  private async untilExit(): Promise<number> {
    await this.machine.runUntil(() => this.ending !== undefined);
    if (this.status !== undefined) return this.status;
    throw new Error(`pid ${this.pid} did not end\n${this.machine.diagnostics()}`.trimEnd());
  }
}
