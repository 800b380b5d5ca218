import { leafBytes, PAGE_SIZE, PTE_V } from '../../emulator/index.js';
import { byteString } from '../bytes.js';
import type { VirtualMemory } from '../memory/index.js';

/**
 * User memory as an observer sees it: nothing is faulted in, no A bit is set, so a traced run is the
 * same run. A page that is not present reads as what a fault would bring.
 */
export class GuestView {
  private readonly memory: VirtualMemory;

  constructor(memory: VirtualMemory) {
    this.memory = memory;
  }

  /** undefined when part of it is not mapped. */
  read(address: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = address + done;
      const count = Math.min(length - done, PAGE_SIZE - (at % PAGE_SIZE));
      if (!this.readInPage(at, bytes.subarray(done, done + count))) return undefined;
      done += count;
    }
    return bytes;
  }

  view(address: number, length: number): DataView | undefined {
    const bytes = this.read(address, length);
    return bytes === undefined ? undefined : new DataView(bytes.buffer);
  }

  readU32(address: number): number | undefined {
    return this.view(address, 4)?.getUint32(0, true);
  }

  readU64(address: number): bigint | undefined {
    return this.view(address, 8)?.getBigUint64(0, true);
  }

  /** The bytes before the next NUL as a byte string. */
  string(address: number, maxBytes = 4096): string | undefined {
    let text = '';
    while (text.length < maxBytes) {
      const at = address + text.length;
      const bytes = this.read(at, PAGE_SIZE - (at % PAGE_SIZE));
      if (bytes === undefined) return undefined;
      const end = bytes.indexOf(0);
      text += byteString(end < 0 ? bytes : bytes.subarray(0, end));
      if (end >= 0) return text;
    }
    return text.slice(0, maxBytes);
  }

  private readInPage(address: number, target: Uint8Array): boolean {
    const { memory } = this;
    const region = memory.space.queryPage(address);
    if (region === undefined || region.prot === 0) return false;
    const page = Math.floor(address / PAGE_SIZE);
    const entry = memory.table.find(page);
    const { ram } = memory.system;
    if (entry !== 0 && (ram.readPteLow(entry) & PTE_V) !== 0) {
      const inLeaf = address % leafBytes(memory.table.levelOf(entry, page));
      ram.read(memory.table.ppn(entry) * PAGE_SIZE + inLeaf, target);
    } else if (entry !== 0 && memory.table.swapSlot(entry) !== 0) {
      const inPage = address % PAGE_SIZE;
      const page = memory.system.swap!.page(memory.table.swapSlot(entry));
      target.set(page.subarray(inPage, inPage + target.length));
    } else {
      target.fill(0);
      region.file?.pages.read(region.offset + (address - region.base), target);
    }
    return true;
  }
}
