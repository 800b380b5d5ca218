import { describe, expect, it } from 'vitest';
import { AddressSpace, type AddressSpaceOptions, Errno } from '../../mm/index.js';
import { draw, PAGE, page, pages, picture } from './support/picture.js';

const NO_NUMBERS: unknown[] = [undefined, null, '4096', 4096n, {}, true];
const BAD_NUMBERS = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  -PAGE,
  0.5,
  PAGE + 0.25,
  2 ** 53,
  2 ** 64,
];
const BAD = [...BAD_NUMBERS, ...NO_NUMBERS] as number[];

const OPTIONS: AddressSpaceOptions = { start: 0, length: pages(4), pageSize: PAGE };

function create(options: Partial<Record<keyof AddressSpaceOptions, unknown>>) {
  return () => AddressSpace.create({ ...OPTIONS, ...options } as AddressSpaceOptions);
}

describe('AddressSpace.create', () => {
  it.each([
    [{ pageSize: 0 }, 'pageSize is 0: give a power of two'],
    [{ pageSize: 3000 }, 'pageSize is 3000'],
    [{ pageSize: 4097 }, 'pageSize is 4097'],
    [{ pageSize: 0.5 }, 'pageSize is 0.5'],
    [{ pageSize: -4096 }, 'pageSize is -4096'],
    [{ pageSize: Number.NaN }, 'pageSize is NaN'],
    [{ pageSize: 2 ** 53 - 1 }, 'pageSize is 9007199254740991'],
    [{ start: 1 }, 'start is 1: give a multiple of the page size 4096'],
    [{ start: -4096 }, 'start is -4096'],
    [{ start: -0 }, 'start is 0'],
    [{ start: 2 ** 53 }, 'start is 9007199254740992'],
    [{ start: undefined }, 'start is undefined'],
    [{ length: 0 }, 'length is 0: give a multiple of the page size 4096, not 0'],
    [{ length: 4095 }, 'length is 4095'],
    [{ length: -4096 }, 'length is -4096'],
    [{ length: Number.POSITIVE_INFINITY }, 'length is Infinity'],
    [{ length: 2 ** 54 }, 'length is 18014398509481984'],
    [{ start: 4096, length: 2 ** 53 }, 'length is 9007199254740992'],
    [{ start: 2 ** 53 - 4096, length: 8192 }, 'length is 8192'],
    [{ placement: 'middle' }, "placement is middle: give 'bottom-up' or 'top-down'"],
    [{ merge: 'never' }, "merge is never: give 'mapping' or 'adjacent'"],
    [{ maxRegions: -1 }, 'maxRegions is -1: give an integer >= 0 or Infinity'],
    [{ maxRegions: 1.5 }, 'maxRegions is 1.5'],
    [{ maxRegions: Number.NaN }, 'maxRegions is NaN'],
    [{ mayAllocate: 5 }, 'mayAllocate is 5: give a function'],
  ])('throws a RangeError that names the bad option of %o', (options, message) => {
    expect(create(options)).toThrow(RangeError);
    expect(create(options)).toThrow(message);
  });

  it.each([
    [{ pageSize: 1 }],
    [{ pageSize: 2 ** 30, length: 2 ** 31 }],
    [{ start: 2 ** 53 - PAGE, length: PAGE }],
    [{ start: 0, length: 2 ** 53 }],
    [{ start: 2 ** 52, length: 2 ** 52 }],
    [{ maxRegions: 0 }],
    [{ maxRegions: Number.POSITIVE_INFINITY, placement: 'top-down', merge: 'adjacent' }],
  ])('takes %o', (options) => {
    const space = create(options)();
    const { start, length } = { ...OPTIONS, ...options };
    expect([...space.gaps()]).toEqual([{ start, end: start + length }]);
    expect(space.check()).toEqual([]);
  });

  it('takes no later change of the options object', () => {
    const options = { ...OPTIONS };
    const space = AddressSpace.create(options);
    options.length = PAGE;
    expect(space.clone().stats().freeBytes).toBe(pages(4));
  });
});

