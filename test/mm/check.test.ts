import { describe, expect, it } from 'vitest';
import type { AddressSpace } from '../../mm/index.js';
import { draw, page, pages } from './support/picture.js';

type Core = AddressSpace<object>['core'];

const FILE = { name: 'f' };

/** A space with trees of several levels, a file, and marks. */
function make(merge: 'mapping' | 'adjacent' = 'mapping'): AddressSpace<object> {
  const space = draw('ww.rr.ww.r|rr..x.wwww', { merge });
  space.mapAt(page(8), pages(1), 1, 2, FILE, 0);
  space.markOriginal();
  space.mapAt(page(5), pages(1), 5, 2, FILE, 0);
  return space;
}

/** Adds a region, whatever is there. */
function add({ regions }: Core, start: number, end: number, prot: number, mapping: number): void {
  regions.seek(start);
  const node = regions.allocate();
  regions.write(node, start, end, prot, 2, 1, mapping);
  regions.insert(node, regions.after);
}

const DAMAGES: [string, RegExp, (core: Core) => void][] = [
  ['T1', /out of order/, ({ regions }) => (regions.numbers[regions.root >> 1]! += 100)],
  ['T1', /balance 2 is stored, -1 is/, ({ regions }) => (regions.words[regions.root | 7]! |= 3)],
  [
    'T1',
    /parent 0 is stored, \d is right/,
    ({ regions }) => (regions.words[regions.child(regions.root, 0) | 6] = 0),
  ],
  ['T1', /linked twice/, ({ gaps }) => (gaps.words[gaps.root | 4] = gaps.root)],
  [
    'T1',
    /gap node 18 is linked twice or nowhere/,
    ({ gaps }) => (gaps.words[gaps.root | 5] = gaps.words.length | 8),
  ],
  [
    'T1',
    /region node 18 is linked twice or nowhere/,
    ({ regions }) => (regions.words[regions.root | 5] = regions.words.length),
  ],
  ['T1', /node -1 is linked twice or nowhere/, ({ gaps }) => (gaps.words[gaps.root | 5] = -8)],
  [
    'T1',
    /gap node \d is linked twice or nowhere/,
    ({ gaps }) => (gaps.words[gaps.child(gaps.root, 0) | 4] = gaps.behind(gaps.root)),
  ],
  [
    'T1',
    /page \d+ is out of order/,
    ({ regions }) => {
      regions.numbers[regions.child(regions.root, 0) >> 1] = regions.start(regions.root);
    },
  ],
  [
    'T1',
    /page \d+ is out of order/,
    ({ regions }) => {
      regions.numbers[regions.child(regions.root, 1) >> 1] = regions.start(regions.root);
    },
  ],
  [
    'T2',
    /\[18, 18\) does/,
    (core) => add(core, 18, 18, 1, core.regions.mapping(core.regions.first())),
  ],
  [
    'T4',
    /a record is lost, or used and free/,
    ({ regions }) => {
      const first = regions.first();
      regions.remove(first);
      regions.words[first | 4] = first;
    },
  ],
  ['T1', /subtrees of heights/, ({ regions }) => (regions.words[regions.root | 4] = 0)],
  ['T1', /largest 77 pages is stored/, ({ gaps }) => (gaps.numbers[(gaps.root >> 1) | 1] = 77)],
  [
    'T1',
    /that its subtree is all original is stored/,
    ({ regions }) => (regions.words[regions.root | 7]! ^= 8),
  ],
  ['T2', /should follow/, ({ gaps }) => gaps.set(gaps.fit(2, 0), 1)],
  ['T2', /the trees end at page/, ({ regions }) => regions.remove(regions.find(32))],
  [
    'T3',
    /gaps touch at page 30/,
    ({ regions, gaps }) => {
      regions.numbers[(regions.find(30) >> 1) | 1] = 30;
      gaps.set(gaps.before(regions.find(32)), 2);
    },
  ],
  [
    'T3',
    /one at page 17[\s\S]*one at page 23[\s\S]*one at page 33/,
    (core) => {
      const { regions, mappings } = core;
      for (const start of [16, 22, 32]) {
        const left = regions.find(start);
        const mapping = regions.mapping(left);
        regions.write(left, start, start + 1, 3, 2, 1, mapping);
        mappings.retain(mapping);
        add(core, start + 1, start + 2, 3, mapping);
      }
    },
  ],
  ['T4', /nodes in the tree/, ({ regions }) => regions.size++],
  ['T4', /mapped pages are counted/, (core) => core.mappedPages++],
  [
    'T4',
    /its 5 pages are in no tree/,
    ({ gaps, regions }) => (gaps.numbers[gaps.before(regions.first()) >> 1] = 5),
  ],
  [
    'T4',
    /it stands in front of no region/,
    ({ gaps, regions }) => regions.remove(gaps.behind(gaps.root)),
  ],
  [
    'T4',
    /references are counted/,
    ({ mappings, regions }) => mappings.retain(regions.mapping(regions.first())),
  ],
  ['T4', /mappings are held/, ({ mappings }) => mappings.create(0, 1, 0, undefined)],
  ['T4', /uses are counted/, ({ mappings }) => mappings.files.acquire(FILE)],
  ['T4', /files are held/, ({ mappings }) => mappings.files.acquire({ name: 'g' })],
  ['T4', /files are held/, ({ mappings }) => Reflect.get(mappings.files, 'unused').push(7)],
  [
    'T5',
    /leaves its mapping/,
    ({ mappings, regions }) => mappings.setPages(regions.mapping(regions.first()), 1),
  ],
];

describe('AddressSpace.check', () => {
  it('finds nothing wrong with a good space', () => {
    expect(make().check()).toEqual([]);
    expect(make('adjacent').check()).toEqual([]);
  });

  it('finds nothing wrong with an arena of which one record waits to be used again', () => {
    const space = draw('w.'.repeat(16));
    space.unmap(page(4), pages(1));
    expect(space.check()).toEqual([]);
  });

  it('finds every place where gaps touch', () => {
    const space = draw(`${'.w'.repeat(8)}.`);
    const { regions, gaps }: Core = Reflect.get(space, 'core');
    const places: number[] = [];
    for (let node = regions.first(); node !== regions.header; ) {
      places.push(regions.start(node));
      regions.numbers[(node >> 1) | 1] = regions.start(node);
      node = regions.next(node);
      gaps.set(gaps.before(node), 2);
    }
    const expected = places.map((at) => ({ rule: 'T3', message: `gaps touch at page ${at}` }));
    expect(space.check().filter(({ rule }) => rule === 'T3')).toEqual(expected);
  });

  it.each([
    ['left', 0],
    ['right', 1],
  ] as const)(
    'takes a key that stands twice, in the %s child alone, for out of order',
    (_, side) => {
      const space = draw('r.w.x');
      const { regions }: Core = Reflect.get(space, 'core');
      const child = regions.child(regions.root, side);
      regions.numbers[child >> 1] = regions.start(regions.root);
      const message = `region node ${child >> 4}: page ${regions.start(child)} is out of order`;
      expect(space.check()).toContainEqual({ rule: 'T1', message });
    },
  );

  it.each(DAMAGES)('names %s: %s', (rule, message, damage) => {
    const space = make();
    const core: Core = Reflect.get(space, 'core');
    damage(core);
    const found = space.check();
    expect(found.map((violation) => violation.rule)).toContain(rule);
    expect(found.map((violation) => violation.message).join('\n')).toMatch(message);
  });
});
