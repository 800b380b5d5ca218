import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import { Disk } from '../../../kernel/files/disk.js';
import { Advice, MAP_FIXED, MAP_PRIVATE, MAP_SHARED } from '../../../kernel/memory/index.js';
import { kernelView, machineView, verify } from '../../../kernel/verify/index.js';
import { createWorld, page, pages, peek, poke, RW } from './world.js';

const MS_SYNC = 4;
const FILE_PAGES = 8;
/** Pages of the tests that map private copies, behind those that are shared. */
const PRIVATE_PAGE = 16;

/** A file of `FILE_PAGES` pages on a disk, mapped shared from page 0. */
function createScene(o: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld({ hasDisk: true, ...o });
  const { frames, memory } = world;
  const now = () => ({ seconds: 0, nanoseconds: 0 });
  const disk = new Disk(pages(64), { frames, charge: () => {}, now });
  const file = disk.createFile(0o644);
  file.pages.write(
    0,
    new Uint8Array(pages(FILE_PAGES)).map((_byte, i) => 65 + i / PAGE_SIZE),
  );
  file.pages.writeBack(0, FILE_PAGES);
  memory.map(page(0), pages(FILE_PAGES), RW, MAP_SHARED | MAP_FIXED, file, 0);
  const violations = () =>
    verify({
      machine: machineView(world.machine),
      kernel: kernelView({
        frames,
        swap: world.system.swap,
        spaces: [{ name: 'space', memory }],
        files: [file],
      }),
    }).map(({ rule, observed }) => `${rule} ${observed}`);
  return { ...world, disk, file, violations };
}

