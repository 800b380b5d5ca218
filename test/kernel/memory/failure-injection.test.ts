import { describe, expect, it } from 'vitest';
import { PAGE_SIZE } from '../../../emulator/index.js';
import { Errno } from '../../../kernel/errno.js';
import {
  Advice,
  MAP_FIXED,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  type MappedFile,
  MREMAP_DONTUNMAP,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  PROT_READ,
  type VirtualMemory,
} from '../../../kernel/memory/index.js';
import { MAX_MAP_COUNT, MMAP_MIN_ADDRESS, TASK_SIZE } from '../../../kernel/memory/layout.js';
import { explain, kernelView, machineView, verify } from '../../../kernel/verify/index.js';
import { AddressSpace } from '../../../mm/index.js';
import {
  contents,
  createWorld,
  letterFile,
  PRIVATE,
  page,
  pages,
  picture,
  poke,
  RW,
  refuseAfter,
  SHARED,
  type TestFile,
  type World,
} from './world.js';

/** Far enough that its pages need tables of their own. */
const FAR = 0x20_0000_0000;
const MEGAPAGE = 0x8000_0000;
const PAGES = 16;
const HEAP = 0x1000_0000;
const ALLOWED = [-Errno.ENOMEM, -Errno.EFAULT, -Errno.ENOSPC, -Errno.EAGAIN];

interface Bench extends World {
  readonly file: TestFile;
  /** Nodes that the mapper may still allocate, counted in operations. */
  readonly nodes: { left: number; refused: number };
  child: VirtualMemory | undefined;
}

type Step = readonly [name: string, run: (memory: VirtualMemory, bench: Bench) => number];

/** A mixed workload: each step is one system call or one fault. */
const workload: readonly Step[] = [
  ['mmap', (m) => m.map(page(0), pages(8), RW, PRIVATE | MAP_FIXED, undefined, 0)],
  ['first touch', (m) => poke(m, page(0), 65)],
  ['touch of a neighbour', (m) => poke(m, page(3), 68)],
  ['load of a fresh page', (m) => m.copyIn(page(4), new Uint8Array(1))],
  [
    'mmap of a private file',
    (m, { file }) => m.map(page(8), pages(3), RW, MAP_PRIVATE | MAP_FIXED, file, 0),
  ],
  ['copy of a file page', (m) => poke(m, page(9), 97)],
  [
    'mmap of a shared file',
    (m, { file }) => m.map(page(11), pages(3), RW, MAP_SHARED | MAP_FIXED, file, pages(2)),
  ],
  ['store into a hole of the file', (m) => poke(m, page(13), 122)],
  [
    'shared anonymous memory',
    (m) => m.map(page(14), pages(2), RW, SHARED | MAP_FIXED, undefined, 0),
  ],
  ['touch of shared memory', (m) => poke(m, page(15), 83)],
  ['mprotect in the middle', (m) => m.protect(page(2), pages(2), PROT_READ)],
  ['munmap in the middle', (m) => m.unmap(page(5), pages(1))],
  [
    'mmap that populates',
    (m) => m.map(FAR, pages(3), RW, PRIVATE | MAP_FIXED | MAP_POPULATE, undefined, 0),
  ],
  ['brk', (m) => (m.setBreak(HEAP + pages(4)) === HEAP + pages(4) ? 0 : -Errno.ENOMEM)],
  ['touch of the heap', (m) => poke(m, HEAP + pages(2), 1)],
  ['mlock', (m) => m.lock(page(6), pages(2))],
  ['munlock', (m) => m.unlock(page(6), pages(2))],
  ['a write over pages', (m) => m.copyOut(page(6), new Uint8Array(pages(2)).fill(70))],
  [
    'fork',
    (m, bench) => {
      bench.child ??= m.fork();
      return bench.child === undefined ? -Errno.ENOMEM : 0;
    },
  ],
  ['copy on write', (m) => poke(m, page(0), 66)],
  ['copy on write of the child', (_, { child }) => poke(child!, page(6), 99)],
  ['munmap by the child', (_, { child }) => child!.unmap(page(1), pages(1))],
  [
    'mremap far away',
    (m) => {
      const isDone = m.space.queryPage(page(0)) === undefined;
      const to = FAR + pages(4096);
      return isDone ? 0 : m.remap(page(0), pages(2), pages(2), MREMAP_MAYMOVE | MREMAP_FIXED, to);
    },
  ],
  [
    'mremap that leaves the old range',
    (m) => {
      const flags = MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP;
      return m.space.queryPage(FAR + pages(8192)) !== undefined
        ? 0
        : m.remap(page(6), pages(2), pages(2), flags, FAR + pages(8192));
    },
  ],
  ['populating advice', (m) => m.advise(page(6), pages(2), Advice.POPULATE_WRITE)],
  ['dropping advice', (m) => m.advise(page(6), pages(1), Advice.DONTNEED)],
  ['advice that splits', (m) => m.advise(page(7), pages(1), Advice.DONTFORK)],
  ['mmap of a megapage', (m) => m.map(MEGAPAGE, pages(512), RW, PRIVATE | MAP_FIXED, undefined, 0)],
  ['advice for a megapage', (m) => m.advise(MEGAPAGE, pages(512), Advice.HUGEPAGE)],
  ['touch of a megapage', (m) => poke(m, MEGAPAGE, 1)],
  ['mprotect that splits it', (m) => m.protect(MEGAPAGE + pages(3), pages(1), PROT_READ)],
  ['munmap of half of it', (m) => m.unmap(MEGAPAGE, pages(256))],
  [
    'a write that lengthens the file',
    (_, { file }) => file.pages.write(pages(5), Uint8Array.of(1)),
  ],
];

