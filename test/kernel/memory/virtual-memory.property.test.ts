import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import {
  Advice,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  type VirtualMemory,
} from '../../../kernel/memory/index.js';
import { explain, kernelView, machineView, verify } from '../../../kernel/verify/index.js';
import { type ModelFile, ModelSpace } from './model.js';
import { createWorld, PRIVATE, peek, poke, SHARED, TestFile, type World } from './world.js';

const PAGES = 24;
const FILE_PAGES = 6;
/** The drawn pages straddle the edge between two leaf tables and two tables of level 1. */
const FIRST = 0x4000_0000 - (PAGES / 2) * PAGE_SIZE;

function at(page: number): number {
  return FIRST + page * PAGE_SIZE;
}

const range = fc
  .tuple(fc.nat(PAGES - 1), fc.integer({ min: 1, max: 8 }))
  .map(([first, count]) => ({ first, count: Math.min(count, PAGES - first) }));
const prot = fc.constantFrom(0, PROT_READ, PROT_READ | PROT_WRITE, PROT_WRITE, PROT_EXEC, 7);

const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('anonymous'), range, prot, isShared: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('file'),
      range,
      prot,
      isShared: fc.boolean(),
      index: fc.nat(FILE_PAGES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('unmap'), range }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('protect'), range, prot }) },
  {
    weight: 12,
    arbitrary: fc.record({
      op: fc.constant('write'),
      page: fc.nat(PAGES - 1),
      byte: fc.integer({ min: 1, max: 255 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('read'), page: fc.nat(PAGES - 1) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('drop'), range }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('page out'), range }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('fork') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('release') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('truncate'), size: fc.nat(FILE_PAGES) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('move'),
      range,
      newCount: fc.integer({ min: 1, max: 8 }),
      target: fc.nat(PAGES - 8),
    }),
  },
) as fc.Arbitrary<Operation>;

type Range = { first: number; count: number };
type Operation =
  | { op: 'anonymous'; range: Range; prot: number; isShared: boolean }
  | { op: 'file'; range: Range; prot: number; isShared: boolean; index: number }
  | { op: 'unmap' | 'drop' | 'page out'; range: Range }
  | { op: 'protect'; range: Range; prot: number }
  | { op: 'write'; page: number; byte: number }
  | { op: 'read'; page: number }
  | { op: 'fork' | 'release' }
  | { op: 'truncate'; size: number }
  | { op: 'move'; range: Range; newCount: number; target: number };

