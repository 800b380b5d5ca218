import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  Kernel,
  type KernelOptions,
  type RestoreOptions,
  ROOT,
  type Snapshot,
  type Tty,
} from '../../kernel/index.js';
import { checksum } from '../../kernel/snapshot/snapshot.js';
import type { Violation } from '../../kernel/verify/index.js';
import { guestAssembly } from '../support/guest-assembly.js';
import { guestProgram } from '../support/pagewalk.js';
import { Random } from '../support/random.js';

const encoder = new TextEncoder();
const PROGRAMS = ['sh', 'cat', 'echo', 'sleep', 'ls', 'mmapdemo', 'forkdemo', 'seq', 'wc', 'yes'];
const SIGCONT = 18;
const LINES = [
  'mmapdemo | wc\r',
  'forkdemo > /tmp/f; cat /tmp/f\r',
  'seq 1 2000 > /tmp/s; wc /tmp/s\r',
  'sleep 1; echo slept\r',
  'yes > /dev/null &\r',
  'ls -l /tmp /dev\r',
  'cat\r',
  'half a li',
  '\x03',
  '\x04',
  '\x1a',
];

/** Every second session follows a host's clock, which goes as it likes. */
function hosts(seed: number): { clock?: 'host'; hostNow?: () => number } {
  if (seed % 2 === 0) return {};
  const random = new Random(seed);
  let now = 1.7e18;
  const hostNow = () => {
    now += random.below(3_000_000);
    return now;
  };
  return { clock: 'host', hostNow };
}

/** A machine with a shell on its terminal, and what its host has seen of it. */
class Session {
  readonly kernel: Kernel;
  readonly screens = new Map<number, string>();
  readonly violations: Violation[] = [];
  private readonly decoder = new TextDecoder();

  constructor(make: (session: Session) => Kernel) {
    this.kernel = make(this);
  }

  static boot(o: Partial<KernelOptions> = {}): Session {
    const session = new Session((own) =>
      Kernel.create({
        memoryBytes: 16 * 2 ** 20,
        record: true,
        onViolation: (violation) => own.violations.push(violation),
        ...o,
        console: { write: (bytes) => own.show(1, bytes), isTerminal: true, columns: 100 },
      }),
    );
    const { kernel } = session;
    for (const name of PROGRAMS) {
      kernel.files.add(`/bin/${name}`, readFileSync(guestProgram(name)), 0o755, ROOT);
    }
    session.shell();
    return session;
  }

  static restore(data: unknown, o: Partial<RestoreOptions> = {}): Session {
    return new Session((own) =>
      Kernel.restore(data, {
        onViolation: (violation) => own.violations.push(violation),
        ...o,
        console: { write: (bytes) => own.show(1, bytes) },
        terminal: (number) => ({ write: (bytes) => own.show(number, bytes) }),
      }),
    );
  }

  show(tty: number, bytes: Uint8Array): void {
    this.screens.set(tty, (this.screens.get(tty) ?? '') + this.decoder.decode(bytes));
  }

  shell(tty?: Tty): void {
    const place = tty === undefined ? {} : { tty };
    this.kernel.spawn({ path: '/bin/sh', args: ['sh'], env: ['PATH=/bin'], cwd: '/tmp', ...place });
  }

  addTerminal(): Tty {
    const tty = this.kernel.addTerminal({
      write: (bytes) => this.show(tty.number, bytes),
      rows: 10,
    });
    return tty;
  }

  /** All that can be told of it. */
  readonly facts = () => {
    const { kernel, screens } = this;
    const files = ['/tmp/f', '/tmp/s', '/tmp/new'].map((path) => kernel.files.read(path));
    return { result: kernel.result(), screens, files, maps: this.maps() };
  };

  private maps(): string[] {
    return [...this.kernel.processes.values()].map(({ pid, ending, memory }) =>
      ending === undefined ? `${pid}\n${memory.mapsText()}` : `${pid} ended`,
    );
  }
}

