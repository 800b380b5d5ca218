import { describe, expect, it } from 'vitest';
import { draw, PAGE, page, pages, picture, START } from './support/picture.js';

describe('Callbacks', () => {
  it('see the final trees, and cannot change them', () => {
    const space = draw('wwrr..');
    const seen: string[] = [];
    const mutations: (() => unknown)[] = [
      () => space.mapAny(PAGE, 1, 2, undefined, 0),
      () => space.mapAt(page(0), PAGE, 1, 2, undefined, 0),
      () => space.mapAtIfFree(page(0), PAGE, 1, 2, undefined, 0),
      () => space.unmap(page(0), PAGE),
      () => space.protect(page(0), PAGE, 1),
      () => space.setFlags(page(0), PAGE, 1, 0),
      () => space.remap(page(0), PAGE, PAGE, { mayMove: true }),
      () => space.reset(),
      () => space.markOriginal(),
      () => space.unmapNonOriginal(),
    ];
    space.unmap(page(1), pages(2), (start) => {
      seen.push(`${(start - START) / PAGE} ${picture(space)} ${space.stats().regions}`);
      expect(space.queryPage(start)).toBeUndefined();
      for (const mutate of mutations) expect(mutate).toThrow(/inside a callback/);
      expect(space.clone().unmap(page(0), PAGE)).toBe(0);
    });
    expect(seen).toEqual(['1 w..r.. 2', '2 w..r.. 2']);
    expect(space.unmap(page(0), PAGE)).toBe(0);
  });

  it('are over when the call is, also where changes are kept', () => {
    const space = draw('ww', { journal: true });
    expect(space.unmap(page(0), pages(1), () => {})).toBe(0);
    expect(space.unmap(page(1), pages(1), () => {})).toBe(0);
  });

  it('may throw: the change stays, later parts are not told', () => {
    const space = draw('wwrrxx');
    const told: number[] = [];
    const call = () =>
      space.unmap(page(1), pages(4), (start) => {
        told.push((start - START) / PAGE);
        if (told.length === 2) throw new Error('enough');
      });
    expect(call).toThrow('enough');
    expect(told).toEqual([1, 2]);
    expect(picture(space)).toBe('w....x');
    expect(space.unmap(page(0), PAGE)).toBe(0);
  });

  it('of onMove cannot change the space either', () => {
    const space = draw('ww....');
    space.remap(page(0), pages(2), pages(2), {
      mayMove: true,
      newAddr: page(3),
      onMove: () => expect(() => space.reset()).toThrow(/inside a callback/),
    });
    expect(picture(space)).toBe('...ww.');
  });
});
