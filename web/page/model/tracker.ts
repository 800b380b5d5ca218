import type { FrameView, View } from '../../protocol/index.js';
import {
  type Changes,
  compare,
  isSettled,
  type MemoryModel,
  NO_CHANGES,
  readMemory,
} from './changes.js';

/** A view with what the page shows of it. */
export interface Shown {
  readonly view: View;
  readonly memory: MemoryModel | undefined;
  /** Counts steps: another number than in the view before means that a new step has begun. */
  readonly step: number;
  /**
   * Since the machine last stood still: what the step under way, or the last step, has changed in the
   * observed process. Since its start, when it has not stood still yet.
   */
  readonly changes: Changes;
}

interface Moment {
  readonly memory: MemoryModel;
  readonly frames: FrameView;
}

/**
 * Follows the machine from view to view. A step leads from one moment at which the machine stood still
 * (waiting for input, paused, ended) to the next one.
 */
export class Tracker {
  private base: Moment | undefined;
  private last: Shown | undefined;
  private step = 0;

  next(view: View): Shown {
    const memory = view.memory === undefined ? undefined : readMemory(view.memory);
    const { last } = this;
    if (memory === undefined) {
      this.base = undefined;
    } else if (this.base?.memory.memory.pid !== memory.memory.pid) {
      this.begin({ memory, frames: view.frames });
    } else if (
      last?.memory !== undefined &&
      isSettled(last.view) &&
      memory.memory.instructions !== last.memory.memory.instructions
    ) {
      this.begin({ memory: last.memory, frames: last.view.frames });
    }
    const changes =
      memory !== undefined && this.base !== undefined
        ? compare(this.base, { memory, frames: view.frames })
        : NO_CHANGES;
    this.last = { view, memory, step: this.step, changes };
    return this.last;
  }

  private begin(base: Moment): void {
    this.base = base;
    this.step++;
  }
}
