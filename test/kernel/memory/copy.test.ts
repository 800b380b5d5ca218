import { describe, expect, it } from 'vitest';
import { Errno } from '../../../kernel/errno.js';
import { MAP_FIXED, PROT_EXEC, TASK_SIZE, VirtualMemory } from '../../../kernel/memory/index.js';
import { contents, createWorld, draw, leaves, PRIVATE, page, pages, peek, poke } from './world.js';

const text = (value: Uint8Array | number): string | number =>
  typeof value === 'number' ? value : new TextDecoder().decode(value);

describe('copyIn and copyOut', () => {
  it('cross pages, and bring them in', () => {
    const { memory } = createWorld();
    draw(memory, 'ww');
    const source = Uint8Array.from({ length: 100 }, (_byte, i) => i);
    expect(memory.copyOut(page(1) - 50, source)).toBe(0);
    const target = new Uint8Array(100);
    expect(memory.copyIn(page(1) - 50, target)).toBe(0);
    expect(target).toEqual(source);
    expect(leaves(memory, 2)).toBe('ww');
  });

  it('obey permissions: no store to read-only, no load from execute-only memory', () => {
    const { memory } = createWorld();
    draw(memory, 'r');
    memory.map(page(1), pages(1), PROT_EXEC, PRIVATE | MAP_FIXED, undefined, 0);
    expect(poke(memory, page(0), 1)).toBe(-Errno.EFAULT);
    expect(peek(memory, page(1))).toBe(-Errno.EFAULT);
  });

  it.each([0, 8, TASK_SIZE, TASK_SIZE - 1, -4096, 2 ** 63, -(2 ** 63)])(
    'answer EFAULT for the bad address %d',
    (va) => {
      const { memory } = createWorld();
      expect(memory.copyIn(va, new Uint8Array(4))).toBe(-Errno.EFAULT);
      expect(memory.copyOut(va, new Uint8Array(4))).toBe(-Errno.EFAULT);
    },
  );

  it('copy nothing for a length of 0, wherever that is', () => {
    const { memory } = createWorld();
    expect(memory.copyIn(0, new Uint8Array(0))).toBe(0);
  });

  it('copy on write as a store does', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    poke(memory, page(0), 65);
    const child = memory.fork()!;
    poke(child, page(0), 66);
    expect(contents(memory, 1) + contents(child, 1)).toBe('AB');
  });

  it('work on a space that is not active, and put the active one back', () => {
    const { memory, system } = createWorld();
    const other = VirtualMemory.create(system, { placement: 'top-down' })!;
    draw(other, 'w');
    poke(other, page(0), 65);
    expect(system.active).toBe(memory);
    expect(contents(memory, 1) + contents(other, 1)).toBe('!A');
  });

  it('cost a step for each 64 bytes', () => {
    const { memory, steps } = createWorld();
    draw(memory, 'ww');
    memory.copyOut(page(0), new Uint8Array(8192));
    const before = steps();
    memory.copyOut(page(0), new Uint8Array(6401));
    expect(steps() - before).toBe(101);
  });
});

describe('copyInString', () => {
  it('reads up to a NUL, across pages and chunks', () => {
    const { memory } = createWorld();
    draw(memory, 'ww');
    const long = 'x'.repeat(700);
    memory.copyOut(page(1) - 350, new TextEncoder().encode(`${long}\0rest`));
    expect(text(memory.copyInString(page(1) - 350, 4096))).toBe(long);
    expect(text(memory.copyInString(page(1) + 350, 4096))).toBe('');
  });

  it('answers ENAMETOOLONG without a NUL in time, EFAULT where memory ends first', () => {
    const { memory } = createWorld();
    draw(memory, 'w');
    memory.copyOut(page(1) - 4, new TextEncoder().encode('abcd'));
    expect(memory.copyInString(page(1) - 4, 4)).toBe(-Errno.ENAMETOOLONG);
    expect(memory.copyInString(page(1) - 4, 5)).toBe(-Errno.EFAULT);
    expect(memory.copyInString(0, 5)).toBe(-Errno.EFAULT);
  });
});
