import { describe, expect, it } from 'vitest';
import { Errno } from '../../../kernel/errno.js';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  mmapBase,
  PROT_READ,
  TASK_SIZE,
  VirtualMemory,
} from '../../../kernel/memory/index.js';
import {
  BASE,
  createWorld,
  draw,
  leaves,
  letterFile,
  PRIVATE,
  page,
  pages,
  picture,
  poke,
  RW,
  SHARED,
} from './world.js';

// Results marked "checked" were compared with native Linux.
describe('VirtualMemory.map', () => {
  it.each([
    ['a length of 0', 0, 0, PRIVATE, 0, 'EINVAL'],
    ['an unaligned offset', 0, 4096, PRIVATE, 1, 'EINVAL'],
    ['a length past user space', 0, 2 ** 47, PRIVATE, 0, 'ENOMEM'],
    ['a length of 2^64 - 1', 0, 2 ** 64, PRIVATE, 0, 'ENOMEM'],
    ['a length of -1', 0, -1, PRIVATE, 0, 'ENOMEM'],
    ['a length of -8193', 0, -8193, PRIVATE, 0, 'ENOMEM'],
    ['a fixed unaligned address', BASE + 1, 4096, PRIVATE | MAP_FIXED, 0, 'EINVAL'],
    ['a fixed address below mmap_min_addr', 0xf000, 4096, PRIVATE | MAP_FIXED, 0, 'EPERM'],
    ['a fixed address 0', 0, 4096, PRIVATE | MAP_FIXED, 0, 'EPERM'],
    ['a fixed range past user space', TASK_SIZE - 4096, 8192, PRIVATE | MAP_FIXED, 0, 'ENOMEM'],
    ['a fixed kernel address', -4096, 4096, PRIVATE | MAP_FIXED, 0, 'ENOMEM'],
    ['a place that is taken', BASE, 4096, PRIVATE | MAP_FIXED_NOREPLACE, 0, 'EEXIST'],
    ['an unaligned exclusive place', BASE + 1, 4096, PRIVATE | MAP_FIXED_NOREPLACE, 0, 'EINVAL'],
    ['no type of sharing', 0, 4096, MAP_ANONYMOUS, 0, 'EINVAL'],
    ['an unknown type', 0, 4096, MAP_ANONYMOUS | 7, 0, 'EINVAL'],
    ['anonymous MAP_SHARED_VALIDATE', 0, 4096, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, 0, 'EINVAL'],
    ['a shared mapping that grows', 0, 4096, SHARED | MAP_GROWSDOWN, 0, 'EINVAL'],
  ] as const)(
    'refuses %s and changes nothing (checked)',
    (_case, at, length, flags, offset, error) => {
      const { memory } = createWorld();
      draw(memory, 'ww');
      expect(memory.map(at, length, RW, flags, undefined, offset)).toBe(-Errno[error]);
      expect([...memory.space.regions()]).toHaveLength(1);
    },
  );

  it('refuses a file that grows down, and an offset past 2^53', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 1);
    const flags = MAP_PRIVATE | MAP_GROWSDOWN;
    expect(memory.map(0, pages(1), PROT_READ, flags, file, 0)).toBe(-Errno.EINVAL);
    const far = 2 ** 53 - 4096;
    expect(memory.map(0, pages(2), PROT_READ, MAP_PRIVATE, file, far)).toBe(-Errno.EOVERFLOW);
    expect(file.references).toBe(0);
  });

  it('places top-down from mmap_base, then merges what is equal', () => {
    const { memory } = createWorld();
    const base = mmapBase(8 * 2 ** 20);
    expect(base).toBe(TASK_SIZE - 128 * 2 ** 20);
    expect(memory.map(0, pages(1), RW, PRIVATE, undefined, 0)).toBe(base - pages(1));
    expect(memory.map(0, pages(2), RW, PRIVATE, undefined, 0)).toBe(base - pages(3));
    expect([...memory.space.regions()]).toHaveLength(1);
  });

  it('places bottom-up once nothing fits below mmap_base', () => {
    const { memory } = createWorld();
    memory.system.overcommitMode = 1;
    const third = memory.map(0, mmapBase(0) - 2 ** 20, PROT_READ, PRIVATE, undefined, 0);
    expect(third).toBe(2 ** 20);
    expect(memory.map(0, 2 ** 21, PROT_READ, PRIVATE, undefined, 0)).toBe(mmapBase(0));
  });

  it('places from a third of user space upward when asked to', () => {
    const { system } = createWorld();
    const memory = VirtualMemory.create(system, { placement: 'bottom-up' })!;
    const first = memory.map(0, pages(1), RW, PRIVATE, undefined, 0);
    expect(first).toBe(Math.ceil(TASK_SIZE / 3 / 4096) * 4096);
    expect(memory.map(0, pages(1), RW, PRIVATE, undefined, 0)).toBe(first + pages(1));
  });

  it('takes a free hint, rounded down to its page, and no other (checked)', () => {
    const { memory } = createWorld();
    expect(memory.map(page(3) + 5, pages(1), RW, PRIVATE, undefined, 0)).toBe(page(3));
    expect(memory.map(page(3), pages(1), RW, PRIVATE, undefined, 0)).toBeGreaterThan(page(3));
    expect(memory.map(0x2000, pages(1), RW, PRIVATE, undefined, 0)).toBe(0x10000);
  });

  it('keeps the guard gap of a stack free', () => {
    const { memory } = createWorld();
    memory.map(page(1000), pages(1), RW, PRIVATE | MAP_GROWSDOWN, undefined, 0);
    expect(memory.map(page(744), pages(1), RW, PRIVATE, undefined, 0)).not.toBe(page(744));
    expect(memory.map(page(743), pages(1), RW, PRIVATE, undefined, 0)).toBe(page(743));
    const stack = mmapBase(0) - pages(1000);
    memory.map(stack, pages(1), RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, undefined, 0);
    const big = memory.map(0, pages(2000), RW, PRIVATE, undefined, 0);
    expect(big).toBe(stack - pages(256) - pages(2000));
  });

  it('replaces what a fixed mapping covers, frames included', () => {
    const { memory, frames } = createWorld();
    draw(memory, 'wwww');
    for (let i = 0; i < 4; i++) poke(memory, page(i), 1);
    const used = frames.usedFrames;
    memory.map(page(1), pages(2), PROT_READ, PRIVATE | MAP_FIXED, undefined, 0);
    expect(picture(memory, 4)).toBe('wrrw');
    expect(leaves(memory, 4)).toBe('w..w');
    expect(frames.usedFrames).toBe(used - 2);
  });

  it('brings everything in with MAP_POPULATE', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 3);
    const flags = PRIVATE | MAP_FIXED | MAP_POPULATE;
    memory.map(page(0), pages(2), RW, flags, undefined, 0);
    memory.map(page(2), pages(2), PROT_READ, flags, undefined, 0);
    memory.map(page(4), pages(4), RW, MAP_SHARED | MAP_FIXED | MAP_POPULATE, file, 0);
    expect(leaves(memory, 8)).toBe('ww00WWW.');
  });

  it('holds one reference to a file, however often it is mapped and split', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 4);
    memory.map(page(0), pages(4), RW, MAP_SHARED | MAP_FIXED, file, 0);
    memory.map(page(8), pages(4), RW, MAP_SHARED | MAP_FIXED, file, 0);
    memory.unmap(page(1), pages(1));
    expect(file.references).toBe(1);
    memory.unmap(page(0), pages(8));
    expect(file.references).toBe(1);
    memory.map(page(8), pages(4), RW, MAP_SHARED | MAP_FIXED, file, 0);
    expect(file.references).toBe(1);
    memory.unmap(page(8), pages(4));
    expect(file.references).toBe(0);
  });

  it('frees nameless shared memory with its last mapping', () => {
    const { memory, frames } = createWorld();
    const used = frames.usedFrames;
    memory.map(page(0), pages(2), RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, undefined, 0);
    poke(memory, page(0), 1);
    const child = memory.fork()!;
    memory.unmap(page(0), pages(2));
    poke(child, page(1), 1);
    child.release();
    expect(frames.usedFrames).toBe(used);
  });
});

describe('VirtualMemory.unmap', () => {
  it.each([
    ['an unaligned address', BASE + 1, 4096, -Errno.EINVAL],
    ['a length of 0', BASE, 0, -Errno.EINVAL],
    ['a length of 2^64 - 1', BASE, -1, -Errno.EINVAL],
    ['a range past user space', TASK_SIZE - 4096, 8192, -Errno.EINVAL],
    ['a kernel address', -4096, 4096, -Errno.EINVAL],
    ['a range where nothing is mapped', page(60), 4096, 0],
    ['address 0', 0, 4096, 0],
    ['all of user space', 0, TASK_SIZE, 0],
  ] as const)('answers %s as Linux does (checked)', (_case, address, length, result) => {
    const { memory } = createWorld();
    expect(memory.unmap(address, length)).toBe(result);
  });

  it('frees the tables that it leaves empty', () => {
    const { memory, frames } = createWorld();
    const used = frames.usedFrames;
    draw(memory, `w${'.'.repeat(700)}w`);
    poke(memory, page(0), 1);
    poke(memory, page(701), 1);
    memory.unmap(page(701), pages(1));
    memory.unmap(page(0), pages(1));
    expect(frames.usedFrames).toBe(used);
  });
});
