import { describe, expect, it } from 'vitest';
import { createMapper, PROT_NONE, PROT_READ } from '../../../kernel/memory/index.js';
import { LastRegionMapper } from '../../../kernel/memory/last-region.js';
import { BASE, page, pages, RW } from './world.js';

const LENGTH = pages(4);
/** What is mapped here becomes one region with what is there. */
const BEHIND = { start: page(4), end: page(8) };

function createPair() {
  const bare = createMapper('top-down');
  const remembering = new LastRegionMapper(bare);
  bare.mapAt(BASE, LENGTH, RW, 0, undefined, 0);
  return { bare, remembering };
}

describe('LastRegionMapper', () => {
  it('answers from memory for every page of the region that was asked for last', () => {
    const { remembering } = createPair();
    const region = remembering.queryPage(page(1));
    expect(remembering.queryPage(page(0))).toBe(region);
    expect(remembering.queryPage(page(4) - 1)).toBe(region);
    expect(remembering.queryPage(page(4))).toBeUndefined();
    expect(remembering.queryPage(page(0) - 1)).toBeUndefined();
  });

  it.each<[string, (mapper: LastRegionMapper) => number]>([
    ['mapAny', (m) => m.mapAny(LENGTH, RW, 0, undefined, 0, { range: BEHIND })],
    ['mapAt', (m) => m.mapAt(page(1), pages(1), PROT_READ, 0, undefined, 0)],
    ['mapAtIfFree', (m) => m.mapAtIfFree(page(4), pages(1), RW, 0, undefined, 0)],
    ['unmap', (m) => m.unmap(page(1), pages(1))],
    ['protect', (m) => m.protect(page(2), pages(1), PROT_NONE)],
    ['setFlags', (m) => m.setFlags(page(3), pages(1), 1, 0)],
    ['remap', (m) => m.remap(BASE, LENGTH, pages(2), { mayMove: false })],
  ])('agrees with the mapper after %s', (_name, change) => {
    const { bare, remembering } = createPair();
    remembering.queryPage(BASE);
    expect(change(remembering)).toBeGreaterThanOrEqual(0);
    for (let i = 0; i < 6; i++) {
      expect(remembering.queryPage(page(i))).toEqual(bare.queryPage(page(i)));
    }
  });

  it('forgets what a callback of the change was told', () => {
    const { remembering } = createPair();
    remembering.unmap(BASE, LENGTH, () => {
      remembering.queryPage(BASE);
    });
    expect(remembering.queryPage(BASE)).toBeUndefined();
    remembering.mapAt(BASE, LENGTH, RW, 0, undefined, 0);
    remembering.queryPage(BASE);
    remembering.reset();
    expect(remembering.queryPage(BASE)).toBeUndefined();
  });
});
