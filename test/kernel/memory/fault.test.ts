import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import {
  MAP_FIXED,
  MAP_GROWSDOWN,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_EXEC,
  PROT_READ,
} from '../../../kernel/memory/index.js';
import {
  contents,
  createWorld,
  draw,
  leaves,
  letterFile,
  PRIVATE,
  page,
  pages,
  peek,
  poke,
  RW,
  refuseAfter,
  SHARED,
} from './world.js';

describe('VirtualMemory.fault', () => {
  it('brings nothing in before it is touched', () => {
    const { memory, frames } = createWorld();
    const before = frames.usedFrames;
    draw(memory, 'wwww');
    expect(leaves(memory, 4)).toBe('....');
    expect(frames.usedFrames).toBe(before);
  });

  it('reads anonymous memory from the shared zero frame until it is written', () => {
    const { memory, frames } = createWorld();
    draw(memory, 'wwww');
    expect(peek(memory, page(1))).toBe(0);
    const tables = frames.usedFrames;
    expect(leaves(memory, 4)).toBe('.0..');
    poke(memory, page(1), 65);
    expect(leaves(memory, 4)).toBe('.w..');
    expect(frames.usedFrames).toBe(tables + 1);
    poke(memory, page(2), 66);
    expect(contents(memory, 4)).toBe('.AB.');
  });

  it('zeroes a frame that another use left dirty', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    poke(memory, page(0) + 100, 255);
    memory.unmap(page(0), pages(1));
    draw(memory, 'w');
    poke(memory, page(0), 1);
    expect(peek(memory, page(0) + 100)).toBe(0);
  });

  it.each([
    ['a store to a read-only region', 'r', 'store', 'ACCERR'],
    ['a fetch from a region without exec', 'w', 'fetch', 'ACCERR'],
    ['a load from PROT_NONE', 'n', 'load', 'ACCERR'],
    ['a load where nothing is mapped', '.', 'load', 'MAPERR'],
  ] as const)('answers %s with SIGSEGV', (_case, drawing, access, code) => {
    const { memory } = createWorld();
    draw(memory, drawing);
    const address = page(0) + 8;
    expect(memory.fault(address, access)).toEqual({ signal: 'SIGSEGV', code, address });
  });

  it.each([-8, 2 ** 38, -(2 ** 38)])('answers the kernel address %d with MAPERR', (va) => {
    const { memory } = createWorld();
    expect(memory.fault(va, 'load')).toMatchObject({ signal: 'SIGSEGV', code: 'MAPERR' });
  });

  it('refuses a load from an execute-only region and lets it be fetched from', () => {
    const { memory } = createWorld();
    memory.map(page(0), pages(1), PROT_EXEC, PRIVATE | MAP_FIXED, undefined, 0);
    expect(memory.fault(page(0), 'load')).toMatchObject({ code: 'ACCERR' });
    expect(memory.fault(page(0), 'fetch')).toBeUndefined();
    expect(memory.system.hart.translate(page(0), 'load', 'user')).toBe('page-fault');
    expect(memory.system.hart.translate(page(0), 'fetch', 'user')).toBeTypeOf('number');
  });

  it('shares the page cache with a private mapping until it writes', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 3);
    memory.map(page(0), pages(3), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
    expect(contents(memory, 3)).toBe('ABC');
    expect(leaves(memory, 3)).toBe('RRR');
    poke(memory, page(1), 'x'.charCodeAt(0));
    expect(leaves(memory, 3)).toBe('RwR');
    expect(contents(memory, 3)).toBe('AxC');
    const read = new Uint8Array(1);
    file.pages.read(pages(1), read);
    expect(read[0]).toBe(66);
  });

  it('writes the file through a shared mapping', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 3);
    memory.map(page(0), pages(2), RW, MAP_SHARED | MAP_FIXED, file, pages(1));
    poke(memory, page(1), 'z'.charCodeAt(0));
    expect(contents(memory, 2)).toBe('Bz');
    const read = new Uint8Array(1);
    file.pages.read(pages(2), read);
    expect(read[0]).toBe('z'.charCodeAt(0));
  });

  it('answers a touch wholly past the end of the file with SIGBUS', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 2);
    file.pages.truncate(PAGE_SIZE + 1);
    memory.map(page(0), pages(4), RW, MAP_SHARED | MAP_FIXED, file, 0);
    expect(peek(memory, page(1))).toBe(66);
    expect(memory.fault(page(2) + 5, 'store')).toEqual({
      signal: 'SIGBUS',
      code: 'ADRERR',
      address: page(2) + 5,
    });
    expect(leaves(memory, 4)).toBe('.W..');
  });

  it('drops pages past a new end from shared and private mappers', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 3);
    memory.map(page(0), pages(3), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
    memory.map(page(3), pages(3), RW, MAP_SHARED | MAP_FIXED, file, 0);
    contents(memory, 6);
    poke(memory, page(2), 1);
    expect(leaves(memory, 6)).toBe('RRwWWW');
    file.pages.truncate(PAGE_SIZE + 1);
    expect(leaves(memory, 6)).toBe('RR.WW.');
    expect(contents(memory, 6)).toBe('AB!AB!');
  });

  it('kills when no frame is left, and keeps the state as it was', () => {
    const { memory, frames } = createWorld();
    draw(memory, 'ww');
    poke(memory, page(0), 65);
    refuseAfter(frames, 0);
    const used = frames.usedFrames;
    expect(memory.fault(page(1), 'store')).toMatchObject({ signal: 'SIGKILL' });
    expect(leaves(memory, 2)).toBe('w.');
    expect(frames.usedFrames).toBe(used);
  });

  it.each([0, 1, 2])('gives tables back when frame %d of a first touch is refused', (n) => {
    const { memory, frames } = createWorld();
    draw(memory, 'w');
    const used = frames.usedFrames;
    refuseAfter(frames, n);
    expect(memory.fault(page(0), 'store')).toMatchObject({ signal: 'SIGKILL' });
    expect(frames.usedFrames).toBe(used);
  });

  it('keeps shared anonymous memory in one set of frames', () => {
    const { memory } = createWorld();
    memory.map(page(0), pages(2), RW, SHARED | MAP_FIXED, undefined, 0);
    const child = memory.fork()!;
    poke(child, page(0), 65);
    expect(contents(memory, 2)).toBe('A.');
    expect(memory.mapsText()).toContain('/dev/zero (deleted)');
  });
});

