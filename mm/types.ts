/** One region with its mapping. All addresses and lengths are bytes. */
export interface RegionInfo<F> {
  /** The region: `[start, end)`. */
  start: number;
  end: number;
  /** Its mapping: what one map call created. It does not shrink when a part of it is unmapped. */
  base: number;
  length: number;
  prot: number;
  flags: number;
  file: F | undefined;
  /** Of `base` in the file; a page lies at `offset + (page - base)`. */
  offset: number;
}

/** A range of free pages, `[start, end)` in bytes. */
export interface GapInfo {
  start: number;
  end: number;
}

/**
 * Told once of every region part that an operation changed, ascending.
 *
 * @param start first byte of the part, clipped to the range of the operation
 * @param length of the part, bytes
 * @param info the region as it was before the operation
 */
export type UpdateFn<F> = (start: number, length: number, info: RegionInfo<F>) => void;

export type Placement = 'bottom-up' | 'top-down';

export interface AddressSpaceOptions {
  /** First byte of the space, a multiple of the page size. */
  start: number;
  /** Bytes, a multiple of the page size; start + length is at most 2^53. */
  length: number;
  /** Bytes, a power of two. */
  pageSize: number;
  /** Where `mapAny` looks first. Default: bottom-up. */
  placement?: Placement | undefined;
  /**
   * Which neighbours become one region: equal parts of one mapping (the default), or whatever is
   * equal and continues, as Linux does it; then each region is a mapping of its own.
   */
  merge?: 'mapping' | 'adjacent' | undefined;
  /** An operation that would leave more regions than this is refused. Default: no limit. */
  maxRegions?: number | undefined;
  /**
   * Asked before every operation that raises `stats().nodes`, with the number by which it does.
   * `false` refuses the operation. It may look at the space; a call that changes it throws.
   */
  mayAllocate?: ((nodes: number) => boolean) | undefined;
  /** Keeps every change in `journal`. */
  journal?: boolean | undefined;
  /** Counts the tree nodes that each operation visits in `visits`. */
  countVisits?: boolean | undefined;
}

export interface MapAnyOptions {
  /** Taken if it is aligned, free, inside, and satisfies the other options. */
  hint?: number | undefined;
  /** Bytes, a power of two, at least the page size. */
  alignment?: number | undefined;
  /** Bytes that must be free on both sides, rounded up to pages. */
  guard?: number | undefined;
  /** The mapping must lie inside; page-aligned. */
  range?: { start: number; end: number } | undefined;
  /** Overrules the space's policy. */
  placement?: Placement | undefined;
}

export interface RemapOptions<F> {
  mayMove: boolean;
  /** Moves there, and replaces what is there. Needs `mayMove`. */
  newAddr?: number | undefined;
  /** Leaves the old range mapped; always moves. Needs `mayMove`. */
  keepOld?: boolean | undefined;
  onUnmap?: UpdateFn<F> | undefined;
  /** Called once, after every `onUnmap`, with the pages that kept their contents. Bytes. */
  onMove?: ((from: number, to: number, length: number) => void) | undefined;
}

export interface Stats {
  regions: number;
  gaps: number;
  mappedBytes: number;
  freeBytes: number;
  /** Bytes. */
  largestGap: number;
  /** Tree nodes in use: regions + gaps. */
  nodes: number;
}

/** A broken invariant: the rule's id, and what was found where. */
export interface Violation {
  rule: string;
  message: string;
}
