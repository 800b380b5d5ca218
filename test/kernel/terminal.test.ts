import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Kernel } from '../../kernel/index.js';
import { SIGINT } from '../../kernel/signals/numbers.js';
import { LineDiscipline } from '../../kernel/tty/line-discipline.js';
import { ECHO, ICANON, ISIG, saneTermios, TOSTOP } from '../../kernel/tty/termios.js';
import { guestAssembly } from '../support/guest-assembly.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (read: Uint8Array) => new TextDecoder().decode(read);

function discipline() {
  const screen: number[] = [];
  const signals: number[] = [];
  const made = new LineDiscipline({
    output: (shown) => {
      screen.push(...shown);
    },
    signal: (number) => signals.push(number),
  });
  return { tty: made, screen: () => text(new Uint8Array(screen)), signals };
}

function without(local: number) {
  const sane = saneTermios();
  return { ...sane, local: sane.local & ~local };
}

describe('LineDiscipline', () => {
  it('gives a line only when it is complete, and echoes it', () => {
    const { tty, screen } = discipline();
    tty.input(bytes('he'));
    expect(tty.canRead).toBe(false);
    tty.input(bytes('llo\rnext'));
    expect(tty.canRead).toBe(true);
    expect(text(tty.read(100))).toBe('hello\n');
    expect(tty.canRead).toBe(false);
    expect(screen()).toBe('hello\r\nnext');
  });

  it('gives a long line in pieces and one line at a time', () => {
    const { tty } = discipline();
    tty.input(bytes('abcdef\nsecond\n'));
    expect(text(tty.read(4))).toBe('abcd');
    expect(text(tty.read(100))).toBe('ef\n');
    expect(text(tty.read(100))).toBe('second\n');
  });

  it('shows nothing between ^S and ^Q, and then what was held back', () => {
    const { tty, screen } = discipline();
    tty.input(bytes('a\x13bc\x7f'));
    expect([screen(), tty.canWrite]).toEqual(['a', false]);
    tty.input(bytes('\x11d\n'));
    expect([screen(), tty.canWrite]).toEqual(['abc\b \bd\r\n', true]);
    expect(text(tty.read(100))).toBe('abd\n');
  });

  it('shows everything again at ^C, and when ^S means nothing any more', () => {
    const { tty, screen, signals } = discipline();
    tty.input(bytes('\x13lost\x03'));
    expect([screen(), tty.canWrite, signals]).toEqual(['lost^C', true, [SIGINT]]);
    tty.input(bytes('\x13x'));
    tty.configure({ ...saneTermios(), input: 0 });
    expect(tty.canWrite).toBe(true);
    tty.input(bytes('\x13'));
    expect(tty.canWrite).toBe(true);
  });

  it.each([
    ['a character', 'abc\x7fd\n', 'abd\n', 'abc\b \bd\r\n'],
    ['a character of several bytes', 'aé\x7fb\n', 'ab\n', 'aé\b \bb\r\n'],
    ['a control character', 'a\x01\x7fb\n', 'ab\n', 'a^A\b \b\b \bb\r\n'],
    ['a word', 'one two \x17x\n', 'one x\n', `one two ${'\b \b'.repeat(4)}x\r\n`],
    ['the line', 'oops\x15fine\n', 'fine\n', `oops${'\b \b'.repeat(4)}fine\r\n`],
    ['nothing', '\x7f\x7fa\n', 'a\n', 'a\r\n'],
  ])('erases %s', (_what, typed, line, shown) => {
    const { tty, screen } = discipline();
    tty.input(bytes(typed));
    expect(text(tty.read(100))).toBe(line);
    expect(screen()).toBe(shown);
  });

  it('ends input at ^D on an empty line, and only hands over a line begun', () => {
    const { tty } = discipline();
    tty.input(bytes('ab\x04\x04'));
    expect(text(tty.read(100))).toBe('ab');
    expect(tty.canRead).toBe(true);
    expect(tty.read(100)).toHaveLength(0);
    expect(tty.canRead).toBe(false);
  });

  it('turns ^C, ^\\ and ^Z into signals and forgets what was typed', () => {
    const { tty, signals, screen } = discipline();
    tty.input(bytes('half\x03\x1c\x1arest\n'));
    expect(signals).toEqual([2, 3, 20]);
    expect(text(tty.read(100))).toBe('rest\n');
    expect(screen()).toBe('half^C^\\^Zrest\r\n');
  });

  it('passes everything on at once in raw mode', () => {
    const { tty, signals, screen } = discipline();
    tty.configure(without(ICANON | ECHO | ISIG));
    tty.input(bytes('a\x03\x7f'));
    expect(tty.canRead).toBe(true);
    expect([...tty.read(10)]).toEqual([97, 3, 127]);
    expect(signals).toEqual([]);
    expect(screen()).toBe('');
  });

  it('keeps what was typed when a program leaves canonical mode', () => {
    const { tty } = discipline();
    tty.input(bytes('typed'));
    tty.configure(without(ICANON));
    expect(text(tty.read(10))).toBe('typed');
  });

  it('takes no more than it can keep until a program has read', () => {
    const { tty } = discipline();
    const paste = bytes('0123456789abcde\n'.repeat(1000));
    const taken = tty.input(paste);
    expect(taken).toBe(4096);
    expect(tty.input(paste.subarray(taken))).toBe(0);
    expect(tty.input(bytes('\x03'))).toBe(1);
    let got = '';
    let offered = 0;
    while (got.length < paste.length) {
      offered += tty.input(paste.subarray(offered));
      got += text(tty.read(100));
    }
    expect(got).toBe(text(paste));
  });

  it('shows what programs write with a return before each newline', () => {
    const { tty, screen } = discipline();
    tty.write(bytes('one\ntwo'));
    expect(screen()).toBe('one\r\ntwo');
  });
});

