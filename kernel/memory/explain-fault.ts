import { PAGE_SIZE } from '../../emulator/index.js';
import { hex } from '../bytes.js';
import { indexInFile, isPastEnd } from './bring-in.js';
import { protText } from './calls.js';
import { type Access, mayAccess } from './fault.js';
import { STACK_GUARD_BYTES, TASK_SIZE } from './layout.js';
import type { Region } from './mapper.js';
import { permissions, regionName } from './maps-text.js';
import { REGION_GROWS_DOWN } from './mman.js';
import type { VirtualMemory } from './virtual-memory.js';
import { walkText } from './walk-text.js';

const NEAR_BYTES = 16 * PAGE_SIZE;

export interface FaultPlace {
  readonly pc: number | bigint;
  /** Of the pc, where it is known. */
  readonly symbol?: string | undefined;
  /** The address in full, where a number would be rounded. */
  readonly va?: bigint;
}

/**
 * Why an access faulted, as a story: address and access first, then what was observed, what was
 * expected, which call came before, and the walk.
 */
export function explainFault(
  memory: VirtualMemory,
  va: number,
  access: Access,
  at: FaultPlace,
): string {
  const region = memory.space.queryPage(va);
  const where = at.symbol === undefined ? hex(at.pc) : `${hex(at.pc)} (${at.symbol})`;
  const lines = [
    `page fault (${access}) at ${hex(at.va ?? va)}, pc ${where}`,
    row('observed', observation(memory, region, va, access)),
    row('expected', expectation(region, va, access)),
    row('region', region === undefined ? neighbours(memory, va) : regionText(memory, region)),
  ];
  const call = memory.calls.lastAbout(va);
  if (call !== undefined) lines.push(row('last call', `${call} and covered this address`));
  const walk = va >= 0 && va < TASK_SIZE ? walkText(memory, va).trimEnd().split('\n') : [];
  lines.push(...walk.map((line, i) => row(i === 0 ? 'walk' : '', line)));
  return `${lines.join('\n')}\n`;
}

function observation(
  memory: VirtualMemory,
  region: Region | undefined,
  va: number,
  access: Access,
): string {
  if (va < 0 || va >= TASK_SIZE) return 'the address lies outside user space';
  if (region === undefined) {
    if (va < PAGE_SIZE) return 'the address lies in page 0, as a null pointer plus an offset does';
    return stackReason(memory, va) ?? 'no region is mapped there';
  }
  if (!mayAccess(region.prot, access)) {
    return `the region has ${protText(region.prot)}, which does not allow a ${access}`;
  }
  const page = Math.floor(va / PAGE_SIZE);
  if (region.file !== undefined && isPastEnd(region, page)) {
    const size = region.file.pages.sizeBytes;
    return `page ${indexInFile(region, page)} of ${region.file.path} lies past its end (${size} bytes)`;
  }
  return 'the region allows the access, but no frame was left for the page';
}

/** The address is below a stack: too far for its limit, or in the guard gap. */
function stackReason(memory: VirtualMemory, va: number): string | undefined {
  const near = { start: va, end: va + memory.limits.stack + STACK_GUARD_BYTES };
  for (const above of memory.space.regions(near)) {
    if ((above.flags & REGION_GROWS_DOWN) === 0) return undefined;
    if (above.end - va > memory.limits.stack) {
      return `the stack that ends at ${hex(above.end)} would grow past its limit of ${memory.limits.stack} bytes`;
    }
    return 'the stack would grow into the guard gap above another region';
  }
  return undefined;
}

function expectation(region: Region | undefined, va: number, access: Access): string {
  if (va < 0 || va >= TASK_SIZE) return `an address below ${hex(TASK_SIZE)}`;
  if (region === undefined) return `a mapping that covers ${hex(va)} when it is accessed`;
  if (!mayAccess(region.prot, access)) {
    const needed = access === 'fetch' ? 'EXEC' : access === 'store' ? 'WRITE' : 'READ';
    return `PROT_${needed} in the mapping, or no ${access} there`;
  }
  return region.file === undefined
    ? 'a free frame'
    : 'an access below the end of the file, or a longer file';
}

function regionText(memory: VirtualMemory, region: Region): string {
  const name = regionName(memory, region);
  const range = `${hex(region.start)}-${hex(region.end)} ${permissions(region)}`;
  return name === '' ? range : `${range} ${name}`;
}

/** The regions next to an unmapped address, where they are near enough to have been meant. */
function neighbours(memory: VirtualMemory, va: number): string {
  const parts: string[] = [];
  const start = Math.max(0, va - NEAR_BYTES);
  for (const region of memory.space.regions({ start, end: Math.max(1, va + NEAR_BYTES) })) {
    const distance =
      region.end <= va
        ? `${hex(va - region.end)} bytes behind the end of`
        : `${hex(region.start - va)} bytes before`;
    parts.push(`${distance} ${regionText(memory, region)}`);
  }
  return parts.length === 0 ? 'none, and none near' : `none; ${parts.slice(-2).join('; ')}`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(11)} ${text}`;
}
