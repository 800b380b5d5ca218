import { describe, expect, it } from 'vitest';
import { Machine } from '../../../emulator/index.js';
import { ANONYMOUS, FILE, PAGE_TABLE, PhysicalMemory } from '../../../kernel/memory/index.js';
import { refuseAfter } from './world.js';

const RAM = 4 * 2 ** 20;

function create(o: { poison?: boolean; memoryBytes?: number } = {}) {
  const { memoryBytes = RAM, ...options } = o;
  const { ram } = Machine.create({ memoryBytes, supervisor: 'host' });
  return { ram, frames: new PhysicalMemory(ram, options) };
}

describe('PhysicalMemory', () => {
  it('begins with one frame in use, the shared zero frame', () => {
    const { ram, frames } = create();
    expect(frames.usedFrames).toBe(1);
    expect(frames.freeFrames).toBe(1023);
    expect(frames.kind(frames.zeroPpn)).toBe('kernel');
    expect(ram.frame(frames.zeroPpn).every((byte) => byte === 0)).toBe(true);
  });

  it('hands out the lowest free frame, each once, then none', () => {
    const { ram, frames } = create();
    const taken = new Set<number>();
    for (let ppn = frames.allocate(ANONYMOUS); ppn !== 0; ppn = frames.allocate(ANONYMOUS)) {
      taken.add(ppn);
    }
    expect(taken.size).toBe(1023);
    expect(Math.min(...taken)).toBe(ram.firstPpn + 1);
    expect(frames.freeFrames).toBe(0);
    frames.release(ram.firstPpn + 700);
    frames.release(ram.firstPpn + 77);
    expect(frames.allocate(FILE)).toBe(ram.firstPpn + 77);
    expect(frames.allocate(FILE)).toBe(ram.firstPpn + 700);
  });

  it('frees a frame with its last reference', () => {
    const { frames } = create();
    const ppn = frames.allocate(ANONYMOUS, 5, 99);
    expect([frames.ownerId(ppn), frames.ownerPage(ppn)]).toEqual([5, 99]);
    frames.retain(ppn);
    frames.release(ppn);
    expect([frames.kind(ppn), frames.refcount(ppn)]).toEqual(['anonymous', 1]);
    frames.release(ppn);
    expect([frames.kind(ppn), frames.refcount(ppn)]).toEqual(['free', 0]);
    expect(frames.isMarkedFree(ppn)).toBe(true);
  });

  it('names a reference that is given up or taken on a free frame', () => {
    const { frames } = create();
    const ppn = frames.allocate(ANONYMOUS);
    frames.release(ppn);
    expect(() => frames.release(ppn)).toThrow(`release of a free frame: 0x${ppn.toString(16)}`);
    expect(() => frames.retain(ppn)).toThrow('retain of a free frame');
  });

  it('does not count the shared zero frame', () => {
    const { frames } = create();
    frames.retain(frames.zeroPpn);
    for (let i = 0; i < 3; i++) frames.release(frames.zeroPpn);
    expect(frames.refcount(frames.zeroPpn)).toBe(1);
  });

  it('finds a whole aligned block for a megapage, or says there is none', () => {
    const { ram, frames } = create();
    const first = frames.allocateMegapage(ANONYMOUS, 1, 0);
    expect(first).toBe(ram.firstPpn + 512);
    expect(frames.areOwn(first, 512)).toBe(true);
    expect(frames.allocateMegapage(ANONYMOUS, 1, 0)).toBe(0);
    for (let i = 0; i < 512; i++) frames.release(first + i);
    expect(frames.allocateMegapage(ANONYMOUS, 1, 0)).toBe(first);
  });

  it('gives out every frame of a RAM that is no multiple of 2 MiB', () => {
    const { frames } = create({ memoryBytes: RAM + 5 * 4096 });
    let count = 0;
    while (frames.allocate(PAGE_TABLE) !== 0) count++;
    expect(count).toBe(1024 + 5 - 1);
  });

  it('refuses allocations on demand', () => {
    const { frames } = create();
    refuseAfter(frames, 1);
    expect(frames.allocate(ANONYMOUS)).not.toBe(0);
    expect(frames.allocate(ANONYMOUS)).toBe(0);
    expect(frames.allocateMegapage(ANONYMOUS, 0, 0)).toBe(0);
    refuseAfter(frames, Number.POSITIVE_INFINITY);
    expect(frames.allocate(ANONYMOUS)).not.toBe(0);
  });

  it('notices at reallocation that a freed frame was written to', () => {
    const { ram, frames } = create({ poison: true });
    const good = frames.allocate(ANONYMOUS);
    const bad = frames.allocate(ANONYMOUS);
    frames.release(good);
    frames.release(bad);
    ram.writeU8(bad * 4096 + 4095, 0);
    expect([frames.isPoisonIntact(good), frames.isPoisonIntact(bad)]).toEqual([true, false]);
    frames.allocate(ANONYMOUS);
    frames.allocate(ANONYMOUS);
    expect(frames.damagedPoison).toEqual([bad]);
  });

  it('leaves freed frames as they are without poison', () => {
    const { ram, frames } = create();
    const ppn = frames.allocate(ANONYMOUS);
    ram.writeU8(ppn * 4096, 7);
    frames.release(ppn);
    expect(ram.readU8(ppn * 4096)).toBe(7);
    expect(frames.allocateZeroed(ANONYMOUS)).toBe(ppn);
    expect(ram.readU8(ppn * 4096)).toBe(0);
  });
});
