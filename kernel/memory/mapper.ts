import { PAGE_SIZE } from '../../emulator/index.js';
import { AddressSpace, type RegionInfo, type RemapOptions, type UpdateFn } from '../../mm/index.js';
import { MAX_MAP_COUNT, MMAP_MIN_ADDRESS, TASK_SIZE } from './layout.js';
import type { MappedFile } from './mapped-file.js';

export type Region = RegionInfo<MappedFile>;
export type RegionUpdate = UpdateFn<MappedFile>;

/**
 * Decides where mappings stand and remembers them: what the kernel asks of `mm.AddressSpace`, with
 * the same meaning, results and callbacks. Another implementation can take its place.
 */
export interface Mapper {
  mapAny(
    length: number,
    prot: number,
    flags: number,
    file: MappedFile | undefined,
    offset: number,
    o?: {
      alignment?: number;
      range?: { start: number; end: number };
      placement?: 'bottom-up' | 'top-down';
    },
  ): number;
  mapAt(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: MappedFile | undefined,
    offset: number,
    onUnmap?: RegionUpdate,
  ): number;
  mapAtIfFree(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: MappedFile | undefined,
    offset: number,
  ): number;
  unmap(address: number, length: number, onUnmap?: RegionUpdate): number;
  protect(address: number, length: number, prot: number, onUpdate?: RegionUpdate): number;
  setFlags(
    address: number,
    length: number,
    set: number,
    clear: number,
    onUpdate?: RegionUpdate,
  ): number;
  remap(address: number, oldLength: number, newLength: number, o: RemapOptions<MappedFile>): number;
  queryPage(address: number): Region | undefined;
  regions(range?: { start: number; end: number }): IterableIterator<Region>;
  gaps(range?: { start: number; end: number }): IterableIterator<{ start: number; end: number }>;
  clone(): Mapper;
  reset(): void;
  stats(): { regions: number; mappedBytes: number };
}

/** The mapper of a fresh address space: [mmap_min_addr, TASK_SIZE), merging as Linux does. */
export function createMapper(
  placement: 'top-down' | 'bottom-up',
  o: { journal?: boolean; mayAllocate?: ((nodes: number) => boolean) | undefined } = {},
): Mapper {
  return AddressSpace.create<MappedFile>({
    start: MMAP_MIN_ADDRESS,
    length: TASK_SIZE - MMAP_MIN_ADDRESS,
    pageSize: PAGE_SIZE,
    placement,
    merge: 'adjacent',
    maxRegions: MAX_MAP_COUNT,
    journal: o.journal,
    mayAllocate: o.mayAllocate,
  });
}
