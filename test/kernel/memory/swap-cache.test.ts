import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import {
  Advice,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  smapsText,
} from '../../../kernel/memory/index.js';
import { explain, kernelView, machineView, verify } from '../../../kernel/verify/index.js';
import {
  contents,
  createWorld,
  leaves,
  page,
  pages,
  peek,
  poke,
  RW,
  TestFile,
  type World,
} from './world.js';

const FILE_PAGES = 6;
const PRIVATE_PAGE = 16;

/** A file in memory of letters, mapped shared from page 0, in a machine with a swap device. */
function createScene(o: { swapBytes?: number } = {}) {
  const world = createWorld({ swapBytes: pages(64), ...o });
  const file = new TestFile(world.frames, '/tmp/letters', 7, world.system.createCache());
  for (let i = 0; i < FILE_PAGES; i++) {
    file.pages.write(i * PAGE_SIZE, new Uint8Array(PAGE_SIZE).fill(65 + i));
  }
  world.memory.map(page(0), pages(FILE_PAGES), RW, MAP_SHARED | MAP_FIXED, file, 0);
  return { ...world, file };
}

type Scene = ReturnType<typeof createScene>;

function complaints({ machine, system, frames, file }: Scene): string[] {
  const spaces = [...system.spaces].map((memory) => ({ name: `space ${memory.id}`, memory }));
  const kernel = kernelView({ frames, swap: system.swap, spaces, files: [file] });
  return verify({ machine: machineView(machine), kernel }).map((violation) => explain(violation));
}

function smap(world: World, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(smapsText(world.memory))![1]);
}

