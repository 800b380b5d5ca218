import type { Device } from './devices/bus.js';
import { Hart, type Supervisor } from './hart.js';
import { createInterpreter } from './interpreter/interpreter.js';
import { fullInstructionSet, InstructionSet } from './isa/decode.js';
import { RAM_OFFSET } from './layout.js';
import type { Misaligned } from './memory-access.js';
import type { TlbMode } from './mmu/mmu.js';
import { PAGE_SIZE } from './pte.js';
import { Ram } from './ram.js';

const WASM_PAGE_BYTES = 0x1_0000;
export const MIN_MEMORY_BYTES = 4 * 1024 * 1024;
export const MAX_MEMORY_BYTES = 3 * 1024 * 1024 * 1024;

/** Guest RAM, one hart and its devices, in the physical address map of QEMU's virt machine. */
export class Machine {
  readonly ram: Ram;
  readonly hart: Hart;
  readonly isa: InstructionSet;

  private constructor(ram: Ram, hart: Hart, isa: InstructionSet) {
    this.ram = ram;
    this.hart = hart;
    this.isa = isa;
  }

  /**
   * @param options.memoryBytes size of guest RAM: 4 MiB to 3 GiB, a multiple of 4096
   * @param options.supervisor 'host': a trap from U mode makes `hart.run` return 'trap'; 'guest': it
   *   is taken by code in guest memory
   * @param options.isa the extensions of the hart, as in 'rv64gc_zba_zbb' (isa/extensions.ts); an
   *   instruction or field of any other is illegal or reads 0. Everything when it is left out
   * @param options.tlb 'coherent' (default): nothing stale is ever served. 'stale': translations stay
   *   until a fence, so that a missing one shows
   * @param options.misaligned 'handled' (default): misaligned loads and stores are carried out.
   *   'trapped': they raise address-misaligned exceptions, in preference to page and access faults
   * @throws Error naming an unknown extension, a bad size, or that the host has no room for it
   */
  static create(options: {
    memoryBytes: number;
    supervisor: Supervisor;
    devices?: readonly Device[];
    isa?: string | undefined;
    tlb?: TlbMode | undefined;
    misaligned?: Misaligned | undefined;
  }): Machine {
    const { memoryBytes } = options;
    if (
      !(memoryBytes >= MIN_MEMORY_BYTES && memoryBytes <= MAX_MEMORY_BYTES) ||
      memoryBytes % PAGE_SIZE !== 0
    ) {
      throw new Error(
        `memory of ${memoryBytes} bytes is not possible: give 4 MiB to 3 GiB, a multiple of 4096`,
      );
    }
    const pages = Math.ceil((RAM_OFFSET + memoryBytes) / WASM_PAGE_BYTES);
    let memory: WebAssembly.Memory;
    try {
      memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch {
      throw new Error(`the host has no room for a memory of ${memoryBytes} bytes: give less`);
    }
    const ram = new Ram(memory.buffer, memoryBytes);
    const misaligned = options.misaligned ?? 'handled';
    const isa = options.isa === undefined ? fullInstructionSet : new InstructionSet(options.isa);
    const { alignmentBytes } = isa;
    const interpreter = createInterpreter(memory, { misaligned, alignmentBytes });
    const hart = new Hart(memory.buffer, interpreter, ram, {
      supervisor: options.supervisor,
      devices: options.devices ?? [],
      isa,
      tlb: options.tlb ?? 'coherent',
      misaligned,
    });
    return new Machine(ram, hart, isa);
  }
}
