import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Kernel, type Process } from '../../kernel/index.js';
import { eachPresentPage, smapsRollupText, smapsText } from '../../kernel/memory/index.js';
import { runGuest } from '../support/guest.js';

const program = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../guest-programs/bin/${name}`, import.meta.url)));

/** What a guest program reads from a file of /proc. */
function guestText(path: string): string {
  return runGuest(program('cat'), { args: ['/bin/cat', path] }).output;
}

/** "Rss:    8 kB" as its name and "Rss:##### kB": as many # as the column of 8 digits is wide. */
function shape(line: string): [name: string, shape: string] {
  const name = line.slice(0, line.search(/:| {2}/));
  const column = (number: string) => number.length - Math.max(0, number.trim().length - 8);
  return [name, line.replace(/ *\b\d+\b/g, (number) => '#'.repeat(column(number)))];
}

describe.skipIf(!existsSync('/proc/self/smaps'))('A file of /proc looks as on Linux:', () => {
  it.each(['self/smaps', 'self/smaps_rollup', 'self/limits', 'meminfo'])('%s', (file) => {
    const first = (text: string) => text.split('VmFlags')[0]!.trimEnd().split('\n').slice(1);
    const native = new Map(first(readFileSync(`/proc/${file}`, 'latin1')).map(shape));
    const guest = first(guestText(`/proc/${file}`)).map(shape);
    const common = guest.filter(([name]) => native.has(name));
    expect(common.length).toBeGreaterThan(8);
    expect(common.map(([name]) => name)).toEqual(
      [...native.keys()].filter((name) => common.some(([other]) => other === name)),
    );
    if (file === 'self/limits') return;
    for (const [name, text] of common)
      expect(`${name} ${text}`).toBe(`${name} ${native.get(name)}`);
  });

  it('self/status, in its keys, their order and the separators', () => {
    const rows = (text: string) =>
      text.split('\n').map((line) => line.replace(/^(\w+:\t).*?( kB)?$/, '$1$2'));
    const native = rows(readFileSync('/proc/self/status', 'latin1'));
    const guest = rows(guestText('/proc/self/status'));
    const inBoth = guest.filter((row) => native.includes(row));
    expect(inBoth.length).toBeGreaterThan(45);
    expect(native.filter((row) => guest.includes(row))).toEqual(inBoth);
  });

  it.each(['self/stat', 'self/statm', 'uptime', 'swaps'])('%s, in its number of fields', (file) => {
    const fields = (text: string) => text.split('\n').map((line) => line.split(/\s+/).length);
    const native = fields(readFileSync(`/proc/${file}`, 'latin1')).slice(0, 1);
    expect(fields(guestText(`/proc/${file}`)).slice(0, 1)).toEqual(native);
  });
});

/** Stops a program in the middle, every few thousand steps, and looks at all its processes. */
function observe(name: string, look: (process: Process, kernel: Kernel) => void): void {
  const kernel = Kernel.create({
    memoryBytes: 32 * 2 ** 20,
    console: { write: () => {}, isTerminal: false },
  });
  kernel.files.add('/bin/program', program(name), 0o755);
  kernel.spawn({ path: '/bin/program', args: ['program'], env: [], cwd: '/' });
  kernel.endInput();
  while (kernel.run(500) === 'budget') {
    for (const process of kernel.processes.values()) {
      if (process.ending === undefined) look(process, kernel);
    }
  }
}

/** The sum of a row of smaps in kilobytes. */
function total(text: string, row: string): number {
  const matches = text.matchAll(new RegExp(`^${row}: +(\\d+) kB$`, 'gm'));
  return [...matches].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
}

describe('What /proc tells of memory', () => {
  it.each(['mmapdemo', 'forkdemo'])('agrees with regions and page tables in %s', (name) => {
    let looks = 0;
    observe(name, ({ memory }, kernel) => {
      looks++;
      let present = 0;
      eachPresentPage(memory, 0, 2 ** 26, ({ ppn }) => {
        if (ppn !== kernel.frames.zeroPpn) present++;
      });
      const text = smapsText(memory);
      expect(total(text, 'Size')).toBe(memory.space.stats().mappedBytes / 1024);
      expect(total(text, 'Rss')).toBe(present * 4);
      expect(memory.table.residentPages).toBe(present);
      expect(memory.table.peakResidentPages).toBeGreaterThanOrEqual(present);
      const parts = ['Shared_Clean', 'Shared_Dirty', 'Private_Clean', 'Private_Dirty'];
      expect(parts.reduce((sum, row) => sum + total(text, row), 0)).toBe(present * 4);
      const rollup = smapsRollupText(memory);
      for (const row of ['Rss', 'Anonymous', 'Referenced', ...parts]) {
        expect(total(rollup, row)).toBe(total(text, row));
      }
      expect(memory.peakMappedBytes).toBeGreaterThanOrEqual(memory.space.stats().mappedBytes);
      const tables = kernel.machine.ram.frameCount;
      let owned = 0;
      for (let index = 0; index < tables; index++) {
        const ppn = kernel.machine.ram.firstPpn + index;
        if (kernel.frames.kind(ppn) === 'page-table' && kernel.frames.ownerId(ppn) === memory.id) {
          owned++;
        }
      }
      expect(memory.table.tables + 1).toBe(owned);
    });
    expect(looks).toBeGreaterThan(5);
  });

  it('adds up in meminfo', () => {
    const text = guestText('/proc/meminfo');
    const row = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1]);
    expect(row('MemTotal')).toBe(65536);
    const used = row('MemTotal') - row('MemFree');
    const known = row('AnonPages') + row('Cached') + row('PageTables');
    // The zero frame is the kernel's own.
    expect(used - known).toBe(4);
    expect(row('CommitLimit')).toBe(32768);
  });

  it('tells of other processes too, and of none that is gone', () => {
    const { kernel } = runGuest(program('cat'), { args: ['/bin/cat', '/proc/2/smaps'] });
    expect(kernel.files.resolve('/proc/2/smaps')).toBe(-2);
    expect(guestText('/proc/2/maps')).toContain('/bin/program');
  });
});

describe('What tools look for in /proc and /sys is there:', () => {
  it.each([
    ['/proc/loadavg', /^0\.00 0\.00 0\.00 \d+\/\d+ \d+\n$/],
    ['/proc/self/mountinfo', /^2 1 0:1 \/ \/ rw,relatime - tmpfs tmpfs rw,relatime\n/],
    [
      '/proc/sys/kernel/random/uuid',
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$/,
    ],
    ['/proc/sys/kernel/core_pattern', /^core\n$/],
    ['/proc/sys/kernel/tainted', /^0\n$/],
    ['/sys/devices/system/cpu/online', /^0\n$/],
    ['/sys/devices/system/cpu/possible', /^0\n$/],
    ['/sys/kernel/mm/transparent_hugepage/enabled', /^always \[madvise\] never\n$/],
    ['/sys/kernel/mm/transparent_hugepage/hpage_pmd_size', /^2097152\n$/],
    ['/sys/kernel/mm/ksm/run', /^0\n$/],
  ])('%s', (path, text) => {
    expect(guestText(path)).toMatch(text);
  });
});
