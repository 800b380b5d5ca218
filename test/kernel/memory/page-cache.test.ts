import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Machine, PAGE_SIZE } from '../../../emulator/index.js';
import { Errno } from '../../../kernel/errno.js';
import { ANONYMOUS, PageCache, PhysicalMemory } from '../../../kernel/memory/index.js';

function create() {
  const { ram } = Machine.create({ memoryBytes: 4 * 2 ** 20, supervisor: 'host' });
  const frames = new PhysicalMemory(ram);
  return { frames, cache: new PageCache(frames) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function read(cache: PageCache, offset: number, length: number): string {
  const target = new Uint8Array(length);
  const count = cache.read(offset, target);
  return new TextDecoder().decode(target.subarray(0, count)).replaceAll('\0', '.');
}

describe('PageCache', () => {
  it('reads what was written, across pages, and no further than the end', () => {
    const { cache } = create();
    expect(cache.write(PAGE_SIZE - 2, bytes('hello'))).toBe(5);
    expect(cache.sizeBytes).toBe(PAGE_SIZE + 3);
    expect(read(cache, PAGE_SIZE - 3, 100)).toBe('.hello');
    expect(read(cache, PAGE_SIZE + 3, 5)).toBe('');
    expect(read(cache, 2 * PAGE_SIZE, 5)).toBe('');
  });

  it('has no frame for a hole', () => {
    const { cache, frames } = create();
    cache.write(1000 * PAGE_SIZE, bytes('x'));
    expect(cache.residentPages).toBe(1);
    expect(frames.usedFrames).toBe(2);
    expect(read(cache, 999 * PAGE_SIZE, 3)).toBe('...');
  });

  it('frees what lies past a new end, and zeroes the rest of the last page', () => {
    const { cache, frames } = create();
    cache.write(0, new Uint8Array(3 * PAGE_SIZE).fill(65));
    cache.truncate(PAGE_SIZE + 2);
    expect(frames.usedFrames).toBe(1 + 2);
    cache.truncate(PAGE_SIZE + 5);
    expect(read(cache, PAGE_SIZE, 10)).toBe('AA...');
  });

  it('answers ENOSPC when no frame is left, and counts what it could write', () => {
    const { cache, frames } = create();
    while (frames.freeFrames > 1) frames.allocate(ANONYMOUS);
    expect(cache.write(10, new Uint8Array(2 * PAGE_SIZE))).toBe(PAGE_SIZE - 10);
    expect(cache.sizeBytes).toBe(PAGE_SIZE);
    expect(cache.write(PAGE_SIZE, bytes('x'))).toBe(-Errno.ENOSPC);
    expect(cache.sizeBytes).toBe(PAGE_SIZE);
  });

  it('agrees with an array of bytes', () => {
    const span = 3 * PAGE_SIZE;
    const operation = fc.record({
      op: fc.constantFrom('write', 'truncate', 'punch', 'write'),
      offset: fc.nat(span),
      length: fc.nat(PAGE_SIZE + 200),
      byte: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
        const { cache, frames } = create();
        let model: number[] = [];
        for (const { op, offset, length, byte } of operations) {
          if (op === 'write') {
            cache.write(offset, new Uint8Array(length).fill(byte));
            while (length > 0 && model.length < offset + length) model.push(0);
            model.fill(byte, offset, offset + length);
          } else if (op === 'truncate') {
            cache.truncate(offset);
            model = model.slice(0, offset);
            while (model.length < offset) model.push(0);
          } else {
            cache.punchHole(offset, length);
            model.fill(0, offset, offset + length);
          }
          expect(cache.sizeBytes).toBe(model.length);
          const target = new Uint8Array(model.length);
          cache.read(0, target);
          expect(Buffer.compare(Buffer.from(target), Buffer.from(model))).toBe(0);
        }
        cache.release();
        expect(frames.usedFrames).toBe(1);
      }),
      { numRuns: 60 },
    );
  });
});
