import { describe, expect, it } from 'vitest';
import { draw, PAGE, page, pages, START } from './support/picture.js';

describe('AddressSpace.regions and gaps', () => {
  const starts = (items: Iterable<{ start: number }>) =>
    [...items].map(({ start }) => (start - START) / PAGE);

  it('give what overlaps a range, whole and ascending', () => {
    const space = draw('ww.rr.xx');
    expect(starts(space.regions({ start: page(1), end: page(4) }))).toEqual([0, 3]);
    expect(starts(space.regions({ start: page(2), end: page(3) }))).toEqual([]);
    expect(starts(space.regions({ start: page(2), end: page(3) + 1 }))).toEqual([3]);
    expect(starts(space.gaps({ start: page(2) + 1, end: page(6) }))).toEqual([2, 5]);
    expect(starts(space.gaps({ start: page(3), end: page(5) }))).toEqual([]);
    for (const range of [
      { start: page(1), end: page(1) },
      { start: page(4), end: page(1) },
      { start: Number.NaN, end: page(4) },
      { start: page(1), end: Number.NaN },
    ]) {
      expect(starts(space.regions(range))).toEqual([]);
      expect(starts(space.gaps(range))).toEqual([]);
    }
    const all = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };
    expect(starts(space.regions(all))).toEqual([0, 3, 6]);
  });

  it('follow a space that changes meanwhile', () => {
    const space = draw('w.w.w.w.w.w.w.w.w.w.');
    const seen: number[] = [];
    for (const { start } of space.regions()) {
      const index = (start - START) / PAGE;
      seen.push(index);
      if (index === 0) space.unmap(page(2), pages(1));
      if (index === 4) space.mapAt(page(5), pages(1), 1, 2, undefined, 0);
    }
    expect(seen).toEqual([0, 4, 5, 6, 8, 10, 12, 14, 16, 18]);
  });

  it('follow a space that gives the record of their place to another region', () => {
    const space = draw('w.w.w.w.');
    const seen: number[] = [];
    for (const { start } of space.regions()) {
      seen.push((start - START) / PAGE);
      if (seen.length > 1) continue;
      space.unmap(start, pages(1));
      space.mapAt(page(5), pages(1), 1, 2, undefined, 0);
    }
    expect(seen).toEqual([0, 2, 4, 5, 6]);
  });

  it('visit O(log n) nodes to the first', () => {
    const space = draw('w.'.repeat(4096), { countVisits: true });
    space.regions({ start: page(4000), end: page(4001) }).next();
    expect(space.visits).toBeLessThan(40);
    space.gaps({ start: page(4000), end: page(4003) }).next();
    expect(space.visits).toBeLessThan(40);
    expect([...space.regions()].length).toBe(4096);
    expect(space.visits).toBeLessThan(2 * 4096);
  });
});
