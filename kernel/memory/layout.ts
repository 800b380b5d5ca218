import { PAGE_SIZE } from '../../emulator/index.js';

/**
 * Where things stand in user space. Linux arch/riscv/include/asm/processor.h and mm/util.c
 * (arch_pick_mmap_layout), for Sv39.
 */

/** End of user space: the lower half of Sv39's canonical addresses. */
export const TASK_SIZE = 2 ** 38;
/** vm.mmap_min_addr: an unprivileged user maps nothing below. */
export const MMAP_MIN_ADDRESS = 0x1_0000;
/** Where bottom-up placement begins (TASK_UNMAPPED_BASE). */
export const BOTTOM_UP_BASE = Math.ceil(TASK_SIZE / 3 / PAGE_SIZE) * PAGE_SIZE;
/** Below a region that grows down this much stays free, so that it cannot run into another. */
export const STACK_GUARD_BYTES = 256 * PAGE_SIZE;
/** vm.max_map_count. */
export const MAX_MAP_COUNT = 65530;
const MIN_GAP = 128 * 2 ** 20;

/**
 * Top-down placement begins here: below the stack's limit, and at least 128 MiB below its top.
 *
 * @param stackLimit RLIMIT_STACK in bytes
 */
export function mmapBase(stackLimit: number): number {
  const gap = Math.max(MIN_GAP, Math.min(stackLimit + STACK_GUARD_BYTES, (TASK_SIZE / 6) * 5));
  return pageFloor(TASK_SIZE - gap);
}

export function pageFloor(address: number): number {
  return Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
}

/** Rounds up to a page. */
export function pageCeil(address: number): number {
  return Math.ceil(address / PAGE_SIZE) * PAGE_SIZE;
}

/**
 * Rounds a size_t up to pages as Linux's PAGE_ALIGN does, in 64 bits: the last 4095 sizes become 0.
 *
 * @param length a size_t, or the same 64 bits read as a signed number
 * @returns bytes; from 2^53 on not exact, but then past every valid length
 */
export function roundLength(length: number): number {
  if (length < 0) return length > -PAGE_SIZE ? 0 : length + 2 ** 64;
  const rounded = pageCeil(length);
  return rounded >= 2 ** 64 ? 0 : rounded;
}
