import { LineTable } from './line-table.js';

/**
 * ELF64 little-endian files for RISC-V: the header, the program headers and, on demand, the symbols.
 * System V ABI, "Object Files"; RISC-V ELF psABI, "File Header". Shared by `pagewalk boot` and by the
 * kernel's loader, which both add their own rules about what may be loaded where.
 */
export interface ElfFile {
  readonly type: 'executable' | 'shared' | 'other';
  readonly entry: number;
  readonly segments: readonly ElfSegment[];
  /** Program headers as they stand in the file, for AT_PHDR. */
  readonly programHeaders: {
    readonly offset: number;
    readonly count: number;
    readonly entrySize: number;
  };
  /** PT_INTERP: path of the dynamic loader. */
  readonly interpreter: string | undefined;
  /** Parsed on each call: the caller keeps what it needs. Sorted by address. */
  symbols(): ElfSymbol[];
  /** Source lines, where the file has them; parsed on each call too. */
  lines(): LineTable;
}

/** A program header of type PT_LOAD. */
export interface ElfSegment {
  readonly offset: number;
  readonly address: number;
  readonly physicalAddress: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly readable: boolean;
  readonly writable: boolean;
  readonly executable: boolean;
}

export interface ElfSymbol {
  readonly name: string;
  readonly address: number;
  readonly sizeBytes: number;
  readonly isFunction: boolean;
}

const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const EM_RISCV = 243;
const ET_EXEC = 2;
const ET_DYN = 3;
const PT_LOAD = 1;
const PT_INTERP = 3;
const SHT_SYMTAB = 2;
const SHF_COMPRESSED = 0x800;
const SHN_UNDEF = 0;
const STT_FILE = 4;
const STT_SECTION = 3;
const STT_FUNC = 2;

/** @throws Error saying what is wrong with the file: a mistake of whoever names it, not a bug */
export function parseElf(bytes: Uint8Array): ElfFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkIdentification(bytes);
  if (bytes.length < HEADER_BYTES) throw new Error('truncated ELF file: the header is incomplete');
  const machine = view.getUint16(18, true);
  if (machine !== EM_RISCV) {
    throw new Error(`not a RISC-V program: the ELF machine is ${machineName(machine)}`);
  }
  const programHeaders = {
    offset: readAddress(view, 32),
    entrySize: view.getUint16(54, true),
    count: view.getUint16(56, true),
  };
  const type = view.getUint16(16, true);
  return {
    type: type === ET_EXEC ? 'executable' : type === ET_DYN ? 'shared' : 'other',
    entry: readAddress(view, 24),
    programHeaders,
    ...readProgramHeaders(bytes, view, programHeaders),
    symbols: () => readSymbols(bytes, view),
    lines: () => new LineTable((name) => sectionNamed(bytes, view, name)),
  };
}

function checkIdentification(bytes: Uint8Array): void {
  const isElf = bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
  if (!isElf) throw new Error('not an ELF file');
  if (bytes[4] === 1) throw new Error('a 32-bit ELF file: a 64-bit one (RV64) is needed');
  if (bytes[4] !== 2) throw new Error(`unknown ELF class ${bytes[4] ?? 'missing'}`);
  if (bytes[5] !== 1) throw new Error('a big-endian ELF file: a little-endian one is needed');
}

function readProgramHeaders(
  bytes: Uint8Array,
  view: DataView,
  table: ElfFile['programHeaders'],
): { segments: ElfSegment[]; interpreter: string | undefined } {
  const segments: ElfSegment[] = [];
  let interpreter: string | undefined;
  if (table.count > 0 && table.entrySize < PROGRAM_HEADER_BYTES) {
    throw new Error(`bad ELF program header size ${table.entrySize}`);
  }
  if (table.offset + table.count * table.entrySize > bytes.length) {
    throw new Error('truncated ELF file: the program headers lie past its end');
  }
  for (let index = 0; index < table.count; index++) {
    const at = table.offset + index * table.entrySize;
    const type = view.getUint32(at, true);
    if (type !== PT_LOAD && type !== PT_INTERP) continue;
    const flags = view.getUint32(at + 4, true);
    const segment: ElfSegment = {
      offset: readAddress(view, at + 8),
      address: readAddress(view, at + 16),
      physicalAddress: readAddress(view, at + 24),
      fileBytes: readAddress(view, at + 32),
      memoryBytes: readAddress(view, at + 40),
      readable: (flags & 4) !== 0,
      writable: (flags & 2) !== 0,
      executable: (flags & 1) !== 0,
    };
    if (segment.offset + segment.fileBytes > bytes.length) {
      throw new Error(`truncated ELF file: segment ${index} lies past its end`);
    }
    if (type === PT_INTERP) {
      interpreter = readString(bytes, segment.offset, segment.offset + segment.fileBytes);
    } else if (segment.fileBytes > segment.memoryBytes) {
      throw new Error(`bad ELF file: segment ${index} is larger in the file than in memory`);
    } else if (segment.memoryBytes > 0) {
      // An empty one loads nothing, wherever it claims to be: linkers make them of absent sections.
      segments.push(segment);
    }
  }
  return { segments, interpreter };
}