describe('stack growth', () => {
  function stackWorld() {
    const world = createWorld();
    world.memory.map(page(600), pages(2), RW, PRIVATE | MAP_FIXED | MAP_GROWSDOWN, undefined, 0);
    return world;
  }

  it('extends the region down to the page that is touched', () => {
    const { memory } = stackWorld();
    expect(poke(memory, page(590), 1)).toBe(0);
    expect(memory.space.queryPage(page(595))).toMatchObject({
      start: page(590),
      end: page(602),
    });
  });

  it('stops at RLIMIT_STACK', () => {
    const { memory } = stackWorld();
    memory.limits.stack = pages(10);
    expect(memory.fault(page(592), 'store')).toBeUndefined();
    expect(memory.fault(page(591), 'store')).toMatchObject({ code: 'MAPERR' });
  });

  it('keeps 256 pages free above an accessible region', () => {
    const { memory } = stackWorld();
    memory.map(page(0), pages(1), PROT_READ, PRIVATE | MAP_FIXED, undefined, 0);
    expect(memory.fault(page(257), 'store')).toBeUndefined();
    expect(memory.fault(page(256), 'store')).toMatchObject({ code: 'MAPERR' });
  });

  it('may come near a region that nothing can access', () => {
    const { memory } = stackWorld();
    memory.map(page(0), pages(1), 0, PRIVATE | MAP_FIXED, undefined, 0);
    expect(memory.fault(page(1), 'store')).toBeUndefined();
  });
});
