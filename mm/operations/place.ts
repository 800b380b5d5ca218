import { type Core, isCount } from '../core.js';
import type { GapTree } from '../trees/gap-tree.js';
import type { MapAnyOptions } from '../types.js';

/** Where a mapping may lie, in pages. */
export interface Wish {
  pages: number;
  hint: number;
  alignment: number;
  guard: number;
  low: number;
  high: number;
  isTopDown: boolean;
}

/** `parseWish` found an option that no place could satisfy the meaning of. */
export const INVALID = 'invalid';

/** Checks the options of `mapAny` and turns them into pages. */
export function parseWish<F>(
  core: Core<F>,
  pages: number,
  options: MapAnyOptions,
): Wish | typeof INVALID {
  const { pageSize } = core;
  const { hint, alignment = pageSize, guard = 0, range, placement } = options;
  if (!isCount(alignment) || alignment < pageSize || !isPowerOfTwo(alignment)) return INVALID;
  if (!isCount(guard)) return INVALID;
  if (placement !== undefined && placement !== 'bottom-up' && placement !== 'top-down') {
    return INVALID;
  }
  let low = core.startPage;
  let high = core.endPage;
  if (range === null) return INVALID;
  if (range !== undefined) {
    const start = core.pageAt(range.start);
    const end = range.end === 2 ** 53 ? range.end / pageSize : core.pageAt(range.end);
    if (start < 0 || end < start) return INVALID;
    low = Math.max(low, start);
    high = Math.min(high, end);
  }
  return {
    pages,
    hint: hint === undefined ? -1 : core.pageAt(hint),
    alignment: alignment / pageSize,
    guard: Math.ceil(guard / pageSize),
    low,
    high,
    isTopDown: placement === undefined ? core.isTopDown : placement === 'top-down',
  };
}

/** The page where the wish is met: the hint, or the policy's choice; -1 if there is none. */
export function findPlace(gaps: GapTree, wish: Wish): number {
  if (wish.hint >= 0 && isHintGood(gaps, wish)) return wish.hint;
  return wish.isTopDown ? findHighest(gaps, wish) : findLowest(gaps, wish);
}

export function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value)) && 2 ** Math.log2(value) === value;
}

function isHintGood(gaps: GapTree, wish: Wish): boolean {
  const { hint, pages, alignment, guard, low, high } = wish;
  if (hint % alignment !== 0 || hint < low || pages > high - hint) return false;
  const gap = gaps.seek(hint);
  if (gap === 0) return false;
  return guard <= hint - gaps.start(gap) && guard <= gaps.end(gap) - hint - pages;
}

function findLowest(gaps: GapTree, wish: Wish): number {
  const { pages, alignment, guard, low, high } = wish;
  const needed = pages + 2 * guard;
  // The gap that reaches over `low` starts before it.
  const reaching = gaps.seekFitFrom(low, 1, 1);
  let from = reaching === 0 ? low : gaps.start(reaching);
  for (;;) {
    const gap = gaps.seekFitFrom(from, needed, 0);
    if (gap === 0) return -1;
    const start = gaps.start(gap);
    const page = Math.ceil(Math.max(start + guard, low) / alignment) * alignment;
    if (pages > high - page) return -1;
    if (guard <= gaps.end(gap) - page - pages) return page;
    from = start + 1;
  }
}

function findHighest(gaps: GapTree, wish: Wish): number {
  const { pages, alignment, guard, low, high } = wish;
  const needed = pages + 2 * guard;
  let from = high - 1;
  for (;;) {
    const gap = gaps.seekFitFrom(from, needed, 1);
    if (gap === 0) return -1;
    const start = gaps.start(gap);
    const last = Math.min(gaps.end(gap) - guard, high) - pages;
    const page = Math.floor(last / alignment) * alignment;
    if (page < low) return -1;
    if (page >= start + guard) return page;
    from = start - 1;
  }
}
