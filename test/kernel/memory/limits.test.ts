import { describe, expect, it } from 'vitest';
import { Errno } from '../../../kernel/errno.js';
import {
  Advice,
  MAP_FIXED,
  MAP_LOCKED,
  MAP_NORESERVE,
  MCL_CURRENT,
  MCL_FUTURE,
  MCL_ONFAULT,
  MLOCK_ONFAULT,
  MREMAP_MAYMOVE,
  MS_INVALIDATE,
  PROT_READ,
} from '../../../kernel/memory/index.js';
import {
  createWorld,
  draw,
  leaves,
  PRIVATE,
  page,
  pages,
  picture,
  poke,
  RW,
  SHARED,
} from './world.js';

const { EAGAIN, EBUSY, EINVAL, ENOMEM, EPERM } = Errno;

describe('mlock and its family', () => {
  it.each([
    ['pages', page(0), pages(2), 0, 0],
    ['a range inside pages', page(0) + 1, pages(1), 0, 0],
    ['a range over a hole', page(0), pages(4), 0, -ENOMEM],
    ['no page', page(0), 0, 0, 0],
    ['an unmapped page', page(60), pages(1), 0, -ENOMEM],
    ['PROT_NONE', page(4), pages(1), 0, -ENOMEM],
    ['MLOCK_ONFAULT', page(0), pages(1), MLOCK_ONFAULT, 0],
    ['an unknown flag', page(0), pages(1), 2, -EINVAL],
    ['a length of 2^64 - 1', page(0), -1, 0, 0],
    ['a length near 2^64', page(0), -8193, 0, -ENOMEM],
  ] as const)('answers mlock of %s as Linux does (checked)', (_case, at, length, flags, result) => {
    const { memory } = createWorld();
    draw(memory, 'ww.wn');
    expect(memory.lock(at, length, flags)).toBe(result);
  });

  it('brings pages in, up to a hole', () => {
    const { memory } = createWorld();
    draw(memory, 'wr.w');
    memory.lock(page(0), pages(2));
    expect(leaves(memory, 4)).toBe('w0..');
    memory.lock(page(3), pages(1), MLOCK_ONFAULT);
    expect(leaves(memory, 4)).toBe('w0..');
  });

  it('gives a locked private page its copy when it becomes writable (checked)', () => {
    const { memory } = createWorld();
    draw(memory, 'rrr');
    memory.lock(page(0), pages(1));
    memory.lock(page(1), pages(1), MLOCK_ONFAULT);
    expect(leaves(memory, 3)).toBe('0..');
    expect(memory.protect(page(0), pages(3), RW)).toBe(0);
    expect(leaves(memory, 3)).toBe('w..');
  });

  it('refuses advice and invalidation for locked pages (checked)', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    memory.lock(page(0), pages(1));
    for (const advice of [Advice.DONTNEED, Advice.FREE, Advice.COLD, Advice.PAGEOUT]) {
      expect(memory.advise(page(0), pages(1), advice)).toBe(-EINVAL);
    }
    expect(memory.synchronise(page(0), pages(1), MS_INVALIDATE)).toBe(-EBUSY);
    expect(memory.unlock(page(0), pages(2))).toBe(-ENOMEM);
    expect(memory.advise(page(0), pages(1), Advice.DONTNEED)).toBe(0);
  });

  it('adds length and offset in the page before it rounds, in 64 bits', () => {
    const { memory } = createWorld();
    draw(memory, '.w');
    // 2^64 - 0x1000 + 0xfff wraps to nothing, and one byte more to one page.
    expect(memory.unlock(page(0) + 0xfff, -0x1000)).toBe(0);
    expect(memory.unlock(page(0) + 0xfff, -0xffe)).toBe(-ENOMEM);
    expect(memory.unlock(page(1) + 0xfff, -0xffe)).toBe(0);
    expect(memory.unlock(page(1), -pages(1))).toBe(-EINVAL);
    expect(memory.lock(page(1), -pages(1))).toBe(-ENOMEM);
  });

  it('counts against RLIMIT_MEMLOCK, a page once (checked)', () => {
    const { memory } = createWorld();
    memory.limits.lockedBytes = pages(8);
    draw(memory, 'w'.repeat(64));
    expect(memory.lock(page(0), pages(64))).toBe(-ENOMEM);
    expect(memory.lock(page(0), pages(7))).toBe(0);
    expect(memory.lock(page(0), pages(8))).toBe(0);
    expect(memory.lock(page(8), pages(1))).toBe(-ENOMEM);
    expect(memory.map(0, pages(1), RW, PRIVATE | MAP_LOCKED, undefined, 0)).toBe(-EAGAIN);
    expect(memory.unlock(page(0), pages(64))).toBe(0);
    expect(memory.map(page(80), pages(8), RW, PRIVATE | MAP_LOCKED, undefined, 0)).toBe(page(80));
    expect(leaves(memory, 88).slice(80)).toBe('wwwwwwww');
  });

  it('is not permitted at all under a limit of 0, but undoing it is (checked)', () => {
    const { memory } = createWorld();
    memory.limits.lockedBytes = 0;
    draw(memory, 'w');
    expect(memory.lock(page(0), 0)).toBe(-EPERM);
    expect(memory.map(0, pages(1), RW, PRIVATE | MAP_LOCKED, undefined, 0)).toBe(-EPERM);
    expect(memory.lockAll(MCL_FUTURE)).toBe(-EPERM);
    expect(memory.unlock(page(0), pages(1))).toBe(0);
    expect(memory.unlockAll()).toBe(0);
  });

  it('locks what is there and what will come with mlockall (checked)', () => {
    const { memory } = createWorld();
    for (const flags of [0, 8, MCL_ONFAULT]) expect(memory.lockAll(flags)).toBe(-EINVAL);
    draw(memory, 'ww');
    expect(memory.lockAll(MCL_CURRENT)).toBe(0);
    expect(leaves(memory, 2)).toBe('ww');
    memory.limits.lockedBytes = pages(4);
    expect(memory.lockAll(MCL_FUTURE)).toBe(0);
    expect(memory.map(0, pages(3), RW, PRIVATE, undefined, 0)).toBe(-EAGAIN);
    draw(memory, '..w');
    expect(leaves(memory, 3)).toBe('www');
    expect(memory.remap(page(2), pages(1), pages(9), MREMAP_MAYMOVE, 0)).toBe(-EAGAIN);
    memory.unlockAll();
    draw(memory, '...w');
    expect(leaves(memory, 4)).toBe('www.');
    memory.limits.lockedBytes = pages(1);
    expect(memory.lockAll(MCL_CURRENT)).toBe(-ENOMEM);
  });

  it('is not inherited by a child', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    memory.lock(page(0), pages(1));
    expect(memory.fork()!.advise(page(0), pages(1), Advice.DONTNEED)).toBe(0);
  });
});

