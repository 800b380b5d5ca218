import { describe, expect, it } from 'vitest';
import { type AddressSpace, Errno } from '../../mm/index.js';
import { draw, page, pages, picture } from './support/picture.js';

type Call = (space: AddressSpace<object>) => number;

const FILE = { name: 'f' };
const move = { mayMove: true };

/** Operations in states where they split, merge, and overlap free and mapped pages. */
const CASES: [name: string, state: string, call: Call][] = [
  ['mapAny in the middle', '......', (s) => s.mapAny(pages(2), 1, 2, FILE, 0, { hint: page(2) })],
  ['mapAny at the start', '......', (s) => s.mapAny(pages(2), 1, 2, FILE, 0)],
  ['mapAny that fills a gap', 'ww..ww', (s) => s.mapAny(pages(2), 1, 2, FILE, 0)],
  ['mapAny that merges', 'ww..ww', (s) => s.mapAny(pages(1), 3, 2, undefined, 0)],
  ['mapAt inside a region', 'wwwwww', (s) => s.mapAt(page(2), pages(2), 1, 2, FILE, 0)],
  ['mapAt over a mixture', '.ww.rrx.', (s) => s.mapAt(page(2), pages(4), 1, 2, FILE, 0)],
  ['mapAt in free pages', '......', (s) => s.mapAt(page(2), pages(2), 1, 2, FILE, 0)],
  ['mapAt that merges', 'ww..ww', (s) => s.mapAt(page(2), pages(2), 3, 2, undefined, 0)],
  ['mapAtIfFree', '......', (s) => s.mapAtIfFree(page(2), pages(2), 1, 2, FILE, 0)],
  ['unmap inside a region', 'wwwwww', (s) => s.unmap(page(2), pages(2))],
  ['unmap of a head', 'wwwwww', (s) => s.unmap(page(0), pages(2))],
  ['unmap between regions', 'wwrrww', (s) => s.unmap(page(1), pages(4))],
  ['unmap of a whole region', 'wwrrww', (s) => s.unmap(page(2), pages(2))],
  ['protect inside a region', 'wwwwww', (s) => s.protect(page(2), pages(2), 1)],
  ['protect of a head', 'wwwwww', (s) => s.protect(page(0), pages(2), 1)],
  ['protect over regions', 'wwrrxx', (s) => s.protect(page(1), pages(4), 0)],
  ['setFlags inside a region', 'wwwwww', (s) => s.setFlags(page(2), pages(2), 64, 0)],
  ['remap that shrinks', '.wwwwr', (s) => s.remap(page(1), pages(4), pages(2), move)],
  ['remap that grows', '.ww...', (s) => s.remap(page(2), pages(1), pages(2), move)],
  ['remap that moves a middle', 'wwwww....', (s) => s.remap(page(1), pages(2), pages(3), move)],
  [
    'remap that replaces',
    'wwww.rrrr.',
    (s) => s.remap(page(1), pages(2), pages(2), { ...move, newAddr: page(6) }),
  ],
  [
    'remap to the place behind',
    'wwwwww....',
    (s) => s.remap(page(0), pages(2), pages(2), { ...move, newAddr: page(2) }),
  ],
  [
    'remap of a whole region to the place behind',
    '.ww......',
    (s) => s.remap(page(1), pages(2), pages(2), { ...move, newAddr: page(3) }),
  ],
  [
    'remap of a tail to the place behind',
    'wwww....',
    (s) => s.remap(page(2), pages(2), pages(2), { ...move, newAddr: page(4) }),
  ],
  [
    'remap to the place in front',
    '..wwwwww',
    (s) => s.remap(page(4), pages(2), pages(2), { ...move, newAddr: page(2) }),
  ],
  [
    'remap that keeps the old range',
    '.wwww.....',
    (s) => s.remap(page(2), pages(2), pages(2), { ...move, keepOld: true }),
  ],
];

const MERGES = ['mapping', 'adjacent'] as const;

