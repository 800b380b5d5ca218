export { Cause, type Trap } from './cause.js';
export { type ElfFile, type ElfSegment, type ElfSymbol, parseElf, symbolise } from './elf.js';
export { disassemble } from './isa/disassemble.js';
export {
  leafBytes,
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
