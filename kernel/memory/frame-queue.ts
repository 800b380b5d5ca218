const NONE = -1;

/**
 * Frames in the order in which they were taken, as a list in two arrays: adding, removing and moving
 * to the end are one step each. Frames are indices, 0 <= frame < frameCount.
 */
export class FrameQueue {
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private readonly isIn: Uint8Array;
  private head = NONE;
  private tail = NONE;
  private count = 0;

  constructor(frameCount: number) {
    this.next = new Int32Array(frameCount).fill(NONE);
    this.previous = new Int32Array(frameCount).fill(NONE);
    this.isIn = new Uint8Array(frameCount);
  }

  get length(): number {
    return this.count;
  }

  /** The frame that has waited longest; -1 when there is none. */
  get first(): number {
    return this.head;
  }

  /** From the first to the last. */
  *[Symbol.iterator](): IterableIterator<number> {
    for (let frame = this.head; frame !== NONE; frame = this.next[frame]!) yield frame;
  }

  /** Adds the frame at the end; one that is there already moves. */
  append(frame: number): void {
    this.remove(frame);
    this.isIn[frame] = 1;
    this.previous[frame] = this.tail;
    this.next[frame] = NONE;
    if (this.tail === NONE) this.head = frame;
    else this.next[this.tail] = frame;
    this.tail = frame;
    this.count++;
  }

  /** Removes the frame, if it is there. */
  remove(frame: number): void {
    if (this.isIn[frame] === 0) return;
    const [before, after] = [this.previous[frame]!, this.next[frame]!];
    if (before === NONE) this.head = after;
    else this.next[before] = after;
    if (after === NONE) this.tail = before;
    else this.previous[after] = before;
    this.isIn[frame] = 0;
    this.count--;
  }
}
