import {
  leafBytes,
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
  ppnOf,
  vpnAt,
} from '../../emulator/index.js';
import { hex } from '../bytes.js';
import { TASK_SIZE } from './layout.js';
import type { VirtualMemory } from './virtual-memory.js';

const FLAG_LETTERS: readonly [number, string][] = [
  [PTE_V, 'V'],
  [PTE_R, 'R'],
  [PTE_W, 'W'],
  [PTE_X, 'X'],
  [PTE_U, 'U'],
  [PTE_G, 'G'],
  [PTE_A, 'A'],
  [PTE_D, 'D'],
];

/**
 * The walk for `va`, read from guest RAM: one line per level that it visits,
 *
 *   L2 pte=0x80041ff0 value=0x20010801 pa=0x80042000 flags=V
 *
 * with the entry's physical address, its 64 bits, the address of the next table or of the byte
 * itself, and its flags; then a line that says what the walk came to.
 */
export function walkText(memory: VirtualMemory, va: number): string {
  const { ram } = memory.system;
  let text = '';
  let table = memory.table.rootPpn;
  if (va < 0 || va >= TASK_SIZE) return `${hex(va)} is not a user address\n`;
  for (let level = 2; level >= 0; level--) {
    const entry = table * PAGE_SIZE + vpnAt(va, level) * PTE_SIZE;
    const low = ram.readPteLow(entry);
    const high = ram.readPteHigh(entry);
    const isLeaf = (low & (PTE_R | PTE_W | PTE_X)) !== 0;
    const isValid = (low & PTE_V) !== 0;
    const inLeaf = isLeaf ? va % leafBytes(level) : 0;
    const pa = isValid ? ppnOf(low, high) * PAGE_SIZE + inLeaf : 0;
    text += `L${level} pte=${hex(entry)} value=${hexOfHalves(low, high)} pa=${hex(pa)} flags=${flagsText(low)}\n`;
    if (!isValid) return `${text}${absence(memory, va, level === 0 ? entry : 0)}\n`;
    if (isLeaf) return `${text}${presence(memory, va, pa, low)}\n`;
    table = ppnOf(low, high);
  }
  return `${text}a pointer at level 0: the walk raises a page fault\n`;
}

/** The letters of the bits that are set, in the order VRWXUGAD; "-" when V is not. */
export function flagsText(low: number): string {
  if ((low & PTE_V) === 0) return '-';
  return FLAG_LETTERS.filter(([bit]) => low & bit)
    .map(([, letter]) => letter)
    .join('');
}

export function hexOfHalves(low: number, high: number): string {
  return `0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`;
}

function absence(memory: VirtualMemory, va: number, entry: number): string {
  const slot = entry === 0 ? 0 : memory.table.swapSlot(entry);
  if (slot !== 0) return `on the swap device, in slot ${slot}, until touched`;
  const region = memory.space.queryPage(va);
  if (region === undefined) return 'not mapped: an access faults with SIGSEGV, MAPERR';
  if (region.prot === 0) return 'mapped with PROT_NONE: an access faults with SIGSEGV, ACCERR';
  return 'mapped, but not present until touched';
}

function presence(memory: VirtualMemory, va: number, pa: number, low: number): string {
  const ppn = Math.floor(pa / PAGE_SIZE);
  const { frames } = memory.system;
  const where = `va ${hex(va)} is pa ${hex(pa)} in frame ${hex(ppn)}`;
  if ((low & PTE_U) === 0) return `${where}, kept from user mode by PROT_NONE`;
  if (ppn === frames.zeroPpn) return `${where}, the shared zero frame, until it is written`;
  const references = frames.refcount(ppn);
  return `${where} (${frames.kind(ppn)}, ${references} reference${references === 1 ? '' : 's'})`;
}
