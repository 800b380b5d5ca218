import { type Core, isCount } from '../core.js';
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
export function findPlace<F>(core: Core<F>, wish: Wish): number {
  if (wish.hint >= 0 && isHintGood(core, wish)) return wish.hint;
  return wish.isTopDown ? findHighest(core, wish) : findLowest(core, wish);
}

export function isPowerOfTwo(value: number): boolean {
  // By halves, since bit operations see 32 bits; logarithms take longer than the rest of a placement.
  const high = Math.floor(value / 2 ** 32);
  const low = value >>> 0;
  return high === 0 ? low !== 0 && (low & (low - 1)) === 0 : low === 0 && (high & (high - 1)) === 0;
}

function isHintGood<F>({ regions, gaps }: Core<F>, wish: Wish): boolean {
  const { hint, pages, alignment, guard, low, high } = wish;
  if (hint % alignment !== 0 || hint < low || pages > high - hint) return false;
  regions.seek(hint);
  const gap = gaps.before(regions.after);
  return guard <= hint - gaps.start(gap) && guard <= gaps.end(gap) - hint - pages;
}

function findLowest<F>({ gaps }: Core<F>, wish: Wish): number {
  const { pages, alignment, guard, low, high } = wish;
  let gap = gaps.firstEndingAfter(low);
  while (gap !== 0) {
    const first = Math.max(gaps.start(gap) + guard, low);
    const page = Math.ceil(first / alignment) * alignment;
    if (pages > high - page) return -1;
    if (guard <= gaps.end(gap) - page - pages) return page;
    gap = gaps.fitBeyond(gap, pages + 2 * guard, 0);
  }
  return -1;
}

function findHighest<F>({ gaps }: Core<F>, wish: Wish): number {
  const { pages, alignment, guard, low, high } = wish;
  let gap = gaps.firstEndingAfter(high - 1) || gaps.fit(pages + 2 * guard, 1);
  while (gap !== 0) {
    const last = Math.min(gaps.end(gap) - guard, high) - pages;
    const page = Math.floor(last / alignment) * alignment;
    if (page < low) return -1;
    if (page >= gaps.start(gap) + guard) return page;
    gap = gaps.fitBeyond(gap, pages + 2 * guard, 1);
  }
  return -1;
}