describe.each(MERGES)("Out of memory, merge: '%s'", (merge) => {
  it.each(CASES)('%s: every refused reservation changes nothing', (_name, state, call) => {
    const asked: number[] = [];
    let refusal = 0;
    let isOn = false;
    const mayAllocate = (nodes: number) => {
      if (isOn) asked.push(nodes);
      return !isOn || asked.length !== refusal;
    };
    const expected = draw(state, { merge });
    const before = expected.stats().nodes;
    const result = call(expected);
    const more = expected.stats().nodes - before;

    for (refusal = 1; ; refusal++) {
      isOn = false;
      const space = draw(state, { merge, mayAllocate });
      const old = { ...space.snapshot(), stats: space.stats() };
      asked.length = 0;
      isOn = true;
      const answer = call(space);
      expect(asked).toEqual(more > 0 ? [more] : []);
      expect(space.check()).toEqual([]);
      if (asked.length < refusal) {
        expect(answer).toBe(result);
        expect(space.stats()).toEqual(expected.stats());
        break;
      }
      expect(answer).toBe(-Errno.ENOMEM);
      expect({ ...space.snapshot(), stats: space.stats() }).toEqual(old);
    }
  });

  it.each(CASES)(
    '%s: whoever is asked may look around, throw, but not change',
    (_n, state, call) => {
      let act = () => {};
      const mayAllocate = () => {
        act();
        return true;
      };
      const space = draw(state, { merge, mayAllocate });
      const expected = draw(state, { merge });
      const result = call(expected);
      const isAsked = expected.stats().nodes > space.stats().nodes;
      const old = space.snapshot();
      const thrown = new Error('thrown by mayAllocate');
      act = () => {
        throw thrown;
      };
      if (isAsked) expect(() => call(space)).toThrow(thrown);
      act = () => {
        space.unmap(page(0), pages(6));
      };
      if (isAsked) expect(() => call(space)).toThrow(/inside a callback/);
      if (isAsked) expect(space.snapshot()).toEqual(old);
      expect(space.check()).toEqual([]);

      act = () => {
        for (const { start } of [...space.regions(), ...space.gaps()]) space.queryPage(start);
        space.snapshot();
        space.clone();
      };
      expect(call(space)).toBe(result);
      expect(space.check()).toEqual([]);
      expect(picture(space)).toBe(picture(expected));
    },
  );

  it.each(CASES)('%s: fails only if too many regions would be left', (_name, state, call) => {
    const free = draw(state, { merge });
    const before = free.stats().regions;
    const result = call(free);
    const after = free.stats().regions;

    const enough = draw(state, { merge, maxRegions: Math.max(before, after) });
    expect(call(enough)).toBe(result);
    expect(picture(enough)).toBe(picture(free));
    if (after <= before) return;
    const short = draw(state, { merge, maxRegions: after - 1 });
    const old = short.snapshot();
    expect(call(short)).toBe(-Errno.ENOMEM);
    expect(short.snapshot()).toEqual(old);
  });
});

describe('Out of memory', () => {
  it('never meets operations that leave no more nodes', () => {
    let isRefusing = false;
    const strict = draw('wwrrww', { mayAllocate: () => !isRefusing });
    isRefusing = true;
    expect(strict.unmap(page(2), pages(2))).toBe(0);
    expect(strict.mapAt(page(2), pages(2), 3, 2, undefined, 0)).toBe(page(2));
    expect(strict.protect(page(0), pages(6), 1)).toBe(0);
    strict.reset();
    expect(strict.stats().nodes).toBe(1);
    expect(strict.check()).toEqual([]);
  });

  it('does not ask at creation', () => {
    expect(() => draw('', { length: pages(1), mayAllocate: () => false })).not.toThrow();
  });

  it('answers -ENOMEM where the host has no memory for a larger arena', () => {
    const space = draw('.'.repeat(100));
    while (space.stats().regions < 16) {
      space.mapAt(page(2 * space.stats().regions), pages(1), 1, 2, undefined, 0);
    }
    const old = space.snapshot();
    const HostArrayBuffer = globalThis.ArrayBuffer;
    globalThis.ArrayBuffer = class extends HostArrayBuffer {
      constructor(length: number) {
        super(0);
        throw new RangeError(`no memory for ${length} bytes`);
      }
    } as typeof ArrayBuffer;
    try {
      expect(space.mapAny(pages(1), 1, 2, undefined, 0)).toBe(-Errno.ENOMEM);
      expect(space.mapAt(page(0), pages(60), 1, 2, undefined, 0)).toBe(-Errno.ENOMEM);
      expect(space.snapshot()).toEqual(old);
    } finally {
      globalThis.ArrayBuffer = HostArrayBuffer;
    }
    expect(space.mapAny(pages(1), 1, 2, undefined, 0)).toBe(page(1));
    expect(space.check()).toEqual([]);
  });
});
