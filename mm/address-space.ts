import { checkSpace } from './check.js';
import { Core, isCount } from './core.js';
import { Edit } from './edit.js';
import type { Journal } from './journal.js';
import { protect, setFlags } from './operations/change.js';
import { mapAny, mapAt, mapAtIfFree } from './operations/map.js';
import { markOriginal, unmapNonOriginal } from './operations/marks.js';
import { remap } from './operations/remap.js';
import { unmap } from './operations/unmap.js';
import { checkOptions } from './options.js';
import { gapsOf, regionsOf } from './ranges.js';
import { type Snapshot, takeSnapshot } from './snapshot.js';
import type {
  AddressSpaceOptions,
  GapInfo,
  MapAnyOptions,
  RegionInfo,
  RemapOptions,
  Stats,
  UpdateFn,
  Violation,
} from './types.js';

/**
 * Decides where pages lie in an address space, and remembers what lies where: free ranges and
 * allocated regions in two augmented AVL trees. It knows no page tables; callbacks tell what to
 * change there.
 *
 * Addresses and lengths are bytes, safe non-negative integers. Lengths round up to pages. Every
 * operation answers an address or 0, or a negative number of `Errno`, and then nothing has changed.
 * None throws for bad arguments; a call that changes the space from inside a callback does.
 *
 * @typeParam F what a mapping's `file` is; told apart by identity, `undefined` is anonymous memory
 */
export class AddressSpace<F = unknown> {
  private readonly core: Core<F>;
  private readonly edit: Edit<F>;

  private constructor(core: Core<F>) {
    this.core = core;
    this.edit = new Edit(core);
  }

  /**
   * An empty space. (`mm_init`)
   *
   * @throws RangeError that names the bad option
   */
  static create<F>(options: AddressSpaceOptions): AddressSpace<F> {
    checkOptions(options);
    return new AddressSpace<F>(new Core<F>({ ...options }));
  }

  /**
   * Creates a mapping where the policy and the options say. (`mm_mapany`)
   *
   * @param length bytes
   * @param prot any safe integer, kept as given; so are `flags`
   * @param offset of the mapping in the file, bytes; any safe integer >= 0 with offset + length <=
   *   2^53
   * @returns its address; -EINVAL; -ENOMEM if it fits nowhere or a node was refused
   */
  mapAny(
    length: number,
    prot: number,
    flags: number,
    file: F | undefined,
    offset: number,
    options?: MapAnyOptions,
  ): number {
    this.core.enter('mapAny');
    return mapAny(this.core, this.edit, length, prot, flags, file, offset, options);
  }

  /**
   * Creates a mapping at an address; what is mapped there is unmapped. (`mm_mapat`, `mm_mapat_cb`)
   *
   * @param onUnmap is told of every region part that was there
   * @returns the address; -EINVAL; -ENOMEM if a node was refused
   */
  mapAt(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: F | undefined,
    offset: number,
    onUnmap?: UpdateFn<F>,
  ): number {
    const { core, edit } = this;
    core.enter('mapAt');
    return mapAt(core, edit, address, length, prot, flags, file, offset, onUnmap);
  }

  /**
   * Creates a mapping at an address if nothing is mapped there. (MAP_FIXED_NOREPLACE)
   *
   * @returns the address; -EINVAL; -EEXIST; -ENOMEM if a node was refused
   */
  mapAtIfFree(
    address: number,
    length: number,
    prot: number,
    flags: number,
    file: F | undefined,
    offset: number,
  ): number {
    this.core.enter('mapAtIfFree');
    return mapAtIfFree(this.core, this.edit, address, length, prot, flags, file, offset);
  }

  /**
   * Unmaps what is mapped in a range; holes are skipped. (`mm_unmap`, `mm_unmap_cb`)
   *
   * @returns 0; -EINVAL; -ENOMEM if a node was refused
   */
  unmap(address: number, length: number, onUnmap?: UpdateFn<F>): number {
    this.core.enter('unmap');
    return unmap(this.core, this.edit, address, length, onUnmap);
  }

