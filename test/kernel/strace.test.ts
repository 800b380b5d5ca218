import { describe, expect, it } from 'vitest';
import { quote } from '../../kernel/strace/kinds.js';
import { runGuest } from '../support/guest.js';
import { guestAssembly } from '../support/guest-assembly.js';

describe('strace', () => {
  it('writes each call as strace(1) does', () => {
    const { trace } = runGuest(
      guestAssembly(`
        li a0, -100
        la a1, missing
        li a2, 0
        call 56
        li a0, -100
        la a1, made
        li a2, 577
        li a3, 420
        call 56
        la a1, text
        li a2, 4
        call 64
        li a0, 0
        li a1, 1
        slli a1, a1, 13
        li a2, 3
        li a3, 34
        li a4, -1
        li a5, 0
        call 222
        li a0, 0
        li a1, 17
        la a2, made
        call 221
        li a0, 5
        call 94
        missing: .string "/nowhere"
        made: .string "/tmp/new"
        text: .string "ab\\nc"
      `),
    );
    expect(trace.map((line) => line.replace(/ +=/, ' ='))).toEqual([
      'openat(AT_FDCWD, "/nowhere", O_RDONLY) = -1 ENOENT (No such file or directory)',
      'openat(AT_FDCWD, "/tmp/new", O_WRONLY|O_CREAT|O_TRUNC, 0644) = 3',
      'write(3, "ab\\nc", 4) = 4',
      'mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x3ff7ffe000',
      expect.stringMatching(/^execve\(NULL, 0x11, .*\) = -1 EFAULT \(Bad address\)$/),
      'exit_group(5) = ?',
      '+++ exited with 5 +++',
    ]);
  });

  it('names the process once there are several, and how each ends', () => {
    const { trace } = runGuest(
      guestAssembly(`
        li a0, 17
        li a1, 0
        call 220
        beq a0, zero, child
        li a1, 0
        li a2, 0
        li a3, 0
        call 260
        li a0, 0
        call 94
      child:
        ebreak
      `),
    );
    expect(trace.map((line) => line.replace(/ +=/, ' ='))).toEqual([
      expect.stringMatching(/^(\[pid {5}2\] )?clone\(SIGCHLD, NULL, .*\) = 3$/),
      '[pid     3] +++ killed by SIGTRAP (core dumped) +++',
      '[pid     2] wait4(3, NULL, 0, NULL) = 3',
      '[pid     2] exit_group(0) = ?',
      '[pid     2] +++ exited with 0 +++',
    ]);
  });

  it.each([
    ['plain', '"plain"'],
    ['a\tb\n"\\', '"a\\tb\\n\\"\\\\"'],
    ['\x01x', '"\\1x"'],
    ['\x017', '"\\0017"'],
    ['\xff', '"\\377"'],
  ])('quotes %j', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });
});
