import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import {
  Advice,
  MAP_FIXED,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  PROT_READ,
  type VirtualMemory,
} from '../../../kernel/memory/index.js';
import { explain } from '../../../kernel/verify/index.js';
import { inspect } from '../../verify/inspect.js';
import { ModelSpace } from './model.js';
import { createWorld, PRIVATE, page, peek, poke, RW } from './world.js';

const MEGAPAGE = 512 * PAGE_SIZE;
/** `page(0)` is aligned to a megapage. */
const FIRST = page(0);

/** Per megapage: M one leaf of level 1 (m read-only), s small pages, '.' nothing. */
function megapages(memory: VirtualMemory, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    const first = (FIRST + i * MEGAPAGE) / PAGE_SIZE;
    let level = -1;
    let low = 0;
    memory.table.eachLeaf(first, first + 512, (pteAddress, _page, leafLevel) => {
      level = leafLevel;
      low = memory.system.ram.readPteLow(pteAddress);
    });
    if (level < 0) text += '.';
    else if (level === 0) text += 's';
    else text += low & 4 ? 'M' : 'm';
  }
  return text;
}

function hugeWorld(count: number) {
  const world = createWorld({ memoryBytes: 32 * 2 ** 20 });
  world.memory.map(FIRST, count * MEGAPAGE, RW, PRIVATE | MAP_FIXED, undefined, 0);
  world.memory.advise(FIRST, count * MEGAPAGE, Advice.HUGEPAGE);
  return world;
}

describe('MADV_HUGEPAGE', () => {
  it('brings 2 MiB in with one leaf, zeroed', () => {
    const { memory, frames } = hugeWorld(3);
    const used = frames.usedFrames;
    poke(memory, FIRST + MEGAPAGE + 5 * PAGE_SIZE, 65);
    expect(megapages(memory, 3)).toBe('.M.');
    expect(peek(memory, FIRST + MEGAPAGE)).toBe(0);
    expect(frames.usedFrames).toBe(used + 512 + 1);
  });

  it('uses small pages at the ragged ends of a region', () => {
    const { memory } = createWorld({ memoryBytes: 16 * 2 ** 20 });
    const start = FIRST + PAGE_SIZE;
    memory.map(start, 2 * MEGAPAGE, RW, PRIVATE | MAP_FIXED, undefined, 0);
    memory.advise(start, 2 * MEGAPAGE, Advice.HUGEPAGE);
    for (let i = 0; i < 3; i++) poke(memory, FIRST + i * MEGAPAGE + (i < 2 ? 4096 : 0), 1);
    expect(megapages(memory, 3)).toBe('sMs');
  });

  it('uses small pages where no block of frames is free', () => {
    const { memory, frames } = hugeWorld(1);
    const taken: number[] = [];
    for (let ppn = frames.allocate(1); ppn !== 0; ppn = frames.allocate(1)) taken.push(ppn);
    for (let i = 0; i < taken.length; i += 2) frames.release(taken[i]!);
    expect(poke(memory, FIRST, 1)).toBe(0);
    expect(megapages(memory, 1)).toBe('s');
  });

  it('splits a megapage before part of it changes', () => {
    const world = hugeWorld(4);
    const { memory } = world;
    for (let i = 0; i < 4; i++) poke(memory, FIRST + i * MEGAPAGE, 65 + i);
    memory.unmap(FIRST + PAGE_SIZE, PAGE_SIZE);
    memory.protect(FIRST + MEGAPAGE, 2 * PAGE_SIZE, PROT_READ);
    memory.advise(FIRST + 2 * MEGAPAGE + PAGE_SIZE, PAGE_SIZE, Advice.DONTNEED);
    expect(megapages(memory, 4)).toBe('sssM');
    for (let i = 0; i < 4; i++) expect(peek(memory, FIRST + i * MEGAPAGE)).toBe(65 + i);
    expect(inspect(world, [memory])).toEqual([]);
  });

  it('protects and unmaps whole megapages as one leaf', () => {
    const world = hugeWorld(2);
    const { memory } = world;
    const used = world.frames.usedFrames;
    for (let i = 0; i < 2; i++) poke(memory, FIRST + i * MEGAPAGE, 1);
    memory.protect(FIRST, MEGAPAGE, PROT_READ);
    expect(megapages(memory, 2)).toBe('mM');
    memory.unmap(FIRST, 2 * MEGAPAGE);
    expect(world.frames.usedFrames).toBe(used);
  });

  it('shares a megapage with a child and copies only the page that is written', () => {
    const world = hugeWorld(1);
    const { memory, frames } = world;
    poke(memory, FIRST, 65);
    const child = memory.fork()!;
    expect(megapages(memory, 1) + megapages(child, 1)).toBe('mm');
    const used = frames.usedFrames;
    poke(child, FIRST + PAGE_SIZE, 66);
    expect(frames.usedFrames).toBe(used + 2);
    expect(megapages(memory, 1) + megapages(child, 1)).toBe('ms');
    memory.protect(FIRST, MEGAPAGE, PROT_READ);
    memory.protect(FIRST, MEGAPAGE, RW);
    expect(megapages(memory, 1)).toBe('m');
    child.release();
    poke(memory, FIRST + 7 * PAGE_SIZE, 67);
    expect(megapages(memory, 1)).toBe('M');
    expect(inspect(world, [memory])).toEqual([]);
  });
});