/** Real and model address spaces side by side; operations go to one chosen space. */
class Pair {
  readonly spaces: { real: VirtualMemory; model: ModelSpace }[];
  readonly file: TestFile;
  readonly modelFile: ModelFile = { bytes: [] };
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    this.file = new TestFile(world.frames, '/tmp/file', 3);
    this.spaces = [{ real: world.memory, model: new ModelSpace(PAGES) }];
    this.resize(FILE_PAGES - 2);
  }

  apply(chosen: number, o: Operation): void {
    const index = chosen % this.spaces.length;
    const { real, model } = this.spaces[index]!;
    switch (o.op) {
      case 'anonymous': {
        const { first, count } = o.range;
        const flags = (o.isShared ? SHARED : PRIVATE) | MAP_FIXED;
        expect(real.map(at(first), count * PAGE_SIZE, o.prot, flags, undefined, 0)).toBe(at(first));
        const backing = o.isShared ? { bytes: new Array<number>(count).fill(0) } : undefined;
        model.map(first, count, o.prot, o.isShared, backing, 0);
        break;
      }
      case 'file': {
        const { first, count } = o.range;
        const flags = (o.isShared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED;
        const offset = o.index * PAGE_SIZE;
        real.map(at(first), count * PAGE_SIZE, o.prot, flags, this.file, offset);
        model.map(first, count, o.prot, o.isShared, this.modelFile, o.index);
        break;
      }
      case 'page out':
        real.advise(at(o.range.first), o.range.count * PAGE_SIZE, Advice.PAGEOUT);
        break;
      case 'unmap':
        expect(real.unmap(at(o.range.first), o.range.count * PAGE_SIZE)).toBe(0);
        model.unmap(o.range.first, o.range.count);
        break;
      case 'protect': {
        const { first, count } = o.range;
        const result = real.protect(at(first), count * PAGE_SIZE, o.prot);
        expect(result).toBe(model.protect(first, count, o.prot));
        break;
      }
      case 'drop': {
        const { first, count } = o.range;
        const result = real.advise(at(first), count * PAGE_SIZE, Advice.DONTNEED);
        expect(result).toBe(model.drop(first, count));
        break;
      }
      case 'write':
        expect(poke(real, at(o.page), o.byte)).toBe(model.write(o.page, o.byte));
        break;
      case 'read':
        expect(peek(real, at(o.page))).toBe(model.read(o.page));
        break;
      case 'fork':
        if (this.spaces.length < 4) this.spaces.push({ real: real.fork()!, model: model.fork() });
        break;
      case 'release':
        if (index > 0) {
          real.release();
          this.spaces.splice(index, 1);
        }
        break;
      case 'truncate':
        this.resize(o.size);
        break;
      case 'move': {
        const { first, count } = o.range;
        const result = real.remap(
          at(first),
          count * PAGE_SIZE,
          o.newCount * PAGE_SIZE,
          MREMAP_MAYMOVE | MREMAP_FIXED,
          at(o.target),
        );
        const expected = model.move(first, count, o.newCount, o.target);
        expect(result).toBe(expected < 0 ? expected : at(o.target));
        break;
      }
    }
  }

  /** Regions, page contents if wanted, and the verifier's silence. */
  check(readsAll: boolean): void {
    for (const { real, model } of this.spaces) {
      const prots = model.cells.map((_cell, i) => real.space.queryPage(at(i))?.prot);
      expect(prots).toEqual(model.protections());
      if (!readsAll) continue;
      const bytes = model.cells.map((_cell, i) => peek(real, at(i)));
      expect(bytes).toEqual(model.cells.map((_cell, i) => model.read(i)));
    }
    const violations = verify({
      machine: machineView(this.world.machine),
      kernel: kernelView({
        frames: this.world.frames,
        swap: this.world.system.swap,
        spaces: this.spaces.map(({ real }, i) => ({ name: `space ${i}`, memory: real })),
        files: [this.file],
      }),
    });
    expect(violations.map((violation) => explain(violation)).join('\n')).toBe('');
  }

  private resize(size: number): void {
    const { bytes } = this.modelFile;
    this.file.pages.truncate(size * PAGE_SIZE);
    while (bytes.length < size) bytes.push(0);
    bytes.length = size;
    for (const { model } of this.spaces) model.dropPastEnd(this.modelFile);
  }
}

type Steps = [chosen: number, o: Operation, readsAll: boolean][];
const step = fc.tuple(fc.nat(3), operation, fc.boolean());

function play(world: World, steps: Steps): void {
  const pair = new Pair(world);
  for (const [chosen, o, readsAll] of steps) {
    pair.apply(chosen, o);
    pair.check(readsAll);
  }
  for (const { real } of pair.spaces) real.release();
  expect(world.frames.usedFrames).toBe(1 + pair.file.pages.residentPages);
  expect(pair.file.references).toBe(0);
  expect(world.system.swap?.usedSlots ?? 0).toBe(0);
}

/** Fills all pages of the first space, so that there is something to page out. */
function filled(): Steps {
  const range = { first: 0, count: PAGES };
  const steps: Steps = [
    [0, { op: 'anonymous', range, prot: PROT_READ | PROT_WRITE, isShared: false }, false],
  ];
  for (let page = 0; page < PAGES; page++) {
    steps.push([0, { op: 'write', page, byte: page + 1 }, false]);
  }
  return steps;
}

describe('VirtualMemory', () => {
  // 'stale' holds translations until a fence: one that is missing would show as a wrong byte.
  it.each([
    ['svadu', 'coherent'],
    ['svade', 'coherent'],
    ['svadu', 'stale'],
  ] as const)('agrees with one cell per page after every operation (%s, %s TLB)', (adBits, tlb) => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        play(createWorld({ memoryBytes: 4 * 2 ** 20, adBits, tlb }), steps);
      }),
      { numRuns: 120 },
    );
  });

  it.each([
    ['svadu', 'coherent'],
    ['svade', 'stale'],
  ] as const)('agrees while pages go to the swap device (%s, %s TLB)', (adBits, tlb) => {
    const o = { memoryBytes: 4 * 2 ** 20, swapBytes: 2 ** 20, adBits, tlb };
    let pagesOut = 0;
    fc.assert(
      fc.property(fc.noBias(fc.array(step, { minLength: 20, maxLength: 40 })), (steps) => {
        const world = createWorld(o);
        play(world, [...filled(), ...steps]);
        pagesOut += world.system.swap!.pagesOut;
      }),
      { numRuns: 30 },
    );
    expect(pagesOut).toBeGreaterThan(30);
  });
});
