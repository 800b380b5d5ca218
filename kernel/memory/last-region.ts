import type { Mapper, Region, RegionUpdate } from './mapper.js';

/**
 * A mapper that remembers the region that was asked for last, as long as nothing changes: page faults
 * come in the same region again and again. (Linux's vmacache was the same, for each thread.)
 */
export class LastRegionMapper implements Mapper {
  private readonly mapper: Mapper;
  private last: Region | undefined;

  constructor(mapper: Mapper) {
    this.mapper = mapper;
  }

  queryPage(address: number): Region | undefined {
    const { last } = this;
    if (last !== undefined && address >= last.start && address < last.end) return last;
    this.last = this.mapper.queryPage(address);
    return this.last;
  }

  mapAny(...args: Parameters<Mapper['mapAny']>): number {
    return this.changed(this.mapper.mapAny(...args));
  }

  mapAt(...args: Parameters<Mapper['mapAt']>): number {
    return this.changed(this.mapper.mapAt(...args));
  }

  mapAtIfFree(...args: Parameters<Mapper['mapAtIfFree']>): number {
    return this.changed(this.mapper.mapAtIfFree(...args));
  }

  unmap(address: number, length: number, onUnmap?: RegionUpdate): number {
    return this.changed(this.mapper.unmap(address, length, onUnmap));
  }

  protect(address: number, length: number, prot: number, onUpdate?: RegionUpdate): number {
    return this.changed(this.mapper.protect(address, length, prot, onUpdate));
  }

  setFlags(...args: Parameters<Mapper['setFlags']>): number {
    return this.changed(this.mapper.setFlags(...args));
  }

  remap(...args: Parameters<Mapper['remap']>): number {
    return this.changed(this.mapper.remap(...args));
  }

  reset(): void {
    this.mapper.reset();
    this.last = undefined;
  }

  regions(range?: { start: number; end: number }): IterableIterator<Region> {
    return this.mapper.regions(range);
  }

  gaps(range?: { start: number; end: number }): IterableIterator<{ start: number; end: number }> {
    return this.mapper.gaps(range);
  }

  clone(): Mapper {
    return this.mapper.clone();
  }

  stats(): { regions: number; mappedBytes: number } {
    return this.mapper.stats();
  }

  /** Callbacks of the call may have asked meanwhile: what they were told is forgotten too. */
  private changed(result: number): number {
    this.last = undefined;
    return result;
  }
}