describe('VirtualMemory with megapages', () => {
  const UNITS = 24;
  /** Four units make a megapage. */
  const UNIT = 128 * PAGE_SIZE;
  const range = fc
    .tuple(fc.nat(UNITS - 1), fc.integer({ min: 1, max: 12 }))
    .map(([first, count]) => ({ first, count: Math.min(count, UNITS - first) }));
  const operation = fc.record({
    op: fc.constantFrom(
      ...(['map', 'huge', 'huge', 'unmap', 'protect', 'write', 'write', 'write'] as const),
      ...(['drop', 'fork', 'release', 'move', 'free'] as const),
    ),
    range,
    isWritable: fc.boolean(),
    byte: fc.integer({ min: 1, max: 255 }),
    target: fc.nat(UNITS - 12),
    chosen: fc.nat(2),
  });

  it('agrees with one cell per half megabyte after every operation', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 25 }), (steps) => {
        const world = createWorld({ memoryBytes: 64 * 2 ** 20, tlb: 'stale' });
        const spaces = [{ real: world.memory, model: new ModelSpace(UNITS) }];
        for (const { op, range, isWritable, byte, target, chosen } of steps) {
          const index = chosen % spaces.length;
          const { real, model } = spaces[index]!;
          const { first, count } = range;
          const start = FIRST + first * UNIT;
          const bytes = count * UNIT;
          const prot = isWritable ? RW : PROT_READ;
          if (op === 'map') {
            real.map(start, bytes, prot, PRIVATE | MAP_FIXED, undefined, 0);
            real.advise(start, bytes, Advice.HUGEPAGE);
            model.map(first, count, prot, false, undefined, 0);
          } else if (op === 'huge') real.advise(start, bytes, Advice.HUGEPAGE);
          else if (op === 'free') real.advise(start, bytes, Advice.FREE);
          else if (op === 'unmap') {
            real.unmap(start, bytes);
            model.unmap(first, count);
          } else if (op === 'protect') {
            expect(real.protect(start, bytes, prot)).toBe(model.protect(first, count, prot));
          } else if (op === 'write') {
            expect(poke(real, start, byte)).toBe(model.write(first, byte));
          } else if (op === 'drop') {
            expect(real.advise(start, bytes, Advice.DONTNEED)).toBe(model.drop(first, count));
          } else if (op === 'fork' && spaces.length < 3) {
            spaces.push({ real: real.fork()!, model: model.fork() });
          } else if (op === 'release' && index > 0) {
            real.release();
            spaces.splice(index, 1);
          } else if (op === 'move' && first + count <= target) {
            const to = FIRST + target * UNIT;
            // MADV_HUGEPAGE makes regions that the model does not tell apart.
            real.advise(FIRST, UNITS * UNIT, Advice.HUGEPAGE);
            const result = real.remap(start, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);
            const expected = model.move(first, count, count, target);
            expect(result).toBe(expected < 0 ? expected : to);
          }
          for (const { real, model } of spaces) {
            const found = model.cells.map((_cell, i) => peek(real, FIRST + i * UNIT));
            expect(found).toEqual(model.cells.map((_cell, i) => model.read(i)));
          }
          const memories = spaces.map(({ real }) => real);
          expect(inspect(world, memories).map((found) => explain(found))).toEqual([]);
        }
        for (const { real } of spaces) real.release();
        expect(world.frames.usedFrames).toBe(1);
      }),
      { numRuns: 25 },
    );
  });
});