/** Something that a host may do, and a run of any length after it. */
function act(session: Session, random: Random): void {
  const { kernel } = session;
  const { ttys } = kernel;
  const tty = random.pick(ttys);
  const what = random.below(10);
  if (what < 5) tty.input(encoder.encode(random.pick(LINES)));
  else if (what === 5) tty.resize({ rows: 20 + random.below(10), columns: 80 });
  else if (what === 6 && ttys.length < 3) session.shell(session.addTerminal());
  else if (what === 7 && tty !== kernel.console.tty && random.below(3) === 0) kernel.hangUp(tty);
  else if (what === 8) kernel.files.add('/tmp/new', encoder.encode(`${random.below(100)}`));
  else if (random.below(2) === 0) tty.interrupt();
  else kernel.kill(tty.foregroundGroup, SIGCONT);
  kernel.run(random.below(200_000), random.below(3) === 0 ? 'trap' : 'budget');
}

type Body = Record<string, unknown> & {
  configuration: Record<string, unknown>;
  acts: { at: Record<string, unknown>; act: Record<string, unknown> }[];
  marks: Record<string, unknown>[];
  at: Record<string, unknown>;
};

/** The snapshot with something changed and a checksum that fits. */
function altered(snapshot: Snapshot, change: (body: Body) => void): Snapshot {
  const { format, version, checksum: _old, ...body } = structuredClone(snapshot);
  change(body as unknown as Body);
  return { format, version, checksum: checksum(JSON.stringify(body)), ...body };
}

/** A short run with a little of everything. */
function shortRun(): Session {
  const session = Session.boot({ seed: 7 });
  session.kernel.run(200_000);
  session.kernel.console.tty!.input(encoder.encode('cat /bin/cat | wc; echo $PATH\r'));
  session.kernel.run(900_000);
  return session;
}

describe('Kernel.snapshot', () => {
  it.each([1, 2])(
    'restores a session to the same state, which runs on alike (session %i)',
    (seed) => {
      const random = new Random(seed);
      const session = Session.boot({ seed, ...hosts(seed) });
      for (let turn = 0; turn < 20; turn++) act(session, random);
      const snapshot = session.kernel.snapshot();
      const asJson = Session.restore(JSON.parse(JSON.stringify(snapshot)), hosts(seed));
      const asClone = Session.restore(structuredClone(snapshot), {
        verify: 'trap',
        ...hosts(seed),
      });
      for (const { violations, facts } of [asJson, asClone]) {
        expect(violations).toEqual([]);
        expect(facts()).toEqual(session.facts());
      }
      for (const budget of [1, 100_000, 1_000_000]) {
        for (const { kernel } of [session, asJson, asClone]) kernel.run(budget);
        expect(asJson.facts()).toEqual(session.facts());
        expect(asClone.facts()).toEqual(session.facts());
      }
      for (const { kernel } of [session, asJson]) kernel.console.tty!.input(encoder.encode('ls\r'));
      const again = Session.restore(asJson.kernel.snapshot(), hosts(seed));
      expect(again.violations).toEqual([]);
      expect(again.facts()).toEqual(session.facts());
    },
  );

  it('is not larger for a run that was longer', () => {
    const spin = Kernel.create({
      memoryBytes: 4 * 2 ** 20,
      record: true,
      console: { write: () => {}, isTerminal: false },
    });
    spin.files.add('/bin/spin', guestAssembly('loop:\naddi a0, a0, 1\nj loop'), 0o755);
    spin.spawn({ path: '/bin/spin', args: ['spin'], env: [], cwd: '/' });
    spin.run(3_000_000);
    const { marks, acts, ...early } = spin.snapshot();
    spin.run(200_000_000);
    const late = spin.snapshot();
    expect(late.acts).toEqual(acts);
    expect(marks.length).toBeGreaterThan(1);
    expect(late.marks.length).toBeLessThanOrEqual(64);
    const bytes = (snapshot: object) => JSON.stringify(snapshot).length;
    expect(bytes({ ...late, marks, acts })).toBeLessThan(bytes({ ...early, marks, acts }) + 1000);
  });

  it('is refused where the machine does not record, and inside run()', () => {
    const console = { write: () => {}, isTerminal: false };
    const plain = Kernel.create({ memoryBytes: 4 * 2 ** 20, console });
    expect(() => plain.snapshot()).toThrow(/does not record .*: make it with record: true$/);
    let reason = '';
    const recorded = Kernel.create({
      memoryBytes: 16 * 2 ** 20,
      record: true,
      console,
      strace: () => {
        try {
          recorded.snapshot();
        } catch (error) {
          reason = (error as Error).message;
        }
      },
    });
    recorded.files.add('/bin/hello', readFileSync(guestProgram('hello')), 0o755);
    recorded.spawn({ path: '/bin/hello', args: ['hello'], env: [], cwd: '/' });
    recorded.run(1_000_000);
    expect(reason).toBe('snapshot() was called inside run(): take it between runs');
  });

  it('is refused after input that came inside run()', () => {
    const kernel: Kernel = Kernel.create({
      memoryBytes: 16 * 2 ** 20,
      record: true,
      console: { write: () => kernel.input(encoder.encode('x')), isTerminal: false },
    });
    kernel.files.add('/bin/hello', readFileSync(guestProgram('hello')), 0o755);
    kernel.spawn({ path: '/bin/hello', args: ['hello'], env: [], cwd: '/' });
    kernel.run(1_000_000);
    expect(() => kernel.snapshot()).toThrow(
      'no snapshot can be taken of this machine any more: input came while the machine was inside run()',
    );
  });

  it('repeats what failed as a failure', () => {
    const session = shortRun();
    const { kernel } = session;
    expect(() => kernel.files.addLink('/bin/sh', 'x')).toThrow('/bin/sh exists');
    expect(() => kernel.spawn({ path: '/bin/none', args: [], env: [], cwd: '/' })).toThrow();
    kernel.run(100_000);
    const other = Session.restore(kernel.snapshot());
    expect(other.violations).toEqual([]);
    expect(other.facts()).toEqual(session.facts());
  });

  it('can be taken of a machine that has ended, which may be given another program', () => {
    const session = shortRun();
    const { kernel } = session;
    kernel.console.tty!.input(encoder.encode('exit 3\r'));
    expect(kernel.run(10_000_000)).toBe('exited');
    const other = Session.restore(kernel.snapshot());
    expect(other.violations).toEqual([]);
    expect(other.facts()).toEqual(session.facts());
    for (const each of [session, other]) {
      each.shell();
      each.kernel.run(500_000);
    }
    expect(other.facts()).toEqual(session.facts());
    expect(Session.restore(kernel.snapshot()).facts()).toEqual(session.facts());
  });

  it('is taken at a limit, and goes on beyond it', () => {
    const whole = shortRun();
    const limited = Session.boot({ seed: 7, maxSteps: 5000 });
    expect(limited.kernel.run(200_000)).toBe('exited');
    const other = Session.restore(limited.kernel.snapshot());
    expect(other.violations).toEqual([]);
    expect(other.kernel.clock.steps).toBe(limited.kernel.clock.steps);
    other.kernel.run(200_000 - other.kernel.clock.steps);
    other.kernel.console.tty!.input(encoder.encode('cat /bin/cat | wc; echo $PATH\r'));
    other.kernel.run(900_000);
    expect(other.facts()).toEqual(whole.facts());
  });
});

