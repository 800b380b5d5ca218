import { describe, expect, it } from 'vitest';
import { AddressSpace, Errno } from '../../mm/index.js';
import { Random } from '../support/random.js';
import { draw, page, pages, picture } from './support/picture.js';

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
