import { PAGE_SIZE } from '../../emulator/index.js';
import type { Kernel } from '../kernel.js';
import {
  commitLimit,
  committedBytes,
  eachPresentPage,
  REGION_LOCKED,
  REGION_SHARED,
  SharedAnonymousFile,
  type SwapDevice,
} from '../memory/index.js';

/** VMALLOC_SIZE of Sv39: half of the kernel's quarter. Linux arch/riscv/include/asm/pgtable.h. */
const VMALLOC_BYTES = 2 ** 36;

/** /proc/meminfo, counted from the frames themselves. proc_meminfo(5); Linux fs/proc/meminfo.c. */
export function meminfoText(kernel: Kernel): string {
  const { frames, machine, memorySystem } = kernel;
  const { counts, mapped } = countFrames(kernel);
  const { locked, nameless, huge } = countMapped(kernel);
  const swap = swapPages(memorySystem.swap);
  const pages = (kind: string) => counts.get(kind) ?? 0;
  const files = pages('file') - nameless;
  const anonymous = pages('anonymous') + nameless;
  const rows: [string, number][] = [
    ['MemTotal', machine.ram.frameCount],
    ['MemFree', frames.availableFrames],
    ['MemAvailable', frames.availableFrames],
    ['Buffers', 0],
    ['Cached', pages('file')],
    ['SwapCached', swap.cached],
    ['Active', 0],
    ['Inactive', anonymous + files],
    ['Active(anon)', 0],
    ['Inactive(anon)', anonymous],
    ['Active(file)', 0],
    ['Inactive(file)', files],
    ['Unevictable', locked],
    ['Mlocked', locked],
    ['SwapTotal', swap.total],
    ['SwapFree', swap.free],
    ['Dirty', 0],
    ['Writeback', 0],
    ['AnonPages', pages('anonymous')],
    ['Mapped', mapped],
    ['Shmem', nameless],
    ...['KReclaimable', 'Slab', 'SReclaimable', 'SUnreclaim', 'KernelStack'].map(none),
    ['PageTables', pages('page-table')],
    ...['SecPageTables', 'NFS_Unstable', 'Bounce', 'WritebackTmp'].map(none),
    ['CommitLimit', commitLimit(memorySystem) / PAGE_SIZE],
    ['Committed_AS', committedBytes(memorySystem) / PAGE_SIZE],
    ['VmallocTotal', VMALLOC_BYTES / PAGE_SIZE],
    ...['VmallocUsed', 'VmallocChunk', 'Percpu'].map(none),
    ['AnonHugePages', huge],
    ...['ShmemHugePages', 'ShmemPmdMapped', 'FileHugePages', 'FilePmdMapped'].map(none),
  ];
  const hugetlb = ['Total', 'Free', 'Rsvd', 'Surp']
    .map((name) => `${`HugePages_${name}:`.padEnd(16)}${'0'.padStart(8)}\n`)
    .join('');
  return `${rows.map(([name, count]) => row(name, count)).join('')}${hugetlb}${row(
    'Hugepagesize',
    512,
  )}${row('Hugetlb', 0)}`;
}

/** Pages of the swap device; cached are those whose page is back in a frame. */
function swapPages(swap: SwapDevice | undefined): { total: number; free: number; cached: number } {
  let cached = 0;
  for (const { ppn } of swap?.uses() ?? []) if (ppn !== 0) cached++;
  const total = swap?.slotCount ?? 0;
  return { total, free: total - (swap?.usedSlots ?? 0), cached };
}

function none(name: string): [string, number] {
  return [name, 0];
}

function row(name: string, pages: number): string {
  const kilobytes = (pages * PAGE_SIZE) / 1024;
  return `${`${name}:`.padEnd(16)}${String(kilobytes).padStart(8)} kB\n`;
}

/** Frames by kind, and those of files that some leaf maps. */
function countFrames({ frames, machine }: Kernel): { counts: Map<string, number>; mapped: number } {
  const counts = new Map<string, number>();
  let mapped = 0;
  for (let index = 0; index < machine.ram.frameCount; index++) {
    const ppn = machine.ram.firstPpn + index;
    const kind = frames.kind(ppn);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (kind === 'file' && frames.refcount(ppn) > 1) mapped++;
  }
  return { counts, mapped };
}

/** Frames that are locked, that belong to nameless shared memory, that a megapage maps. */
function countMapped(kernel: Kernel): { locked: number; nameless: number; huge: number } {
  const locked = new Set<number>();
  const huge = new Set<number>();
  const nameless = new Set<SharedAnonymousFile>();
  for (const memory of kernel.memorySystem.spaces) {
    for (const { start, end, flags, file } of memory.space.regions()) {
      if (file instanceof SharedAnonymousFile) nameless.add(file);
      eachPresentPage(memory, start / PAGE_SIZE, end / PAGE_SIZE, ({ ppn, level }) => {
        if (flags & REGION_LOCKED && ppn !== kernel.frames.zeroPpn) locked.add(ppn);
        if (level > 0 && (flags & REGION_SHARED) === 0) huge.add(ppn);
      });
    }
  }
  let pages = 0;
  for (const file of nameless) pages += file.pages.residentPages;
  return { locked: locked.size, nameless: pages, huge: huge.size };
}
