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

const DAMAGES: [string, RegExp, (core: Core) => void][] = [
  ['T1', /out of order/, ({ regions }) => (regions.keys[regions.root << 1]! += 100)],
  ['T1', /height 60 is stored/, ({ regions }) => (regions.heights[regions.root] = 60)],
  ['T1', /linked twice/, ({ gaps }) => (gaps.links[(gaps.root << 2) | 2] = gaps.root)],
  [
    'T1',
    /node 17 is linked twice or nowhere/,
    ({ gaps }) => (gaps.links[(gaps.root << 2) | 3] = 17),
  ],
  [
    'T1',
    /node -1 is linked twice or nowhere/,
    ({ gaps }) => (gaps.links[(gaps.root << 2) | 3] = -1),
  ],
  [
    'T1',
    /page \d+ is out of order/,
    ({ regions }) => {
      regions.keys[regions.links[(regions.root << 2) | 2]! << 1] = regions.start(regions.root);
    },
  ],
  [
    'T1',
    /page \d+ is out of order/,
    ({ regions }) => {
      regions.keys[regions.links[(regions.root << 2) | 3]! << 1] = regions.start(regions.root);
    },
  ],
  [
    'T2',
    /\[18, 18\) does/,
    ({ regions }) => {
      regions.seek(18);
      regions.addHere(18, 18, 1, 2, 1, regions.mappings[1]!);
    },
  ],
  [
    'T4',
    /nodes in the tree/,
    ({ regions }) => {
      regions.first();
      const first = regions.find(16);
      regions.removeHere();
      regions.links[(first << 2) | 2] = first;
    },
  ],
  ['T1', /subtrees of heights/, ({ regions }) => (regions.links[(regions.root << 2) | 2] = 0)],
  ['T1', /largest 77 pages is stored/, ({ gaps }) => (gaps.sizes[(gaps.root << 1) | 1] = 77)],
  [
    'T1',
    /that its subtree is all original is stored/,
    ({ regions }) => {
      regions.first();
      regions.marks[regions.root]! ^= 2;
    },
  ],
  ['T2', /should follow/, ({ gaps }) => gaps.takeHere(gaps.start(gaps.first()), 19)],
  ['T2', /the trees end at page/, ({ regions }) => regions.removeKeys(32, 100)],
  [
    'T3',
    /gaps touch at page/,
    ({ regions, gaps }) => {
      regions.first();
      regions.removeHere();
      gaps.seekRelease(16, 18);
      gaps.keys[gaps.first() << 1]! -= 2;
      gaps.sizes[gaps.first() << 1]! = 1;
      gaps.seekRelease(17, 18);
      gaps.releaseHere(17, 18);
      gaps.seekRelease(200, 201);
      gaps.releaseHere(200, 201);
      gaps.keys[gaps.seek(200) << 1] = 18;
    },
  ],
  [
    'T3',
    /one at page 17[\s\S]*one at page 23[\s\S]*one at page 33/,
    ({ regions, mappings }) => {
      for (const start of [16, 22, 32]) {
        const left = regions.find(start);
        const mapping = regions.mappings[left]!;
        regions.write(left, start, start + 1, 3, 2, 1, mapping);
        mappings.retain(mapping);
        regions.seek(start + 1);
        regions.addHere(start + 1, start + 2, 3, 2, 1, mapping);
      }
    },
  ],
  ['T4', /nodes in the tree/, ({ regions }) => regions.size++],
  ['T4', /mapped pages are counted/, (core) => core.mappedPages++],
  [
    'T4',
    /references are counted/,
    ({ mappings, regions }) => mappings.retain(regions.mappings[1]!),
  ],
  ['T4', /mappings are held/, ({ mappings }) => mappings.create(0, 1, 0, 0)],
  ['T4', /uses are counted/, ({ mappings }) => mappings.files.acquire(FILE)],
  ['T4', /files are held/, ({ mappings }) => mappings.files.acquire({ name: 'g' })],
  ['T4', /files are held/, ({ mappings }) => Reflect.get(mappings.files, 'unused').push(7)],
  [
    'T5',
    /leaves its mapping/,
    ({ mappings, regions }) => mappings.setPages(regions.mappings[1]!, 1),
  ],
];

describe('AddressSpace.check', () => {
  it('finds nothing wrong with a good space', () => {
    expect(make().check()).toEqual([]);
    expect(make('adjacent').check()).toEqual([]);
  });

  it.each([
    ['left', 2],
    ['right', 3],
  ])('takes a key that stands twice, in the %s child alone, for out of order', (_side, link) => {
    const space = draw('r.w.x');
    const { regions }: Core = Reflect.get(space, 'core');
    const child = regions.links[(regions.root << 2) | link]!;
    regions.keys[child << 1] = regions.start(regions.root);
    const message = `region node ${child}: page ${regions.start(child)} is out of order`;
    expect(space.check()).toContainEqual({ rule: 'T1', message });
  });

  it.each(DAMAGES)('names %s: %s', (rule, message, damage) => {
    const space = make();
    const core: Core = Reflect.get(space, 'core');
    damage(core);
    const found = space.check();
    expect(found.map((violation) => violation.rule)).toContain(rule);
    expect(found.map((violation) => violation.message).join('\n')).toMatch(message);
  });
});