describe.each(['frames', 'nodes of the mapper'] as const)('an allocation of %s', (what) => {
  const expected = finish(start(), 0);
  let refused = 0;

  it.each(workload.map(([name], index) => [name, index] as const))(
    'refused to: %s',
    (_name, index) => {
      for (let allowed = 0; ; allowed++) {
        const bench = start();
        for (const [, run] of workload.slice(0, index)) run(bench.memory, bench);
        const [, run] = workload[index]!;
        refuse(bench, what, allowed);
        const result = run(bench.memory, bench);
        const isRefused = refusals(bench, what) > 0;
        refuse(bench, what, Number.POSITIVE_INFINITY);
        if (result < 0) expect(isRefused ? ALLOWED : []).toContain(result);
        if (isRefused) refused++;
        expect(complaints(bench), `after ${allowed} allocations`).toEqual([]);
        // Nothing is half done: the same call, made again, leads to where it always leads.
        expect(finish(bench, index)).toEqual(expected);
        if (!isRefused) break;
        expect(allowed, 'allocations of one call').toBeLessThan(64);
      }
    },
  );

  it('was refused often enough to say so', () => {
    expect(refused).toBeGreaterThan(what === 'frames' ? 29 : 9);
  });
});

function start(): Bench {
  const nodes = { left: Number.POSITIVE_INFINITY, refused: 0 };
  const world = createWorld({
    createMapper: (placement) =>
      AddressSpace.create<MappedFile>({
        start: MMAP_MIN_ADDRESS,
        length: TASK_SIZE - MMAP_MIN_ADDRESS,
        pageSize: PAGE_SIZE,
        placement,
        merge: 'adjacent',
        maxRegions: MAX_MAP_COUNT,
        mayAllocate() {
          if (nodes.left-- > 0) return true;
          nodes.refused++;
          return false;
        },
      }),
  });
  world.memory.setBreakStart(HEAP);
  const file = letterFile(world.frames, 4);
  file.pages.truncate(pages(6));
  return { ...world, file, nodes, child: undefined };
}

function refuse(bench: Bench, what: string, count: number): void {
  if (what === 'frames') {
    bench.frames.refusals = 0;
    refuseAfter(bench.frames, count);
  } else {
    bench.nodes.left = count;
  }
}

function refusals(bench: Bench, what: string): number {
  return what === 'frames' ? bench.frames.refusals : bench.nodes.refused;
}

/** Makes the calls from `index` on, gives everything back, and tells what was there and what is left. */
function finish(bench: Bench, index: number): string[] {
  const { memory, frames, file } = bench;
  for (const [, run] of workload.slice(index)) run(memory, bench);
  const child = bench.child!;
  const seen = [memory, child].flatMap((each) => [picture(each, PAGES), contents(each, PAGES)]);
  expect(complaints(bench)).toEqual([]);
  child.release();
  memory.release();
  file.pages.release();
  return [...seen, `${frames.usedFrames} frames used`, `${file.references} users of the file`];
}

function complaints({ machine, system, frames, file }: Bench): string[] {
  const spaces = [...system.spaces].map((memory) => ({ name: `space ${memory.id}`, memory }));
  const kernel = kernelView({ frames, spaces, files: [file] });
  return verify({ machine: machineView(machine), kernel }).map((violation) => explain(violation));
}
