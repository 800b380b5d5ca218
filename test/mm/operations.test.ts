import { describe, expect, it } from 'vitest';
import { AddressSpace, Errno } from '../../mm/index.js';
import { Random } from '../support/random.js';
import { draw, PAGE, page, pages, picture, START } from './support/picture.js';

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
    // Gaps that are long enough but misplaced are passed over.
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

describe('AddressSpace.protect', () => {
  it('splits, reports only what changes, and merges again', () => {
    const space = draw('wwwwww');
    const calls: [number, number, number][] = [];
    const callback = (start: number, length: number, info: { prot: number }) => {
      calls.push([(start - START) / PAGE, length / PAGE, info.prot]);
    };
    space.protect(page(2), pages(2), 1, callback);
    expect(picture(space)).toBe('ww|rr|ww');
    space.protect(page(1), pages(4), 1, callback);
    expect(picture(space)).toBe('w|rrrr|w');
    space.protect(page(0), pages(6), 3, callback);
    expect(picture(space)).toBe('wwwwww');
    space.protect(page(0), pages(6), 3, callback);
    expect(calls).toEqual([
      [2, 2, 3],
      [1, 1, 3],
      [4, 1, 3],
      [1, 4, 1],
    ]);
  });
});

describe('AddressSpace.setFlags', () => {
  it.each([
    [2, 64, 0, 66],
    [66, 0, 64, 2],
    [7, 2, 2, 7],
    [0x80000000, 1, 0, 0x80000001],
    [0xffffffff, 0, 1, 0xfffffffe],
    [-1, 0, 1, -2],
    [2 ** 40 + 1, 2 ** 41, 1, 2 ** 41 + 2 ** 40],
    [2 ** 40, -1, 0, -1],
    [5, 0, -2, 1],
  ])('turns %d, set %d, clear %d, into %d', (flags, set, clear, result) => {
    const space = draw('..');
    space.mapAt(page(0), pages(2), 1, flags, undefined, 0);
    let told = 0;
    const callback = (_start: number, _length: number, info: { flags: number }) => {
      told++;
      expect(info.flags).toBe(flags);
    };
    expect(space.setFlags(page(0), pages(1), set, clear, callback)).toBe(0);
    expect(space.queryPage(page(0))?.flags).toBe(result);
    expect(space.queryPage(page(1))?.flags).toBe(flags);
    expect(told).toBe(flags === result ? 0 : 1);
  });

  it('needs every page mapped', () => {
    const space = draw('ww.w');
    expect(space.setFlags(page(1), pages(3), 1, 0)).toBe(-Errno.ENOMEM);
    expect(space.queryPage(page(1))?.flags).toBe(2);
  });
});

