import { PTE_A, PTE_D } from '../../emulator/index.js';
import { REGION_LOCKED } from './mman.js';
import { type CacheMapper, PageCache } from './page-cache.js';

/** A page cache whose frames can be had back, since each of its pages has another place to go. */
export abstract class ReclaimableCache extends PageCache {
  /** Keeps what the page's frame holds. @returns false where there is no room for it */
  protected abstract save(index: number, isDirty: boolean): boolean;

  /**
   * Takes the page's frame back: saves what it holds, drops its leaves.
   *
   * @param spares whether a page that was used since it was last asked is spared
   * @param mostLeaves it is spared, too, where more leaves map it
   * @returns whether the frame is free
   */
  evict(index: number, spares: boolean, mostLeaves = Number.POSITIVE_INFINITY): boolean {
    const ppn = this.page(index);
    let leaves = 0;
    let isDirty = this.frames.isDirty(ppn);
    let isKept = this.isLocked || (spares && this.frames.takeReferenced(ppn));
    this.eachLeaf(index, index + 1, ({ mapper, pteAddress, page, low, flags }) => {
      leaves++;
      if (low & PTE_D) isDirty = true;
      if (flags & REGION_LOCKED) isKept = true;
      if (!spares || (low & PTE_A) === 0) return;
      isKept = true;
      mapper.table.setFlags(pteAddress, page, low & 0x3ff & ~PTE_A);
    });
    if (isKept || leaves > mostLeaves || this.frames.refcount(ppn) !== leaves + 1) return false;
    if (!this.save(index, isDirty)) return false;
    this.dropPage(index);
    return true;
  }

  /** The page loses its frame, but not its contents. */
  protected dropPage(index: number): void {
    this.drop(index, index + 1, 'without copies');
  }

  protected eachLeaf(first: number, end: number, visit: (leaf: FileLeaf) => void): void {
    for (const mapper of this.mappers) {
      mapper.eachFilePage(this, first, end, (region, from, to, shift) => {
        mapper.table.eachLeaf(from, to, (pteAddress, page) => {
          if (mapper.table.ppn(pteAddress) !== this.page(page - shift)) return;
          const low = this.frames.ram.readPteLow(pteAddress);
          visit({ mapper, pteAddress, page, index: page - shift, low, flags: region.flags });
        });
      });
    }
  }
}

/** A leaf that maps a page of the cache. */
interface FileLeaf {
  readonly mapper: CacheMapper;
  readonly pteAddress: number;
  readonly page: number;
  readonly index: number;
  readonly low: number;
  /** Of the region. */
  readonly flags: number;
}
