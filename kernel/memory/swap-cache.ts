import { PAGE_SIZE } from '../../emulator/index.js';
import { SWAP_STEPS } from './costs.js';
import type { MemorySystem } from './memory-system.js';
import type { Room } from './page-cache.js';
import { ReclaimableCache } from './reclaimable-cache.js';

/**
 * The page cache of a file in memory where there is a swap device: of tmpfs, a memfd, shared anonymous
 * memory and System V segments. A page has a frame, a slot of the device, or neither, and then it is a
 * hole; never both, since a page that comes back gives up its slot. Compare Linux mm/shmem.c,
 * shmem_writepage and shmem_swapin_folio.
 */
export class SwapCache extends ReclaimableCache {
  private readonly system: MemorySystem;
  private readonly slots = new Map<number, number>();

  constructor(system: MemorySystem, room?: Room) {
    super(system.frames, room);
    this.system = system;
  }

  override get usedPages(): number {
    return this.ppns.size + this.slots.size;
  }

  override swapped(): ReadonlyMap<number, number> {
    return this.slots;
  }

  protected override save(index: number): boolean {
    const { host, ram, swap } = this.system;
    const slot = swap!.keep(ram.frame(this.page(index)), { cacheId: this.id, index });
    if (slot === 0) return false;
    host.charge(SWAP_STEPS);
    this.slots.set(index, slot);
    return true;
  }

  protected override fill(index: number, ppn: number, isOverwritten: boolean): void {
    const { frames, host, ram, swap } = this.system;
    const slot = this.slots.get(index);
    if (slot === undefined) super.fill(index, ppn, isOverwritten);
    else {
      if (!isOverwritten) {
        ram.write(ppn * PAGE_SIZE, swap!.read(slot));
        host.charge(SWAP_STEPS);
      }
      this.giveUpSlot(index);
      frames.setDirty(ppn, true);
    }
    frames.watcher?.cached(ppn, this);
  }

  protected override readAbsent(index: number, inPage: number, target: Uint8Array): void {
    const slot = this.slots.get(index);
    if (slot === undefined) {
      target.fill(0);
      return;
    }
    const ppn = this.ensureRoomyPage(index);
    if (ppn !== 0) this.frames.ram.read(ppn * PAGE_SIZE + inPage, target);
    else target.set(this.system.swap!.read(slot).subarray(inPage, inPage + target.length));
  }

  protected override *dataPages(): Iterable<number> {
    yield* this.ppns.keys();
    yield* this.slots.keys();
  }

  protected override hasData(index: number): boolean {
    return this.page(index) !== 0 || this.slots.has(index);
  }

  protected override forget(first: number, end: number): void {
    for (const index of [...this.slots.keys()]) {
      if (index >= first && index < end) this.giveUpSlot(index);
    }
  }

  protected override zero(offset: number, length: number): void {
    const index = Math.floor(offset / PAGE_SIZE);
    const slot = this.slots.get(index);
    if (slot !== undefined && length > 0 && this.ensureRoomyPage(index) === 0) {
      const start = offset % PAGE_SIZE;
      this.system.swap!.zero(slot, start, start + length);
    }
    super.zero(offset, length);
  }

  private giveUpSlot(index: number): void {
    this.system.swap!.giveUp(this.slots.get(index)!);
    this.slots.delete(index);
  }
}
