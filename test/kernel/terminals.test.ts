import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Kernel, ROOT, type Tty } from '../../kernel/index.js';
import { SIGHUP } from '../../kernel/signals/numbers.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

const PROGRAMS = ['sh', 'cat', 'echo', 'sleep', 'ps', 'ls'];

/** A kernel with a shell on the console's terminal and one on a second one. */
function twoShells() {
  const screens = ['', ''];
  const decoder = new TextDecoder();
  const kernel = Kernel.create({
    memoryBytes: 64 * 2 ** 20,
    console: {
      write: (bytes) => {
        screens[0] += decoder.decode(bytes);
      },
      isTerminal: true,
    },
  });
  for (const name of PROGRAMS) {
    const bytes = readFileSync(join(root, 'guest-programs/bin', name));
    kernel.files.add(`/bin/${name}`, bytes, 0o755, ROOT);
  }
  const second = kernel.addTerminal({
    write: (bytes) => {
      screens[1] += decoder.decode(bytes);
    },
    columns: 40,
    rows: 10,
  });
  const first = kernel.console.tty!;
  const shell = (tty: Tty) =>
    kernel.spawn({ path: '/bin/sh', args: ['sh'], env: ['PATH=/bin'], cwd: '/tmp', tty });
  const shells = [shell(first), shell(second)];
  const run = () => {
    for (let turn = 0; turn < 2000; turn++) if (kernel.run(100_000) !== 'budget') return;
    throw new Error('the machine did not come to rest');
  };
  run();
  /** What the screen shows from here on, once the typed text has been worked on. */
  const type = (index: 0 | 1, text: string) => {
    screens[index] = '';
    [first, second][index]!.input(new TextEncoder().encode(text));
    run();
    return screens[index] ?? '';
  };
  return { kernel, first, second, shells, screens, type, run };
}

