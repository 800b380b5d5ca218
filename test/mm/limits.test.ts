import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { AddressSpace, type AddressSpaceOptions } from '../../mm/index.js';
import { Random } from '../support/random.js';
import { PAGE, START } from './support/picture.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A space with `count` mappings of 1 to 16 pages, and an operation that churns it. */
function churner(count: number, options: Partial<AddressSpaceOptions> = {}) {
  const random = new Random(count);
  const space = AddressSpace.create<object>({
    start: START,
    length: 2 ** 46,
    pageSize: PAGE,
    ...options,
  });
  const addresses = new Float64Array(count);
  const lengths = new Float64Array(count);
  const map = (slot: number) => {
    lengths[slot] = (1 + random.below(16)) * PAGE;
    addresses[slot] = space.mapAny(lengths[slot], 3, 2, undefined, 0);
  };
  for (let slot = 0; slot < count; slot++) map(slot);
  const churn = () => {
    const slot = random.below(count);
    space.unmap(addresses[slot]!, lengths[slot]!);
    map(slot);
  };
  return { space, churn, random, addresses, lengths };
}

describe('mm at scale', () => {
  it('visits a number of nodes that grows with the logarithm of the mappings', () => {
    const operations: Record<string, (c: ReturnType<typeof churner>, slot: number) => unknown> = {
      mapAny: ({ space }) => space.mapAny(PAGE, 3, 2, undefined, 0),
      aligned: ({ space }) =>
        space.mapAny(PAGE, 3, 2, undefined, 0, { range: { start: 2 ** 40, end: 2 ** 41 } }),
      unmap: ({ space, addresses }, slot) => space.unmap(addresses[slot]!, PAGE),
      mapAt: ({ space, addresses }, slot) =>
        space.mapAt(addresses[slot]!, 3 * PAGE, 3, 2, undefined, 0),
      protect: ({ space, addresses }, slot) => space.protect(addresses[slot]!, PAGE, 1),
      remap: ({ space, addresses, lengths }, slot) =>
        space.remap(addresses[slot]!, lengths[slot]!, 17 * PAGE, { mayMove: true }),
      queryPage: ({ space, addresses }, slot) => space.queryPage(addresses[slot]!),
    };
    const worst = (count: number, operate: (typeof operations)[string]) => {
      const churned = churner(count, { countVisits: true });
      for (let i = 0; i < count; i++) churned.churn();
      let most = 0;
      for (let i = 0; i < 200; i++) {
        operate(churned, churned.random.below(count));
        most = Math.max(most, churned.space.visits);
      }
      return most;
    };
    for (const [name, operate] of Object.entries(operations)) {
      const small = worst(250, operate);
      const large = worst(64_000, operate);
      // 256 times the nodes are 8 levels more, or twice the depth.
      expect([name, large < 3 * small, large < 400]).toEqual([name, true, true]);
    }
  });

  it('visits a number of nodes that grows with the regions of a range, whatever else is mapped', () => {
    const operations: [
      string,
      (space: AddressSpace<object>, start: number, end: number) => unknown,
    ][] = [
      ['unmap', (space, start, end) => space.unmap(start, end - start)],
      ['mapAt', (space, start, end) => space.mapAt(start, end - start, 3, 2, undefined, 0)],
      ['protect', (space, start, end) => space.protect(start, end - start, 1)],
    ];
    for (const [name, operate] of operations) {
      for (const gap of name === 'protect' ? [0] : [0, 1]) {
        const space = AddressSpace.create<object>({
          start: START,
          length: 2 ** 46,
          pageSize: PAGE,
          countVisits: true,
        });
        // The larger the gap the higher: every removal of one alone would change what is known of all.
        const starts: number[] = [];
        let at = START;
        for (let i = 0; i < 32_000; i++) {
          starts.push(at);
          space.mapAt(at, PAGE, 3, 2, undefined, 0);
          at += PAGE + gap * (1 + i) * PAGE;
        }
        for (const count of [1000, 4000]) {
          operate(space, starts[8 * count - count]!, starts[8 * count]!);
          expect([name, gap, space.visits < 6 * count]).toEqual([name, gap, true]);
        }
      }
    }
  });

  it('makes no garbage: a million churn operations leave the heap as it was', () => {
    const script = `
      const { churner } = await import(process.argv[1]);
      const { churn } = churner(1000);
      const run = (n) => { for (let i = 0; i < n; i++) churn(); };
      run(200_000);
      gc();
      const before = process.memoryUsage();
      run(1_000_000);
      gc();
      const after = process.memoryUsage();
      console.log(JSON.stringify([after.heapUsed - before.heapUsed, after.arrayBuffers - before.arrayBuffers]));
    `;
    const folder = mkdtempSync(join(tmpdir(), 'pagewalk-churn-'));
    try {
      const churnFile = join(folder, 'churn.mjs');
      writeFileSync(churnFile, churnModule());
      const run = spawnSync(
        process.execPath,
        ['--expose-gc', '--input-type=module', '-e', script, churnFile],
        { encoding: 'utf8' },
      );
      expect(run.stderr).toBe('');
      const [heap, buffers] = JSON.parse(run.stdout) as [number, number];
      expect(heap).toBeLessThan(100_000);
      expect(buffers).toBeLessThan(4096);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('takes at most 80 bytes per region with its mapping, and 40 per gap, at full arenas', () => {
    const count = 2 ** 17;
    const space = AddressSpace.create<object>({
      start: START,
      length: 2 * count * PAGE,
      pageSize: PAGE,
    });
    const empty = space.arenaBytes;
    for (let i = 0; i < count; i++) {
      space.mapAt(START + 2 * i * PAGE, PAGE, 3, 2, undefined, 0);
    }
    expect(space.stats()).toMatchObject({ regions: count, gaps: count });
    expect(empty).toBeLessThan(4096);
    expect(space.arenaBytes / count).toBeLessThan(80 + 40);
    expect(space.check()).toEqual([]);
  });

  it('maps a million regions', () => {
    const { space, churn } = churner(1_000_000);
    for (let i = 0; i < 100_000; i++) churn();
    expect(space.stats().regions).toBe(1_000_000);
    expect(space.unmap(START, 2 ** 46)).toBe(0);
    expect(space.stats()).toMatchObject({ regions: 0, gaps: 1, mappedBytes: 0 });
    expect(space.check()).toEqual([]);
  });
});

describe('pagewalk/mm in the packed tarball', () => {
  it('bundles to one module with nothing of kernel, emulator, DOM or Node in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pagewalk-pack-'));
    try {
      const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
      const isWindows = process.platform === 'win32';
      const packed = spawnSync('npm', pack, { cwd: root, encoding: 'utf8', shell: isWindows });
      const tarball = packed.stdout.trim().split('\n').at(-1)!;
      spawnSync('tar', ['-xf', tarball], { cwd: folder });
      const { exports } = JSON.parse(
        readFileSync(join(folder, 'package/package.json'), 'utf8'),
      ) as {
        exports: Record<string, { default: string }>;
      };
      const outfile = join(folder, 'bundle.mjs');
      const contents = "import { AddressSpace } from 'pagewalk/mm'; console.log(AddressSpace);";
      const result = await build({
        absWorkingDir: folder,
        stdin: { contents, resolveDir: folder },
        alias: { 'pagewalk/mm': join(folder, 'package', exports['./mm']!.default) },
        bundle: true,
        minify: true,
        format: 'esm',
        platform: 'neutral',
        metafile: true,
        outfile,
      });
      const parts = new Set<string | undefined>();
      for (const input of Object.keys(result.metafile.inputs)) {
        if (input === '<stdin>') continue;
        const source = readFileSync(join(folder, input), 'utf8');
        for (const [, part] of source.matchAll(/^\/\/ (\w+)\/\S+\.ts$/gm)) parts.add(part);
      }
      expect([...parts]).toEqual(['mm']);
      expect(Object.values(result.metafile.outputs)[0]!.imports).toEqual([]);
      const bundle = readFileSync(outfile, 'utf8');
      const foreign = /["'`]node:|\brequire\(|\b(document|window|navigator|process|Buffer)\./;
      expect(foreign.exec(bundle)?.[0]).toBeUndefined();
      const compressed = gzipSync(bundle).length;
      console.log(`pagewalk/mm: ${bundle.length} bytes minified, ${compressed} compressed`);
      expect(compressed).toBeLessThan(16_000);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** A module that exports `churner` as above, for a process of its own. */
function churnModule(): string {
  return `
    import { AddressSpace } from ${JSON.stringify(`${root}dist/mm.js`)};
    const START = ${START};
    const PAGE = ${PAGE};
    let seed = 1;
    const random = { below(n) { seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; return Math.floor((seed / 2 ** 32) * n); } };
    export function churner(count) {
      const space = AddressSpace.create({ start: START, length: 2 ** 46, pageSize: PAGE });
      const addresses = new Float64Array(count);
      const lengths = new Float64Array(count);
      const map = (slot) => {
        lengths[slot] = (1 + random.below(16)) * PAGE;
        addresses[slot] = space.mapAny(lengths[slot], 3, 2, undefined, 0);
      };
      for (let slot = 0; slot < count; slot++) map(slot);
      return { churn() { const slot = random.below(count); space.unmap(addresses[slot], lengths[slot]); map(slot); } };
    }
  `;
}
