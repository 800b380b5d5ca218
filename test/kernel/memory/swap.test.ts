import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import {
  Advice,
  MAP_FIXED,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  pagemapEntries,
  smapsText,
} from '../../../kernel/memory/index.js';
import { inspect } from '../../verify/inspect.js';
import {
  contents,
  createWorld,
  draw,
  leaves,
  PRIVATE,
  page,
  pages,
  peek,
  poke,
  RW,
  type World,
} from './world.js';

/** A world in which so many pages of anonymous memory fit, beside what `touched` pages need. */
function crowded(frameCount: number, o: Parameters<typeof createWorld>[0] = {}): World {
  const world = createWorld({ swapBytes: pages(16), ...o });
  draw(world.memory, 'wwwwwwwwwwww');
  // Tables first, so that only pages are counted from here on.
  poke(world.memory, page(0), 1);
  world.memory.advise(page(0), pages(12), Advice.DONTNEED);
  draw(world.memory, '............w');
  poke(world.memory, page(12), 1);
  world.memory.lock(page(12), pages(1));
  world.frames.reserved = world.frames.freeFrames - frameCount;
  return world;
}

function letters(world: World, text: string): void {
  [...text].forEach((letter, i) => {
    poke(world.memory, page(i), letter.charCodeAt(0));
  });
}

