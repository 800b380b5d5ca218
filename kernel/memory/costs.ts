/** Steps that memory operations are charged, besides the one of the trap. See kernel/README. */
export const FAULT_STEPS = 100;
/** Each page that an operation installs, changes, clears or copies a PTE for. */
export const PAGE_STEPS = 4;
/** Each 64 bytes that the kernel copies or fills. */
export const COPY_STEPS_PER_64_BYTES = 1;
/** Each region that an operation makes, changes or removes. */
export const REGION_STEPS = 20;
/** A page read from the swap device or written to it: 10 µs, as a fast disk takes. */
export const SWAP_STEPS = 1000;
/** A block read from a disk or written to it. */
export const DISK_STEPS = 1000;
/** A whole frame filled or copied. */
export const FRAME_STEPS = (4096 / 64) * COPY_STEPS_PER_64_BYTES;
