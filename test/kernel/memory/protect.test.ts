import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import { Errno } from '../../../kernel/errno.js';
import {
  MAP_FIXED,
  MAP_GROWSDOWN,
  MAP_SHARED,
  PROT_EXEC,
  PROT_GROWSDOWN,
  PROT_GROWSUP,
  PROT_READ,
  PROT_WRITE,
} from '../../../kernel/memory/index.js';
import { leafFlags } from '../../../kernel/memory/leaf-flags.js';
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
  picture,
  poke,
  RW,
} from './world.js';

describe('VirtualMemory.protect', () => {
  it.each([
    ['an unaligned address', page(0) + 1, 4096, PROT_READ, -Errno.EINVAL],
    ['a length of 0', page(0), 0, PROT_READ, 0],
    ['a length of 0 with unknown bits', page(60), 0, 99, 0],
    ['unknown bits', page(0), 4096, 16, -Errno.EINVAL],
    ['PROT_SEM', page(0), 4096, 8, 0],
    ['PROT_GROWSDOWN where nothing grows', page(0), 4096, PROT_GROWSDOWN, -Errno.EINVAL],
    ['both ways to grow', page(0), 4096, PROT_GROWSDOWN | PROT_GROWSUP, -Errno.EINVAL],
    ['a length of 2^64 - 1', page(0), -1, PROT_READ, -Errno.ENOMEM],
    ['an unmapped page', page(2), 4096, PROT_READ, -Errno.ENOMEM],
    ['address 0', 0, 4096, PROT_READ, -Errno.ENOMEM],
    ['a kernel address', -4096, 4096, PROT_READ, -Errno.ENOMEM],
  ] as const)('answers %s as Linux does (checked)', (_case, address, length, prot, result) => {
    const { memory } = createWorld();
    draw(memory, 'ww.w');
    expect(memory.protect(address, length, prot)).toBe(result);
  });

  it('changes the pages before a hole and answers ENOMEM (checked)', () => {
    const { memory } = createWorld();
    draw(memory, 'ww.w');
    expect(memory.protect(page(0), pages(4), PROT_READ)).toBe(-Errno.ENOMEM);
    expect(picture(memory, 4)).toBe('rr.w');
  });

  it('takes W from leaves and gives it back without a copy', () => {
    const { memory } = createWorld();
    draw(memory, 'www');
    poke(memory, page(0), 65);
    peek(memory, page(1));
    memory.protect(page(0), pages(3), PROT_READ);
    expect(leaves(memory, 3)).toBe('r0.');
    expect(poke(memory, page(0), 1)).toBe(-Errno.EFAULT);
    memory.protect(page(0), pages(3), RW);
    expect(leaves(memory, 3)).toBe('w0.');
    expect(contents(memory, 3)).toBe('A..');
  });

  it('keeps the frame of a page under PROT_NONE', () => {
    const { memory } = createWorld();
    draw(memory, 'ww');
    poke(memory, page(0), 65);
    memory.protect(page(0), pages(2), 0);
    expect(leaves(memory, 2)).toBe('n.');
    expect(peek(memory, page(0))).toBe(-Errno.EFAULT);
    memory.protect(page(0), pages(2), PROT_READ);
    expect(contents(memory, 2)).toBe('A.');
  });

  it('leaves a page that a fork shares without W', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    poke(memory, page(0), 65);
    const child = memory.fork()!;
    memory.protect(page(0), pages(1), PROT_READ);
    memory.protect(page(0), pages(1), RW);
    expect(leaves(memory, 1)).toBe('R');
    poke(memory, page(0), 66);
    expect(contents(child, 1)).toBe('A');
  });

  it('lets PROT_WRITE be read, and PROT_EXEC alone only be fetched', () => {
    const { memory } = createWorld();
    draw(memory, 'rr');
    memory.protect(page(0), pages(1), PROT_WRITE);
    memory.protect(page(1), pages(1), PROT_EXEC);
    expect(peek(memory, page(0))).toBe(0);
    expect(peek(memory, page(1))).toBe(-Errno.EFAULT);
  });

  it('refuses W for a shared file that was opened read-only (checked)', () => {
    const { memory, frames } = createWorld();
    const file = letterFile(frames, 1);
    const flags = MAP_SHARED | MAP_FIXED;
    memory.map(page(0), pages(1), PROT_READ, flags, file, 0, { mayWrite: false });
    expect(memory.protect(page(0), pages(1), RW)).toBe(-Errno.EACCES);
    expect(picture(memory, 1)).toBe('r');
  });

  it('reaches down to the start of a stack with PROT_GROWSDOWN (checked)', () => {
    const { memory } = createWorld();
    const flags = PRIVATE | MAP_FIXED | MAP_GROWSDOWN;
    memory.map(page(0), pages(4), RW, flags, undefined, 0);
    expect(memory.protect(page(2), pages(1), PROT_READ | PROT_GROWSDOWN)).toBe(0);
    expect(picture(memory, 4)).toBe('rrrw');
    expect(memory.protect(page(2), pages(1), PROT_READ | PROT_GROWSUP)).toBe(-Errno.EINVAL);
  });

  it.each([3, 100])('is heard of by a coherent TLB before any fence (%d pages)', (count) => {
    const { memory, machine } = createWorld();
    memory.map(page(0), pages(count), RW, PRIVATE | MAP_FIXED, undefined, 0);
    for (let i = 0; i < count; i++) poke(memory, page(i), 1);
    const { table } = memory;
    const first = page(0) / PAGE_SIZE;
    const readOnly = leafFlags(PROT_READ, false);
    const changed = table.changeFlags(first, first + count, readOnly, readOnly);
    expect(changed).toBe(count);
    for (let i = 0; i < count; i++) {
      expect(machine.hart.translate(page(i), 'store', 'user')).toBe('page-fault');
      expect(machine.hart.translate(page(i), 'load', 'user')).toBeTypeOf('number');
    }
    memory.fences.settle();
  });
});
