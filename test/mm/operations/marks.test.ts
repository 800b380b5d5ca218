import { describe, expect, it } from 'vitest';
import { draw, PAGE, page, pages, picture, START } from '../support/picture.js';

describe('AddressSpace.markOriginal', () => {
  it('makes unmapNonOriginal drop what came later', () => {
    const space = draw('ww..rr..');
    space.markOriginal();
    space.protect(page(0), pages(1), 1);
    space.unmap(page(4), pages(1));
    space.mapAt(page(2), pages(3), 5, 2, undefined, 0);
    const told: number[] = [];
    space.unmapNonOriginal((start) => told.push((start - START) / PAGE));
    expect(told).toEqual([2]);
    expect(picture(space)).toBe('r|w...r..');
  });

  it('keeps unlike marks apart until all are marked again', () => {
    const space = draw('ww..', { merge: 'adjacent' });
    space.markOriginal();
    space.mapAt(page(2), pages(1), 3, 2, undefined, 0);
    expect(picture(space)).toBe('ww|w.');
    space.remap(page(2), pages(1), pages(2), { mayMove: false });
    expect(picture(space)).toBe('ww|ww');
    space.markOriginal();
    expect(picture(space)).toBe('wwww');
    expect(space.check()).toEqual([]);
  });
});

describe('AddressSpace.unmapNonOriginal', () => {
  it('makes room for the gaps that it leaves', () => {
    const space = draw('w'.repeat(80));
    space.markOriginal();
    for (let i = 0; i < 40; i++) space.mapAt(page(2 * i + 1), pages(1), 1, 2, undefined, 0);
    expect(space.clone().stats().gaps).toBe(0);
    const copy = space.clone();
    copy.unmapNonOriginal();
    expect(copy.stats()).toMatchObject({ regions: 40, gaps: 40 });
    expect(copy.check()).toEqual([]);
  });

  it('leaves what an original grew by unmarked', () => {
    const space = draw('ww....');
    space.markOriginal();
    expect(space.remap(page(0), pages(2), pages(4), { mayMove: false })).toBe(page(0));
    expect(picture(space)).toBe('ww|ww..');
    space.unmapNonOriginal();
    expect(picture(space)).toBe('ww....');
  });
});
