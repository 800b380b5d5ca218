import { describe, expect, it } from 'vitest';
import { AddressSpace, Errno } from '../../../mm/index.js';
import { draw, PAGE, page, pages, picture, START } from '../support/picture.js';

const any = (space: AddressSpace<object>, count: number, options?: object) =>
  (space.mapAny(pages(count), 1, 2, undefined, 0, options) - START) / PAGE;

describe('AddressSpace.mapAny', () => {
  it('takes the start of the lowest gap that fits, bottom-up', () => {
    expect(any(draw('w..w....w...'), 3)).toBe(4);
    expect(any(draw('w..w....w...'), 2)).toBe(1);
  });

  it('takes the end of the highest gap that fits, top-down', () => {
    expect(any(draw('w..w....w...', { placement: 'top-down' }), 3)).toBe(9);
    expect(any(draw('w....w.w..w', { placement: 'top-down' }), 3)).toBe(2);
    expect(any(draw('....'), 1, { placement: 'top-down' })).toBe(3);
    expect(any(draw('....', { placement: 'top-down' }), 1, { placement: 'bottom-up' })).toBe(0);
  });

  it('rounds the length up and refuses what fits nowhere', () => {
    const space = draw('w...w');
    expect(space.mapAny(2 * PAGE + 1, 1, 2, undefined, 0)).toBe(page(1));
    expect(picture(space)).toBe('w|rrr|w');
    expect(space.mapAny(1, 1, 2, undefined, 0)).toBe(-Errno.ENOMEM);
    expect(draw('.').mapAny(2 ** 53 - 1, 1, 2, undefined, 0)).toBe(-Errno.ENOMEM);
  });

  it('takes a good hint, and else asks the policy', () => {
    expect(any(draw('.....'), 2, { hint: page(2) })).toBe(2);
    expect(any(draw('...w...w..'), 2, { hint: page(1) })).toBe(1);
    expect(any(draw('...w...w..'), 2, { hint: page(5) })).toBe(5);
    expect(any(draw('..w..'), 2, { hint: page(1) })).toBe(0);
    expect(any(draw('.....'), 2, { hint: page(2) + 1 })).toBe(0);
    expect(any(draw('.....'), 2, { hint: page(4) })).toBe(0);
    expect(any(draw('.....'), 2, { hint: page(9) })).toBe(0);
    expect(any(draw('.....'), 2, { hint: -1 })).toBe(0);
    expect(any(draw('.....'), 2, { hint: page(3), alignment: pages(2) })).toBe(0);
    expect(any(draw('.....'), 1, { hint: page(4), guard: 1 })).toBe(1);
    expect(any(draw('.....'), 1, { hint: page(3), guard: 1 })).toBe(3);
    expect(any(draw('.....'), 1, { hint: page(0), guard: 1 })).toBe(1);
    const range = { start: page(1), end: page(3) };
    expect(any(draw('.....'), 1, { hint: page(3), range })).toBe(1);
    expect(any(draw('.....'), 1, { hint: page(0), range })).toBe(1);
    expect(any(draw('.....'), 1, { hint: page(2), range })).toBe(2);
  });

  it('finds an aligned place even in a gap shorter than length + alignment', () => {
    expect(any(draw('w.w.....w'), 4, { alignment: pages(4) })).toBe(4);
    expect(any(draw('.......ww', { placement: 'top-down' }), 2, { alignment: pages(4) })).toBe(4);
    expect(any(draw('w...w'), 3, { alignment: pages(4) })).toBe((-Errno.ENOMEM - START) / PAGE);
    // Gaps that are long enough but misplaced are passed over, however many they are.
    expect(any(draw(`${'w.'.repeat(16)}ww.`), 1, { alignment: pages(2) })).toBe(34);
    const topDown = draw(`.w${'w.'.repeat(16)}w`, { placement: 'top-down' });
    expect(any(topDown, 1, { alignment: pages(2) })).toBe(0);
    expect(any(draw('.w...w...w....'), 3, { alignment: pages(4) })).toBe(
      (-Errno.ENOMEM - START) / PAGE,
    );
    expect(any(draw('w...w...w....w'), 3, { alignment: pages(2) })).toBe(10);
    const down = { alignment: pages(4), placement: 'top-down' };
    expect(any(draw('....w...w...w'), 3, down)).toBe(0);
  });

  it('leaves the guard free on both sides, inside the space', () => {
    expect(any(draw('w...w....w'), 2, { guard: PAGE })).toBe(6);
    expect(any(draw('.....'), 3, { guard: 1 })).toBe(1);
    expect(any(draw('.....'), 4, { guard: 1 })).toBe((-Errno.ENOMEM - START) / PAGE);
    expect(any(draw('......', { placement: 'top-down' }), 2, { guard: PAGE })).toBe(3);
  });

  it('keeps the mapping inside the range; guards may lie outside', () => {
    const range = { start: page(2), end: page(4) };
    expect(any(draw('......'), 2, { range })).toBe(2);
    expect(any(draw('......'), 3, { range })).toBe((-Errno.ENOMEM - START) / PAGE);
    expect(any(draw('......'), 2, { range, guard: pages(2) })).toBe(2);
    expect(any(draw('......'), 1, { range, placement: 'top-down' })).toBe(3);
    expect(any(draw('..w...'), 1, { range })).toBe(3);
    expect(any(draw('.....w'), 2, { range, guard: pages(2) })).toBe((-Errno.ENOMEM - START) / PAGE);
    expect(any(draw('...'), 1, { range: { start: page(-2), end: page(9) } })).toBe(0);
    expect(any(draw('...'), 1, { range: { start: page(5), end: page(9) } })).toBe(
      (-Errno.ENOMEM - START) / PAGE,
    );
  });

  it.each([
    [{ alignment: 0 }],
    [{ alignment: PAGE / 2 }],
    [{ alignment: 3 * PAGE }],
    [{ alignment: -PAGE }],
    [{ alignment: Number.NaN }],
    [{ alignment: 2 ** 53 }],
    [{ guard: -1 }],
    [{ guard: 0.5 }],
    [{ guard: 2 ** 53 }],
    [{ range: { start: START + 1, end: page(2) } }],
    [{ range: { start: START, end: page(2) - 1 } }],
    [{ range: { start: page(2), end: page(1) } }],
    [{ range: { start: Number.NaN, end: page(1) } }],
    [{ range: { start: START, end: Number.NaN } }],
    [{ range: { start: START, end: 2 ** 54 } }],
    [{ placement: 'sideways' }],
    [{ alignment: 2 ** 32 + PAGE }],
  ])('refuses the option %o', (options) => {
    expect(any(draw('....'), 1, options)).toBe((-Errno.EINVAL - START) / PAGE);
  });

  it('takes a hint of address 0, and one at the start of the range', () => {
    const space = AddressSpace.create<object>({
      start: 0,
      length: pages(4),
      pageSize: PAGE,
      placement: 'top-down',
    });
    expect(space.mapAny(PAGE, 1, 2, undefined, 0, { hint: 0 })).toBe(0);
    const range = { start: PAGE, end: pages(4) };
    expect(space.mapAny(PAGE, 1, 2, undefined, 0, { hint: PAGE, range })).toBe(PAGE);
  });

  it('finds its place after several gaps went at once', () => {
    const space = draw('.w.w.w.w.w...');
    space.mapAt(page(1), pages(8), 1, 2, undefined, 0);
    expect(any(space, 2)).toBe(10);
    expect(any(space, 1)).toBe(0);
  });

  it('takes a range from address 0, and rejects a place whose guard is short below', () => {
    const space = AddressSpace.create<object>({ start: 0, length: pages(4), pageSize: PAGE });
    const range = { start: 0, end: pages(2) };
    expect(space.mapAny(PAGE, 1, 2, undefined, 0, { range })).toBe(0);
    const options = { alignment: pages(2), guard: PAGE, placement: 'top-down' };
    expect(any(draw('ww....ww'), 2, options)).toBe((-Errno.ENOMEM - START) / PAGE);
    expect(any(draw('www....w'), 2, options)).toBe(4);
  });

  it('knows the largest gap when a gap between two others is filled', () => {
    const space = draw('w.w.....w.w.w.w.w.w');
    space.mapAt(page(3), pages(5), 1, 2, undefined, 0);
    expect(space.stats().largestGap).toBe(PAGE);
    expect(space.check()).toEqual([]);
  });

  it('finds nothing in an empty range', () => {
    const range = { start: page(1), end: page(1) };
    expect(any(draw('....'), 1, { range })).toBe((-Errno.ENOMEM - START) / PAGE);
  });
});

