/**
 * The user's own terminal in raw mode: every key goes to the guest, whose terminal does the echo,
 * the line editing and ^C. `restore` puts it back; so does every way out of the process.
 */
export class Terminal {
  private readonly restoring = () => this.restore();
  private readonly resuming = () => process.stdin.setRawMode(true);
  private readonly waiters: (() => void)[] = [];
  private readonly onInput: (bytes: Uint8Array) => number;
  private unread: Uint8Array = new Uint8Array(0);

  /**
   * @param onInput gets the keys; returns how many bytes it had room for
   * @param onEnd called when the terminal hangs up
   * @param onResize called with the new size
   */
  constructor(host: {
    onInput: (bytes: Uint8Array) => number;
    onEnd: () => void;
    onResize: (columns: number, rows: number) => void;
  }) {
    const { stdin, stdout } = process;
    stdin.setRawMode(true);
    this.onInput = host.onInput;
    stdin.on('data', (bytes: Buffer) => {
      this.unread = this.unread.length === 0 ? bytes : Buffer.concat([this.unread, bytes]);
      this.offer();
      this.wake();
    });
    stdin.on('end', () => {
      host.onEnd();
      this.wake();
    });
    stdout.on('resize', () => {
      host.onResize(stdout.columns, stdout.rows);
      this.wake();
    });
    process.on('exit', this.restoring);
    // Whoever stopped us has had the terminal in the meantime.
    process.on('SIGCONT', this.resuming);
  }

  /**
   * Offers what the guest had no room for again, so that a long paste is lossless; meanwhile nothing
   * more is read from the terminal.
   */
  offer(): void {
    if (this.unread.length > 0) this.unread = this.unread.subarray(this.onInput(this.unread));
    if (this.unread.length === 0) process.stdin.resume();
    else process.stdin.pause();
  }

  restore(): void {
    process.off('exit', this.restoring);
    process.off('SIGCONT', this.resuming);
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }

  /** Resolves when something has happened at the terminal, or after the time. */
  changed(milliseconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