describe('Kernel.restore', () => {
  const snapshot = shortRun().kernel.snapshot();

  it('refuses what is no snapshot, is damaged, or was taken too late', () => {
    const restore = (data: unknown, o?: Partial<RestoreOptions>) => () => Session.restore(data, o);
    for (const data of [undefined, null, 5, 'x', [], {}, { format: 'other' }]) {
      expect(restore(data)).toThrow(
        "this is no snapshot: one has the field format: 'pagewalk snapshot'",
      );
    }
    expect(restore({ ...snapshot, version: 2 })).toThrow(
      'the snapshot has version 2, and only 1 can be read',
    );
    expect(restore({ ...snapshot, startedAt: 1 })).toThrow('its checksum does not agree');
    expect(restore(snapshot, { maxSteps: 1000 })).toThrow(
      /was taken at step \d+, beyond the limit of 1000$/,
    );
  });

  it.each<[string, (body: Body) => void, RegExp]>([
    [
      'a size',
      ({ configuration: c }) => {
        c.memoryBytes = 5;
      },
      /memory|5/,
    ],
    [
      'a negative size',
      ({ configuration: c }) => {
        c.memoryBytes = -4096;
      },
      /configuration.memoryBytes is -4096, not a whole number/,
    ],
    [
      'a clock',
      ({ configuration: c }) => {
        c.clock = 'sun';
      },
      /configuration.clock is "sun", not virtual or host/,
    ],
    [
      'no configuration',
      (body) => {
        body.configuration = null as never;
      },
      /configuration is null, not a record/,
    ],
    [
      'an act',
      ({ acts }) => {
        acts[3]!.act.kind = 'toString';
      },
      /acts\[3\].act is \[object Object\], not one of file, directory/,
    ],
    [
      'a path',
      ({ acts }) => {
        acts[0]!.act.path = 5;
      },
      /acts\[0\].act.path is 5, not a text/,
    ],
    [
      'contents',
      ({ acts }) => {
        acts[0]!.act.bytes = 999;
      },
      /acts\[0\].act.bytes is 999, not a place in contents/,
    ],
    [
      'base64',
      (body) => {
        body.contents = ['ä'];
      },
      /contents\[0\] is "ä", not base64/,
    ],
    [
      'an order',
      ({ acts }) => {
        acts[0]!.at.steps = 1e12;
      },
      /acts\[1\].at.steps is 0, not in order/,
    ],
    [
      'a fraction',
      ({ at }) => {
        at.steps = 1.5;
      },
      /at.steps is 1.5, not a whole number/,
    ],
    [
      'marks',
      ({ marks }) => {
        marks[0] = { at: {}, acts: 0, parts: {} };
      },
      /marks\[0\].at.steps is undefined/,
    ],
    [
      'a program that is not there',
      ({ acts }) => {
        acts.at(-2)!.act.path = '/bin/none';
      },
      /^the snapshot cannot be restored: spawn \/bin\/none at step 0 fails: /,
    ],
    [
      'a terminal that is not there',
      ({ acts }) => {
        acts.at(-1)!.act.tty = 9;
      },
      /input of \d+ bytes at step \d+ fails: there is no terminal 9/,
    ],
  ])('refuses a snapshot with %s changed, in one line', (_what, change, reason) => {
    let message = '';
    try {
      Session.restore(altered(snapshot, change));
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message).toMatch(reason);
    expect(message).not.toContain('\n');
  });

  it.each<[string, (body: Body) => void, RegExp]>([
    [
      'the seed',
      ({ configuration }) => {
        configuration.seed = 8;
      },
      /^alike up to step 0, different at step [\d,]+: .*random numbers.*scheduling/,
    ],
    [
      'what was typed',
      ({ acts }) => {
        acts.at(-1)!.act.bytes = btoa('exit\r');
      },
      /; the machine ended at step [\d,]+, the snapshot was taken at step/,
    ],
    [
      'the window',
      ({ configuration }) => {
        configuration.columns = 99;
      },
      /: terminals$/,
    ],
    [
      'the step of an act',
      ({ acts }) => {
        acts.at(-1)!.at.steps = 0;
      },
      /different at step/,
    ],
  ])('names rule L7 where %s is another one', (_what, change, observed) => {
    const { violations, kernel } = Session.restore(altered(snapshot, change));
    expect(violations.map(({ rule }) => rule)).toEqual(['L7']);
    expect(violations[0]!.observed).toMatch(observed);
    expect(kernel.result().violations).toBe(1);
    expect(kernel.diagnostics()).toMatch(/^L7 a machine that is restored .*\n {2}0x[0-9a-f]+ /);
  });

  it('comes to an end whatever the data is', () => {
    const random = new Random(1);
    const texts = ['', 'x', 'AAAA', '/bin/sh'];
    const numbers = [0, 1, -1, 1.5, 2 ** 31, 2 ** 53, Number.NaN];
    const values = [...texts, ...numbers, null, [], {}, true];
    const change = (value: unknown): unknown => {
      if (typeof value !== 'object' || value === null || random.below(6) === 0) {
        return random.pick<unknown>(values);
      }
      const keys = Object.keys(value);
      if (keys.length === 0) return random.pick<unknown>(values);
      const key = random.pick(keys);
      const copy = Array.isArray(value) ? [...value] : { ...value };
      Object.assign(copy, { [key]: change((value as Record<string, unknown>)[key]) });
      return copy;
    };
    for (let round = 0; round < 60; round++) {
      const { format, version, checksum: _old, ...body } = snapshot;
      const other = JSON.parse(JSON.stringify(change(body)));
      const data = { format, version, checksum: checksum(JSON.stringify(other)), ...other };
      try {
        Session.restore(data, { maxSteps: 3_000_000 });
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect((error as Error).message).toMatch(
          /^[^\n]*(snapshot|memory|device|disk|does not fit)[^\n]*$/,
        );
      }
    }
  });
});
