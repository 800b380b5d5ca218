import { describe, expect, it } from 'vitest';
import { Errno } from '../../../mm/index.js';
import { draw, PAGE, page, pages, picture, START } from '../support/picture.js';

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
