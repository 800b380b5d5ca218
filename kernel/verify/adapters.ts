import type { Machine } from '../../emulator/index.js';
import { AddressSpace } from '../../mm/index.js';
import { MMAP_MIN_ADDRESS } from '../memory/layout.js';
import { REGION_SHARED } from '../memory/mman.js';
import type { PageCache } from '../memory/page-cache.js';
import type { PhysicalMemory } from '../memory/physical-memory.js';
import type { SwapDevice } from '../memory/swap-device.js';
import type { VirtualMemory } from '../memory/virtual-memory.js';
import { lookAt } from './event-checks.js';
import { type History, writerOf } from './history.js';
import type {
  FileView,
  FramesView,
  KernelView,
  MachineView,
  RegionView,
  SpaceView,
  TreesView,
} from './views.js';

/** The emulated machine, as the verifier sees it. */
export function machineView(machine: Machine, history?: History): MachineView {
  const { ram, hart } = machine;
  return {
    firstPpn: ram.firstPpn,
    frameCount: ram.frameCount,
    frameBytes: (ppn) => (ram.hasFrame(ppn) ? ram.frame(ppn) : undefined),
    satp() {
      const { satp } = hart;
      return {
        mode: Number(satp >> 60n),
        asid: Number((satp >> 44n) & 0xffffn),
        rootPpn: Number(satp & ((1n << 44n) - 1n)),
      };
    },
    tlb: () => hart.mmu.tlb.entries(),
    fastTlb: () => hart.mmu.fastEntries(),
    decoded: () => hart.decodedInstructions(),
    lastWriteOf(pteAddress) {
      const change = history?.ofEntry(pteAddress);
      if (change === undefined) return undefined;
      return {
        before: (BigInt(change.oldHigh) << 32n) | BigInt(change.oldLow),
        after: (BigInt(change.high) << 32n) | BigInt(change.low),
        by: writerOf(change.by),
        function: lookAt(change.by.name),
      };
    },
    lastFrameChange(ppn) {
      const event = history?.ofFrame(ppn);
      return event && writerOf(event);
    },
    lastRegionChange(rootPpn, va) {
      const event = history?.ofRegion(rootPpn, va);
      return event && writerOf(event);
    },
  };
}

/** What belongs to a kernel, besides its machine. */
export interface KernelParts {
  readonly frames: PhysicalMemory;
  readonly swap?: SwapDevice | undefined;
  /** Every address space, with the name for reports ("pid 3"). */
  readonly spaces: Iterable<{ readonly name: string; readonly memory: VirtualMemory }>;
  /** Page caches of files, mapped or not; those that are mapped are found anyway. */
  readonly files?: Iterable<{ readonly path: string; readonly pages: PageCache }>;
  /** Frames that the kernel holds on to without mapping or caching them. */
  pins?(ppn: number): number;
}

/** Our kernel, as the verifier sees it. */
export function kernelView(parts: KernelParts): KernelView {
  const files = new Map<PageCache, FileView>();
  const fileView = (path: string, pages: PageCache): FileView => {
    const known = files.get(pages) ?? fileViewOf(path, pages);
    files.set(pages, known);
    return known;
  };
  for (const { path, pages } of parts.files ?? []) fileView(path, pages);
  const spaces = [...parts.spaces].map(({ name, memory }) => spaceView(name, memory, fileView));
  return {
    spaces: () => spaces,
    files: () => {
      // The regions name the files that are mapped.
      for (const space of spaces) space.regions();
      return files.values();
    },
    frames: framesView(parts),
    swap: parts.swap,
    zeroPpn: parts.frames.zeroPpn,
    lowestAddress: MMAP_MIN_ADDRESS,
  };
}

function fileViewOf(path: string, pages: PageCache): FileView {
  return {
    id: pages.id,
    name: path,
    sizeBytes: pages.sizeBytes,
    page: (index) => pages.page(index),
    pages: () => pages.pages(),
    swapped: () => pages.swapped(),
    stored: pages.hasStore ? (index) => pages.stored(index) : undefined,
  };
}

export function spaceView(
  name: string,
  memory: VirtualMemory,
  fileView: (path: string, pages: PageCache) => FileView = fileViewOf,
): SpaceView {
  // Each is found out at most once: several rules ask for the same.
  let trees: TreesView | undefined;
  let regions: readonly RegionView[] | undefined;
  return {
    name,
    ownerId: memory.id,
    trees: () => {
      trees ??= treesView(memory);
      return trees;
    },
    mapsText: () => memory.mapsText(),
    heldFiles: () =>
      [...memory.files()].map(([file, pages]) => ({
        file: fileView(file.path, file.pages),
        pages,
        isToldOfTruncation: file.pages.hasMapper(memory),
      })),
    rootPpn: memory.table.rootPpn,
    asid: memory.asid,
    isRunning: memory.system.active === memory,
    regions: () => {
      regions ??= regionViews(memory, fileView);
      return regions;
    },
    lastCallAbout: (va) => memory.calls.lastAbout(va),
  };
}

function regionViews(
  memory: VirtualMemory,
  fileView: (path: string, pages: PageCache) => FileView,
): readonly RegionView[] {
  return [...memory.mapper.regions()].map((region) => ({
    start: region.start,
    end: region.end,
    prot: region.prot,
    isShared: (region.flags & REGION_SHARED) !== 0,
    file: region.file === undefined ? undefined : fileView(region.file.path, region.file.pages),
    fileOffset: region.offset + (region.start - region.base),
  }));
}

function treesView(memory: VirtualMemory): TreesView | undefined {
  const { mapper } = memory;
  if (!(mapper instanceof AddressSpace)) return undefined;
  return { ...mapper.snapshot(), stats: mapper.stats() };
}

function framesView(parts: KernelParts): FramesView {
  const { frames } = parts;
  return {
    kind: (ppn) => frames.kind(ppn),
    refcount: (ppn) => frames.refcount(ppn),
    isOnFreeList: (ppn) => frames.isMarkedFree(ppn),
    isPoisonIntact: (ppn) => frames.isPoisonIntact(ppn),
    freeCount: frames.freeFrames,
    owner: (ppn) => ({ id: frames.ownerId(ppn), page: frames.ownerPage(ppn) }),
    isDirty: (ppn) => frames.isDirty(ppn),
    liveEntries: (ppn) => frames.liveEntries(ppn),
    damaged: frames.damagedPoison,
    pins: (ppn) => parts.pins?.(ppn) ?? 0,
  };
}
