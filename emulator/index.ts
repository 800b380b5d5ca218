export { isBareMetalImage } from './bare-metal-image.js';
export { BareMetal, type BootOptions, type BootResult } from './boot.js';
export { Cause, type Trap } from './cause.js';
export type { DecodedInstruction } from './code/decoded-pages.js';
export { type ElfFile, type ElfSegment, type ElfSymbol, parseElf, symbolise } from './elf.js';
export { Hart, type Stop, type Supervisor } from './hart.js';
export { disassemble } from './isa/disassemble.js';
export { FULL_ISA } from './isa/extensions.js';
export type { LineTable, SourceLine } from './line-table.js';
export { MAX_MEMORY_BYTES, Machine, MIN_MEMORY_BYTES } from './machine.js';
export type { Misaligned } from './memory-access.js';
export type { FastEntry, TlbMode, TranslationLog } from './mmu/mmu.js';
export { Tlb } from './mmu/tlb.js';
export { Csr } from './privileged/csr-names.js';
export {
  leafBytes,
  leafPages,
  PAGE_SHIFT,
  PAGE_SIZE,
  PTE_A,
  PTE_D,
  PTE_G,
  PTE_R,
  PTE_RSW,
  PTE_SIZE,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  PTES_PER_TABLE,
  ppnOf,
  pteHigh,
  pteLow,
  vpnAt,
} from './pte.js';
export { Ram } from './ram.js';
export { REGISTER_WORDS } from './registers.js';
export { FrameHashes, type Hash, Hasher, hashText } from './state-hash.js';