describe('A program on a terminal', () => {
  const start = (program: Uint8Array, clock: 'virtual' | 'host' = 'virtual') => {
    let screen = '';
    const kernel = Kernel.create({
      memoryBytes: 16 * 2 ** 20,
      clock,
      hostNow: () => 1e18,
      maxSteps: 100_000_000,
      console: {
        write: (shown) => {
          screen += text(shown);
        },
        isTerminal: true,
        columns: 100,
        rows: 30,
      },
    });
    kernel.files.add('/bin/program', program, 0o755);
    kernel.spawn({ path: '/bin/program', args: ['program'], env: [], cwd: '/' });
    const run = () => {
      let state = kernel.run(100_000);
      for (let turn = 0; state === 'budget' && turn < 20; turn++) state = kernel.run(100_000);
      return state;
    };
    return { kernel, run, screen: () => screen };
  };
  const cat = readFileSync(fileURLToPath(new URL('../../guest-programs/bin/cat', import.meta.url)));
  const SPIN = guestAssembly('loop:\nj loop');

  it('reads lines as they are typed, until ^D', () => {
    const { kernel, run, screen } = start(cat);
    expect(run()).toBe('waiting');
    expect(kernel.waitsForInput).toBe(true);
    kernel.input(bytes('hel'));
    expect(run()).toBe('waiting');
    kernel.input(bytes('lo\r'));
    expect(run()).toBe('waiting');
    expect(screen()).toBe('hello\r\nhello\r\n');
    kernel.input(bytes('\x04'));
    expect(run()).toBe('exited');
    expect(kernel.result()).toMatchObject({ outcome: 'exited', exitStatus: 0 });
  });

  it('dies of ^C while it waits', () => {
    const { kernel, run } = start(cat);
    expect(run()).toBe('waiting');
    kernel.input(bytes('\x03'));
    expect(run()).toBe('exited');
    expect(kernel.result()).toMatchObject({ outcome: 'signalled', signal: 'SIGINT' });
  });

  it.each(['typed', 'interrupt()'])('dies of ^C (%s) while it computes', (how) => {
    const { kernel, run, screen } = start(SPIN);
    expect(run()).toBe('budget');
    if (how === 'typed') kernel.input(bytes('\x03'));
    else kernel.interrupt();
    expect(run()).toBe('exited');
    expect(kernel.result()).toMatchObject({ outcome: 'signalled', signal: 'SIGINT' });
    expect(screen()).toBe(how === 'typed' ? '^C' : '');
  });

  it('stops at ^Z without ending', () => {
    const { kernel, run } = start(SPIN);
    expect(run()).toBe('budget');
    kernel.input(bytes('\x1a'));
    expect(run()).toBe('waiting');
    expect(kernel.tasks.get(2)?.state).toBe('stopped');
  });

  it.each([
    ['is stopped by its write where TOSTOP is set', TOSTOP, 22, ''],
    ['writes freely without TOSTOP', 0, 0, 'x'],
  ])('in the background %s', (_what, local, stoppedBy, shown) => {
    // The parent's exit status is the signal that stopped the child, which has a group of its own.
    const forks = guestAssembly(`
      addi sp, sp, -16
      li a0, 17
      li a1, 0
      call 220
      beq a0, zero, child
      addi s0, a0, 0
      li a0, -1
      addi a1, sp, 0
      li a2, 2
      li a3, 0
      call 260
      addi a0, s0, 0
      li a1, 9
      call 129
      lw a0, 0(sp)
      srli a0, a0, 8
      call 93
    child:
      li a0, 0
      li a1, 0
      call 154
      li a0, 1
      la a1, text
      li a2, 1
      call 64
      li a0, 0
      call 93
    text: .string "x"
    `);
    const { kernel, run, screen } = start(forks);
    const { discipline } = kernel.console.tty!;
    const { termios } = discipline;
    discipline.configure({ ...termios, local: termios.local | local });
    expect(run()).toBe('exited');
    expect(kernel.result().exitStatus).toBe(stoppedBy);
    expect(screen()).toBe(shown);
  });

  it('sees the end of input when the terminal is gone', () => {
    const { kernel, run } = start(cat);
    expect(run()).toBe('waiting');
    kernel.endInput();
    expect(run()).toBe('exited');
  });

  it('waits for a deadline of the host when there is one', () => {
    const sleeper = guestAssembly(`
      li t0, 5
      addi sp, sp, -16
      sd t0, 0(sp)
      sd zero, 8(sp)
      addi a0, sp, 0
      li a1, 0
      call 101
      li a0, 7
      call 93
    `);
    const { kernel, run } = start(sleeper, 'host');
    expect(run()).toBe('waiting');
    expect(kernel.waitsForInput).toBe(false);
    expect(kernel.nextDeadline()).toBe(1e18 + 5e9);
    const other = start(sleeper);
    expect(other.run()).toBe('exited');
    expect(other.kernel.clock.now()).toBeGreaterThan(5e9);
    expect(other.kernel.result().exitStatus).toBe(7);
  });
});