describe('The swap device', () => {
  it('takes pages that find no room and gives them back', () => {
    const world = crowded(4);
    letters(world, 'ABCDEF');
    expect(leaves(world.memory, 7)).toBe('sswwww.');
    expect(world.memory.table.swappedPages).toBe(2);
    expect(peek(world.memory, page(0))).toBe(65);
    expect(world.system.swap).toMatchObject({ pagesOut: 3, pagesIn: 1 });
    expect(contents(world.memory, 7)).toBe('ABCDEF.');
    expect(inspect(world, [world.memory])).toEqual([]);
  });

  it('takes the page that came in first with fifo, used or not', () => {
    const world = crowded(4, { replacement: 'fifo' });
    letters(world, 'ABCD');
    peek(world.memory, page(0));
    poke(world.memory, page(4), 69);
    expect(leaves(world.memory, 5)).toBe('swwww');
  });

  it('passes pages over once that were used lately with clock', () => {
    const world = crowded(4);
    letters(world, 'ABCDE');
    // The hand has cleared all A bits and taken page 0.
    expect(leaves(world.memory, 5)).toBe('swwww');
    peek(world.memory, page(1));
    poke(world.memory, page(5), 70);
    expect(leaves(world.memory, 6)).toBe('swswww');
  });

  it('shows the anomaly of fifo: more frames, more faults', () => {
    // Belady, Nelson and Shedler, 1969.
    const references = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
    const faults = [3, 4].map((frameCount) => {
      const world = crowded(frameCount, { replacement: 'fifo' });
      let count = 0;
      for (const reference of references) {
        if (!/[w]/.test(leaves(world.memory, 6)[reference]!)) count++;
        poke(world.memory, page(reference), reference);
      }
      return count;
    });
    expect(faults).toEqual([9, 10]);
  });

  it('drops a page that is clean since it came back without writing it again', () => {
    const world = crowded(2, { replacement: 'fifo' });
    letters(world, 'ABCD');
    const { swap } = world.system;
    expect(swap!.pagesOut).toBe(2);
    peek(world.memory, page(0));
    peek(world.memory, page(1));
    expect(swap!.pagesOut).toBe(4);
    for (const i of [2, 3, 0, 1]) peek(world.memory, page(i));
    expect(swap!.pagesOut).toBe(4);
    poke(world.memory, page(1), 88);
    for (const i of [2, 3]) peek(world.memory, page(i));
    expect(swap!.pagesOut).toBe(5);
    expect(contents(world.memory, 4)).toBe('AXCD');
  });

  it('shares slots with a child, and frames again when one of both touches the page', () => {
    const world = crowded(12);
    letters(world, 'ABC');
    world.memory.advise(page(0), pages(3), Advice.PAGEOUT);
    const child = world.memory.fork()!;
    expect([leaves(world.memory, 3), leaves(child, 3)]).toEqual(['sss', 'sss']);
    expect(world.system.swap!.usedSlots).toBe(3);
    peek(child, page(1));
    expect([leaves(world.memory, 3), leaves(child, 3)]).toEqual(['sRs', 'sRs']);
    poke(child, page(1), 88);
    poke(child, page(2), 89);
    expect([contents(world.memory, 3), contents(child, 3)]).toEqual(['ABC', 'AXY']);
    expect(inspect(world, [world.memory, child])).toEqual([]);
    child.release();
    expect(inspect(world, [world.memory])).toEqual([]);
  });

  it('takes a frame that processes share from all of them', () => {
    const world = crowded(12);
    letters(world, 'AB');
    const child = world.memory.fork()!;
    world.frames.reserved = world.frames.freeFrames;
    draw(world.memory, '...........w');
    poke(world.memory, page(11), 1);
    expect([leaves(world.memory, 2), leaves(child, 2)]).toEqual(['sR', 'sR']);
    expect(inspect(world, [world.memory, child])).toEqual([]);
    expect([contents(world.memory, 2), contents(child, 2)]).toEqual(['AB', 'AB']);
  });

  it.each([
    ['munmap', (w: World) => w.memory.unmap(page(0), pages(12))],
    ['exit', (w: World) => w.memory.release()],
    ['MADV_DONTNEED', (w: World) => w.memory.advise(page(0), pages(12), Advice.DONTNEED)],
    ['MADV_FREE', (w: World) => w.memory.advise(page(0), pages(12), Advice.FREE)],
  ])('is left by %s', (_name, leave) => {
    const world = crowded(4);
    letters(world, 'ABCDEF');
    expect(world.system.swap!.usedSlots).toBe(2);
    leave(world);
    expect(world.system.swap!.usedSlots).toBe(0);
  });

  it('is followed by mremap and mprotect', () => {
    const world = crowded(12);
    letters(world, 'ABC');
    world.memory.advise(page(0), pages(3), Advice.PAGEOUT);
    const flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    expect(world.memory.remap(page(0), pages(2), pages(2), flags, page(5))).toBe(page(5));
    world.memory.protect(page(2), pages(1), 1);
    expect(leaves(world.memory, 8)).toBe('..s..ss.');
    expect(contents(world.memory, 8)).toBe('!!C..AB.');
    expect(leaves(world.memory, 3)[2]).toBe('r');
    expect(inspect(world, [world.memory])).toEqual([]);
  });

  it('leaves locked pages alone, and mlock brings pages back', () => {
    const world = crowded(4);
    letters(world, 'AB');
    world.memory.advise(page(0), pages(2), Advice.PAGEOUT);
    world.memory.lock(page(0), pages(2));
    expect(leaves(world.memory, 2)).toBe('ww');
    for (const i of [2, 3, 4, 5]) poke(world.memory, page(i), 70);
    expect(leaves(world.memory, 6)).toBe('wwssww');
    expect(world.memory.advise(page(0), pages(1), Advice.PAGEOUT)).toBe(-22);
  });

  it('splits a megapage whose pages must go', () => {
    const world = createWorld({ swapBytes: pages(600) });
    const at = 0x6000_0000;
    world.memory.map(at, 2 ** 21, RW, PRIVATE | MAP_FIXED, undefined, 0);
    world.memory.advise(at, 2 ** 21, Advice.HUGEPAGE);
    poke(world.memory, at + 5 * PAGE_SIZE, 65);
    world.memory.advise(at + 4 * PAGE_SIZE, pages(3), Advice.PAGEOUT);
    expect(world.memory.table.swappedPages).toBe(3);
    world.frames.reserved = world.frames.freeFrames;
    draw(world.memory, 'ww');
    letters(world, 'AB');
    expect(peek(world.memory, at + 5 * PAGE_SIZE)).toBe(65);
    expect(inspect(world, [world.memory])).toEqual([]);
  });

  it('is full at its end: the access that finds no room is fatal, and nothing is lost', () => {
    const world = crowded(2, { swapBytes: pages(3) });
    letters(world, 'ABCDE');
    expect(world.memory.fault(page(5), 'store')).toMatchObject({ signal: 'SIGKILL' });
    expect(inspect(world, [world.memory])).toEqual([]);
    world.memory.unmap(page(4), pages(1));
    expect(contents(world.memory, 4)).toBe('ABCD');
  });

  it('shows in pagemap, smaps, mincore and the walk', () => {
    const world = crowded(12);
    letters(world, 'AB');
    world.memory.advise(page(0), pages(1), Advice.PAGEOUT);
    const high = new DataView(pagemapEntries(world.memory, page(0) / PAGE_SIZE, 2).buffer);
    expect([high.getUint32(4, true), high.getUint32(12, true)]).toEqual([0x4000_0000, 0x8100_0000]);
    expect(smapsText(world.memory)).toMatch(/Swap: +4 kB\nSwapPss: +4 kB/);
    expect(world.memory.mincore(page(0), pages(2))).toEqual(Uint8Array.of(0, 1));
    expect(world.memory.walkText(page(0))).toMatch(/on the swap device, in slot 1, until touched/);
    expect(world.memory.pageTablesText()).toMatch(/0x40000000 1 page in swap slot 1/);
  });

  it('takes a page of MADV_FREE first, without writing it', () => {
    const world = crowded(4);
    letters(world, 'ABCD');
    world.memory.advise(page(2), pages(1), Advice.FREE);
    poke(world.memory, page(4), 69);
    expect(leaves(world.memory, 5)).toBe('ww.ww');
    expect(world.system.swap!.pagesOut).toBe(0);
  });

  it('takes a page of MADV_COLD before those that are used', () => {
    const world = crowded(4);
    letters(world, 'ABCD');
    world.memory.advise(page(2), pages(1), Advice.COLD);
    poke(world.memory, page(4), 69);
    expect(leaves(world.memory, 5)).toBe('wwsww');
  });
});
