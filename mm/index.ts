export { AddressSpace } from './address-space.js';
export { Errno } from './errno.js';
export type { Journal, Mutation, Operation } from './journal.js';
export type { GapNode, RegionNode, Snapshot, TreeNode } from './snapshot.js';
export type {
  AddressSpaceOptions,
  GapInfo,
  MapAnyOptions,
  Placement,
  RegionInfo,
  RemapOptions,
  Stats,
  UpdateFn,
  Violation,
} from './types.js';
