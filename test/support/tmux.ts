import { spawnSync } from 'node:child_process';
import { afterEach } from 'vitest';

const WAIT_MS = 15_000;
const POLL_MS = 20;

/** A program on a real pseudo-terminal of 80 columns and 40 rows. */
export class Terminal {
  private readonly socket: string;

  constructor(command: string, name: string) {
    this.socket = `pagewalk-test-${process.pid}-${name}`;
    // The pane stays when the program has ended, so that its last output can be read.
    const size = ['-x', '80', '-y', '40'];
    this.tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      command,
      ';',
      'set',
      'remain-on-exit',
      'on',
    );
  }

  /** Keys in tmux's notation: `Enter`, `C-c`, `Up`; anything else is typed as it is. */
  press(...keys: string[]): void {
    this.tmux('send-keys', ...keys);
  }

  type(text: string): void {
    this.tmux('send-keys', '-l', text);
  }

  /** The size of the whole pane. */
  resize(columns: number, rows: number): void {
    this.tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  screen(): string {
    return this.tmux('capture-pane', '-p', '-S', '-200');
  }

  /** Waits until the screen matches, and returns it. */
  async shows(pattern: RegExp): Promise<string> {
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      if (Date.now() > end) throw new Error(`${pattern} never appeared on:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  close(): void {
    spawnSync('tmux', ['-L', this.socket, 'kill-server']);
  }

  private tmux(...args: string[]): string {
    const { status, stdout, stderr } = spawnSync('tmux', ['-L', this.socket, ...args], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
    return stdout;
  }
}

/** Opens terminals for the tests of a file, and closes each after its test. */
export function terminals(): (command: string) => Terminal {
  let open: Terminal[] = [];
  let count = 0;
  afterEach(() => {
    for (const terminal of open) terminal.close();
    open = [];
  });
  return (command) => {
    count += 1;
    const terminal = new Terminal(command, String(count));
    open.push(terminal);
    return terminal;
  };
}
