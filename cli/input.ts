/**
 * Standard input that is a file or a pipe, read one chunk at a time and only when asked: the guest
 * takes its input at its own pace.
 */
export class Input {
  private readonly chunks: AsyncIterator<Buffer>;

  constructor() {
    this.chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** The next bytes, or undefined at the end. */
  async next(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.chunks.next();
    return done ? undefined : value;
  }
}
