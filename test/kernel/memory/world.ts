import {
  Machine,
  PAGE_SIZE,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  type TlbMode,
} from '../../../emulator/index.js';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  type MappedFile,
  MemorySystem,
  type MemorySystemOptions,
  PageCache,
  PhysicalMemory,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  VirtualMemory,
} from '../../../kernel/memory/index.js';

/** Where drawn pages begin. */
export const BASE = 0x4000_0000;
export const RW = PROT_READ | PROT_WRITE;
export const PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS;
export const SHARED = MAP_SHARED | MAP_ANONYMOUS;

export function page(index: number): number {
  return BASE + index * PAGE_SIZE;
}

export function pages(count: number): number {
  return count * PAGE_SIZE;
}

export interface World {
  readonly machine: Machine;
  readonly system: MemorySystem;
  readonly frames: PhysicalMemory;
  readonly memory: VirtualMemory;
  /** Steps charged so far. */
  steps(): number;
}

/** A machine with one address space, which is active. Freed frames are poisoned. */
export function createWorld(
  o: { memoryBytes?: number; tlb?: TlbMode } & Pick<
    MemorySystemOptions,
    'adBits' | 'swapBytes' | 'replacement' | 'createMapper' | 'hasDisk'
  > = {},
): World {
  const machine = Machine.create({
    memoryBytes: o.memoryBytes ?? 8 * 2 ** 20,
    supervisor: 'host',
    ...(o.tlb === undefined ? {} : { tlb: o.tlb }),
  });
  const frames = new PhysicalMemory(machine.ram, { poison: true });
  let steps = 0;
  const system = new MemorySystem({
    machine,
    frames,
    host: {
      charge(count) {
        steps += count;
      },
    },
    swapBytes: o.swapBytes,
    replacement: o.replacement,
    hasDisk: o.hasDisk ?? false,
    ...(o.adBits === undefined ? {} : { adBits: o.adBits }),
    ...(o.createMapper === undefined ? {} : { createMapper: o.createMapper }),
  });
  const memory = VirtualMemory.create(system, { placement: 'top-down' })!;
  memory.activate();
  return { machine, system, frames, memory, steps: () => steps };
}

/** A file in memory whose page i begins with `first + i`. */
export class TestFile implements MappedFile {
  readonly pages: PageCache;
  readonly path: string;
  readonly inode: number;
  readonly device = '00:2a';
  references = 0;

  constructor(
    frames: PhysicalMemory,
    path: string,
    inode: number,
    pages: PageCache = new PageCache(frames),
  ) {
    this.pages = pages;
    this.path = path;
    this.inode = inode;
  }

  retain(): void {
    this.references++;
  }

  release(): void {
    this.references--;
  }
}

/** A file of `pageCount` pages, each filled with its letter: 'A', 'B' … */
export function letterFile(
  frames: PhysicalMemory,
  pageCount: number,
  path = '/tmp/letters',
): TestFile {
  const file = new TestFile(frames, path, 7);
  for (let i = 0; i < pageCount; i++) {
    file.pages.write(i * PAGE_SIZE, new Uint8Array(PAGE_SIZE).fill(65 + i));
  }
  return file;
}

/** Maps private anonymous memory as drawn from page 0: r, w, x, n (PROT_NONE), '.' unmapped. */
export function draw(memory: VirtualMemory, picture: string): void {
  [...picture].forEach((character, index) => {
    if (character === '.') return;
    const prot = { r: PROT_READ, w: RW, x: PROT_READ | PROT_EXEC, n: 0 }[character];
    if (prot === undefined) throw new Error(`no page is drawn as '${character}'`);
    const at = memory.map(page(index), PAGE_SIZE, prot, PRIVATE | MAP_FIXED, undefined, 0);
    if (at < 0) throw new Error(`page ${index} is not mapped: ${at}`);
  });
}

/** The regions, drawn as `draw` takes them. */
export function picture(memory: VirtualMemory, pageCount: number): string {
  let text = '';
  for (let i = 0; i < pageCount; i++) {
    const region = memory.space.queryPage(page(i));
    if (region === undefined) text += '.';
    else if (region.prot & PROT_EXEC) text += 'x';
    else if (region.prot & PROT_WRITE) text += 'w';
    else text += region.prot & PROT_READ ? 'r' : 'n';
  }
  return text;
}

/**
 * The leaves: w writable, r and x not, 0 the zero frame, n kept from user mode, '.' none; upper case
 * where the frame has more than one reference; s is on the swap device.
 */
export function leaves(memory: VirtualMemory, pageCount: number): string {
  const { ram, frames } = memory.system;
  let text = '';
  for (let i = 0; i < pageCount; i++) {
    const number = page(i) / PAGE_SIZE;
    const at = memory.table.find(number);
    const low = at === 0 ? 0 : ram.readPteLow(at);
    if ((low & PTE_V) === 0) {
      text += at !== 0 && memory.table.swapSlot(at) !== 0 ? 's' : '.';
      continue;
    }
    const ppn = memory.table.ppn(at) + (number % 512 ** memory.table.levelOf(at, number));
    let letter = low & PTE_W ? 'w' : low & PTE_X ? 'x' : 'r';
    if ((low & PTE_U) === 0) letter = 'n';
    if (ppn === frames.zeroPpn) letter = '0';
    text += frames.refcount(ppn) > 1 ? letter.toUpperCase() : letter;
  }
  return text;
}

/** The next `count` frames are handed out, all after them are refused. */
export function refuseAfter(frames: PhysicalMemory, count: number): void {
  let left = count;
  frames.mayAllocate = () => left-- > 0;
}

/** Writes one byte as user code would. @returns 0 or -EFAULT */
export function poke(memory: VirtualMemory, va: number, byte: number): number {
  return memory.copyOut(va, Uint8Array.of(byte));
}

/** Reads one byte as user code would. @returns the byte or -EFAULT */
export function peek(memory: VirtualMemory, va: number): number {
  const target = new Uint8Array(1);
  const result = memory.copyIn(va, target);
  return result < 0 ? result : target[0]!;
}

/** First byte of each page as a letter, or '.' for 0, '!' where it cannot be read. */
export function contents(memory: VirtualMemory, pageCount: number): string {
  let text = '';
  for (let i = 0; i < pageCount; i++) {
    const byte = peek(memory, page(i));
    text += byte < 0 ? '!' : byte === 0 ? '.' : String.fromCharCode(byte);
  }
  return text;
}
