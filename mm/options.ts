import { isCount } from './core.js';
import { isPowerOfTwo } from './operations/place.js';
import type { AddressSpaceOptions } from './types.js';

/** @throws RangeError that names the first bad option of `create` */
export function checkOptions(options: AddressSpaceOptions): void {
  const { start, length, pageSize, placement, merge, maxRegions, mayAllocate } = options;
  demand(isCount(pageSize) && isPowerOfTwo(pageSize), 'pageSize', pageSize, 'a power of two');
  demand(
    isCount(start) && start % pageSize === 0,
    'start',
    start,
    `a multiple of the page size ${pageSize}, 0 to 2^53`,
  );
  const isLength = length === 2 ** 53 || (isCount(length) && length > 0);
  demand(
    isLength && length % pageSize === 0 && length <= 2 ** 53 - start,
    'length',
    length,
    `a multiple of the page size ${pageSize}, not 0, with start + length at most 2^53`,
  );
  demand(
    placement === undefined || placement === 'bottom-up' || placement === 'top-down',
    'placement',
    placement,
    "'bottom-up' or 'top-down'",
  );
  demand(
    merge === undefined || merge === 'mapping' || merge === 'adjacent',
    'merge',
    merge,
    "'mapping' or 'adjacent'",
  );
  demand(
    maxRegions === undefined || maxRegions === Number.POSITIVE_INFINITY || isCount(maxRegions),
    'maxRegions',
    maxRegions,
    'an integer >= 0 or Infinity',
  );
  demand(
    mayAllocate === undefined || typeof mayAllocate === 'function',
    'mayAllocate',
    mayAllocate,
    'a function',
  );
}

function demand(isGood: boolean, option: string, value: unknown, wanted: string): void {
  if (!isGood) throw new RangeError(`${option} is ${String(value)}: give ${wanted}`);
}
