import { PAGE_SIZE } from '../../emulator/index.js';
import type { Region } from './mapper.js';
import { mapsLine } from './maps-text.js';
import {
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
  REGION_GROWS_DOWN,
  REGION_HUGE,
  REGION_LOCKED,
  REGION_LOCKED_ON_FAULT,
  REGION_NEVER_WRITABLE,
  REGION_NO_DUMP,
  REGION_NO_FORK,
  REGION_NO_HUGE,
  REGION_NO_RESERVE,
  REGION_RANDOM,
  REGION_SEQUENTIAL,
  REGION_SHARED,
  REGION_WIPE_ON_FORK,
} from './mman.js';
import { addResidency, noResidency, type Residency } from './residency.js';
import type { VirtualMemory } from './virtual-memory.js';

const MEGAPAGE_BYTES = 512 * PAGE_SIZE;
const ANY_LOCK = REGION_LOCKED | REGION_LOCKED_ON_FAULT;

/** /proc/PID/smaps. proc_pid_smaps(5); Linux fs/proc/task_mmu.c, show_smap. */
export function smapsText(memory: VirtualMemory): string {
  let text = '';
  for (const region of memory.space.regions()) {
    const sum = noResidency();
    addResidency(memory, region, sum);
    const isLocked = (region.flags & ANY_LOCK) !== 0;
    text += `${mapsLine(memory, region)}\n`;
    text += row('Size', region.end - region.start);
    text += row('KernelPageSize', PAGE_SIZE) + row('MMUPageSize', PAGE_SIZE);
    text += row('Rss', sum.resident) + row('Pss', sum.proportional);
    text += row('Pss_Dirty', sum.proportionalDirty);
    text += sharedRows(sum, isLocked ? sum.proportional : 0);
    text += `${'THPeligible:'.padEnd(16)}${String(isHugeEligible(region) ? 1 : 0).padStart(8)}\n`;
    text += `VmFlags: ${vmFlags(region)} \n`;
  }
  return text;
}

/** /proc/PID/smaps_rollup: the same, summed up. Linux fs/proc/task_mmu.c, show_smaps_rollup. */
export function smapsRollupText(memory: VirtualMemory): string {
  const sum = noResidency();
  let locked = 0;
  let start = 0;
  let end = 0;
  for (const region of memory.space.regions()) {
    const before = sum.proportional;
    addResidency(memory, region, sum);
    if (region.flags & ANY_LOCK) locked += sum.proportional - before;
    if (end === 0) start = region.start;
    end = region.end;
  }
  const range = `${hexAddress(start)}-${hexAddress(end)} ---p 00000000 00:00 0`;
  return (
    `${range.padEnd(73)}[rollup]\n` +
    row('Rss', sum.resident) +
    row('Pss', sum.proportional) +
    row('Pss_Dirty', sum.proportionalDirty) +
    row('Pss_Anon', sum.proportionalAnonymous) +
    row('Pss_File', sum.proportionalFile) +
    row('Pss_Shmem', sum.proportionalShared) +
    sharedRows(sum, locked)
  );
}

/** What smaps and its rollup have in common, in Linux's order. */
function sharedRows(sum: Residency, locked: number): string {
  const rows: [string, number][] = [
    ['Shared_Clean', sum.sharedClean],
    ['Shared_Dirty', sum.sharedDirty],
    ['Private_Clean', sum.privateClean],
    ['Private_Dirty', sum.privateDirty],
    ['Referenced', sum.referenced],
    ['Anonymous', sum.anonymous],
    ['KSM', 0],
    ['LazyFree', sum.lazyFree],
    ['AnonHugePages', sum.huge],
    ['ShmemPmdMapped', 0],
    ['FilePmdMapped', 0],
    ['Shared_Hugetlb', 0],
    ['Private_Hugetlb', 0],
    ['Swap', sum.swapped],
    ['SwapPss', sum.proportionalSwapped],
    ['Locked', locked],
  ];
  return rows.map(([name, bytes]) => row(name, bytes)).join('');
}

function row(name: string, bytes: number): string {
  return `${`${name}:`.padEnd(16)}${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`;
}

/** Whether a megapage fits into what MADV_HUGEPAGE was asked for. */
function isHugeEligible({ start, end, flags, file }: Region): boolean {
  const first = Math.ceil(start / MEGAPAGE_BYTES) * MEGAPAGE_BYTES;
  const isWanted = (flags & (REGION_HUGE | REGION_SHARED)) === REGION_HUGE && file === undefined;
  return isWanted && first + MEGAPAGE_BYTES <= end;
}

/** Two letters per flag in the order of Linux's VM_* bits. Linux fs/proc/task_mmu.c, show_smap_vma_flags. */
function vmFlags({ prot, flags }: Region): string {
  const has = (bit: number): boolean => (flags & bit) !== 0;
  const isShared = has(REGION_SHARED);
  const isWritable = (prot & PROT_WRITE) !== 0;
  const isAccounted = isWritable && !isShared && !has(REGION_NO_RESERVE);
  const letters: [string, boolean][] = [
    ['rd', (prot & PROT_READ) !== 0],
    ['wr', isWritable],
    ['ex', (prot & PROT_EXEC) !== 0],
    ['sh', isShared && !has(REGION_NEVER_WRITABLE)],
    ['mr', true],
    ['mw', !has(REGION_NEVER_WRITABLE)],
    ['me', true],
    ['ms', isShared],
    ['gd', has(REGION_GROWS_DOWN)],
    ['lo', has(ANY_LOCK)],
    ['sr', has(REGION_SEQUENTIAL)],
    ['rr', has(REGION_RANDOM)],
    ['dc', has(REGION_NO_FORK)],
    ['lf', has(REGION_LOCKED_ON_FAULT)],
    ['ac', isAccounted],
    ['nr', has(REGION_NO_RESERVE)],
    ['wf', has(REGION_WIPE_ON_FORK)],
    ['dd', has(REGION_NO_DUMP)],
    ['hg', has(REGION_HUGE)],
    ['nh', has(REGION_NO_HUGE)],
  ];
  return letters
    .filter(([, isSet]) => isSet)
    .map(([name]) => name)
    .join(' ');
}

function hexAddress(value: number): string {
  return value.toString(16).padStart(8, '0');
}
