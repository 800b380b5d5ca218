import { describe, expect, it } from 'vitest';
import {
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_G,
  PTE_R,
  PTE_SIZE,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  pteHigh,
  pteLow,
} from '../../emulator/index.js';
import {
  ANONYMOUS,
  FILE,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  PAGE_TABLE,
  PROT_READ,
  type VirtualMemory,
} from '../../kernel/memory/index.js';
import { explain, type Violation } from '../../kernel/verify/index.js';
import {
  createWorld,
  draw,
  letterFile,
  PRIVATE,
  page,
  pages,
  peek,
  poke,
  RW,
  type World,
} from '../kernel/memory/world.js';
import { inspect } from './inspect.js';

/** A world with two written pages, a read page, a file mapped shared, and a fork of all that. */
interface Scene extends World {
  readonly child: VirtualMemory;
  readonly file: ReturnType<typeof letterFile>;
  violations(): Violation[];
}

function createScene(): Scene {
  const world = createWorld();
  const { memory, frames } = world;
  const file = letterFile(frames, 2);
  draw(memory, 'wwrwn');
  memory.map(page(8), pages(2), RW, MAP_SHARED | MAP_FIXED, file, 0);
  poke(memory, page(0), 1);
  poke(memory, page(1), 2);
  peek(memory, page(2));
  poke(memory, page(8), 65);
  const child = memory.fork()!;
  poke(memory, page(1), 3);
  return {
    ...world,
    child,
    file,
    violations: () => inspect(world, [memory, child], [file]),
  };
}

/** Address of the entry for a drawn page. */
function entryOf(memory: VirtualMemory, index: number): number {
  return memory.table.find(page(index) / PAGE_SIZE);
}

function writeEntry(memory: VirtualMemory, entry: number, ppn: number, flags: number, high = 0) {
  memory.system.ram.writePte(entry, pteLow(ppn, flags), pteHigh(ppn) | high);
}

function changeFlags(memory: VirtualMemory, index: number, set: number, clear = 0): void {
  const entry = entryOf(memory, index);
  const low = memory.system.ram.readPteLow(entry);
  const high = memory.system.ram.readPteHigh(entry);
  memory.system.ram.writePte(entry, ((low | set) & ~clear) >>> 0, high);
}

/** The entry of level 1 or 2 that leads to the drawn pages. */
function pointerOf({ memory }: Scene, level: number): number {
  return memory.table.ensure(page(0) / PAGE_SIZE, level);
}

const USER_PAGE = PTE_V | PTE_R | PTE_W | PTE_U | PTE_A | PTE_D;