describe('A page of a file in memory', () => {
  it('goes to the swap device from all who map it, and comes back to all of them', () => {
    const scene = createScene();
    const { file, frames, memory, system } = scene;
    const child = memory.fork()!;
    for (const [i, space] of [memory, child, memory, child].entries()) peek(space, page(i));
    expect(frames.makeRoom(FILE_PAGES)).toBe(FILE_PAGES);
    expect([leaves(memory, 6), leaves(child, 6)]).toEqual(['......', '......']);
    expect([file.pages.residentPages, file.pages.usedPages, system.swap!.usedSlots]).toEqual([
      0,
      FILE_PAGES,
      FILE_PAGES,
    ]);
    expect(complaints(scene)).toEqual([]);
    poke(child, page(1), 120);
    expect(contents(memory, 6)).toBe('AxCDEF');
    expect(contents(child, 6)).toBe('AxCDEF');
    expect(system.swap!.usedSlots).toBe(0);
    expect(complaints(scene)).toEqual([]);
  });

  it('is read and written there by system calls, too', () => {
    const scene = createScene();
    const { file, frames, system } = scene;
    frames.makeRoom(FILE_PAGES);
    const target = new Uint8Array(2);
    file.pages.read(pages(2) - 1, target);
    expect(Buffer.from(target).toString()).toBe('BC');
    file.pages.write(pages(4) - 1, Uint8Array.of(120, 121));
    file.pages.read(pages(4) - 2, target);
    expect(Buffer.from(target).toString()).toBe('Dx');
    expect(file.pages.residentPages).toBe(4);
    const before = system.swap!.pagesIn;
    file.pages.write(0, new Uint8Array(PAGE_SIZE).fill(122));
    expect(system.swap!.pagesIn).toBe(before);
    expect(complaints(scene)).toEqual([]);
  });

  it('is no hole, and gives its slot up when it becomes one', () => {
    const scene = createScene();
    const { file, frames, system } = scene;
    frames.makeRoom(FILE_PAGES);
    expect([file.pages.nextData(0), file.pages.nextHole(0)]).toEqual([0, pages(FILE_PAGES)]);
    expect(file.pages.allocate(0, pages(FILE_PAGES))).toBe(true);
    expect(file.pages.residentPages).toBe(0);
    file.pages.punchHole(PAGE_SIZE, pages(2));
    expect([file.pages.nextHole(0), system.swap!.usedSlots]).toEqual([PAGE_SIZE, 4]);
    // The page that is cut comes back for it.
    file.pages.truncate(pages(4) + 1);
    expect([...file.pages.swapped().keys()].sort()).toEqual([0, 3]);
    file.pages.truncate(pages(5));
    expect(contents(scene.memory, 5)).toBe('A..DE');
    expect(peek(scene.memory, page(4) + 1)).toBe(0);
    frames.makeRoom(FILE_PAGES);
    file.pages.release();
    expect(system.swap!.usedSlots).toBe(0);
    expect(complaints(scene)).toEqual([]);
  });

  it('keeps what a mapping has stored past the end of the file', () => {
    const { file, frames, memory } = createScene();
    file.pages.truncate(10);
    poke(memory, page(0) + 20, 88);
    frames.makeRoom(FILE_PAGES);
    expect(peek(memory, page(0) + 20)).toBe(88);
  });

  it('shows in smaps and mincore', () => {
    const scene = createScene();
    const { file, frames, memory } = scene;
    frames.makeRoom(FILE_PAGES);
    peek(memory, page(5));
    expect([smap(scene, 'Swap'), smap(scene, 'SwapPss'), smap(scene, 'Rss')]).toEqual([20, 0, 4]);
    expect(memory.mincore(page(0), pages(6))).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 1));
    expect(memory.table.swappedPages).toBe(0);
    memory.unmap(page(0), pages(6));
    memory.map(page(0), pages(6), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
    poke(memory, page(0), 120);
    frames.makeRoom(3);
    // A copy is private memory; the page below it does not count as well.
    expect(leaves(memory, 6)).toBe('s.....');
    expect([smap(scene, 'Swap'), smap(scene, 'SwapPss')]).toEqual([24, 4]);
  });

  it('stays where it is locked, by mlock or SHM_LOCK, or the device is full', () => {
    const { file, frames, memory, system } = createScene({ swapBytes: pages(2) });
    memory.lock(page(0), pages(1));
    expect(frames.makeRoom(FILE_PAGES)).toBe(2);
    expect(memory.mincore(page(0), pages(6))).toEqual(Uint8Array.of(1, 0, 0, 1, 1, 1));
    expect(system.swap!.usedSlots).toBe(2);
    file.pages.truncate(PAGE_SIZE);
    file.pages.truncate(pages(6));
    poke(memory, page(1), 66);
    file.pages.isLocked = true;
    expect(frames.makeRoom(1)).toBe(0);
    file.pages.isLocked = false;
    expect(frames.makeRoom(1)).toBe(1);
  });

  it('goes by MADV_PAGEOUT where one address space alone maps it', () => {
    const { file, memory } = createScene();
    const child = memory.fork()!;
    for (const i of [0, 1, 2]) peek(memory, page(i));
    peek(child, page(1));
    expect(memory.advise(page(0), pages(3), Advice.PAGEOUT)).toBe(0);
    expect([leaves(memory, 3), file.pages.swapped().size]).toEqual(['.W.', 2]);
    expect(contents(memory, 3)).toBe('ABC');
  });

  it('holds what a simple model holds, whatever happens to it', () => {
    const operation = fc.record({
      op: fc.constantFrom(
        ...['store', 'store', 'load', 'copy', 'write', 'truncate', 'punch', 'allocate'],
        ...['evict', 'evict', 'unmap', 'fork', 'drop'],
      ),
      page: fc.nat(FILE_PAGES - 1),
      at: fc.nat(PAGE_SIZE - 1),
      byte: fc.integer({ min: 1, max: 255 }),
    });
    const run = (operations: { op: string; page: number; at: number; byte: number }[]) => {
      const scene = createScene({ swapBytes: pages(8) });
      const { file, frames, memory } = scene;
      let model = new Uint8Array(pages(FILE_PAGES)).map((_byte, i) => 65 + i / PAGE_SIZE);
      for (const { op, page: index, at, byte } of operations) {
        const offset = index * PAGE_SIZE + at;
        const isThere = offset < model.length;
        if (op === 'store' && isThere) {
          expect(poke(memory, page(0) + offset, byte)).toBe(0);
          model[offset] = byte;
        } else if (op === 'load' && isThere) {
          expect(peek(memory, page(0) + offset)).toBe(model[offset]);
        } else if (op === 'copy' && isThere) {
          const own = page(PRIVATE_PAGE);
          memory.map(own, pages(FILE_PAGES), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
          expect(poke(memory, own + offset, byte)).toBe(0);
        } else if (op === 'write') {
          expect(file.pages.write(offset, Uint8Array.of(byte, byte))).toBe(2);
          model = resized(model, Math.max(model.length, offset + 2)).fill(byte, offset, offset + 2);
        } else if (op === 'truncate') {
          file.pages.truncate(offset);
          model = resized(model, offset);
        } else if (op === 'punch') {
          file.pages.punchHole(offset, PAGE_SIZE + byte);
          model.fill(0, offset, offset + PAGE_SIZE + byte);
        } else if (op === 'allocate') file.pages.allocate(offset, PAGE_SIZE);
        else if (op === 'evict') frames.makeRoom(1 + (byte % 6));
        else if (op === 'unmap') {
          memory.unmap(page(index), pages(1));
          memory.map(page(0), pages(FILE_PAGES), RW, MAP_SHARED | MAP_FIXED, file, 0);
        } else if (op === 'fork') memory.fork()!.release();
        else if (op === 'drop') memory.advise(page(index), pages(1), Advice.DONTNEED);
        expect(complaints(scene)).toEqual([]);
        const read = new Uint8Array(model.length);
        file.pages.read(0, read);
        expect(Buffer.compare(read, model)).toBe(0);
        if (op === 'evict') frames.makeRoom(2);
      }
      memory.release();
      file.pages.release();
      expect([frames.usedFrames, scene.system.swap!.usedSlots]).toEqual([1, 0]);
    };
    const operations = fc.noBias(fc.array(operation, { minLength: 10, maxLength: 40 }));
    fc.assert(fc.property(operations, run), { numRuns: 20 });
  });
});

function resized(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size));
  return result;
}
