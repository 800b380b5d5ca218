import { describe, expect, it } from 'vitest';
import { AddressSpace, Errno, type RegionInfo } from '../../mm/index.js';
import { draw, PAGE, page, pages, picture, START } from './support/picture.js';

type Call = [start: number, length: number, info: RegionInfo<object>];

function recorder() {
  const calls: Call[] = [];
  const callback = (start: number, length: number, info: RegionInfo<object>) => {
    calls.push([start, length, info]);
  };
  return { calls, callback };
}

function region(from: number, to: number, prot: number, more: Partial<RegionInfo<object>> = {}) {
  return {
    start: page(from),
    end: page(to),
    base: page(from),
    length: pages(to - from),
    prot,
    flags: 2,
    file: undefined,
    offset: 0,
    ...more,
  };
}

describe('The faults of the AVL version of libmmap', () => {
  it('1: a query takes byte addresses and finds every mapped page', () => {
    const space = draw('..ww');
    expect(space.queryPage(page(1))).toBeUndefined();
    expect(space.queryPage(page(2))).toEqual(region(2, 4, 3));
    expect(space.queryPage(page(3) + 4095)).toEqual(region(2, 4, 3));
  });

  it('2: mapAt over free, allocated and free pages takes all of them', () => {
    const space = draw('..w...');
    expect(space.mapAt(page(1), pages(4), 1, 2, undefined, 0)).toBe(page(1));
    expect(picture(space)).toBe('.rrrr.');
    expect(space.stats()).toMatchObject({ gaps: 2, freeBytes: pages(2) });
  });

  it('3: mapAt inside one region calls back', () => {
    const space = draw('wwwwww');
    const { calls, callback } = recorder();
    space.mapAt(page(2), pages(2), 1, 2, undefined, 0, callback);
    expect(calls).toEqual([[page(2), pages(2), region(0, 6, 3)]]);
    expect(picture(space)).toBe('ww|rr|ww');
  });

  it('4: mapAt over several regions calls back with the old info of each', () => {
    const space = draw('rrwwxx');
    const { calls, callback } = recorder();
    space.mapAt(page(1), pages(4), 0, 9, { name: 'new' }, 0, callback);
    expect(calls).toEqual([
      [page(1), pages(1), region(0, 2, 1)],
      [page(2), pages(2), region(2, 4, 3)],
      [page(4), pages(1), region(4, 6, 5)],
    ]);
  });

  it('5: the callback of protect gets bytes', () => {
    const space = draw('.www.');
    const { calls, callback } = recorder();
    expect(space.protect(page(2), pages(1), 1, callback)).toBe(0);
    expect(calls).toEqual([[page(2), pages(1), region(1, 4, 3)]]);
  });

  it('6: protect over two regions leaves regions of different files apart', () => {
    const a = { name: 'a' };
    const b = { name: 'b' };
    for (const merge of ['mapping', 'adjacent'] as const) {
      const space = draw('....', { merge });
      space.mapAt(page(0), pages(2), 1, 2, a, 0);
      space.mapAt(page(2), pages(2), 3, 2, b, pages(2));
      expect(space.protect(page(0), pages(4), 5)).toBe(0);
      expect([...space.regions()].map(({ prot, file }) => ({ prot, file }))).toEqual([
        { prot: 5, file: a },
        { prot: 5, file: b },
      ]);
      expect(space.check()).toEqual([]);
    }
  });

  it('7: unmap over two regions calls back with the info of each', () => {
    const space = draw('rrww');
    const { calls, callback } = recorder();
    expect(space.unmap(page(1), pages(2), callback)).toBe(0);
    expect(calls).toEqual([
      [page(1), pages(1), region(0, 2, 1)],
      [page(2), pages(1), region(2, 4, 3)],
    ]);
  });

  it('8: no length wraps', () => {
    for (const length of [2 ** 53 - 1, 2 ** 53, 2 ** 64 - 1, 2 ** 64]) {
      const space = draw('.ww...');
      const isSafe = Number.isSafeInteger(length);
      const any = isSafe ? -Errno.ENOMEM : -Errno.EINVAL;
      expect(space.mapAny(length, 1, 2, undefined, 0)).toBe(any);
      expect(space.mapAt(page(3), length, 1, 2, undefined, 0)).toBe(-Errno.EINVAL);
      expect(space.mapAtIfFree(page(3), length, 1, 2, undefined, 0)).toBe(-Errno.EINVAL);
      expect(space.unmap(page(1), length)).toBe(-Errno.EINVAL);
      expect(space.protect(page(1), length, 1)).toBe(-Errno.EINVAL);
      expect(space.setFlags(page(1), length, 1, 0)).toBe(-Errno.EINVAL);
      expect(picture(space)).toBe('.ww...');
      expect(space.check()).toEqual([]);
    }
  });

  it('9: unmap of a range with nothing mapped answers 0', () => {
    const space = draw('ww....');
    expect(space.unmap(page(3), pages(2))).toBe(0);
    expect(picture(space)).toBe('ww....');
  });

  it('10: mapAny of length 0 is refused', () => {
    const space = draw('....');
    expect(space.mapAny(0, 1, 2, undefined, 0)).toBe(-Errno.EINVAL);
    expect(space.stats().regions).toBe(0);
  });
});

describe('The faults of the range-map version of libmmap', () => {
  it('11: the parts of a split mapping keep its base and offset', () => {
    const space = draw('......');
    const file = { name: 'f' };
    space.mapAt(page(0), pages(6), 1, 2, file, pages(10));
    space.unmap(page(2), pages(2));
    const mapping = { base: page(0), length: pages(6), file, offset: pages(10) };
    expect([...space.regions()]).toEqual([region(0, 2, 1, mapping), region(4, 6, 1, mapping)]);
    const tail = space.queryPage(page(4))!;
    expect(tail.offset + (page(4) - tail.base)).toBe(pages(14));
  });

  it('12: two adjacent mappings of the same file and offset stay two', () => {
    const file = { name: 'f' };
    for (const merge of ['mapping', 'adjacent'] as const) {
      const space = draw('....', { merge });
      space.mapAt(page(0), pages(2), 1, 2, file, 0);
      space.mapAt(page(2), pages(2), 1, 2, file, 0);
      expect(picture(space)).toBe('rr|rr');
      expect(space.queryPage(page(2))).toMatchObject({ base: page(2), offset: 0 });
    }
  });

  it('13: protect over a hole is refused and changes nothing', () => {
    const space = draw('ww.ww');
    const { calls, callback } = recorder();
    expect(space.protect(page(0), pages(5), 1, callback)).toBe(-Errno.ENOMEM);
    expect(calls).toEqual([]);
    expect(picture(space)).toBe('ww.ww');
  });

  it('14: mapAny visits a number of nodes that grows with the logarithm of the gaps', () => {
    const visitsAt = (count: number): number => {
      const space = AddressSpace.create<object>({
        start: START,
        length: 4 * count * PAGE,
        pageSize: PAGE,
        countVisits: true,
      });
      // Gaps of one page everywhere, and a larger one at the end.
      space.mapAny(pages(4 * count - 2), 1, 2, undefined, 0);
      for (let i = 0; i < count; i++) space.unmap(page(4 * i + 1), PAGE);
      expect(space.stats().gaps).toBe(count);
      space.mapAny(pages(2), 1, 2, undefined, 0);
      return space.visits;
    };
    expect(visitsAt(100_000)).toBeLessThan(3 * visitsAt(100));
  });
});
