import { describe, expect, it } from 'vitest';
import { boot, type TestMachine, type TestProcess } from '../../../cli/vitest/index.js';
import { machineView } from '../../../kernel/verify/index.js';
import { MMAP, MPROTECT, MUNMAP, OPENAT, Script } from '../../verify/mutants/script.js';

const AT = 0x4000_0000;
const ANONYMOUS = 0x32;
const GETPID = 172;

/** Three pages of which the middle one is read-only, a file behind them, then whatever `more` does. */
function program(more: (script: Script) => void = () => {}): Uint8Array {
  const script = new Script()
    .call(MMAP, AT, 0x3000, 3, ANONYMOUS, -1, 0)
    .store(AT)
    .call(MPROTECT, AT + 0x1000, 0x1000, 1)
    .call(OPENAT, -100, '/etc/data', 0, 0)
    .call(MMAP, AT + 0x10000, 0x2000, 1, 0x11, 3, 0)
    .call(GETPID);
  more(script);
  return script.elf();
}

function started(more?: (script: Script) => void): [TestMachine, TestProcess] {
  const machine = boot({ memory: '16M', files: { '/etc/data': 'x'.repeat(10) } });
  const process = machine.spawn(program(more));
  return [machine, process];
}

/** Runs until the process has made the mappings. */
function mapped(more?: (script: Script) => void): [TestMachine, TestProcess] {
  const [machine, process] = started(more);
  machine.run({ until: () => process.mappings.some(({ file }) => file === '/etc/data') });
  return [machine, process];
}

/** The message of the assertion that fails. */
function failure(assertion: () => unknown): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the assertion holds');
}

describe('toMap', () => {
  it('holds for an address that is mapped as expected, and for no other', () => {
    const [, process] = mapped();
    expect(process).toMap(AT);
    expect(process).toMap(AT, {
      prot: 'rw',
      shared: false,
      file: null,
      present: true,
      end: AT + 4096,
    });
    expect(process).toMap(AT + 0x1000, { prot: 'r--', present: false });
    expect(process).toMap(AT + 0x2000, { prot: 3 });
    expect(process).toMap(AT + 0x10800, { file: '/etc/data', shared: true, offset: 0 });
    expect(process).not.toMap(AT + 0x3000);
    expect(process).not.toMap(AT, { prot: 'r' });
  });

  it('holds for what a process had mapped when it ended', async () => {
    const [, process] = started();
    expect(await process.exited).toBe(0);
    expect(process).toMap(AT, { prot: 'rw', present: true });
  });

  it('tells what is there, which call made it, and the walk', () => {
    const [, process] = mapped();
    const message = failure(() => expect(process).toMap(AT + 0x1000, { prot: 'rwx' }));
    expect(message).toContain('expected pid 2 to map 0x40001000 with prot rwx');
    expect(message).toContain('observed    0x40001000-0x40002000 r--p: prot is r--, not rwx');
    expect(message).toContain('last call   mprotect(0x40001000, 0x1000, PROT_READ) returned 0');
    expect(message).toMatch(/walk {8}L2/);
    expect(message).toMatch(/maps {8}0x10000-0x11000 r-xp/);
    expect(failure(() => expect(process).toMap(AT - 1))).toContain('no region is there');
  });

  it.each([
    [{}, AT, /needs a process of machine.spawn\(\), got Object/],
    [undefined, 'x', /needs an address as a whole number, got x/],
  ])('refuses %j', (received, va, reason) => {
    const [, process] = mapped();
    expect(failure(() => expect(received ?? process).toMap(va as number))).toMatch(reason);
  });
});

describe('toFault', () => {
  it('foretells what an access would come to', () => {
    const [, process] = mapped();
    expect(process).not.toFault(AT);
    expect(process).not.toFault(AT, { access: 'store' });
    expect(process).toFault(AT + 0x1000, { access: 'store', signal: 'SIGSEGV', code: 'ACCERR' });
    expect(process).toFault(AT, { access: 'fetch' });
    expect(process).toFault(AT + 0x3000, { code: 'MAPERR' });
    expect(process).toFault(AT + 0x11000, { signal: 'SIGBUS' });
    expect(process).not.toFault();
    expect(failure(() => expect(process).toFault(AT))).toContain(
      'region      0x40000000-0x40001000',
    );
  });

  it('remembers the access that ended the program', async () => {
    const [, process] = started((script) => script.store(AT + 0x1008));
    expect(await process.exited).toBe(139);
    expect(process).toFault(AT + 0x1008, { access: 'store', code: 'ACCERR' });
    expect(process).toFault({ signal: 'SIGSEGV' });
    expect(process).not.toFault({ signal: 'SIGBUS' });
    expect(failure(() => expect(process).toFault({ signal: 'SIGBUS' }))).toContain(
      'store at 0x40001008: SIGSEGV, ACCERR',
    );
  });
});

