import type { PhysicalMemory } from './physical-memory.js';
import { withRoom } from './reclaim.js';

/** Room for bytes that the kernel keeps for programs outside of guest RAM, but at its expense. */
export class BufferRoom {
  private readonly frames: PhysicalMemory;

  constructor(frames: PhysicalMemory) {
    this.frames = frames;
  }

  /** @returns false when no memory is left for them */
  take(bytes: number): boolean {
    return withRoom(
      this.frames,
      () => this.frames.holdBytes(bytes),
      (isTaken) => !isTaken,
    );
  }

  giveBack(bytes: number): void {
    this.frames.giveBackBytes(bytes);
  }
}
