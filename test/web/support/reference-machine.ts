import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE_SIZE, ppnOf } from '../../../emulator/index.js';
import { Kernel, type Process, ROOT } from '../../../kernel/index.js';
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

/** The same machine as the page's, without a page: what the kernel says of the same program. */
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

  /** Every leaf, ascending, by a walk of its own through RAM. */
  leaves(): Leaf[] {
    const { program } = this;
    if (program === undefined) return [];
    const { ram } = this.kernel.machine;
    const found: Leaf[] = [];
    const visit = (table: number, level: number, va: number) => {
      for (let index = 0; index < 512; index++) {
        const at = table * PAGE_SIZE + index * 8;
        const [low, high] = [ram.readPteLow(at), ram.readPteHigh(at)];
        if (low === 0 && high === 0) continue;
        const entryVa = va + index * PAGE_SIZE * 512 ** level;
        if (level > 0) visit(ppnOf(low, high), level - 1, entryVa);
        else found.push({ va: hex(entryVa), flags: flags(low), ppn: hex(ppnOf(low, high)) });
      }
    };
    visit(program.memory.table.rootPpn, 2, 0);
    return found;
  }

  frameCounts(): Record<string, number> {
    const { frames, machine } = this.kernel;
    const counts = { anonymous: 0, file: 0, 'page table': 0, kernel: 0 };
    for (let i = 0; i < machine.ram.frameCount; i++) {
      const kind = frames.kind(machine.ram.firstPpn + i);
      if (kind === 'page-table') counts['page table']++;
      else if (kind !== 'free') counts[kind]++;
    }
    return counts;
  }

  private run(): void {
    while (this.kernel.run(1_000_000) === 'budget');
  }
}

function flags(low: number): string {
  return [...LETTERS].filter((_, bit) => (low & (1 << bit)) !== 0).join('');
}

function hex(value: number): string {
  return value.toString(16);
}
