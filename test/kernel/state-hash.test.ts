import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Kernel } from '../../kernel/index.js';
import { Process } from '../../kernel/process/process.js';
import { StateHash } from '../../kernel/state-hash.js';
import { mustRun, root, temporaryFolder } from '../support/processes.js';
import { describeWith } from '../support/tools.js';

/** Objects that are no state of the guest's: the machine, what watches it, what the host gave. */
const NOT_LOOKED_INTO = new Set([
  ...['Kernel', 'Machine', 'Hart', 'Ram', 'Monitor', 'Tracer', 'Console', 'StateHash'],
  // Computed when they are looked at: /proc.
  ...['ProcRoot', 'ProcessDirectory', 'ProcessFile', 'MagicLink', 'DescriptorDirectory'],
  ...['MemoryInode', 'TextInode'],
  // Hashed as frames, or seen through regions.
  ...[
    'PhysicalMemory',
    'PageTable',
    'AddressSpace',
    'Fences',
    'FrameQueue',
    'Calls',
    'LastRegionMapper',
  ],
]);

/** Fields whose change the hash may miss, and why. */
const MISSED: readonly [fields: RegExp, why: string][] = [
  [/\.(kind|title|representedDevice|type|device|openedPath)$/, 'never changes'],
  [
    /^(FileTree\.(deviceNumber|options\.pageLimit)|MemorySystem\.(adBits|maxTreeNodes)|Reclaimer\.replacement)$/,
    'configuration',
  ],
  [/^(Clock\.startNanoseconds|SwapDevice\.slotCount|VirtualMemory\.placement)$/, 'configuration'],
  [/\.(references|users|executing|writers|spaces|treeNodes)$/, 'counts what is hashed'],
  [/^PosixTimer\.parts\.(clock|id)$/, 'copied into the timer'],
  [/^RegularFile\.name$/, 'stands in its directory'],
];

interface Place {
  readonly name: string;
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

describeWith(['riscv64-linux-gnu-gcc'], 'the state hash', () => {
  const folder = temporaryFolder();

  it('changes with every field of what the kernel keeps', async () => {
    const program = join(folder, 'state');
    const source = join(root, 'test/kernel/programs/state.c');
    await mustRun('riscv64-linux-gnu-gcc', [
      '-O1',
      '-w',
      '-static',
      '-pthread',
      source,
      '-o',
      program,
    ]);
    const kernel = runToReady(readFileSync(program));
    const hash = new StateHash(kernel);
    const before = hash.compute();
    const missed: string[] = [];
    const places = fieldsOf(kernel);
    for (const { name, holder, key } of places) {
      const value = holder[key];
      holder[key] = changed(value);
      let after: string;
      try {
        after = hash.compute();
      } catch {
        after = 'noticed';
      }
      holder[key] = value;
      if (after === before) missed.push(name);
    }
    expect(hash.compute()).toBe(before);
    expect(places.length).toBeGreaterThan(150);
    const isAllowed = (name: string) => MISSED.some(([fields]) => fields.test(name));
    expect(missed.filter((name) => !isAllowed(name)).sort()).toEqual([]);
  });
});

function runToReady(program: Uint8Array): Kernel {
  let output = '';
  const kernel = Kernel.create({
    memoryBytes: 16 * 2 ** 20,
    swapBytes: 2 ** 20,
    console: {
      write: (bytes) => {
        output += Buffer.from(bytes).toString();
      },
      isTerminal: true,
    },
  });
  kernel.files.add('/bin/program', program, 0o755);
  kernel.spawn({ path: '/bin/program', args: ['program'], env: [], cwd: '/tmp' });
  for (let i = 0; i < 1000 && !output.includes('ready'); i++) kernel.run(10_000);
  expect(output).toContain('ready');
  const alive = [...kernel.processes.values()].map(({ tasks, ending }) => [tasks.length, ending]);
  expect(alive).toEqual([
    [3, undefined],
    [1, undefined],
    [1, { kind: 'exited', status: 3 }],
  ]);
  return kernel;
}

/** One instance of every field with a plain value, of every class of object that can be reached. */
function fieldsOf(kernel: Kernel): Place[] {
  const places = new Map<string, Place>();
  const seen = new Set<object>();
  const { processes, tasks, memorySystem, scheduler, segments, futexes, sockets, ttys, timers } =
    kernel;
  const pending: [object, string][] = [
    ...[...processes.values()].map((each): [object, string] => [each, 'Process']),
    ...[...tasks.values()].map((each): [object, string] => [each, 'Task']),
    [memorySystem, 'MemorySystem'],
    [scheduler, 'Scheduler'],
    [segments, 'SegmentTable'],
    [futexes, 'FutexTable'],
    [sockets, 'SocketSpace'],
    [ttys, 'ttys'],
    [timers, 'TimerSet'],
  ];
  while (pending.length > 0) {
    const [thing, owner] = pending.shift()!;
    if (seen.has(thing)) continue;
    seen.add(thing);
    if (thing instanceof Map || thing instanceof Set) {
      for (const [key, value] of thing.entries()) {
        if (isLookedInto(value)) pending.push([value, owner]);
        if (isLookedInto(key)) pending.push([key, owner]);
      }
      continue;
    }
    const kind =
      thing.constructor === Object || Array.isArray(thing) ? owner : thing.constructor.name;
    for (const key of Object.keys(thing)) {
      const holder = thing as Record<string, unknown>;
      const value = holder[key];
      const name = Array.isArray(thing) ? `${kind}[]` : `${kind}.${key}`;
      if (isLookedInto(value)) pending.push([value, name]);
      else if (isPlain(value) && !places.has(name)) places.set(name, { name, holder, key });
    }
  }
  return [...places.values()];
}

function isLookedInto(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  // One that has been waited for is only remembered by who cannot ask for it any more.
  if (value instanceof Process && value.leader.kernel.processes.get(value.pid) !== value)
    return false;
  return !NOT_LOOKED_INTO.has(value.constructor?.name ?? '');
}

function isPlain(value: unknown): boolean {
  return ['number', 'bigint', 'boolean', 'string'].includes(typeof value);
}

function changed(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 1 : 1;
  if (typeof value === 'bigint') return value ^ 1n;
  if (typeof value === 'boolean') return !value;
  return `${String(value)}x`;
}
