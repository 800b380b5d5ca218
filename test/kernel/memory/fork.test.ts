import { describe, expect, it } from 'vitest';
import { MAP_FIXED, MAP_SHARED } from '../../../kernel/memory/index.js';
import {
  contents,
  createWorld,
  draw,
  leaves,
  letterFile,
  page,
  pages,
  peek,
  poke,
  RW,
  refuseAfter,
} from './world.js';

describe('VirtualMemory.fork', () => {
  it('shares frames and takes W from both sides', () => {
    const { memory } = createWorld();
    draw(memory, 'wwwr');
    poke(memory, page(0), 65);
    poke(memory, page(1), 66);
    peek(memory, page(3));
    const child = memory.fork()!;
    expect(leaves(memory, 4)).toBe('RR.0');
    expect(leaves(child, 4)).toBe('RR.0');
    expect(contents(child, 4)).toBe('AB..');
  });

  it('copies for the first writer and gives the frame back to the last owner', () => {
    const { memory, frames } = createWorld();
    draw(memory, 'ww');
    poke(memory, page(0), 65);
    const child = memory.fork()!;
    poke(child, page(0), 'c'.charCodeAt(0));
    expect(leaves(memory, 2)).toBe('r.');
    expect(leaves(child, 2)).toBe('w.');
    const used = frames.usedFrames;
    poke(memory, page(0), 'p'.charCodeAt(0));
    expect(leaves(memory, 2)).toBe('w.');
    expect(frames.usedFrames).toBe(used);
    expect(contents(memory, 1) + contents(child, 1)).toBe('pc');
  });

  it('keeps shared file pages writable on both sides', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 2);
    memory.map(page(0), pages(2), RW, MAP_SHARED | MAP_FIXED, file, 0);
    poke(memory, page(0), 'x'.charCodeAt(0));
    const child = memory.fork()!;
    poke(child, page(1), 'y'.charCodeAt(0));
    expect(contents(memory, 2)).toBe('xy');
    expect(file.references).toBe(2);
    child.release();
    expect(file.references).toBe(1);
  });

  it('gives every frame back when parent and child are released, in either order', () => {
    for (const order of ['parent first', 'child first']) {
      const { memory, frames } = createWorld();
      draw(memory, 'wwwwwwww');
      for (let i = 0; i < 8; i++) poke(memory, page(i), i + 1);
      const child = memory.fork()!;
      poke(child, page(3), 9);
      const [first, second] = order === 'parent first' ? [memory, child] : [child, memory];
      first.release();
      second.release();
      expect(frames.usedFrames, order).toBe(1);
    }
  });

  it('fails without a trace, whichever allocation is refused', () => {
    const { memory, frames } = createWorld();
    draw(memory, `ww${'.'.repeat(600)}w`);
    poke(memory, page(0), 65);
    poke(memory, page(602), 66);
    const used = frames.usedFrames;
    let refused = 0;
    for (let n = 0; ; n++) {
      refuseAfter(frames, n);
      const child = memory.fork();
      refuseAfter(frames, Number.POSITIVE_INFINITY);
      if (child !== undefined) {
        child.release();
        break;
      }
      refused++;
      expect(frames.usedFrames).toBe(used);
      expect(poke(memory, page(0), 65)).toBe(0);
      expect(leaves(memory, 2)).toBe('w.');
    }
    // Root, middle table and two leaf tables.
    expect(refused).toBe(4);
    expect(frames.usedFrames).toBe(used);
  });
});
