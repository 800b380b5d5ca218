import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { Kernel, ROOT, type Tty } from '../../kernel/index.js';
import { root } from '../support/processes.js';

const PROGRAMS = ['sh', 'cat', 'echo', 'sleep', 'mmapdemo'];

/** A shell on a terminal of the kernel, and the screen that xterm.js makes of what it writes. */
class Screen {
  private readonly terminal: headless.Terminal;
  private readonly kernel: Kernel;
  private readonly tty: Tty;

  constructor(columns = 80, rows = 24) {
    this.terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
    this.kernel = Kernel.create({
      memoryBytes: 64 * 2 ** 20,
      console: {
        write: (bytes) => this.terminal.write(bytes.slice()),
        isTerminal: true,
        columns,
        rows,
      },
    });
    for (const name of PROGRAMS) {
      const bytes = readFileSync(join(root, 'guest-programs/bin', name));
      this.kernel.files.add(`/bin/${name}`, bytes, 0o755, ROOT);
    }
    this.tty = this.kernel.console.tty!;
    this.kernel.spawn({
      path: '/bin/sh',
      args: ['sh'],
      env: ['PATH=/bin', 'TERM=xterm-256color'],
      cwd: '/tmp',
      tty: this.tty,
    });
  }

  /** Works until every program waits. */
  async type(...keys: string[]): Promise<void> {
    for (const key of ['', ...keys]) {
      this.tty.input(new TextEncoder().encode(key));
      for (let turn = 0; this.kernel.run(100_000) === 'budget'; turn++) {
        if (turn > 2000) throw new Error('the machine did not come to rest');
      }
    }
    await this.drawn();
  }

  /** The same for what never comes to rest by itself: `then` follows after a while. */
  async typeWhileBusy(keys: string, then: string): Promise<void> {
    await this.type();
    this.tty.input(new TextEncoder().encode(keys));
    for (let turn = 0; turn < 20; turn++) this.kernel.run(100_000);
    this.tty.input(new TextEncoder().encode(then));
    await this.type();
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.drawn();
    this.terminal.resize(columns, rows);
    this.tty.resize({ columns, rows });
    await this.type();
  }

