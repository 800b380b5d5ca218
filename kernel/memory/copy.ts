import { PAGE_SIZE } from '../../emulator/index.js';
import { Errno } from '../errno.js';
import { COPY_STEPS_PER_64_BYTES } from './costs.js';
import type { VirtualMemory } from './virtual-memory.js';

/** The longest string part read at once. */
const STRING_CHUNK = 256;

/** See `VirtualMemory.copyIn`. */
export function copyIn(memory: VirtualMemory, va: number, target: Uint8Array): number {
  return withActive(memory, () => {
    for (let done = 0; done < target.length; ) {
      const at = va + done;
      const bytes = Math.min(PAGE_SIZE - mod(at), target.length - done);
      const pa = reach(memory, at, 'load');
      if (pa < 0) return pa;
      memory.system.ram.read(pa, target.subarray(done, done + bytes));
      done += bytes;
    }
    chargeCopy(memory, target.length);
    return 0;
  });
}

/** See `VirtualMemory.copyOut`. */
export function copyOut(memory: VirtualMemory, va: number, source: Uint8Array): number {
  return withActive(memory, () => {
    for (let done = 0; done < source.length; ) {
      const at = va + done;
      const bytes = Math.min(PAGE_SIZE - mod(at), source.length - done);
      const pa = reach(memory, at, 'store');
      if (pa < 0) return pa;
      memory.system.ram.write(pa, source.subarray(done, done + bytes));
      done += bytes;
    }
    chargeCopy(memory, source.length);
    return 0;
  });
}

/** See `VirtualMemory.copyInString`. */
export function copyInString(
  memory: VirtualMemory,
  va: number,
  maxBytes: number,
): Uint8Array | number {
  return withActive(memory, () => {
    const bytes: number[] = [];
    const chunk = new Uint8Array(STRING_CHUNK);
    while (bytes.length < maxBytes) {
      const at = va + bytes.length;
      const wanted = Math.min(PAGE_SIZE - mod(at), STRING_CHUNK, maxBytes - bytes.length);
      const pa = reach(memory, at, 'load');
      if (pa < 0) return pa;
      const part = chunk.subarray(0, wanted);
      memory.system.ram.read(pa, part);
      const nul = part.indexOf(0);
      bytes.push(...(nul < 0 ? part : part.subarray(0, nul)));
      if (nul >= 0) {
        chargeCopy(memory, bytes.length);
        return Uint8Array.from(bytes);
      }
    }
    return -Errno.ENAMETOOLONG;
  });
}

/**
 * The physical address behind `va`, by the hart's own checks and the fault path: what user code
 * would reach, or -EFAULT where it would get a signal.
 */
function reach(memory: VirtualMemory, va: number, access: 'load' | 'store'): number {
  const { hart } = memory.system;
  // One fault brings the page in; a second pass covers what Svade leaves for it.
  for (let attempt = 0; attempt < 3; attempt++) {
    const pa = hart.translate(va, access, 'user');
    if (typeof pa === 'number') return pa;
    if (pa === 'access-fault' || memory.fault(va, access) !== undefined) return -Errno.EFAULT;
  }
  return -Errno.EFAULT;
}

/** Runs `body` with this address space in satp, then puts back the one that was there. */
function withActive<T>(memory: VirtualMemory, body: () => T): T | number {
  const previous = memory.system.active;
  if (previous === memory) return body();
  // Another's memory goes with its process when that is killed for a frame in the middle of a call.
  if (memory.isReleased) return -Errno.EFAULT;
  memory.activate();
  const result = body();
  previous?.activate();
  return result;
}

function chargeCopy(memory: VirtualMemory, bytes: number): void {
  memory.system.host.charge(Math.ceil(bytes / 64) * COPY_STEPS_PER_64_BYTES);
}

/** Offset in the page; a kernel address is negative. */
function mod(va: number): number {
  return va - Math.floor(va / PAGE_SIZE) * PAGE_SIZE;
}
