export { AddressSpace } from './address-space.js';
export { Errno } from './errno.js';
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