describe('AddressSpace.mapAtIfFree', () => {
  it('maps free pages and leaves mapped ones alone', () => {
    const space = draw('ww..w.');
    expect(space.mapAtIfFree(page(2), pages(2), 1, 2, undefined, 0)).toBe(page(2));
    expect(picture(space)).toBe('ww|rr|w.');
    for (const [at, count] of [
      [0, 1],
      [1, 2],
      [4, 2],
      [3, 3],
    ] as const) {
      const answer = space.mapAtIfFree(page(at), pages(count), 0, 2, undefined, 0);
      expect(answer).toBe(-Errno.EEXIST);
    }
    expect(picture(space)).toBe('ww|rr|w.');
  });
});

describe('AddressSpace with merge: adjacent', () => {
  it('does not take a region that is gone for a neighbour', () => {
    const space = draw('ww..', { merge: 'adjacent' });
    space.mapAt(page(2), pages(1), 1, 2, undefined, 0);
    space.unmap(page(2), pages(1));
    space.unmap(page(0), pages(2));
    space.mapAt(page(2), pages(1), 3, 2, undefined, 0);
    expect(picture(space)).toBe('..w.');
    expect(space.check()).toEqual([]);
  });

  it('merges equal neighbours whose offsets continue', () => {
    const file = { name: 'f' };
    const space = draw('......', { merge: 'adjacent' });
    space.mapAt(page(2), pages(2), 1, 2, file, pages(2));
    space.mapAt(page(4), pages(1), 1, 2, file, pages(4));
    space.mapAt(page(1), pages(1), 1, 2, file, pages(1));
    expect([...space.regions()]).toEqual([
      {
        start: page(1),
        end: page(5),
        base: page(1),
        length: pages(4),
        prot: 1,
        flags: 2,
        file,
        offset: pages(1),
      },
    ]);
    space.mapAt(page(5), pages(1), 1, 2, { name: 'f' }, pages(5));
    expect(picture(space)).toBe('.rrrr|r');
  });
});
