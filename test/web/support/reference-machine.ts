import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelParts } from '../../../kernel/audit.js';
import { Kernel, type Process, ROOT } from '../../../kernel/index.js';
import { kernelView, machineView } from '../../../kernel/verify/index.js';
import { Survey } from '../../../kernel/verify/survey.js';
import { root } from '../../support/processes.js';

const folder = join(root, 'guest-programs');
const LETTERS = 'VRWXUGAD';

/** A leaf of level 0 as RAM holds it. */
export interface Leaf {
  /** Hexadecimal, as are all numbers here. */
  readonly va: string;
  readonly flags: string;
  readonly ppn: string;
}

/** The same machine as the page's, without a page: what kernel and verifier say of the program. */
export class ReferenceMachine {
  readonly kernel: Kernel;
  /** The program that the shell started last. */
  program: Process | undefined;
  /** Its state just after execve. */
  atStart: { regions: string[]; leaves: Leaf[] } = { regions: [], leaves: [] };

  constructor() {
    this.kernel = Kernel.create({
      memoryBytes: 128 * 2 ** 20,
      clock: 'virtual',
      console: { write: () => {}, isTerminal: true, columns: 80, rows: 24 },
      afterExec: (process) => {
        this.program = process;
        this.atStart = { regions: this.regions(), leaves: this.leaves() };
      },
    });
    const { programs } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      programs: Record<string, { elf: string; kind: string }>;
    };
    for (const [name, { elf, kind }] of Object.entries(programs)) {
      if (kind !== 'program') continue;
      this.kernel.files.add(`/bin/${name}`, readFileSync(join(folder, elf)), 0o755, ROOT);
    }
    const shell = this.kernel.spawn({
      path: '/bin/sh',
      args: ['sh'],
      env: ['PATH=/bin', 'HOME=/home/user', 'USER=user', 'TERM=xterm-256color'],
      cwd: '/home/user',
    });
    const { tty } = this.kernel.console;
    if (tty !== undefined) tty.foregroundGroup = shell.group;
    this.run();
  }

  type(text: string): void {
    this.kernel.input(new TextEncoder().encode(text));
    this.run();
  }

  /** The lines of /proc/PID/maps as `start-end rwxp name`. */
  regions(): string[] {
    const lines = this.program?.memory.mapsText().trimEnd().split('\n') ?? [];
    return lines.map((line) => {
      const [range = '', protection = '', , , , name = 'anonymous'] = line.trim().split(/ +/);
      const [start = '', end = ''] = range.split('-').map((part) => part.replace(/^0+(?=.)/, ''));
      return `${start}-${end} ${protection} ${name}`;
    });
  }

  /** Every leaf of level 0, ascending, as the verifier found them in raw memory. */
  leaves(): Leaf[] {
    const { program } = this;
    if (program === undefined) return [];
    const space = this.survey().spaces.find(({ name }) => name === `pid ${program.pid}`);
    return (space?.leaves ?? []).map(({ va, flags, ppn }) => ({
      va: hex(va),
      flags: letters(flags),
      ppn: hex(ppn),
    }));
  }

  /** By kind, as the verifier sees the frames. */
  frameCounts(): Record<string, number> {
    const { machine, kernel } = this.survey();
    const counts = { anonymous: 0, file: 0, 'page table': 0, kernel: 0 };
    for (let i = 0; i < machine.frameCount; i++) {
      const kind = kernel!.frames.kind(machine.firstPpn + i);
      if (kind === 'page-table') counts['page table']++;
      else if (kind !== 'free') counts[kind]++;
    }
    return counts;
  }

  /** The rules that do not hold. */
  broken(): string[] {
    return this.kernel.verify().map(({ rule }) => rule);
  }

  private survey(): Survey {
    const { kernel } = this;
    return new Survey(machineView(kernel.machine), kernelView(kernelParts(kernel)));
  }

  private run(): void {
    while (this.kernel.run(1_000_000) === 'budget');
  }
}

function letters(low: number): string {
  return [...LETTERS].filter((_, bit) => (low & (1 << bit)) !== 0).join('');
}

function hex(value: number): string {
  return value.toString(16);
}
