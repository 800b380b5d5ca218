import { describe, expect, it } from 'vitest';
import { Errno } from '../../../mm/index.js';
import { draw, PAGE, page, pages, picture, START } from '../support/picture.js';

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
