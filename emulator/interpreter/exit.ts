/** Why the interpreter returned. PC is the address of the first instruction that was not retired. */
export const Exit = {
  /** REMAINING is 0. */
  Budget: 0,
  /** PC is not in the exec TLB. */
  Fetch: 1,
  /** The record at EXIT_RECORD has not been decoded. */
  Decode: 2,
  /** EXIT_VA is not in the read TLB, or the access crosses a page. */
  Load: 3,
  /** The same for the write TLB. */
  Store: 4,
  /** The instruction at PC, in the record at EXIT_RECORD, is for the exact evaluator. */
  Slow: 5,
} as const;

export interface Interpreter {
  /**
   * Runs from ENTRY_RECORD or PC until it must leave; returns an Exit. Retires at most REMAINING
   * instructions, and REMAINING and PC are exact afterwards.
   */
  run(): number;
}