describe('a kernel with two terminals', () => {
  it('gives each shell a terminal, a session and a foreground of its own', () => {
    const { first, second, shells } = twoShells();
    expect([first.path, second.path]).toEqual(['/dev/tty1', '/dev/tty2']);
    expect(shells.map(({ session }) => session)).toEqual([first.session, second.session]);
    expect(first.session).not.toBe(second.session);
    expect(second.foregroundGroup).toBe(shells[1]!.group);
  });

  it('lives on when the host brings a file that finds no room', () => {
    const { kernel, type, shells } = twoShells();
    const huge = new Uint8Array(100 * 2 ** 20);
    expect(() => kernel.files.add('/tmp/huge', huge)).toThrow(
      /does not fit into the guest's memory/,
    );
    expect(kernel.oomKiller.kills).toBe(0);
    expect(type(0, 'echo alive\r')).toContain('\nalive\r\n');
    expect(shells.map(({ ending }) => ending)).toEqual([undefined, undefined]);
  });

  it('works on one while a program waits on the other', () => {
    const { type, screens } = twoShells();
    type(0, 'cat\r');
    screens[0] = '';
    expect(type(1, 'echo on two\r')).toContain('\non two\r\n');
    expect(screens[0]).toBe('');
    expect(type(0, 'to cat\r')).toBe('to cat\r\nto cat\r\n');
  });

  it('sends ^C to the foreground of the terminal on which it was typed, and to no other', () => {
    const { type, screens, first, second, shells } = twoShells();
    type(0, 'cat\r');
    type(1, 'cat\r');
    const waiting = first.foregroundGroup;
    screens[0] = '';
    expect(type(1, '\x03')).toContain('^C');
    expect(second.foregroundGroup).toBe(shells[1]!.group);
    expect(first.foregroundGroup).toBe(waiting);
    expect(screens[0]).toBe('');
    expect(type(0, 'alive\r')).toBe('alive\r\nalive\r\n');
  });

  it('stops the output of a program at ^S until ^Q, on that terminal alone', () => {
    const { type, screens } = twoShells();
    type(0, 'cat\r');
    expect(type(0, '\x13held\r')).toBe('');
    type(1, 'echo on two\r');
    expect(screens[1]).toContain('\non two\r\n');
    expect(type(0, '\x11')).toBe('held\r\nheld\r\n');
  });

  it('keeps what is typed on each apart, and stops the machine for neither', () => {
    const { type } = twoShells();
    type(0, 'echo fi');
    type(1, 'echo sec');
    expect(type(0, 'rst\r')).toContain('\nfirst\r\n');
    expect(type(1, 'ond\r')).toContain('\nsecond\r\n');
  });

  it('opens /dev/tty as the terminal of whoever asks, and /dev/ttyN as that one', () => {
    const { type, screens } = twoShells();
    screens[0] = '';
    expect(type(1, 'echo mine > /dev/tty\r')).toContain('\nmine\r\n');
    expect(screens[0]).toBe('');
    type(1, 'echo yours > /dev/tty1\r');
    expect(screens[0]).toContain('yours\r\n');
  });

  it('is stopped by a read in the background, which leaves the other terminal alone', () => {
    const { type } = twoShells();
    expect(type(1, 'cat &\r')).toMatch(/\[1\]/);
    expect(type(1, 'jobs\r')).toMatch(/Stopped +cat/);
    expect(type(0, 'jobs\r')).not.toContain('Stopped');
  });

  it('counts both in the state hash', () => {
    const hashes = [twoShells(), twoShells(), twoShells()].map(({ second, kernel }, i) => {
      if (i === 2) second.input(new TextEncoder().encode('x'));
      return kernel.result().stateHash;
    });
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  it('starts a program in the session of a terminal while that lives, and anew after it', () => {
    const { kernel, second, shells, type } = twoShells();
    const start = () =>
      kernel.spawn({ path: '/bin/echo', args: ['echo'], env: [], cwd: '/', tty: second });
    expect(start().session).toBe(shells[1]!.session);
    type(1, '\x04');
    expect(shells[1]!.ending).toEqual({ kind: 'exited', status: 0 });
    const next = start();
    expect([next.session, second.session, second.foregroundGroup]).toEqual([
      next.pid,
      next.pid,
      next.pid,
    ]);
  });

  it('ends the shell, the foreground and what is stopped on one that hangs up, and nothing else', () => {
    const { kernel, second, shells, type, run } = twoShells();
    type(0, 'cat\r');
    type(1, 'cat &\r');
    type(1, 'cat\r');
    const names = () => [...kernel.processes.values()].map(({ tasks }) => tasks[0]?.name);
    expect(names()).toEqual(['sh', 'sh', 'cat', 'cat', 'cat']);
    kernel.hangUp(second);
    run();
    expect(shells[1]!.ending).toMatchObject({ kind: 'signalled', signal: SIGHUP });
    expect(names()).toEqual(['sh', 'cat']);
    expect(type(0, 'alive\r')).toBe('alive\r\nalive\r\n');
    second.input(new TextEncoder().encode('nobody reads this'));
    expect(kernel.run(100_000)).not.toBe('budget');
  });

  it('gives the number of a terminal that hung up to a new one, and of no other', () => {
    const { kernel, second, run } = twoShells();
    const host = { write: () => {} };
    expect(() => kernel.addTerminal(host, 2)).toThrow('there is a terminal 2 already');
    kernel.hangUp(second);
    run();
    const again = kernel.addTerminal(host, 2);
    const shell = kernel.spawn({
      path: '/bin/sh',
      args: ['sh'],
      env: ['PATH=/bin'],
      cwd: '/tmp',
      tty: again,
    });
    run();
    expect(kernel.ttyOf(shell)).toBe(again);
    expect(kernel.addTerminal(host).number).toBe(3);
  });
});

describeWith(
  ['gcc', 'riscv64-linux-gnu-gcc'],
  'a terminal does as a pseudo-terminal of Linux',
  () => {
    const folder = temporaryFolder();

    /** Starts the program on the second terminal; `lines` are its log's, and what they are natively. */
    async function start(name: string) {
      const source = join(root, `test/kernel/programs/${name}.c`);
      const [native, guest] = [join(folder, `${name}-native`), join(folder, name)];
      await mustRun('gcc', ['-O1', '-w', source, '-o', native]);
      await mustRun('riscv64-linux-gnu-gcc', ['-O1', '-w', '-static', source, '-o', guest]);
      const machine = twoShells();
      const { kernel, second } = machine;
      machine.type(1, '\x04');
      kernel.files.add(`/bin/${name}`, readFileSync(guest), 0o755);
      const path = `/bin/${name}`;
      kernel.spawn({ path, args: [name, '/tmp/log'], env: [], cwd: '/', tty: second });
      machine.run();
      const lines = async () => ({
        guest: new TextDecoder().decode(kernel.files.read('/tmp/log')).split('\n'),
        native: (await mustRun(native, [])).stdout.split('\n'),
      });
      return { ...machine, lines };
    }

    it('when it hangs up', async () => {
      const { kernel, second, screens, run, lines } = await start('hangup');
      expect(screens[1]).toContain('ready');
      second.input(new TextEncoder().encode('typed and lost\n'));
      kernel.hangUp(second);
      run();
      const { guest, native } = await lines();
      expect(guest).toEqual(native);
    });

    it('in raw mode, by VMIN and VTIME', async () => {
      const { screens, type, lines } = await start('rawtty');
      expect(screens[1]).toMatch(/\?$/);
      type(1, 'abcd');
      const { guest, native } = await lines();
      expect(guest).toEqual(native);
    });
  },
);
