import type { Region } from './mapper.js';
import { PROT_EXEC, PROT_READ, PROT_WRITE, REGION_SHARED } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';

/** Names begin in this column. Linux fs/proc/task_mmu.c, show_vma_header_prefix. */
const NAME_COLUMN = 73;

/** /proc/PID/maps. proc_pid_maps(5); Linux fs/proc/task_mmu.c, show_map_vma. */
export function mapsText(memory: VirtualMemory): string {
  let text = '';
  for (const region of memory.space.regions()) text += `${mapsLine(memory, region)}\n`;
  return text;
}

/** One region's line, without the newline. smaps begins each region with it. */
export function mapsLine(memory: VirtualMemory, region: Region): string {
  const { file, start, end } = region;
  const offset = file === undefined ? 0 : region.offset + (start - region.base);
  const line = `${address(start)}-${address(end)} ${permissions(region)} ${address(offset)} ${
    file?.device ?? '00:00'
  } ${file?.inode ?? 0} `;
  const name = regionName(memory, region);
  return name === '' ? line : line.padEnd(NAME_COLUMN) + name;
}

/** The file's path, [heap], [stack], or nothing. */
export function regionName(memory: VirtualMemory, region: Region): string {
  if (region.file !== undefined) return region.file.path.replaceAll('\n', '\\012');
  if (region.start <= memory.breakEnd && region.end >= memory.breakStart && memory.breakStart > 0) {
    return '[heap]';
  }
  return region.start < memory.stackTop && region.end >= memory.stackTop ? '[stack]' : '';
}

/** "rw-p". */
export function permissions(region: Region): string {
  return (
    (region.prot & PROT_READ ? 'r' : '-') +
    (region.prot & PROT_WRITE ? 'w' : '-') +
    (region.prot & PROT_EXEC ? 'x' : '-') +
    (region.flags & REGION_SHARED ? 's' : 'p')
  );
}

function address(value: number): string {
  return value.toString(16).padStart(8, '0');
}
