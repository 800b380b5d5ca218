import { describe, expect, it } from 'vitest';
import { boot, restore } from '../../../cli/vitest/index.js';

describe('boot', () => {
  it('runs a program of the package, by name, with its arguments', async () => {
    const machine = boot({ files: { '/tmp/a': 'one\ntwo\n' } });
    const process = machine.spawn('grep', ['tw', '/tmp/a']);
    expect(await process.exited).toBe(0);
    expect(machine.output).toBe('two\n');
    expect(machine).toHaveConsistentPageTables();
  });

  it('gives standard input, environment and folder', async () => {
    const machine = boot({ input: 'echo $WHO; ls\n', files: { '/srv/x': '' } });
    expect(machine.spawn('sh', [], { env: { WHO: 'me' }, cwd: '/srv' })).toExitWith(0);
    expect(machine.output).toBe('me\nx\n');
  });

  it('runs a shell on a terminal that somebody types on', async () => {
    const machine = boot({ terminal: { columns: 100 } });
    const process = machine.spawn('sh');
    expect(machine.run()).toBe('waiting');
    machine.type('echo typed > /tmp/f\r');
    expect(machine.run()).toBe('waiting');
    const { exited } = process;
    machine.type('exit 3\r');
    expect(await exited).toBe(3);
    expect(machine.output).toContain('/tmp $ exit 3');
    expect(new TextDecoder().decode(machine.readFile('/tmp/f'))).toBe('typed\n');
  });

  it('has more terminals, each with its own program', async () => {
    const machine = boot({ terminal: true });
    const first = machine.spawn('cat');
    const terminal = machine.addTerminal();
    const second = machine.spawn('cat', [], { terminal });
    machine.run();
    terminal.type('hi\r\x04');
    expect(await second.exited).toBe(0);
    expect(terminal.output).toBe('hi\r\nhi\r\n');
    expect(machine.output).toBe('');
    machine.type('\x03');
    expect(await first.exited).toBe(130);
  });

  it('gives the same run for the same seed', () => {
    const hash = (seed: number) => {
      const machine = boot({ seed, verify: 'off' });
      expect(machine.spawn('forkdemo')).toExitWith(0);
      return machine.result().stateHash;
    };
    expect(hash(1)).toBe(hash(1));
    expect(hash(1)).not.toBe(hash(2));
  });

  it('has snapshots, from which machines go on elsewhere', async () => {
    const machine = boot({ terminal: true, files: { '/etc/motd': 'hi' } });
    machine.spawn('sh');
    const terminal = machine.addTerminal({ columns: 40 });
    machine.spawn('cat', [], { terminal });
    machine.run();
    machine.type('cat /etc/motd > /tmp/f; sleep 1; echo slept\r');
    terminal.type('typed\r');
    machine.run({ steps: 3000 });
    const text = JSON.stringify(machine.snapshot());

    const other = restore(JSON.parse(text));
    expect(other.violations).toEqual([]);
    expect(other.result()).toEqual(machine.result());
    expect(other.output).toBe(machine.output);
    expect(other.spawned.map(({ pid }) => pid)).toEqual([2, 3]);
    expect(other.terminals[0]!.output).toContain('typed');
    for (const each of [machine, other]) each.terminals[0]!.type('more\r\x04');
    expect(await other.spawned[1]!.exited).toBe(0);
    expect(await machine.spawned[1]!.exited).toBe(0);
    for (const each of [machine, other]) each.run();
    expect(other.output).toContain('\nslept');
    expect(other.output).toBe(machine.output);
    expect(other.terminals[0]!.output).toBe(machine.terminals[0]!.output);
    expect(new TextDecoder().decode(other.readFile('/tmp/f'))).toBe('hi');
    expect(other).toHaveConsistentPageTables();
    expect(other).toRunOnFromSnapshot();
  });

  it('runs about as many steps as it is given', () => {
    const machine = boot();
    machine.spawn('mmapdemo');
    expect(machine.run({ steps: 1000 })).toBe('budget');
    expect(machine.kernel.clock.steps).toBeGreaterThanOrEqual(1000);
    expect(machine.run()).toBe('exited');
  });

  it('rejects where a process cannot end', async () => {
    const machine = boot({ maxSteps: 1000 });
    await expect(machine.spawn('sh').exited).rejects.toThrow(
      /pid 2 did not end\nstopped at the limit/,
    );
  });

  it.each([
    ['a size', () => boot({ memory: '12Q' }), /memory '12Q' is no size/],
    ['a path', () => boot({ files: { x: '' } }), /guest path x must be absolute/],
    ['a program', () => boot().spawn('no-such'), /no-such is neither a file of this host/],
    ['a snapshot', () => restore('{}'), /^this is no snapshot/],
    ['typing', () => boot().type('x'), /there is no terminal to type on/],
    ['a signal', () => boot().spawn('cat').kill('SIGX'), /SIGX is no signal/],
  ])('names %s that cannot be', (_what, act, reason) => {
    expect(act).toThrow(reason);
  });
});
