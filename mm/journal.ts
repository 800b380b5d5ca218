/** The calls that can change a space. */
export type Operation =
  | 'mapAny'
  | 'mapAt'
  | 'mapAtIfFree'
  | 'unmap'
  | 'protect'
  | 'setFlags'
  | 'remap'
  | 'reset'
  | 'markOriginal'
  | 'unmapNonOriginal';

/** One change of the trees. A call makes none, one, or (remap, unmapNonOriginal) several. */
export interface Mutation {
  /** Counts the mutations of a space from 0. */
  sequence: number;
  /** The call that made it. */
  operation: Operation;
  /** What happened to the pages: mapped anew, unmapped, or other prot, flags or marks. */
  kind: 'map' | 'unmap' | 'change';
  /** `[start, end)` in bytes: the range of the change; holes that were skipped included. */
  start: number;
  end: number;
}

/** The mutations of a space since it was made, in order. A failed call leaves none. */
export class Journal {
  /** The call that is under way. */
  operation: Operation = 'reset';
  private kept: Mutation[] = [];
  private next = 0;

  /** How many mutations there have been, taken ones included. */
  get sequence(): number {
    return this.next;
  }

  /** The mutations that were not taken yet. */
  get mutations(): readonly Mutation[] {
    return this.kept;
  }

  /** Hands the mutations over, and forgets them. */
  take(): Mutation[] {
    const taken = this.kept;
    this.kept = [];
    return taken;
  }

  record(kind: Mutation['kind'], start: number, end: number): void {
    this.kept.push({ sequence: this.next++, operation: this.operation, kind, start, end });
  }
}
