import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { elfImage } from '../support/elf-image.js';
import { runGuest } from '../support/guest.js';
import { guestAssembly } from '../support/guest-assembly.js';

const program = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../guest-programs/bin/${name}`, import.meta.url)));

const SPIN = guestAssembly(`
  loop:
    addi t0, t0, 1
    j loop
`);

describe('A run', () => {
  it.each([1, 97, 5000])('is the same in slices of %i steps as in large ones', (budget) => {
    const whole = runGuest(program('forkdemo'));
    const sliced = runGuest(program('forkdemo'), { budget });
    expect(sliced.output).toBe(whole.output);
    expect(sliced.result).toEqual(whole.result);
  });

  it('is the same whether it is traced or not', () => {
    const traced = runGuest(program('mmapdemo'));
    const plain = runGuest(program('mmapdemo'), { strace: undefined, verify: 'off' });
    expect(traced.trace.length).toBeGreaterThan(100);
    expect(plain.output).toBe(traced.output);
    expect(plain.result).toEqual(traced.result);
  });

  it('has another state for another input, and the same for the same', () => {
    const words = ['one\n', 'one\n', 'two\n'].map((input) => runGuest(program('cat'), { input }));
    expect(words.map(({ output }) => output)).toEqual(['one\n', 'one\n', 'two\n']);
    const [first, second, third] = words.map(({ result }) => result.stateHash);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('has another state when only the bytes in a pipe differ', () => {
    const program = guestAssembly(`
      addi sp, sp, -16
      addi a0, sp, 8
      li a1, 0
      call 59
      li a0, 0
      addi a1, sp, 0
      li a2, 1
      call 63
      lw a0, 12(sp)
      addi a1, sp, 0
      li a2, 1
      call 64
      sd zero, 0(sp)
      li a0, 0
      call 93
    `);
    const [a, other, b] = ['a', 'a', 'b'].map((input) => runGuest(program, { input }).result);
    expect(a).toMatchObject({ exitStatus: 0 });
    expect(other?.stateHash).toBe(a?.stateHash);
    expect(b?.stateHash).not.toBe(a?.stateHash);
  });

  it.each([1, 2, 999, 100_003])('stops at exactly %i instructions', (maxInstructions) => {
    const { result } = runGuest(SPIN, { maxInstructions });
    expect(result).toMatchObject({ outcome: 'limit', instructions: maxInstructions });
    expect(runGuest(SPIN, { maxInstructions, budget: 7 }).result).toEqual(result);
  });

  it('stops at its steps and says so', () => {
    const { result, reports } = runGuest(SPIN, { maxSteps: 5000 });
    expect(result.outcome).toBe('limit');
    expect(result.steps).toBeGreaterThanOrEqual(5000);
    expect(reports).toContain('stopped at the limit of 5000 steps');
  });

  it('stops at its output', () => {
    const flood = guestAssembly(`
      loop:
        li a0, 1
        la a1, text
        li a2, 8
        call 64
        j loop
      text: .string "flooding"
    `);
    const { result, output } = runGuest(flood, { maxOutputBytes: 100 });
    expect(result.outcome).toBe('limit');
    expect(output).toHaveLength(100);
  });

  it('refuses more tasks than allowed with EAGAIN', () => {
    const forks = guestAssembly(`
      loop:
        li a0, 17
        li a1, 0
        call 220
        beq a0, zero, child
        bge a0, zero, loop
        sub a0, zero, a0
        call 94
      child:
        li a0, 0
        call 73
    `);
    const { result, kernel } = runGuest(forks, { maxTasks: 10 });
    expect(result).toMatchObject({ outcome: 'exited', exitStatus: 11 });
    expect(kernel.tasks.size).toBeLessThanOrEqual(10);
  });

  it('counts an unknown system call, names it, and goes on', () => {
    const { result, reports, trace } = runGuest(
      guestAssembly(`
        call 2000
        call 2000
        sub a0, zero, a0
        call 93
      `),
    );
    expect(result).toMatchObject({ exitStatus: 38, unknownSyscalls: { 2000: 2 } });
    expect(reports).toContain('unknown system call 2000: answered ENOSYS 2 times');
    expect(trace[0]).toMatch(/^syscall_2000\(.*\) += -1 ENOSYS \(Function not implemented\)$/);
  });

  it('says who waits for what when nothing can ever happen again', () => {
    const { result, reports } = runGuest(guestAssembly('li a0, 0\nli a1, 0\nli a2, 0\ncall 73'));
    expect(result.outcome).toBe('limit');
    expect(reports).toContain('deadlock');
    expect(reports).toContain('pid 2 (program) waits in ppoll');
  });

  it.each([
    ['an illegal instruction', 'unimp', 'SIGILL', 'illegal instruction at 0x10000'],
    ['a breakpoint', 'ebreak', 'SIGTRAP', 'breakpoint at 0x10000'],
    ['a store to nowhere', 'sd zero, 0(zero)', 'SIGSEGV', 'page fault (store) at 0x0'],
    ['a jump to nowhere', 'jr zero', 'SIGSEGV', 'page fault (fetch) at 0x0'],
    [
      'a jump to an address that no number holds',
      'li a0, -91\nslli a0, a0, 56\naddi a0, a0, 6\njr a0',
      'SIGSEGV',
      'page fault (fetch) at 0xa500000000000006, pc 0xa500000000000006\n',
    ],
    [
      'a load from an address that no number holds',
      'li a0, -91\nslli a0, a0, 56\nld a0, 9(a0)',
      'SIGSEGV',
      'page fault (load) at 0xa500000000000009, pc 0x1000',
    ],
    ['a store into code', 'auipc a0, 0\nsd a0, 0(a0)', 'SIGSEGV', 'does not allow a store'],
  ])('ends by a signal after %s, and explains', (_what, code, signal, explanation) => {
    const { result, reports } = runGuest(guestAssembly(code));
    expect(result).toMatchObject({ outcome: 'signalled', signal, exitStatus: null });
    expect(reports).toContain(explanation);
  });
});

describe('Kernel.spawn', () => {
  const code = new Uint8Array(4);
  const segments = (...addresses: number[]) =>
    addresses.map((address) => ({ address, bytes: code, memoryBytes: 0x2000 }));

  it.each([
    ['a text', new TextEncoder().encode('hello'), 'not an ELF file'],
    [
      'overlapping segments',
      elfImage({ entry: 0, segments: segments(0x10000, 0x11000) }),
      'overlaps',
    ],
    ['a segment at 0', elfImage({ entry: 0, segments: segments(0) }), 'outside user space'],
    [
      'a segment in the kernel half',
      elfImage({ entry: 0, segments: segments(2 ** 38) }),
      'outside user space',
    ],
    ['nothing to load', elfImage({ entry: 0, segments: [] }), 'nothing to load'],
    ['an object file', elfImage({ entry: 0, segments: segments(0x10000), type: 1 }), 'no program'],
    [
      'more than there is memory',
      elfImage({
        entry: 0x10000,
        segments: [{ address: 0x10000, bytes: code, memoryBytes: 2 ** 37 - 0x20000, flags: 'rw-' }],
      }),
      'too little memory',
    ],
  ])('refuses %s in one line', (_what, image, message) => {
    let error: Error | undefined;
    try {
      runGuest(image);
    } catch (thrown) {
      error = thrown as Error;
    }
    expect(error?.message).toContain(message);
    expect(error?.message).not.toContain('\n');
  });

  it('takes every frame back from a program that cannot be loaded', () => {
    const { kernel } = runGuest(program('hello'));
    kernel.files.add('/bin/bad', new TextEncoder().encode('#!/bin/nobody\n'), 0o755);
    const before = kernel.frames.freeFrames;
    const spawn = () => kernel.spawn({ path: '/bin/bad', args: ['bad'], env: [], cwd: '/' });
    expect(spawn).toThrow('no such program');
    expect(kernel.frames.freeFrames).toBe(before);
  });

  it('starts another program when the first has ended', () => {
    const { kernel, result } = runGuest(program('hello'));
    const second = kernel.spawn({ path: '/bin/program', args: ['again'], env: [], cwd: '/' });
    expect(second.pid).toBe(3);
    while (kernel.run(1_000_000) !== 'exited') expect(kernel.hasExited).toBe(false);
    expect(kernel.result()).toMatchObject({ outcome: 'exited', exitStatus: 0 });
    expect(kernel.syscalls).toBe(2 * result.syscalls);
  });

  it('gives all frames back at the end of a run', () => {
    const free = ['hello', 'forkdemo', 'mmapdemo'].map((name) => {
      const { kernel } = runGuest(program(name));
      const cached = kernel.files.read('/bin/program')!.length;
      return kernel.frames.freeFrames + Math.ceil(cached / 4096);
    });
    expect(new Set(free).size).toBe(1);
  });
});