describe('toExitWith', () => {
  it('runs a process to its end, and tells how it ended', () => {
    const [, process] = started();
    expect(process).toExitWith(0);
    expect(process).not.toExitWith(1);
    const [, killed] = started((script) => script.load(0));
    expect(killed).toExitWith({ signal: 'SIGSEGV' });
    expect(killed).not.toExitWith(139);
    const message = failure(() => expect(killed).toExitWith(0));
    expect(message).toContain('observed    it was ended by SIGSEGV');
    expect(message).toContain('page fault (load) at 0x0');
  });

  it('tells that a process does not end', () => {
    const machine = boot({ maxSteps: 10_000 });
    const process = machine.spawn(program((script) => script.jump(0x10000)));
    expect(failure(() => expect(process).toExitWith(0))).toMatch(
      /had not ended after 1\d{4} steps/,
    );
  });
});

describe('toHaveConsistentPageTables', () => {
  it('holds for a machine, a kernel and views, and finds what was changed behind their back', () => {
    const [machine, process] = mapped((script) => script.call(GETPID).call(MUNMAP, AT, 0x1000));
    expect(machine).toHaveConsistentPageTables();
    expect(machine.kernel).toHaveConsistentPageTables();
    expect({ machine: machineView(machine.kernel.machine) }).toHaveConsistentPageTables();
    const { table, system } = process.process.memory;
    system.ram.writePte(table.find(AT / 4096), 0, 0);
    expect(machine).not.toHaveConsistentPageTables();
    machine.run();
    const message = failure(() => expect(machine).toHaveConsistentPageTables());
    expect(message).toMatch(/expected consistent page tables, and found \d+ violation/);
    expect(message).toMatch(
      /F1 a reference count equals leaves, page cache and pins, counted anew\n {2}0x/,
    );
    const brief = failure(() => expect(machine).toHaveConsistentPageTables({ level: 'symptom' }));
    expect(brief.length).toBeLessThan(message.length / 2);
    expect(failure(() => expect(3).toHaveConsistentPageTables())).toContain('got 3');
  });
});

describe('toRunOnFromSnapshot', () => {
  it('holds for a machine that nothing but its input decides', () => {
    const machine = boot({ input: 'mmapdemo | wc\nforkdemo\n', seed: 3 });
    machine.spawn('sh');
    for (const steps of [0, 1000, 300_000]) {
      machine.run({ steps });
      expect(machine).toRunOnFromSnapshot({ steps: 50_000 });
    }
    expect(machine.run()).toBe('exited');
    expect(machine).toRunOnFromSnapshot();
  });

  it('names L7, the steps and the frame where somebody else had a hand in it', () => {
    const [machine, process] = mapped();
    const { table, system } = process.process.memory;
    const ppn = table.ppn(table.find(AT / 4096));
    system.ram.writeU8(ppn * 4096 + 5, 1);
    const message = failure(() => expect(machine).toRunOnFromSnapshot({ steps: 10 }));
    expect(message).toMatch(
      /^expected a machine that is restored to run on as this one for 10 steps\n/,
    );
    expect(message).toContain(
      '  L7 a machine that is restored runs on as the one that was recorded\n',
    );
    expect(message).toMatch(
      new RegExp(
        `0x40000000 +alike up to step 0, different at step [\\d,]+: frame 0x${ppn.toString(16)} `,
      ),
    );
    expect(message).toMatch(/observed {4}stateHash is [0-9a-f]{16}, not [0-9a-f]{16}/);
    expect(() => expect(process).toRunOnFromSnapshot()).toThrow('needs a machine of boot()');
  });
});