describe('AddressSpace.remap', () => {
  it('shrinks in place, grows in place, and moves', () => {
    const space = draw('wwww....r');
    expect(space.remap(page(0), pages(4), pages(2), { mayMove: false })).toBe(page(0));
    expect(picture(space)).toBe('ww......r');
    expect(space.remap(page(0), pages(2), pages(8), { mayMove: false })).toBe(page(0));
    expect(space.queryPage(page(7))).toMatchObject({ base: page(0), length: pages(8) });
    expect(space.remap(page(0), pages(8), pages(9), { mayMove: false })).toBe(-Errno.ENOMEM);
    expect(space.remap(page(0), pages(8), pages(9), { mayMove: true })).toBe(-Errno.ENOMEM);
    expect(picture(space)).toBe('wwwwwwww|r');
  });

  it('keeps the length of a mapping that grows back into its own hole', () => {
    const space = draw('wwww');
    space.unmap(page(1), pages(2));
    expect(space.remap(page(0), pages(1), pages(3), { mayMove: false })).toBe(page(0));
    expect(picture(space)).toBe('wwww');
    expect(space.queryPage(page(0))).toMatchObject({
      start: page(0),
      end: page(4),
      length: pages(4),
    });
  });

  it('tells of what it replaced, then of the move', () => {
    const space = draw('wwww.rr.');
    const log: string[] = [];
    const result = space.remap(page(0), pages(3), pages(2), {
      mayMove: true,
      newAddr: page(4),
      onUnmap: (start, length, info) => {
        log.push(`unmap ${(start - START) / PAGE}+${length / PAGE} prot ${info.prot}`);
      },
      onMove: (from, to, length) => {
        log.push(`move ${(from - START) / PAGE}>${(to - START) / PAGE}+${length / PAGE}`);
      },
    });
    expect(result).toBe(page(4));
    expect(log).toEqual(['unmap 2+1 prot 3', 'unmap 5+1 prot 1', 'move 0>4+2']);
    expect(picture(space)).toBe('...w|ww|r.');
  });

  it.each([
    ['a hole', 'ww.w', 0, 4, {}],
    ['nothing mapped', '....', 0, 1, {}],
    ['two mappings', 'wwrr', 1, 2, {}],
    ['a range past the space', 'wwww', 2, 4, {}],
    ['a range in front of the space', 'wwww', -1, 2, {}],
  ])('answers -EFAULT for %s', (_name, state, at, count, options) => {
    const space = draw(state);
    const answer = space.remap(page(at), pages(count), pages(1), { mayMove: true, ...options });
    expect(answer).toBe(-Errno.EFAULT);
    expect(picture(space)).toBe(picture(draw(state)));
  });

  it.each([
    ['a new address that overlaps', { newAddr: page(2) }],
    ['a new address equal to the old one', { newAddr: page(1) }],
    ['a new range past the space', { newAddr: page(7) }],
    ['a misaligned new address', { newAddr: page(4) + 1 }],
    ['a bad new address', { newAddr: Number.NaN }],
    ['a new address without mayMove', { newAddr: page(4), mayMove: false }],
    ['keepOld without mayMove', { keepOld: true, mayMove: false }],
  ])('answers -EINVAL for %s', (_name, options) => {
    const space = draw('.ww.....');
    const answer = space.remap(page(1), pages(2), pages(2), { mayMove: true, ...options });
    expect(answer).toBe(-Errno.EINVAL);
    expect(picture(space)).toBe('.ww.....');
  });

  it('moves several regions of one mapping together', () => {
    const space = draw('wwww........');
    space.protect(page(1), pages(1), 1);
    expect(space.remap(page(0), pages(4), pages(6), { mayMove: true, newAddr: page(5) })).toBe(
      page(5),
    );
    expect(picture(space)).toBe('.....w|r|wwww.');
    expect(space.queryPage(page(10))).toMatchObject({ base: page(5), length: pages(6), offset: 0 });
  });

  it.each([
    [1, '.....w....'],
    [2, '.....w|r...'],
    [3, '.....w|r|w..'],
  ])('moves the first %d pages of several regions', (count, result) => {
    const space = draw('wwww......');
    space.protect(page(1), pages(1), 1);
    const options = { mayMove: true, newAddr: page(5) };
    expect(space.remap(page(0), pages(4), pages(count), options)).toBe(page(5));
    expect(picture(space).replaceAll('|', '')).toBe(result.replaceAll('|', ''));
    expect(space.check()).toEqual([]);
  });

  it('refuses to grow past the largest file offset', () => {
    const space = draw('....');
    space.mapAt(page(0), pages(1), 1, 2, undefined, 2 ** 53 - pages(1));
    expect(space.remap(page(0), pages(1), pages(2), { mayMove: true })).toBe(-Errno.EINVAL);
    expect(space.remap(page(0), pages(1), pages(1), { mayMove: true })).toBe(page(0));
  });

  it('keeps the old range mapped with keepOld, and always moves', () => {
    const space = draw('ww....');
    expect(space.remap(page(0), pages(2), pages(2), { mayMove: true, keepOld: true })).toBe(
      page(2),
    );
    expect(picture(space)).toBe('ww|ww..');
  });
});

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