describe('AddressSpace', () => {
  const calls: [string, (space: AddressSpace<object>, bad: number) => number][] = [
    ['mapAny length', (s, bad) => s.mapAny(bad, 1, 2, undefined, 0)],
    ['mapAny offset', (s, bad) => s.mapAny(PAGE, 1, 2, undefined, bad)],
    ['mapAt address', (s, bad) => s.mapAt(bad, PAGE, 1, 2, undefined, 0)],
    ['mapAt length', (s, bad) => s.mapAt(page(1), bad, 1, 2, undefined, 0)],
    ['mapAt offset', (s, bad) => s.mapAt(page(1), PAGE, 1, 2, undefined, bad)],
    ['mapAtIfFree address', (s, bad) => s.mapAtIfFree(bad, PAGE, 1, 2, undefined, 0)],
    ['mapAtIfFree length', (s, bad) => s.mapAtIfFree(page(1), bad, 1, 2, undefined, 0)],
    ['mapAtIfFree offset', (s, bad) => s.mapAtIfFree(page(1), PAGE, 1, 2, undefined, bad)],
    ['unmap address', (s, bad) => s.unmap(bad, PAGE)],
    ['unmap length', (s, bad) => s.unmap(page(1), bad)],
    ['protect address', (s, bad) => s.protect(bad, PAGE, 1)],
    ['protect length', (s, bad) => s.protect(page(1), bad, 1)],
    ['setFlags address', (s, bad) => s.setFlags(bad, PAGE, 1, 0)],
    ['setFlags length', (s, bad) => s.setFlags(page(1), bad, 1, 0)],
    ['remap address', (s, bad) => s.remap(bad, PAGE, PAGE, { mayMove: true })],
    ['remap old length', (s, bad) => s.remap(page(1), bad, PAGE, { mayMove: true })],
    ['remap new length', (s, bad) => s.remap(page(1), PAGE, bad, { mayMove: true })],
  ];
  it.each(calls)('answers -EINVAL to a bad %s and changes nothing', (_name, call) => {
    for (const value of BAD) {
      const space = draw('.ww...');
      expect([value, call(space, value)]).toEqual([value, -Errno.EINVAL]);
      expect(picture(space)).toBe('.ww...');
    }
  });

  it.each(calls.filter(([name]) => name.endsWith('ength')))('refuses zero as %s', (_name, call) => {
    expect(call(draw('.ww...'), 0)).toBe(-Errno.EINVAL);
    expect(call(draw('.ww...'), PAGE + 0.25)).toBe(-Errno.EINVAL);
  });

  it.each(calls.filter(([name]) => name.endsWith('address')))(
    'refuses a misaligned %s',
    (_n, call) => {
      for (const address of [page(1) + 1, page(1) + PAGE / 2, page(2) - 1]) {
        expect(call(draw('.ww...'), address)).toBe(-Errno.EINVAL);
      }
    },
  );

  it.each([
    ['mapAt', (s: AddressSpace<object>, a: number, n: number) => s.mapAt(a, n, 1, 2, undefined, 0)],
    [
      'mapAtIfFree',
      (s: AddressSpace<object>, a: number, n: number) => s.mapAtIfFree(a, n, 1, 2, undefined, 0),
    ],
    ['unmap', (s: AddressSpace<object>, a: number, n: number) => s.unmap(a, n)],
    ['protect', (s: AddressSpace<object>, a: number, n: number) => s.protect(a, n, 1)],
    ['setFlags', (s: AddressSpace<object>, a: number, n: number) => s.setFlags(a, n, 1, 0)],
  ] as const)('%s refuses a range that is not wholly inside', (_name, call) => {
    for (const [at, length] of [
      [page(-1), pages(1)],
      [page(-1), pages(2)],
      [page(6), pages(1)],
      [page(5), pages(2)],
      [page(5), pages(1) + 1],
      [page(0), pages(7)],
      [0, 2 ** 53 - 1],
    ] as const) {
      const space = draw('.ww...');
      expect(call(space, at, length)).toBe(-Errno.EINVAL);
      expect(picture(space)).toBe('.ww...');
    }
  });

  it('refuses prot, flags, set and clear that are no safe integers, and keeps others as given', () => {
    for (const value of [Number.NaN, 0.5, 2 ** 53, ...NO_NUMBERS] as number[]) {
      const space = draw('ww');
      expect(space.mapAt(page(0), PAGE, value, 2, undefined, 0)).toBe(-Errno.EINVAL);
      expect(space.mapAt(page(0), PAGE, 1, value, undefined, 0)).toBe(-Errno.EINVAL);
      expect(space.protect(page(0), PAGE, value)).toBe(-Errno.EINVAL);
      expect(space.setFlags(page(0), PAGE, value, 0)).toBe(-Errno.EINVAL);
      expect(space.setFlags(page(0), PAGE, 0, value)).toBe(-Errno.EINVAL);
    }
    for (const value of [0x80000000, 0xffffffff, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1]) {
      const space = draw('..');
      space.mapAt(page(0), PAGE, value, value, undefined, 0);
      expect(space.queryPage(page(0))).toMatchObject({ prot: value, flags: value });
    }
  });

  it('takes an offset up to 2^53 - length, for every mapping', () => {
    const space = draw('....');
    const last = 2 ** 53 - pages(2);
    expect(space.mapAt(page(0), pages(2), 1, 2, undefined, last)).toBe(page(0));
    expect(space.mapAt(page(0), pages(2), 1, 2, undefined, last + 1)).toBe(-Errno.EINVAL);
    expect(space.mapAny(pages(2), 1, 2, undefined, last + PAGE)).toBe(-Errno.EINVAL);
    expect(space.mapAny(pages(2), 1, 2, undefined, 12345)).toBe(page(2));
    expect(space.queryPage(page(3))?.offset).toBe(12345);
  });

  it('finds -EINVAL before any other error', () => {
    const full = draw('wwww', { mayAllocate: () => false, maxRegions: 1 });
    expect(full.mapAny(PAGE, 1, 2, undefined, -1)).toBe(-Errno.EINVAL);
    expect(full.mapAny(PAGE, 1, 2, undefined, 0, { alignment: 3 })).toBe(-Errno.EINVAL);
    expect(full.mapAtIfFree(page(0), PAGE, 1, 2, undefined, -1)).toBe(-Errno.EINVAL);
    expect(full.protect(page(0), PAGE, Number.NaN)).toBe(-Errno.EINVAL);
    const empty = draw('....');
    expect(empty.protect(page(0), PAGE, Number.NaN)).toBe(-Errno.EINVAL);
    expect(empty.remap(page(0), PAGE, 0, { mayMove: true })).toBe(-Errno.EINVAL);
    const options = { mayMove: true, newAddr: page(1) + 1 };
    expect(empty.remap(page(0), PAGE, PAGE, options)).toBe(-Errno.EINVAL);
  });

  it('takes null for absent options and callbacks, as a caller in JavaScript may', () => {
    const none = null as never;
    const space = draw('....');
    expect(space.mapAny(PAGE, 1, 2, undefined, 0, none)).toBe(page(0));
    expect(space.mapAny(PAGE, 1, 2, undefined, 0, { range: none })).toBe(-Errno.EINVAL);
    for (const options of [none, undefined as never]) {
      expect(space.remap(page(0), PAGE, 2 * PAGE, options)).toBe(-Errno.EINVAL);
    }
    expect(picture(space)).toBe('r...');
    const callbacks = { mayMove: true, newAddr: page(2), onUnmap: none, onMove: none };
    expect(space.remap(page(0), PAGE, PAGE, callbacks)).toBe(page(2));
    expect(space.protect(page(2), PAGE, 3, none)).toBe(0);
    expect(space.unmap(page(2), PAGE, none)).toBe(0);
    expect(picture(space)).toBe('....');
  });

  it('answers undefined to a query of a bad or unmapped address', () => {
    const space = draw('.ww.');
    for (const bad of [...BAD, page(0), page(3), page(4), page(-1), 2 ** 53 - 1]) {
      expect(space.queryPage(bad)).toBeUndefined();
    }
    expect(space.queryPage(page(1) + 1)).toBeDefined();
    expect(space.queryPage(page(1) + 0.5)).toBeUndefined();
  });
});
