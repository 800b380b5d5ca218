import { describe, expect, it } from 'vitest';
import { Errno } from '../../../kernel/errno.js';
import {
  MAP_FIXED,
  MAP_SHARED,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  TASK_SIZE,
} from '../../../kernel/memory/index.js';
import { inspect } from '../../verify/inspect.js';
import {
  contents,
  createWorld,
  draw,
  leaves,
  letterFile,
  page,
  pages,
  picture,
  poke,
  RW,
  refuseAfter,
  SHARED,
} from './world.js';

const TO = MREMAP_MAYMOVE | MREMAP_FIXED;
const KEEP = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;

describe('VirtualMemory.remap', () => {
  it.each([
    ['an unaligned address', page(0) + 1, 1, 1, 0, 0, 'EINVAL'],
    ['an unknown flag', page(0), 1, 1, 8, 0, 'EINVAL'],
    ['FIXED without MAYMOVE', page(0), 1, 1, MREMAP_FIXED, page(20), 'EINVAL'],
    ['DONTUNMAP without MAYMOVE', page(0), 1, 1, MREMAP_DONTUNMAP, 0, 'EINVAL'],
    ['DONTUNMAP with another size', page(0), 1, 2, KEEP, 0, 'EINVAL'],
    ['a new length of 0', page(0), 1, 0, MREMAP_MAYMOVE, 0, 'EINVAL'],
    ['an unmapped page', page(6), 1, 1, 0, 0, 'EFAULT'],
    ['growing over a neighbour', page(0), 4, 5, 0, 0, 'ENOMEM'],
    ['growing the middle of a region', page(0), 2, 3, 0, 0, 'ENOMEM'],
    ['an old length of 0, private', page(0), 0, 1, MREMAP_MAYMOVE, 0, 'EINVAL'],
    ['an old length of 0, shared, in place', page(8), 0, 4, 0, 0, 'ENOMEM'],
    ['a range over two regions', page(0), 5, 6, MREMAP_MAYMOVE, 0, 'EFAULT'],
    ['a range over a hole', page(0), 6, 7, MREMAP_MAYMOVE, 0, 'EFAULT'],
    ['an unaligned target', page(0), 1, 1, TO, page(20) + 1, 'EINVAL'],
    ['the same target', page(0), 1, 1, TO, page(0), 'EINVAL'],
    ['an overlapping target', page(0), 2, 2, TO, page(1), 'EINVAL'],
    ['a target past user space', page(0), 1, 1, TO, TASK_SIZE, 'EINVAL'],
    ['a length past user space', page(0), 1, 2 ** 35, MREMAP_MAYMOVE, 0, 'ENOMEM'],
  ] as const)('refuses %s (checked)', (_case, address, from, to, flags, target, error) => {
    const { memory } = createWorld();
    draw(memory, 'wwwwr');
    memory.map(page(8), pages(4), RW, SHARED | MAP_FIXED, undefined, 0);
    const result = memory.remap(address, pages(from), pages(to), flags, target);
    expect(result).toBe(-Errno[error]);
    expect(picture(memory, 13)).toBe('wwwwr...wwww.');
  });

  function lettered(drawing: string) {
    const world = createWorld();
    draw(world.memory, drawing);
    [...drawing].forEach((character, i) => {
      if (character === 'w') poke(world.memory, page(i), 65 + i);
    });
    return world;
  }

  it('shrinks in place, over holes too (checked)', () => {
    const { memory } = lettered('wwww.w');
    expect(memory.remap(page(1), pages(6), pages(2), 0, 0)).toBe(page(1));
    expect(picture(memory, 7)).toBe('www....');
  });

  it('grows into the free pages behind', () => {
    const { memory } = lettered('ww..w');
    expect(memory.remap(page(0), pages(2), pages(4), 0, 0)).toBe(page(0));
    expect(contents(memory, 5)).toBe('AB..E');
  });

  it('moves when it may and must, contents and all', () => {
    const world = lettered('wwr');
    const { memory } = world;
    const at = memory.remap(page(0), pages(2), pages(3), MREMAP_MAYMOVE, 0);
    expect(at).toBe(memory.mmapBase - pages(3));
    expect(picture(memory, 3)).toBe('..r');
    const read = new Uint8Array(1);
    memory.copyIn(at + pages(1), read);
    expect(read[0]).toBe(66);
    expect(inspect(world, [memory])).toEqual([]);
  });

  it('replaces what is at a fixed target, and cuts what is longer', () => {
    const world = lettered('wwww...rrr');
    const { memory, frames } = world;
    const used = frames.usedFrames;
    expect(memory.remap(page(0), pages(4), pages(2), TO, page(7))).toBe(page(7));
    expect(picture(memory, 10)).toBe('.......wwr');
    expect(contents(memory, 9)).toBe('!!!!!!!AB');
    expect(frames.usedFrames).toBe(used - 2);
    expect(inspect(world, [memory])).toEqual([]);
  });

  it('loses what was at the target even if it then fails, as Linux does', () => {
    const { memory } = lettered('wr.w');
    expect(memory.remap(page(0), pages(2), pages(2), TO, page(3))).toBe(-Errno.EFAULT);
    expect(picture(memory, 4)).toBe('wr..');
  });

  it('leaves the old pages mapped and empty with DONTUNMAP', () => {
    const world = lettered('ww');
    const { memory } = world;
    expect(memory.remap(page(0), pages(2), pages(2), TO | KEEP, page(8))).toBe(page(8));
    expect(contents(memory, 2)).toBe('..');
    expect(contents(memory, 10).slice(8)).toBe('AB');
    expect(memory.remap(page(0), pages(2), pages(2), KEEP, page(4))).toBe(page(4));
    expect(picture(memory, 10)).toBe('ww..ww..ww');
    expect(inspect(world, [memory])).toEqual([]);
  });

  it('maps shared memory a second time with an old length of 0', () => {
    const world = createWorld();
    const { memory, frames } = world;
    const file = letterFile(frames, 3);
    memory.map(page(0), pages(3), RW, MAP_SHARED | MAP_FIXED, file, 0);
    expect(memory.remap(page(1), 0, pages(2), TO, page(8))).toBe(page(8));
    expect(contents(memory, 10)).toBe('ABC!!!!!BC');
    memory.unmap(page(0), pages(3));
    expect(file.references).toBe(1);
    expect(inspect(world, [memory], [file])).toEqual([]);
  });

  it('keeps a file at its offset across a move, a fork and COW', () => {
    const world = createWorld();
    const { memory, frames } = world;
    const file = letterFile(frames, 4);
    memory.map(page(0), pages(4), RW, MAP_SHARED | MAP_FIXED, file, 0);
    expect(contents(memory, 4)).toBe('ABCD');
    memory.remap(page(1), pages(2), pages(3), TO, page(600));
    const child = memory.fork()!;
    expect(contents(child, 603).slice(600)).toBe('BCD');
    expect(leaves(memory, 603).slice(600)).toBe('WW.');
    expect(inspect(world, [memory, child], [file])).toEqual([]);
  });

  it('changes nothing when a table for the target is refused', () => {
    const world = lettered('ww');
    const { memory, frames } = world;
    const used = frames.usedFrames;
    refuseAfter(frames, 0);
    const result = memory.remap(page(0), pages(2), pages(2), TO, page(1024));
    expect(result).toBe(-Errno.ENOMEM);
    refuseAfter(frames, Number.POSITIVE_INFINITY);
    expect(contents(memory, 2)).toBe('AB');
    expect(frames.usedFrames).toBe(used);
    expect(inspect(world, [memory])).toEqual([]);
  });
});
