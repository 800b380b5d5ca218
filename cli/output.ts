/** Exit status of a run whose reader went away: what a shell reports for SIGPIPE. */
const CLOSED_STATUS = 141;
/** Exit status when the output cannot be written for another reason, such as a full disk. */
const WRITE_STATUS = 1;
const FLUSH_BYTES = 64 * 1024;

/**
 * The guest's stdout and stderr. Bytes are gathered while the machine runs, and keep their order
 * across the two; `drained` waits until the reader has taken them, so that a slow reader slows the
 * guest and does not fill our memory. A reader that goes away ends the command quietly.
 */
export class Output {
  private parts: Uint8Array[] = [];
  private byteCount = 0;
  private fd: 1 | 2 = 1;

  constructor() {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EPIPE') process.exit(CLOSED_STATUS);
        if (stream === process.stdout) {
          process.stderr.write(`pagewalk: cannot write to stdout: ${error.code}\n`);
        }
        process.exit(WRITE_STATUS);
      });
    }
  }

  write(bytes: Uint8Array, fd: 1 | 2): void {
    if (fd !== this.fd || this.byteCount > FLUSH_BYTES) this.flush();
    this.fd = fd;
    this.parts.push(bytes.slice());
    this.byteCount += bytes.length;
  }

  /** A line of ours, on stderr. */
  note(line: string): void {
    this.write(new TextEncoder().encode(`${line}\n`), 2);
  }

  flush(): void {
    if (this.byteCount === 0) return;
    const bytes = Buffer.concat(this.parts);
    this.parts = [];
    this.byteCount = 0;
    (this.fd === 1 ? process.stdout : process.stderr).write(bytes);
  }

  /** Flushes, and resolves when both streams are ready for more. */
  async drained(): Promise<void> {
    this.flush();
    for (const stream of [process.stdout, process.stderr]) {
      if (stream.writableNeedDrain) await new Promise((resolve) => stream.once('drain', resolve));
    }
  }
}
