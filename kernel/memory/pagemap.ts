import { PAGE_SIZE } from '../../emulator/index.js';
import { TASK_SIZE } from './layout.js';
import { ANONYMOUS } from './physical-memory.js';
import { eachPresentPage, mapCount } from './residency.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Bytes of an entry of /proc/PID/pagemap. */
export const PAGEMAP_ENTRY_BYTES = 8;
const USER_PAGES = TASK_SIZE / PAGE_SIZE;

/** Bits of an entry's upper half. Linux Documentation/admin-guide/mm/pagemap.rst. */
const EXCLUSIVELY_MAPPED = 1 << (56 - 32);
const FILE_OR_SHARED = 1 << (61 - 32);
const SWAPPED = 1 << (62 - 32);
const PRESENT = 0x8000_0000;

/**
 * Entries of /proc/PID/pagemap from page `first` on, as an unprivileged reader gets them: without
 * frame numbers. There is no soft-dirty bit on riscv64.
 *
 * @returns fewer than `count` entries at the end of user space
 */
export function pagemapEntries(memory: VirtualMemory, first: number, count: number): Uint8Array {
  const { frames } = memory.system;
  const end = Math.min(USER_PAGES, first + count);
  const bytes = new Uint8Array(Math.max(0, end - first) * PAGEMAP_ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  eachPresentPage(memory, first, end, ({ page, ppn }) => {
    let high = PRESENT;
    if (ppn !== frames.zeroPpn) {
      if (frames.kindNumber(ppn) !== ANONYMOUS) high |= FILE_OR_SHARED;
      if (mapCount(frames, ppn) === 1) high |= EXCLUSIVELY_MAPPED;
    }
    view.setUint32((page - first) * PAGEMAP_ENTRY_BYTES + 4, high >>> 0, true);
  });
  memory.table.eachSwapped(first, end, (_pteAddress, page) => {
    view.setUint32((page - first) * PAGEMAP_ENTRY_BYTES + 4, SWAPPED, true);
  });
  return bytes;
}
