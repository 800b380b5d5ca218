import { RECORD_BITS } from '../interpreter/record.js';
import {
  DECODED_PAGE_BYTES,
  DECODED_PAGE_COUNT,
  DECODED_PAGES,
  RECORD_BYTES,
  RECORDS_PER_PAGE,
} from '../layout.js';
import { PAGE_SIZE } from '../pte.js';
import { FRAME_CODE, type Ram } from '../ram.js';

/** An instruction that will be executed as it was decoded. */
export interface DecodedInstruction {
  /** Physical address. */
  readonly pa: number;
  /** 16 or 32 bits. */
  readonly bits: number;
}

/** Writes the records that a fall-through past the page's last instruction reaches. */
export type SentinelWriter = (firstRecord: number) => void;

/**
 * The decoded form of the frames that hold code: one record for each 2 bytes, decoded when first
 * reached. A store into such a frame undoes the records that it touches, at once.
 */
export class DecodedPages {
  private readonly ops: Uint16Array;
  /** Decoded page of each frame, counted from 1; 0 = none. */
  private readonly pageOfFrame: Uint16Array;
  private readonly frameOfPage = new Int32Array(DECODED_PAGE_COUNT + 1);
  private readonly freePages: number[] = [];
  private readonly ram: Ram;
  private readonly writeSentinels: SentinelWriter;
  /** Called when a decoded page goes away: nothing may enter it any more. */
  private readonly onDrop: () => void;

  constructor(buffer: ArrayBuffer, ram: Ram, writeSentinels: SentinelWriter, onDrop: () => void) {
    this.ops = new Uint16Array(buffer);
    this.ram = ram;
    this.writeSentinels = writeSentinels;
    this.onDrop = onDrop;
    this.pageOfFrame = new Uint16Array(ram.frameCount);
    for (let page = DECODED_PAGE_COUNT; page >= 1; page--) this.freePages.push(page);
  }

  /** Address of the first record of the frame's decoded page, which is made if there is none. */
  recordsOf(ppn: number): number {
    const frame = ppn - this.ram.firstPpn;
    const existing = this.pageOfFrame[frame]!;
    if (existing !== 0) return recordsOfPage(existing);
    let page = this.freePages.pop();
    if (page === undefined) {
      this.dropAll();
      page = this.freePages.pop()!;
    }
    const records = recordsOfPage(page);
    this.ops.fill(0, records / 2, (records + RECORDS_PER_PAGE * RECORD_BYTES) / 2);
    this.writeSentinels(records);
    this.pageOfFrame[frame] = page;
    this.frameOfPage[page] = frame;
    this.ram.frameFlags[frame] = this.ram.frameFlags[frame]! | FRAME_CODE;
    return records;
  }

  /** Bytes [pa, pa + size) of the frame were written. */
  codeStored(frame: number, pa: number, size: number): void {
    const page = this.pageOfFrame[frame]!;
    if (size === PAGE_SIZE) {
      this.dropPage(page);
      this.onDrop();
      return;
    }
    const offset = pa % PAGE_SIZE;
    // A 4-byte instruction may begin 2 bytes before the first byte written.
    const first = Math.max(0, (offset >> 1) - 1);
    const last = Math.min(RECORDS_PER_PAGE - 1, (offset + size - 1) >> 1);
    const records = recordsOfPage(page);
    for (let slot = first; slot <= last; slot++) {
      this.ops[(records + slot * RECORD_BYTES) / 2] = 0;
    }
  }

  /** FENCE.I: forgets everything. Coherent stores have left it nothing to find. */
  dropAll(): void {
    for (let page = 1; page <= DECODED_PAGE_COUNT; page++) {
      this.dropPage(page);
    }
    this.onDrop();
  }

  /** What is decoded now; an instruction across two pages is never kept. */
  *decoded(): IterableIterator<DecodedInstruction> {
    for (let page = 1; page <= DECODED_PAGE_COUNT; page++) {
      const frame = this.frameOfPage[page]!;
      if (this.pageOfFrame[frame] !== page) continue;
      for (let slot = 0; slot < RECORDS_PER_PAGE; slot++) {
        const record = recordsOfPage(page) + slot * RECORD_BYTES;
        if (this.ops[record / 2] === 0) continue;
        const bits =
          this.ops[(record + RECORD_BITS) / 2]! | (this.ops[(record + RECORD_BITS) / 2 + 1]! << 16);
        yield { pa: (frame + this.ram.firstPpn) * PAGE_SIZE + slot * 2, bits: bits >>> 0 };
      }
    }
  }

  private dropPage(page: number): void {
    const frame = this.frameOfPage[page]!;
    if (this.pageOfFrame[frame] !== page) return;
    this.pageOfFrame[frame] = 0;
    this.frameOfPage[page] = 0;
    this.ram.frameFlags[frame] = this.ram.frameFlags[frame]! & ~FRAME_CODE;
    this.freePages.push(page);
  }
}

function recordsOfPage(page: number): number {
  return DECODED_PAGES + (page - 1) * DECODED_PAGE_BYTES;
}