/** For each rule: what a broken kernel did to the scene. */
const mutants: [rule: string, what: string, damage: (scene: Scene) => void][] = [
  ['E1', 'a leaf with W and without R', ({ memory }) => changeFlags(memory, 1, 0, PTE_R)],
  [
    'E2',
    'a page number written a bit too high',
    ({ memory, machine }) => {
      const entry = entryOf(memory, 1);
      machine.ram.writePte(entry, machine.ram.readPteLow(entry), 1 << 22);
    },
  ],
  [
    'E3',
    'a pointer with U, as a kernel that copies leaf flags writes it',
    (scene) => {
      const entry = pointerOf(scene, 1);
      scene.machine.ram.writePte(entry, scene.machine.ram.readPteLow(entry) | PTE_U, 0);
    },
  ],
  ['E4', 'V alone at level 0', ({ memory }) => changeFlags(memory, 1, 0, 0xfe)],
  [
    'E5',
    'a megapage on any frame',
    ({ memory, frames }) => {
      const entry = memory.table.ensure(page(2048) / PAGE_SIZE, 1);
      writeEntry(memory, entry, frames.zeroPpn + 1, PTE_V | PTE_R | PTE_U);
    },
  ],
  [
    'E6',
    'a TLB filled for an address that is not canonical',
    ({ machine }) => {
      const leaf = {
        ppn: machine.ram.firstPpn,
        flags: PTE_V | PTE_R,
        level: 0,
        pteAddress: 0,
        isLarge: false,
      };
      machine.hart.mmu.tlb.insert(2 ** 26, 1, leaf);
    },
  ],
  [
    'E7',
    'a physical address where a page number belongs',
    ({ memory, frames }) => {
      writeEntry(memory, entryOf(memory, 1), frames.zeroPpn * 16, USER_PAGE);
    },
  ],
  [
    'E8',
    'a switch that forgot satp',
    ({ system, child }) => {
      system.active = child;
    },
  ],
  ['E9', 'G on a page of one process', ({ memory }) => changeFlags(memory, 1, PTE_G)],
  [
    'S1',
    'a child that shares a table with its parent',
    (scene) => {
      const { child, machine } = scene;
      const from = pointerOf(scene, 1);
      const to = child.table.ensure(page(0) / PAGE_SIZE, 1);
      machine.ram.writePte(to, machine.ram.readPteLow(from), machine.ram.readPteHigh(from));
    },
  ],
  [
    'S1',
    'a table that leads back to the root',
    (scene) => {
      writeEntry(scene.memory, pointerOf(scene, 1), scene.memory.table.rootPpn, PTE_V);
    },
  ],
  [
    'S1',
    'a table mapped for the kernel',
    (scene) => {
      const { memory } = scene;
      writeEntry(memory, entryOf(memory, 1), memory.table.rootPpn, PTE_V | PTE_R);
    },
  ],
  [
    'S2',
    'a user page over the root table',
    ({ memory }) => {
      writeEntry(memory, entryOf(memory, 1), memory.table.rootPpn, USER_PAGE);
    },
  ],
  [
    'S3',
    'an unmap that keeps the table',
    ({ memory, frames }) => {
      const table = frames.allocateZeroed(PAGE_TABLE, memory.id, 0);
      const entry = memory.table.ensure(page(2048) / PAGE_SIZE, 1);
      writeEntry(memory, entry, table, PTE_V);
    },
  ],
  [
    'S4',
    'a kernel page in one root only',
    ({ memory, frames }) => {
      const entry = memory.table.rootPpn * PAGE_SIZE + 300 * PTE_SIZE;
      writeEntry(memory, entry, frames.allocateZeroed(PAGE_TABLE), PTE_V);
    },
  ],
  [
    'S5',
    'a user page at address 0',
    ({ memory }) => {
      const entry = memory.table.ensure(0);
      writeEntry(memory, entry, memory.table.ppn(entryOf(memory, 1)), USER_PAGE);
    },
  ],
  [
    'R1',
    'a leaf that no mmap asked for',
    ({ memory, frames }) => {
      const entry = memory.table.ensure(page(20) / PAGE_SIZE);
      memory.table.install(entry, frames.allocate(ANONYMOUS), USER_PAGE);
    },
  ],
  [
    'R2',
    'an mprotect that leaves W',
    ({ memory }) => {
      memory.protect(page(1), pages(1), PROT_READ);
      changeFlags(memory, 1, PTE_W);
    },
  ],
  ['R2', 'X on a page of data', ({ memory }) => changeFlags(memory, 1, PTE_X)],
  [
    'R2',
    'the zero frame made writable',
    ({ memory }) => {
      memory.protect(page(2), pages(1), RW);
      changeFlags(memory, 2, PTE_W);
    },
  ],
  [
    'R3',
    'an mprotect(PROT_NONE) that keeps U',
    ({ memory }) => {
      memory.protect(page(1), pages(1), 0);
      changeFlags(memory, 1, PTE_U);
    },
  ],
  ['R4', 'a fork that leaves W with the child', ({ child }) => changeFlags(child, 0, PTE_W)],
  [
    'R5',
    'a page of a file that turns anonymous in place',
    ({ memory, file }) => {
      writeEntry(memory, entryOf(memory, 1), file.pages.page(0), USER_PAGE);
    },
  ],
  [
    'R6',
    'a file offset counted from the region',
    ({ memory, file, frames }) => {
      frames.retain(file.pages.page(1));
      frames.release(file.pages.page(0));
      writeEntry(memory, entryOf(memory, 8), file.pages.page(1), USER_PAGE);
    },
  ],
  [
    'R7',
    'a store through the zero frame',
    ({ frames, machine }) => {
      machine.ram.writeU8(frames.zeroPpn * PAGE_SIZE + 17, 1);
    },
  ],
  [
    'R8',
    'an unmap inside a megapage that was not demoted',
    ({ memory }) => {
      memory.map(page(0x40000), pages(1), RW, PRIVATE | MAP_FIXED, undefined, 0);
      const entry = memory.table.ensure(page(0x40000) / PAGE_SIZE, 1);
      writeEntry(memory, entry, 0x80200, USER_PAGE);
    },
  ],
  [
    'R9',
    'an unmap that misses its last page',
    ({ memory, frames }) => {
      const ppn = memory.table.ppn(entryOf(memory, 1));
      frames.retain(ppn);
      memory.unmap(page(0), pages(2));
      memory.table.install(memory.table.ensure(page(1) / PAGE_SIZE), ppn, USER_PAGE);
    },
  ],
  [
    'R9',
    'an unmap without a fence',
    ({ memory, machine, frames }) => {
      peek(memory, page(1));
      memory.unmap(page(1), pages(1));
      const leaf = {
        ppn: frames.zeroPpn,
        flags: USER_PAGE,
        level: 0,
        pteAddress: 0,
        isLarge: false,
      };
      machine.hart.mmu.tlb.insert(page(1) / PAGE_SIZE, memory.asid, leaf);
    },
  ],
  [
    'R10',
    'a truncate that forgets its mappers',
    ({ file, memory }) => {
      file.pages.removeMapper(memory);
      file.pages.truncate(0);
    },
  ],
  [
    'F1',
    'a COW that keeps the reference to the old frame',
    ({ memory, frames }) => {
      frames.retain(memory.table.ppn(entryOf(memory, 1)));
    },
  ],
  [
    'F1',
    'a fork that takes no reference',
    ({ memory, frames }) => {
      frames.release(memory.table.ppn(entryOf(memory, 0)));
    },
  ],
  [
    'F2',
    'a frame freed while it is mapped',
    ({ memory, frames }) => {
      frames.release(memory.table.ppn(entryOf(memory, 1)));
    },
  ],
  [
    'F2',
    'a frame freed while the TLB translates to it',
    ({ memory, frames, machine }) => {
      const ppn = frames.allocate(FILE);
      frames.release(ppn);
      const leaf = { ppn, flags: USER_PAGE, level: 0, pteAddress: 0, isLarge: false };
      machine.hart.mmu.tlb.insert(page(1) / PAGE_SIZE, memory.asid, leaf);
    },
  ],
  [
    'F5',
    'a count of free frames that drifts',
    ({ frames }) => {
      Object.defineProperty(frames, 'freeFrames', { value: frames.freeFrames + 1 });
    },
  ],
  [
    'F6',
    'a store to a frame after it was freed',
    ({ frames, machine }) => {
      const ppn = frames.allocate(ANONYMOUS);
      frames.release(ppn);
      machine.ram.writeU8(ppn * PAGE_SIZE, 0);
    },
  ],
  [
    'B1',
    'an mprotect without a fence',
    ({ memory, machine }) => {
      const ppn = memory.table.ppn(entryOf(memory, 1));
      memory.protect(page(1), pages(1), PROT_READ);
      const leaf = { ppn, flags: USER_PAGE, level: 0, pteAddress: 0, isLarge: false };
      machine.hart.mmu.tlb.insert(page(1) / PAGE_SIZE, memory.asid, leaf);
    },
  ],
  [
    'B4',
    'a TLB that answers twice',
    ({ machine, memory }) => {
      const entry = { vpn: page(1) / PAGE_SIZE, asid: memory.asid, ppn: 0x80010, flags: USER_PAGE };
      const twice = {
        *entries() {
          yield entry;
          yield entry;
        },
      };
      Object.assign(machine.hart.mmu, { tlb: twice });
    },
  ],
  ['F7', 'a leaf whose V alone was cleared', ({ memory }) => changeFlags(memory, 1, 0, PTE_V)],
];