describe('AddressSpace with many regions', () => {
  const COUNT = 240;

  function filled(merge: 'mapping' | 'adjacent') {
    const space = draw('.'.repeat(2 * COUNT), { merge });
    const files = Array.from({ length: 40 }, (_, i) => ({ name: `${i}` }));
    for (let i = 0; i < COUNT; i++) {
      // Every place once, in an order that jumps.
      const at = (i * 77) % COUNT;
      space.mapAt(page(2 * at), pages(1 + (at % 2)), at % 3, at, files[at % 40], pages(at));
    }
    return { space, files };
  }

  it.each(['mapping', 'adjacent'] as const)("keeps every info, merge: '%s'", (merge) => {
    const { space, files } = filled(merge);
    for (const one of [space, space.clone()]) {
      for (let at = 0; at < COUNT; at++) {
        expect(one.queryPage(page(2 * at))).toEqual({
          start: page(2 * at),
          end: page(2 * at + 1 + (at % 2)),
          base: page(2 * at),
          length: pages(1 + (at % 2)),
          prot: at % 3,
          flags: at,
          file: files[at % 40],
          offset: pages(at),
        });
      }
      expect(one.check()).toEqual([]);
      expect(one.protect(page(0), pages(2), 9)).toBe(-Errno.ENOMEM);
    }
    const told: number[] = [];
    space.unmap(page(1), pages(2 * COUNT - 2), (start) => told.push(start));
    expect(told.length).toBe(COUNT - 1);
    expect(space.stats()).toMatchObject({ regions: 2, gaps: 1 });
    space.reset();
    expect(space.check()).toEqual([]);
  });

  it('maps on in the clone of a space that has shrunk', () => {
    const space = AddressSpace.create<object>({ start: 0, length: pages(4096), pageSize: 4096 });
    for (let i = 0; i < 1000; i++) space.mapAt(page(2 * i), pages(1), i, 0, undefined, 0);
    space.unmap(page(40), pages(4000));
    const copy = space.clone();
    for (let i = 20; i < 60; i++)
      expect(copy.mapAt(page(2 * i), pages(1), i, 0, undefined, 0)).toBe(page(2 * i));
    expect(copy.stats().regions).toBe(60);
    expect(copy.check()).toEqual([]);
  });

  it('maps on in a clone, with recycled records and with full ones', () => {
    const half = draw('w.'.repeat(8) + '.'.repeat(40));
    for (let i = 0; i < 8; i++) half.mapAt(page(16 + 2 * i), pages(1), 5, 2, undefined, 0);
    half.unmap(page(0), pages(16));
    const full = draw('w.'.repeat(40));
    for (const copy of [half.clone(), full.clone()]) {
      for (let i = 0; i < 8; i++) {
        const address = copy.mapAny(pages(1), 1, i, undefined, pages(i));
        expect(copy.queryPage(address)).toMatchObject({
          base: address,
          flags: i,
          offset: pages(i),
        });
      }
      expect(copy.check()).toEqual([]);
    }
  });

  it('changes many regions at once', () => {
    const space = draw('wr'.repeat(40));
    space.setFlags(page(1), pages(78), 64, 0);
    const flags = [...space.regions()].map((region) => region.flags);
    expect(flags).toEqual([2, ...new Array(78).fill(66), 2]);
    space.protect(page(0), pages(80), 1);
    expect(space.stats().regions).toBe(80);
    expect(space.check()).toEqual([]);
    const one = draw('w'.repeat(80));
    for (let i = 0; i < 80; i += 2) one.protect(page(i), pages(1), 1);
    expect(one.stats().regions).toBe(80);
    one.setFlags(page(0), pages(80), 64, 0);
    one.protect(page(0), pages(80), 5);
    expect([...one.regions()].map(({ start, end, flags: f }) => [start, end, f])).toEqual([
      [page(0), page(80), 66],
    ]);
    expect(one.check()).toEqual([]);
  });

  it.each([1, 2])('stays balanced through a random life (seed %d)', (seed) => {
    const random = new Random(seed);
    const merge = seed % 2 === 0 ? 'adjacent' : 'mapping';
    const space = draw('.'.repeat(400), { merge });
    for (let i = 0; i < 600; i++) {
      const at = page(random.below(390));
      const length = pages(1 + random.below(random.below(20) === 0 ? 9 : 2));
      const choice = random.below(10);
      if (choice < 4) space.mapAt(at, length, random.below(3), 2, undefined, 0);
      else if (choice < 7) space.unmap(at, length);
      else if (choice < 8) space.protect(at, length, random.below(3));
      else if (choice < 9) space.mapAny(pages(1), random.below(3), 2, undefined, 0);
      else if (random.below(12) === 0) space.markOriginal();
      else if (random.below(24) === 0) {
        const marks = space.snapshot().regions.nodes.filter((node) => !node.isOriginal);
        const told: number[] = [];
        space.unmapNonOriginal((start) => told.push(start));
        expect(told).toEqual(marks.map(({ start }) => start));
      }
      expect(space.check()).toEqual([]);
    }
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

  it('visit O(log n) nodes to the first', () => {
    const space = draw('w.'.repeat(4096), { countVisits: true });
    space.regions({ start: page(4000), end: page(4001) }).next();
    expect(space.visits).toBeLessThan(40);
    space.gaps({ start: page(4000), end: page(4003) }).next();
    expect(space.visits).toBeLessThan(40);
  });
});

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

describe('AddressSpace.clone and reset', () => {
  it('give an independent copy and an empty space', () => {
    const file = { name: 'f' };
    const space = draw('ww.rr.');
    space.mapAt(page(2), pages(1), 5, 2, file, 0);
    space.markOriginal();
    const copy = space.clone();
    space.reset();
    expect(picture(space)).toBe('......');
    expect(space.check()).toEqual([]);
    expect(picture(copy)).toBe('ww|x|rr.');
    copy.mapAt(page(5), pages(1), 1, 2, undefined, 0);
    copy.unmapNonOriginal();
    expect(picture(copy)).toBe('ww|x|rr.');
    expect(copy.queryPage(page(2))?.file).toBe(file);
    expect(copy.check()).toEqual([]);
    space.mapAt(page(0), pages(1), 1, 2, file, 0);
    expect(space.check()).toEqual([]);
  });
});