describe('DiskCache', () => {
  it('reads a page when it is needed, and once', () => {
    const { disk, file, memory } = createScene();
    file.pages.dropUnused(0, FILE_PAGES);
    expect(file.pages.residentPages).toBe(0);
    expect([peek(memory, page(2)), peek(memory, page(2)), disk.reads]).toEqual([67, 67, 1]);
    expect(file.pages.read(pages(2), new Uint8Array(pages(2)))).toBe(pages(2));
    expect(disk.reads).toBe(2);
  });

  it('does not go round in circles where a copy needs two frames and there is one', () => {
    const { file, frames, memory } = createScene();
    const at = page(PRIVATE_PAGE);
    memory.map(at, pages(1), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
    peek(memory, page(7));
    file.pages.dropUnused(0, FILE_PAGES - 1);
    memory.lock(page(7), pages(1));
    frames.reserved = frames.freeFrames - 1;
    // Each try brings in the file's page, which is all that the next one can take back.
    let rounds = 0;
    const { makeRoom } = frames;
    frames.makeRoom = (wanted) => {
      if (++rounds > 100) throw new Error('it never ends');
      return makeRoom(wanted);
    };
    expect(memory.fault(at, 'store')).toMatchObject({ signal: 'SIGKILL' });
    frames.reserved = 0;
    expect(poke(memory, at, 120)).toBe(0);
  });

  it('does not read a page that is written whole', () => {
    const { disk, file } = createScene();
    file.pages.dropUnused(0, FILE_PAGES);
    const before = disk.reads;
    file.pages.write(pages(3), new Uint8Array(PAGE_SIZE));
    expect(disk.reads).toBe(before);
  });

  it('gives frames back when none is left: clean ones as they are, dirty ones written', () => {
    const { disk, file, frames, memory, violations } = createScene();
    poke(memory, page(1), 88);
    const writes = disk.writes;
    frames.reserved = frames.freeFrames;
    const other = disk.createFile(0o644);
    other.linkCount = 1;
    for (let i = 0; i < 12; i++) other.pages.write(pages(i), Uint8Array.of(i));
    expect(file.pages.residentPages + other.pages.residentPages).toBeLessThan(FILE_PAGES + 12);
    expect(disk.writes).toBeGreaterThan(writes);
    other.unlinked();
    expect(violations()).toEqual([]);
    expect([0, 1, 2].map((i) => peek(memory, page(i)))).toEqual([65, 88, 67]);
  });

  it('does not take frames of locked pages', () => {
    const { file, frames, memory } = createScene();
    memory.lock(page(0), pages(FILE_PAGES));
    frames.reserved = frames.freeFrames;
    expect(file.pages.write(pages(FILE_PAGES), Uint8Array.of(1))).toBe(-28);
    expect(file.pages.residentPages).toBe(FILE_PAGES);
  });

  it('refuses a shared page that the disk has no room for', () => {
    const { disk, file, memory } = createScene();
    const big = disk.createFile(0o644);
    expect(big.pages.allocate(0, pages(64 - FILE_PAGES))).toBe(true);
    expect(disk.freeBlocks).toBe(0);
    file.pages.truncate(pages(FILE_PAGES + 1));
    memory.map(page(FILE_PAGES), pages(1), RW, MAP_SHARED | MAP_FIXED, file, pages(FILE_PAGES));
    expect(memory.fault(page(FILE_PAGES), 'store')).toMatchObject({ signal: 'SIGBUS' });
    big.unlinked();
  });

  it.each(['svadu', 'svade'] as const)('agrees with an array of bytes (%s)', (adBits) => {
    const operation = fc.record({
      op: fc.constantFrom(
        ...['store', 'store', 'load', 'copy', 'write', 'truncate', 'punch', 'msync', 'fsync'],
        ...['evict', 'unmap', 'drop', 'fork', 'advise'],
      ),
      page: fc.nat(FILE_PAGES - 1),
      at: fc.nat(PAGE_SIZE - 1),
      byte: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(
        fc.noBias(fc.array(operation, { minLength: 10, maxLength: 40 })),
        (operations) => {
          const { disk, file, frames, memory, violations } = createScene({
            adBits,
            swapBytes: 2 ** 18,
          });
          let model = new Uint8Array(pages(FILE_PAGES)).map((_byte, i) => 65 + i / PAGE_SIZE);
          const map = () =>
            memory.map(page(0), pages(FILE_PAGES), RW, MAP_SHARED | MAP_FIXED, file, 0);
          for (const { op, page: index, at, byte } of operations) {
            const offset = index * PAGE_SIZE + at;
            const isThere = index * PAGE_SIZE < model.length;
            const access = op === 'store' || op === 'load' || op === 'copy';
            if (access && !isThere) continue;
            if (op === 'store') {
              expect(poke(memory, page(0) + offset, byte)).toBe(0);
              if (offset < model.length) model[offset] = byte;
            } else if (op === 'load') {
              if (offset < model.length) expect(peek(memory, page(0) + offset)).toBe(model[offset]);
            } else if (op === 'copy') {
              const private_ = page(PRIVATE_PAGE);
              memory.map(private_, pages(8), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
              expect(poke(memory, private_ + offset, byte)).toBe(0);
            } else if (op === 'write') {
              expect(file.pages.write(offset, Uint8Array.of(byte, byte))).toBe(2);
              if (model.length < offset + 2) model = resized(model, offset + 2);
              model.fill(byte, offset, offset + 2);
            } else if (op === 'truncate') {
              file.pages.truncate(offset);
              model = resized(model, offset);
            } else if (op === 'punch') {
              file.pages.punchHole(offset, PAGE_SIZE + byte);
              model.fill(0, offset, offset + PAGE_SIZE + byte);
            } else if (op === 'msync') memory.synchronise(page(0), pages(FILE_PAGES), MS_SYNC);
            else if (op === 'fsync') file.pages.writeBack(0, Number.POSITIVE_INFINITY);
            else if (op === 'evict') frames.makeRoom(1 + (byte % 8));
            else if (op === 'unmap') {
              memory.unmap(page(index), pages(2));
              map();
            } else if (op === 'drop') file.pages.dropUnused(0, FILE_PAGES);
            else if (op === 'fork') memory.fork()!.release();
            else memory.advise(page(index), pages(2), Advice.DONTNEED);
            expect(file.sizeBytes).toBe(model.length);
            expect(violations()).toEqual([]);
            const target = new Uint8Array(model.length);
            file.pages.read(0, target);
            expect(Buffer.compare(target, model)).toBe(0);
          }
          memory.release();
          file.unlinked();
          expect([frames.usedFrames, disk.usedBlocks]).toEqual([1, 0]);
        },
      ),
      { numRuns: 20 },
    );
  });
});

function resized(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, size));
  return result;
}