describe('verify', () => {
  it('is silent on a kernel that works', () => {
    expect(createScene().violations()).toEqual([]);
  });

  it.each(mutants)('names %s for %s', (rule, _what, damage) => {
    const scene = createScene();
    damage(scene);
    expect(scene.violations().map((violation) => violation.rule)).toContain(rule);
  });

  it('tells a private file page from the cache it was copied from', () => {
    const world = createWorld();
    const file = letterFile(world.frames, 2);
    world.memory.map(page(0), pages(2), RW, MAP_PRIVATE | MAP_FIXED, file, 0);
    peek(world.memory, page(0));
    poke(world.memory, page(1), 1);
    expect(inspect(world, [world.memory], [file])).toEqual([]);
  });
});

describe('explain', () => {
  function missedPage(): Violation {
    const scene = createScene();
    const mutant = mutants.find(([, what]) => what === 'an unmap that misses its last page')!;
    mutant[2](scene);
    return scene.violations().find(({ rule }) => rule === 'R9')!;
  }

  it('says at level symptom what was seen, and no rule', () => {
    expect(explain(missedPage(), 'symptom')).toMatch(
      /^0x40001000 \(space 0\) leaf still valid \(V R W U A D, frame 0x8[0-9a-f]+\)\n$/,
    );
  });

  it('says at level cause which rule, call and entries', () => {
    const text = explain(missedPage(), 'cause');
    expect(text).toMatch(/^R9 an unmapped range has no leaf\n {2}0x40001000 {3}leaf still valid/);
    expect(text).toContain('no leaf: munmap(0x40000000, 0x2000) returned 0');
    expect(text).toMatch(/L2 pte 0x8\w+ = 0x\w+ \(V, .*\n.*L1 pte .*\n.*L0 pte /);
    expect(text).not.toContain('look at');
  });

  it('adds the remedy at level full', () => {
    expect(explain(missedPage())).toContain('the callback of unmap did not cover this page');
  });
});
