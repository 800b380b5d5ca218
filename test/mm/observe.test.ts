import { describe, expect, it } from 'vitest';
import { draw, page, pages, START } from './support/picture.js';

describe('AddressSpace.journal', () => {
  it('keeps every change with its call, in order', () => {
    const space = draw('', { length: pages(8), journal: true });
    const journal = space.journal!;
    expect(journal.mutations).toEqual([]);
    space.mapAt(page(1), pages(4), 3, 2, undefined, 0);
    space.mapAny(pages(1), 3, 2, undefined, 0);
    space.protect(page(1), pages(1), 1);
    space.protect(page(1), pages(1), 1);
    space.setFlags(page(2), pages(1), 4, 0);
    space.unmap(page(3), pages(1));
    space.unmap(page(6), pages(1));
    space.unmap(page(0), pages(1));
    expect(space.unmap(page(1), 0)).toBeLessThan(0);
    space.mapAtIfFree(page(5), pages(1), 1, 2, undefined, 0);
    space.mapAt(page(4), pages(2), 1, 2, undefined, 0);
    space.remap(page(1), pages(1), pages(1), { mayMove: true, newAddr: page(7) });
    space.markOriginal();
    space.mapAt(page(1), pages(1), 1, 2, undefined, 0);
    space.unmapNonOriginal();
    space.reset();
    const changes = journal.mutations.map(({ operation, kind, start, end }) => {
      return `${operation} ${kind} ${(start - START) / 4096}-${(end - START) / 4096}`;
    });
    expect(changes).toEqual([
      'mapAt map 1-5',
      'mapAny map 0-1',
      'protect change 1-2',
      'setFlags change 2-3',
      'unmap unmap 3-4',
      'unmap unmap 0-1',
      'mapAtIfFree map 5-6',
      'mapAt map 4-6',
      'remap unmap 1-2',
      'remap map 7-8',
      'markOriginal change 0-8',
      'mapAt map 1-2',
      'unmapNonOriginal unmap 1-2',
      'reset unmap 0-8',
    ]);
    expect(journal.mutations.map(({ sequence }) => sequence)).toEqual([...changes.keys()]);
    expect(journal.take().length).toBe(changes.length);
    expect(journal.mutations).toEqual([]);
    space.mapAt(page(0), pages(1), 3, 2, undefined, 0);
    expect(journal.take()).toEqual([
      { sequence: 14, operation: 'mapAt', kind: 'map', start: page(0), end: page(1) },
    ]);
    expect(journal.sequence).toBe(15);
    expect(space.clone().journal?.sequence).toBe(0);
  });

  it('is absent unless it is asked for', () => {
    expect(draw('..').journal).toBeUndefined();
  });
});

describe('AddressSpace.snapshot', () => {
  it('shows both trees as plain data', () => {
    const space = draw('w.r..', {});
    space.markOriginal();
    space.mapAt(page(4), pages(1), 5, 6, undefined, 8);
    const common = { file: undefined, offset: 0, flags: 2 };
    expect(space.snapshot()).toEqual({
      start: page(0),
      end: page(5),
      pageSize: 4096,
      regions: {
        root: 3,
        nodes: [
          {
            ...common,
            id: 2,
            left: 0,
            right: 0,
            height: 1,
            start: page(0),
            end: page(1),
            base: page(0),
            length: pages(1),
            prot: 3,
            isOriginal: true,
            isAllOriginal: true,
          },
          {
            ...common,
            id: 3,
            left: 2,
            right: 4,
            height: 2,
            start: page(2),
            end: page(3),
            base: page(2),
            length: pages(1),
            prot: 1,
            isOriginal: true,
            isAllOriginal: false,
          },
          {
            id: 4,
            left: 0,
            right: 0,
            height: 1,
            start: page(4),
            end: page(5),
            base: page(4),
            length: pages(1),
            prot: 5,
            flags: 6,
            file: undefined,
            offset: 8,
            isOriginal: false,
            isAllOriginal: false,
          },
        ],
      },
      // A gap has the number of the region behind it.
      gaps: {
        root: 4,
        nodes: [
          {
            id: 3,
            left: 0,
            right: 0,
            height: 1,
            start: page(1),
            end: page(2),
            largest: pages(1),
          },
          {
            id: 4,
            left: 3,
            right: 0,
            height: 2,
            start: page(3),
            end: page(4),
            largest: pages(1),
          },
        ],
      },
    });
  });
});

describe('AddressSpace.visits', () => {
  const count = (text: string) => {
    const space = draw(text, { countVisits: true });
    const visitsOf = (call: () => unknown) => {
      call();
      return space.visits;
    };
    return [
      visitsOf(() => space.queryPage(page(64))),
      visitsOf(() => [...space.regions({ start: page(64), end: page(65) })]),
      visitsOf(() => [...space.gaps({ start: page(64), end: page(66) })]),
      visitsOf(() => space.unmap(page(64), pages(1))),
      visitsOf(() => space.mapAt(page(64), pages(1), 1, 2, undefined, 0)),
      visitsOf(() => space.protect(page(64), pages(1), 5)),
      visitsOf(() => space.mapAny(pages(1), 1, 2, undefined, 0)),
      visitsOf(() => space.unmap(page(20), pages(60))),
      visitsOf(() => space.mapAt(page(30), pages(40), 1, 2, undefined, 0)),
      visitsOf(() => space.unmapNonOriginal()),
    ];
  };

  it('counts the nodes of the last operation, and nothing unless it is asked to', () => {
    expect(count('w.'.repeat(64))).toEqual([6, 6, 6, 13, 18, 6, 14, 176, 17, 569]);
    const space = draw('w.'.repeat(64), { countVisits: true });
    let sum = 0;
    for (let i = 0; i < 64; i++) {
      space.unmap(page(2 * ((i * 37) % 64)), pages(1));
      sum += space.visits;
    }
    expect(sum).toBe(661);
    const range = { start: page(30), end: page(100) };
    space.mapAny(pages(1), 1, 2, undefined, 0, { range });
    expect(space.visits).toBe(3);
    space.markOriginal();
    expect(space.visits).toBe(2);
    const copy = space.clone();
    copy.queryPage(page(30));
    expect(copy.visits).toBe(1);
    expect(draw('w.w.').visits).toBe(0);
  });

  it('counts what is passed over: regions that touch, and gaps that are misplaced', () => {
    const space = draw('w.w.w.w.www.w..w', { countVisits: true });
    space.unmap(page(9), pages(1));
    expect(space.visits).toBe(15);
    space.mapAny(pages(1), 1, 2, undefined, 0, { alignment: pages(8) });
    expect(space.visits).toBe(9);
  });
});

describe('AddressSpace.arenaBytes', () => {
  /**
   * A region and the gap in front of it take 80 bytes, the mapping 32; two records of regions, one of
   * mappings, and 48 bytes in front come on top.
   */
  const bytes = (capacity: number) => (capacity + 2) * 80 + 48 + (capacity + 1) * 32;

  it('counts the arenas, which double when they are full', () => {
    const space = draw('w.'.repeat(16));
    expect(space.arenaBytes).toBe(bytes(16));
    space.mapAny(pages(1), 5, 2, undefined, 0);
    expect(space.arenaBytes).toBe(bytes(32));
    const copy = space.clone();
    copy.mapAny(pages(1), 5, 2, undefined, 0);
    expect(copy.arenaBytes).toBe(space.arenaBytes);
    const larger = draw('w.'.repeat(32));
    expect(larger.arenaBytes).toBe(bytes(32));
    expect(larger.clone().arenaBytes).toBe(bytes(32));
  });
});