  /**
   * Sets the protection of a range, every page of which must be mapped. (`mm_protect`,
   * `mm_protect_cb`)
   *
   * @param onUpdate is told of every region part whose protection was another
   * @returns 0; -EINVAL; -ENOMEM if a page is not mapped or a node was refused
   */
  protect(address: number, length: number, prot: number, onUpdate?: UpdateFn<F>): number {
    this.core.enter('protect');
    return protect(this.core, this.edit, address, length, prot, onUpdate);
  }

  /**
   * Makes `flags` of a range `(flags & ~clear) | set`; every page must be mapped.
   *
   * @param set safe integer, two's complement if negative; so is `clear`
   * @returns 0; -EINVAL; -ENOMEM if a page is not mapped or a node was refused
   */
  setFlags(
    address: number,
    length: number,
    set: number,
    clear: number,
    onUpdate?: UpdateFn<F>,
  ): number {
    this.core.enter('setFlags');
    return setFlags(this.core, this.edit, address, length, set, clear, onUpdate);
  }

  /**
   * Shrinks, grows or moves a range of one mapping. A move makes a new mapping.
   *
   * @returns the address where the range is now; -EINVAL; -EFAULT if the old range is not all of
   *   one mapping; -ENOMEM if there is no room or a node was refused
   */
  remap(address: number, oldLength: number, newLength: number, options: RemapOptions<F>): number {
    this.core.enter('remap');
    return remap(this.core, this.edit, address, oldLength, newLength, options);
  }

  /** The region that contains the page of an address; undefined if there is none. (`mm_querypage`) */
  queryPage(address: number): RegionInfo<F> | undefined {
    const { core } = this;
    core.startCounting();
    if (!isCount(address)) return undefined;
    const node = core.regions.find(Math.floor(address / core.pageSize));
    return node === 0 ? undefined : core.info(node);
  }

  /**
   * The regions that overlap a range, ascending, whole. A space that changes meanwhile is followed
   * from the end of the last region that was given.
   */
  regions(range?: { start: number; end: number }): IterableIterator<RegionInfo<F>> {
    return regionsOf(this.core, range);
  }

  /** The free ranges that overlap a range, ascending, whole. */
  gaps(range?: { start: number; end: number }): IterableIterator<GapInfo> {
    return gapsOf(this.core, range);
  }

  /** A space with the same contents and options, independent of this one: fork. */
  clone(): AddressSpace<F> {
    return new AddressSpace<F>(this.core.clone());
  }

  /** Empties the space. */
  reset(): void {
    this.core.enter('reset');
    this.core.reset();
  }

  /** Marks the present regions. Marks follow splits; a mapping made or moved later has none. */
  markOriginal(): void {
    this.core.enter('markOriginal');
    markOriginal(this.core, this.edit);
  }

  /** Unmaps every region without a mark. What was changed in marked ones is not restored. */
  unmapNonOriginal(onUnmap?: UpdateFn<F>): void {
    this.core.enter('unmapNonOriginal');
    unmapNonOriginal(this.core, this.edit, onUnmap);
  }

  stats(): Stats {
    const { regions, gaps, pageSize, mappedPages, startPage, endPage } = this.core;
    return {
      regions: regions.size,
      gaps: gaps.size,
      mappedBytes: mappedPages * pageSize,
      freeBytes: (endPage - startPage - mappedPages) * pageSize,
      largestGap: gaps.largest * pageSize,
      nodes: regions.size + gaps.size,
    };
  }

  /** Both trees with their augmentations, as plain data. */
  snapshot(): Snapshot<F> {
    return takeSnapshot(this.core);
  }

  /** The changes so far, if the space was made with `journal: true`. A clone begins its own. */
  get journal(): Journal | undefined {
    return this.core.journal;
  }

  /** Tree nodes that the last operation visited, if the space was made with `countVisits: true`. */
  get visits(): number {
    const { countsVisits, regions, gaps } = this.core;
    return countsVisits ? regions.visits + gaps.visits : 0;
  }

  /** Bytes of the arenas. Full ones take 80 per region with its mapping, and 32 for the gap in front. */
  get arenaBytes(): number {
    const { regions, mappings } = this.core;
    return regions.arenaBytes + mappings.arenaBytes;
  }

  /** Recomputes every invariant of the trees; empty if all hold. */
  check(): Violation[] {
    return checkSpace(this.core);
  }
}
