import { describe, expect, it } from 'vitest';
import { Errno } from '../../../kernel/errno.js';
import {
  Advice,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_READ,
} from '../../../kernel/memory/index.js';
import { inspect } from '../../verify/inspect.js';
import {
  contents,
  createWorld,
  draw,
  leaves,
  letterFile,
  PRIVATE,
  page,
  pages,
  picture,
  poke,
  RW,
  refuseAfter,
  SHARED,
} from './world.js';

/** Where the checked cases lie, drawn by `kinds`. */
const CASES = {
  private: [page(0), pages(2)],
  hole: [page(0), pages(4)],
  sharedFile: [page(8), pages(1)],
  privateFile: [page(10), pages(1)],
  sharedAnonymous: [page(12), pages(1)],
  protNone: [page(14), pages(1)],
  readOnly: [page(15), pages(1)],
  readOnlyShared: [page(16), pages(1)],
  pastEnd: [page(20), pages(4)],
  empty: [page(0), 0],
  unaligned: [page(0) + 1, pages(1)],
  unmapped: [page(64), pages(1)],
  wrapping: [page(0), -1],
} as const;

function kinds() {
  const world = createWorld();
  const { memory, frames } = world;
  const file = letterFile(frames, 2);
  draw(memory, 'ww.w..........nr');
  memory.map(page(8), pages(2), RW, MAP_SHARED | MAP_FIXED, file, 0);
  memory.map(page(10), pages(2), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
  memory.map(page(12), pages(2), RW, SHARED | MAP_FIXED, undefined, 0);
  memory.map(page(16), pages(1), PROT_READ, MAP_SHARED | MAP_FIXED, file, 0, { mayWrite: false });
  memory.map(page(20), pages(4), RW, MAP_SHARED | MAP_FIXED, file, 0);
  return { ...world, file };
}

/** What Linux answers, 0 where nothing is said; the last three are the same for all known advice. */
type Expected = Partial<Record<keyof typeof CASES, keyof typeof Errno>>;
const USUAL: Expected = {
  hole: 'ENOMEM',
  unaligned: 'EINVAL',
  unmapped: 'ENOMEM',
  wrapping: 'EINVAL',
};
const PRIVATE_ANONYMOUS_ONLY: Expected = {
  ...USUAL,
  sharedFile: 'EINVAL',
  privateFile: 'EINVAL',
  sharedAnonymous: 'EINVAL',
  readOnlyShared: 'EINVAL',
  pastEnd: 'EINVAL',
};
const ANSWERS: [keyof typeof Advice, Expected][] = [
  ['NORMAL', USUAL],
  ['RANDOM', USUAL],
  ['SEQUENTIAL', USUAL],
  ['WILLNEED', USUAL],
  ['DONTNEED', USUAL],
  ['FREE', PRIVATE_ANONYMOUS_ONLY],
  [
    'REMOVE',
    {
      ...USUAL,
      private: 'EINVAL',
      hole: 'EINVAL',
      privateFile: 'EACCES',
      protNone: 'EINVAL',
      readOnly: 'EINVAL',
      readOnlyShared: 'EACCES',
    },
  ],
  ['DONTFORK', USUAL],
  ['DOFORK', USUAL],
  ['MERGEABLE', USUAL],
  ['UNMERGEABLE', USUAL],
  ['HUGEPAGE', USUAL],
  ['NOHUGEPAGE', USUAL],
  ['DONTDUMP', USUAL],
  ['DODUMP', USUAL],
  ['WIPEONFORK', PRIVATE_ANONYMOUS_ONLY],
  ['KEEPONFORK', USUAL],
  ['COLD', USUAL],
  ['PAGEOUT', USUAL],
  ['POPULATE_READ', { ...USUAL, protNone: 'EINVAL', pastEnd: 'EFAULT' }],
  [
    'POPULATE_WRITE',
    {
      ...USUAL,
      protNone: 'EINVAL',
      readOnly: 'EINVAL',
      readOnlyShared: 'EINVAL',
      pastEnd: 'EFAULT',
    },
  ],
  ['DONTNEED_LOCKED', USUAL],
];

describe('VirtualMemory.advise', () => {
  it.each(ANSWERS)('answers MADV_%s as Linux does (checked)', (advice, expected) => {
    for (const [name, [address, length]] of Object.entries(CASES)) {
      const { memory } = kinds();
      const error = expected[name as keyof typeof CASES];
      const result = memory.advise(address, length, Advice[advice]);
      expect(result, name).toBe(error === undefined ? 0 : -Errno[error]);
    }
  });

  it.each([5, 6, 7, 99, 100, 101])('refuses unknown advice %d, even for no page', (advice) => {
    const { memory } = kinds();
    expect(memory.advise(page(0), pages(1), advice)).toBe(-Errno.EINVAL);
    expect(memory.advise(page(0), 0, advice)).toBe(-Errno.EINVAL);
  });

  it('drops pages with DONTNEED: zeros or the file are found next', () => {
    const world = kinds();
    const { memory, file } = world;
    for (const i of [0, 1, 10]) poke(memory, page(i), 'x'.charCodeAt(0));
    expect(memory.advise(page(0), pages(12), Advice.DONTNEED)).toBe(-Errno.ENOMEM);
    expect(contents(memory, 12)).toBe('..!.!!!!ABAB');
    expect(inspect(world, [memory], [file])).toEqual([]);
  });

  it('keeps a page of MADV_FREE until frames run out, and for ever once it is written', () => {
    const { memory, frames } = createWorld({ memoryBytes: 4 * 2 ** 20 });
    draw(memory, 'wwww');
    for (let i = 0; i < 4; i++) poke(memory, page(i), 65 + i);
    memory.advise(page(0), pages(3), Advice.FREE);
    expect(contents(memory, 4)).toBe('ABCD');
    poke(memory, page(1), 'b'.charCodeAt(0));
    refuseAfter(frames, 0);
    memory.map(page(8), pages(1), RW, PRIVATE | MAP_FIXED, undefined, 0);
    refuseAfter(frames, Number.POSITIVE_INFINITY);
    const rest = frames.freeFrames;
    for (let i = 0; i < rest; i++) frames.allocate(1);
    expect(poke(memory, page(8), 'n'.charCodeAt(0))).toBe(0);
    expect(contents(memory, 9)).toBe('.b.D!!!!n');
  });

  it('leaves DONTFORK regions out of a child, and WIPEONFORK ones empty', () => {
    const world = createWorld();
    const { memory } = world;
    draw(memory, 'wwww');
    for (let i = 0; i < 4; i++) poke(memory, page(i), 65 + i);
    memory.advise(page(1), pages(1), Advice.DONTFORK);
    memory.advise(page(2), pages(1), Advice.WIPEONFORK);
    const child = memory.fork()!;
    expect(picture(child, 4)).toBe('w.ww');
    expect(contents(child, 4)).toBe('A!.D');
    const grandchild = child.fork()!;
    poke(child, page(2), 1);
    expect(contents(grandchild, 4)).toBe('A!.D');
    expect(inspect(world, [memory, child, grandchild])).toEqual([]);
    memory.advise(page(0), pages(4), Advice.DOFORK);
    memory.advise(page(0), pages(4), Advice.KEEPONFORK);
    expect([...memory.space.regions()]).toHaveLength(1);
  });

  it('populates for reading without frames, for writing with', () => {
    const { memory } = createWorld();
    draw(memory, 'wwww');
    memory.advise(page(0), pages(2), Advice.POPULATE_READ);
    memory.advise(page(1), pages(2), Advice.POPULATE_WRITE);
    expect(leaves(memory, 4)).toBe('0ww.');
  });

  it('punches a hole into a shared file with REMOVE', () => {
    const world = kinds();
    const { memory, file } = world;
    contents(memory, 12);
    expect(memory.advise(page(9), pages(1), Advice.REMOVE)).toBe(0);
    expect(contents(memory, 12)).toBe('..!.!!!!A.A.');
    expect(inspect(world, [memory], [file])).toEqual([]);
  });
});