  /** All rows, the blank ones at the end left out, with `▮` where the cursor is. */
  get lines(): string[] {
    const { active } = this.terminal.buffer;
    const lines: string[] = [];
    for (let y = 0; y < this.terminal.rows; y++) {
      const text = active.getLine(active.baseY + y)?.translateToString(false) ?? '';
      const x = active.cursorX;
      const shown = y === active.cursorY ? `${text.slice(0, x)}▮${text.slice(x)}` : text;
      lines.push(shown.trimEnd());
    }
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The runs of cells of one colour in a row: `text:palette number`, bold as `*`, dim as `~`. */
  styles(row: number): string[] {
    const { active } = this.terminal.buffer;
    const line = active.getLine(active.baseY + row);
    const runs: { style: string; text: string }[] = [];
    for (let x = 0; x < this.terminal.cols; x++) {
      const cell = line?.getCell(x);
      if (cell === undefined) break;
      const colour = cell.isFgDefault() ? '' : `:${cell.getFgColor()}`;
      const style = `${colour}${cell.isBold() ? '*' : ''}${cell.isDim() ? '~' : ''}`;
      const last = runs.at(-1);
      if (last?.style === style) last.text += cell.getChars() || ' ';
      else runs.push({ style, text: cell.getChars() || ' ' });
    }
    return runs
      .map(({ style, text }) => `${text.trim()}${style}`)
      .filter((run) => /[^\s]/.test(run));
  }

  private drawn(): Promise<void> {
    return new Promise((resolve) => this.terminal.write('', resolve));
  }
}

const LEFT = '\x1b[D';
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const HOME = '\x1b[H';
const END = '\x1b[F';

describe('the screen of the shell', () => {
  it('shows a line that is edited in its middle', async () => {
    const screen = new Screen();
    await screen.type('echo wrld', LEFT, LEFT, LEFT, 'o');
    expect(screen.lines).toEqual(['/tmp $ echo wo▮rld']);
    await screen.type(HOME, '\x1b[3~', 'E', END, '!', '\x7f', '?');
    expect(screen.lines).toEqual(['/tmp $ Echo world?▮']);
    await screen.type('\x01', '\x1b[3~', 'e', '\r');
    expect(screen.lines).toEqual(['/tmp $ echo world?', 'world?', '/tmp $ ▮']);
  });

  it('goes up and down in its history', async () => {
    const screen = new Screen();
    await screen.type('echo one\r', 'echo the second\r', 'dra', UP, UP);
    const before = ['/tmp $ echo one', 'one', '/tmp $ echo the second', 'the second'];
    expect(screen.lines).toEqual([...before, '/tmp $ echo one▮']);
    await screen.type(DOWN);
    expect(screen.lines).toEqual([...before, '/tmp $ echo the second▮']);
    await screen.type('\x17', 'third\r');
    expect(screen.lines.slice(-3)).toEqual(['/tmp $ echo the third', 'the third', '/tmp $ ▮']);
  });

  it('moves a line that is wider than the screen sideways, and never wraps it', async () => {
    const screen = new Screen(30, 10);
    await screen.type(`echo ${'abcdefghij'.repeat(3)}`);
    expect(screen.lines).toEqual(['/tmp $ ijabcdefghijabcdefghij▮']);
    await screen.type(HOME, 'X');
    expect(screen.lines).toEqual(['/tmp $ X▮echo abcdefghijabcdef']);
    await screen.type(END, '\x15', 'echo short\r');
    expect(screen.lines).toEqual(['/tmp $ echo short', 'short', '/tmp $ ▮']);
  });

  it('draws for the width of a window that was made smaller', async () => {
    const screen = new Screen(40, 10);
    await screen.resize(20, 10);
    await screen.type('echo abcdefghijklmnop');
    expect(screen.lines).toEqual(['/tmp $ efghijklmnop▮']);
    await screen.resize(30, 10);
    expect(screen.lines).toEqual(['/tmp $ echo abcdefghijklmnop▮']);
  });

  it('asks for the rest of a loop, and gives it back as one line of the history', async () => {
    const screen = new Screen();
    await screen.type('for i in 1 2\r', 'do echo $i\r', 'done\r', UP);
    expect(screen.lines).toEqual([
      '/tmp $ for i in 1 2',
      '> do echo $i',
      '> done',
      '1',
      '2',
      '/tmp $ for i in 1 2↵do echo $i↵done▮',
    ]);
    await screen.type('\r');
    expect(screen.lines.slice(-3)).toEqual(['1', '2', '/tmp $ ▮']);
  });

  it('ends a loop at ^C, in the shell itself and in a program, and at ^Z', async () => {
    const screen = new Screen();
    await screen.typeWhileBusy('while true; do :; done\r', '\x03');
    expect(screen.lines).toEqual(['/tmp $ while true; do :; done', '^C', '/tmp $ ▮']);
    await screen.type('\x0c', 'for i in 1 2; do cat; echo never; done\r', '\x03');
    expect(screen.lines.slice(1)).toEqual(['^C', '/tmp $ ▮']);
    await screen.type('\x0c', 'for i in 1 2; do cat; echo never; done\r', '\x1a', 'fg\r', '\x04');
    expect(screen.lines.slice(1)).toEqual([
      '^Z',
      '[1]  Stopped              cat',
      '/tmp $ fg',
      'cat',
      '/tmp $ ▮',
    ]);
  });

  it('shows ^C and ^Z, and the jobs', async () => {
    const screen = new Screen();
    await screen.type('cat\r', '\x1a', 'jobs\r', 'fg\r', '\x03');
    expect(screen.lines).toEqual([
      '/tmp $ cat',
      '^Z',
      '[1]  Stopped              cat',
      '/tmp $ jobs',
      '[1]  Stopped              cat',
      '/tmp $ fg',
      'cat',
      '^C',
      '/tmp $ ▮',
    ]);
  });
});

describe('the screen of mmapdemo', () => {
  it('shows the first step whole, with its colours', async () => {
    const screen = new Screen();
    await screen.type('mmapdemo\r');
    expect(screen.lines).toMatchInlineSnapshot(`
      [
        "/tmp $ mmapdemo",
        "mmapdemo: the life of one mmap",
        "region: what the kernel promised. walk: what the page tables hold, VA → PA.",
        "Flags of a PTE: Valid Read Write eXecute User Global Accessed Dirty.",
        "",
        " 1  Map four pages. The kernel promises addresses and gives no memory.",
        "    p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,",
        "             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);",
        "    region  3ff7ffc000-3ff8000000  rw-p  16 KiB  anonymous",
        "    walk    3ff7ffc000 → L2[255] → L1[447] → not present until touched",
        "",
        "    Enter: next step   q: quit ▮",
      ]
    `);
    expect(screen.lines.map((_line, row) => screen.styles(row))).toMatchInlineSnapshot(`
      [
        [
          "/tmp $ mmapdemo",
        ],
        [
          "mmapdemo: the life of one mmap*",
        ],
        [
          "region: what the kernel promised. walk: what the page tables hold, VA → PA.",
        ],
        [
          "Flags of a PTE: Valid Read Write eXecute User Global Accessed Dirty.",
        ],
        [],
        [
          "1  Map four pages. The kernel promises addresses and gives no memory.*",
        ],
        [
          "p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE,:6",
        ],
        [
          "MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);:6",
        ],
        [
          "region",
          "3ff7ffc000-3ff8000000  rw-p:2",
          "16 KiB  anonymous",
        ],
        [
          "walk",
          "3ff7ffc000:2",
          "→ L2[255] → L1[447] →",
          "not present until touched:8",
        ],
        [],
        [
          "Enter: next step   q: quit:8",
        ],
      ]
    `);
  });
});