/** A damaged or absent symbol table gives fewer symbols, never an error: programs run without one. */
function readSymbols(bytes: Uint8Array, view: DataView): ElfSymbol[] {
  const offset = readAddress(view, 40);
  const entrySize = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  const symbols: ElfSymbol[] = [];
  if (entrySize < SECTION_HEADER_BYTES || offset + count * entrySize > bytes.length) return symbols;
  for (let index = 0; index < count; index++) {
    const at = offset + index * entrySize;
    if (view.getUint32(at + 4, true) !== SHT_SYMTAB) continue;
    const link = view.getUint32(at + 40, true);
    if (link >= count) continue;
    const strings = sectionExtent(view, offset + link * entrySize);
    const table = sectionExtent(view, at);
    if (strings.end > bytes.length || table.end > bytes.length) continue;
    for (let entry = table.start; entry + SYMBOL_BYTES <= table.end; entry += SYMBOL_BYTES) {
      const kind = view.getUint8(entry + 4) & 0xf;
      const isDefined = view.getUint16(entry + 6, true) !== SHN_UNDEF;
      if (!isDefined || kind === STT_SECTION || kind === STT_FILE) continue;
      const name = readString(bytes, strings.start + view.getUint32(entry, true), strings.end);
      // Mapping symbols ($x, $d) and local labels name no object of the program.
      if (name === '' || name.startsWith('$') || name.startsWith('.L')) continue;
      symbols.push({
        name,
        address: readAddress(view, entry + 8),
        sizeBytes: readAddress(view, entry + 16),
        isFunction: kind === STT_FUNC,
      });
    }
  }
  return symbols.sort((a, b) => a.address - b.address);
}

/** The bytes of a section that is not compressed; none where there is no such section. */
function sectionNamed(bytes: Uint8Array, view: DataView, wanted: string): Uint8Array {
  const none = new Uint8Array(0);
  const offset = readAddress(view, 40);
  const [entrySize, count] = [view.getUint16(58, true), view.getUint16(60, true)];
  const names = offset + view.getUint16(62, true) * entrySize;
  const isCut = entrySize < SECTION_HEADER_BYTES || offset + count * entrySize > bytes.length;
  if (isCut || names + SECTION_HEADER_BYTES > bytes.length) return none;
  const strings = sectionExtent(view, names);
  if (strings.end > bytes.length) return none;
  for (let at = offset; at < offset + count * entrySize; at += entrySize) {
    const name = readString(bytes, strings.start + view.getUint32(at, true), strings.end);
    if (name !== wanted || view.getUint32(at + 8, true) & SHF_COMPRESSED) continue;
    const { start, end } = sectionExtent(view, at);
    return end <= bytes.length ? bytes.subarray(start, end) : none;
  }
  return none;
}

function sectionExtent(view: DataView, at: number): { start: number; end: number } {
  const start = readAddress(view, at + 24);
  return { start, end: start + readAddress(view, at + 32) };
}

/** The symbol that covers an address, as `name+0x1c`; `symbols` as ElfFile.symbols gives them. */
export function symbolise(symbols: readonly ElfSymbol[], address: number): string | undefined {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (symbols[middle]!.address <= address) low = middle + 1;
    else high = middle;
  }
  // Several symbols may share an address or nest: the nearest one whose extent covers it wins.
  for (let index = low - 1; index >= 0 && index >= low - 8; index--) {
    const symbol = symbols[index]!;
    const offset = address - symbol.address;
    if (offset !== 0 && offset >= symbol.sizeBytes) continue;
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }
  return undefined;
}

/** Exact below 2^53; anything larger stays larger, which every range check then refuses. */
function readAddress(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

function readString(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end && bytes[at] !== 0; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

function machineName(machine: number): string {
  const names: Record<number, string> = {
    3: 'x86 (32-bit)',
    40: 'ARM',
    62: 'x86-64',
    183: 'AArch64',
  };
  return names[machine] ?? `number ${machine}`;
}
