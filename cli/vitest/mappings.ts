import { hex, REGION_SHARED, regionName, type VirtualMemory } from '../../kernel/index.js';

const PAGE_BYTES = 4096;

/** A piece of an address space, as /proc/PID/maps shows it. [start, end) in bytes. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** 'rw-', 'r-x', … */
  readonly prot: string;
  readonly shared: boolean;
  /** Path of the mapped file. */
  readonly file: string | undefined;
  /** Offset in the file of `start`, in bytes. */
  readonly offset: number;
  /** '[heap]', '[stack]', the file's path, or ''. */
  readonly name: string;
}

/** All that a process has mapped at one moment. */
export interface Mappings {
  readonly list: readonly Mapping[];
  /** Addresses of pages that have a leaf. */
  readonly present: ReadonlySet<number>;
}

export function mappingsOf(memory: VirtualMemory): Mappings {
  const list = [...memory.space.regions()].map((region): Mapping => {
    const { start, end, prot, flags, file } = region;
    return {
      start,
      end,
      prot: protText(prot),
      shared: (flags & REGION_SHARED) !== 0,
      file: file?.path,
      offset: file === undefined ? 0 : region.offset + (start - region.base),
      name: regionName(memory, region),
    };
  });
  const present = new Set<number>();
  const end = list.at(-1)?.end ?? 0;
  memory.table.eachLeaf(0, Math.ceil(end / PAGE_BYTES), (_pteAddress, page, level) => {
    for (let i = 0; i < 512 ** level; i++) present.add((page + i) * PAGE_BYTES);
  });
  return { list, present };
}

/** "rw-" of PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4. */
export function protText(prot: number): string {
  return [...'rwx'].map((letter, bit) => (prot & (1 << bit) ? letter : '-')).join('');
}

export function mappingText({ start, end, prot, shared, file, offset, name }: Mapping): string {
  const range = `${hex(start)}-${hex(end)} ${prot}${shared ? 's' : 'p'}`;
  return file === undefined ? `${range} ${name}`.trimEnd() : `${range} ${file} at ${hex(offset)}`;
}