describe('RLIMIT_AS and RLIMIT_DATA', () => {
  it('bounds what is mapped (checked)', () => {
    const { memory } = createWorld();
    memory.setBreakStart(0x10_0000);
    draw(memory, 'ww');
    memory.limits.addressSpace = pages(3) + 100;
    expect(memory.map(0, pages(2), PROT_READ, PRIVATE, undefined, 0)).toBe(-ENOMEM);
    expect(memory.map(page(0), pages(3), RW, PRIVATE | MAP_FIXED, undefined, 0)).toBe(page(0));
    expect(memory.remap(page(0), pages(3), pages(4), MREMAP_MAYMOVE, 0)).toBe(-ENOMEM);
    expect(memory.setBreak(0x10_1000)).toBe(0x10_0000);
  });

  it('bounds private writable memory, and nothing else (checked)', () => {
    const { memory } = createWorld();
    memory.setBreakStart(0x10_0000);
    memory.limits.data = pages(4);
    expect(memory.map(0, pages(5), RW, PRIVATE, undefined, 0)).toBe(-ENOMEM);
    expect(memory.map(0, pages(5), RW, PRIVATE | MAP_NORESERVE, undefined, 0)).toBe(-ENOMEM);
    expect(memory.map(0, pages(5), RW, SHARED, undefined, 0)).toBeGreaterThan(0);
    memory.map(page(0), pages(5), PROT_READ, PRIVATE | MAP_FIXED, undefined, 0);
    expect(memory.protect(page(0), pages(5), RW)).toBe(-ENOMEM);
    expect(memory.protect(page(0), pages(3), RW)).toBe(0);
    expect(picture(memory, 5)).toBe('wwwrr');
    expect(memory.setBreak(0x10_2000)).toBe(0x10_0000);
    expect(memory.setBreak(0x10_1000)).toBe(0x10_1000);
  });
});

describe('vm.overcommit_memory', () => {
  const RAM = 8 * 2 ** 20;

  it('0 refuses one request for more than all RAM, unless it is not reserved', () => {
    const { memory } = createWorld({ memoryBytes: RAM });
    expect(memory.map(0, RAM + 4096, RW, PRIVATE, undefined, 0)).toBe(-ENOMEM);
    expect(memory.map(0, RAM, RW, PRIVATE, undefined, 0)).toBeGreaterThan(0);
    expect(memory.map(0, 2 * RAM, RW, PRIVATE | MAP_NORESERVE, undefined, 0)).toBeGreaterThan(0);
    expect(memory.map(0, 2 * RAM, PROT_READ, PRIVATE, undefined, 0)).toBeGreaterThan(0);
  });

  it('1 refuses nothing', () => {
    const { memory, system } = createWorld({ memoryBytes: RAM });
    system.overcommitMode = 1;
    expect(memory.map(0, 100 * RAM, RW, PRIVATE, undefined, 0)).toBeGreaterThan(0);
  });

  it('2 refuses what goes past the commit limit of all processes', () => {
    const { memory, system } = createWorld({ memoryBytes: RAM });
    system.overcommitMode = 2;
    memory.map(page(0), RAM / 4, RW, PRIVATE | MAP_FIXED, undefined, 0);
    expect(memory.map(0, RAM / 2, RW, PRIVATE | MAP_NORESERVE, undefined, 0)).toBe(-ENOMEM);
    const child = memory.fork()!;
    expect(memory.map(0, pages(1), RW, PRIVATE, undefined, 0)).toBe(-ENOMEM);
    expect(memory.fork()).toBeUndefined();
    child.release();
    expect(memory.map(0, pages(1), RW, PRIVATE, undefined, 0)).toBeGreaterThan(0);
  });
});

describe('brk', () => {
  it('grows and shrinks the heap, and keeps a page free behind it', () => {
    const { memory } = createWorld();
    memory.setBreakStart(page(0) + 16);
    draw(memory, '........w');
    expect(memory.setBreak(0)).toBe(page(0) + 16);
    expect(memory.setBreak(page(3) + 1)).toBe(page(3) + 1);
    expect(picture(memory, 9)).toBe('.www....w');
    poke(memory, page(2), 1);
    expect(memory.setBreak(page(2))).toBe(page(2));
    expect(memory.setBreak(page(7))).toBe(page(7));
    expect(memory.setBreak(page(8))).toBe(page(7));
    expect(leaves(memory, 9)).toBe('.........');
  });
});
