/**
 * Source lines from .debug_line, versions 2 to 5. DWARF Debugging Information Format, Version 5,
 * "Line Number Information". A damaged table gives fewer lines, never an error.
 */
export interface SourceLine {
  /** As the compiler was given it; absolute where the table has the folder of the compilation. */
  readonly file: string;
  readonly line: number;
}

/** Sections by name; those that are absent are empty. */
export type Sections = (name: string) => Uint8Array;

/** Rows [first, end) of one sequence, which covers [start, limit) without a hole. */
interface Sequence {
  readonly start: number;
  readonly limit: number;
  readonly first: number;
  readonly end: number;
}

export class LineTable {
  private readonly addresses: number[] = [];
  private readonly lines: number[] = [];
  /** Indices into `files`, one for each row. */
  private readonly fileOf: number[] = [];
  private readonly files: string[] = [];
  private readonly sequences: Sequence[] = [];

  constructor(sections: Sections) {
    const bytes = sections('.debug_line');
    for (let at = 0; at < bytes.length; ) {
      const next = unitEnd(bytes, at);
      if (next === undefined) return;
      const rows = this.addresses.length;
      try {
        this.readUnit(new Reader(bytes.subarray(0, next), at), sections);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        this.addresses.length = rows;
        this.lines.length = rows;
        this.fileOf.length = rows;
      }
      at = next;
    }
  }

  /** The line that the instruction at `address`, an address of the file, was compiled from. */
  find(address: number): SourceLine | undefined {
    const sequence = this.sequences.find(({ start, limit }) => address >= start && address < limit);
    if (sequence === undefined) return undefined;
    let low = sequence.first;
    let high = sequence.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.addresses[middle]! <= address) low = middle + 1;
      else high = middle;
    }
    const row = low - 1;
    const [file, line] = [this.files[this.fileOf[row] ?? -1], this.lines[row]];
    return file === undefined || !line ? undefined : { file, line };
  }

  private readUnit(reader: Reader, sections: Sections): void {
    const header = readHeader(reader, sections);
    const base = this.files.length;
    this.files.push(...header.files);
    const state = { address: 0, file: 1, line: 1, first: this.addresses.length };
    const reset = () => {
      state.address = 0;
      state.file = 1;
      state.line = 1;
      state.first = this.addresses.length;
    };
    const row = () => {
      this.addresses.push(state.address);
      this.lines.push(state.line);
      const index = header.version >= 5 ? state.file : state.file - 1;
      this.fileOf.push(index >= 0 && index < header.files.length ? base + index : -1);
    };
    const advance = (operations: number) => {
      state.address += operations * header.minimumLength;
    };
    const { lineBase, lineRange, opcodeBase, operandCounts } = header;
    while (!reader.isAtEnd) {
      const opcode = reader.u8();
      if (opcode >= opcodeBase) {
        const adjusted = opcode - opcodeBase;
        advance(Math.floor(adjusted / lineRange));
        state.line += lineBase + (adjusted % lineRange);
        row();
      } else if (opcode === 0) {
        const end = reader.uleb() + reader.at;
        const extended = reader.at < end ? reader.u8() : 0;
        if (extended === 1) {
          this.endSequence(state.first, state.address);
          reset();
        } else if (extended === 2) state.address = reader.address(end - reader.at);
        reader.at = end;
      } else if (opcode === 1) row();
      else if (opcode === 2) advance(reader.uleb());
      else if (opcode === 3) state.line += reader.sleb();
      else if (opcode === 4) state.file = reader.uleb();
      else if (opcode === 8) advance(Math.floor((255 - opcodeBase) / lineRange));
      else if (opcode === 9) state.address += reader.u16();
      else for (let i = operandCounts[opcode - 1] ?? 0; i > 0; i--) reader.uleb();
    }
  }

  /** A sequence of a function that the linker dropped begins at 0, and covers nothing. */
  private endSequence(first: number, limit: number): void {
    const start = this.addresses[first];
    if (start === undefined || start === 0 || !(limit > start)) return;
    this.sequences.push({ start, limit, first, end: this.addresses.length });
  }
}

interface Header {
  readonly version: number;
  readonly minimumLength: number;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Operands of the standard opcodes from 1 on. */
  readonly operandCounts: readonly number[];
  /** In version 5 the first has index 0, before it index 1. */
  readonly files: readonly string[];
}

function readHeader(reader: Reader, sections: Sections): Header {
  const isWide = reader.u32() === 0xffff_ffff;
  if (isWide) reader.at += 8;
  const version = reader.u16();
  if (version < 2 || version > 5) throw new RangeError(`line table of version ${version}`);
  if (version >= 5) reader.at += 2; // sizes of addresses and of segment selectors
  const program = reader.offset(isWide) + reader.at;
  const minimumLength = reader.u8();
  if (version >= 4) reader.at += 1; // operations per instruction: 1 but for VLIW
  reader.at += 1; // whether a row is a statement by default
  const lineBase = (reader.u8() << 24) >> 24;
  const lineRange = reader.u8();
  const opcodeBase = reader.u8();
  if (lineRange === 0) throw new RangeError('line range 0');
  const operandCounts = Array.from({ length: Math.max(0, opcodeBase - 1) }, () => reader.u8());
  const files = version >= 5 ? readNames(reader, isWide, sections) : readOldNames(reader);
  reader.at = program;
  return { version, minimumLength, lineBase, lineRange, opcodeBase, operandCounts, files };
}

/** The file names of version 5: two tables whose columns the header describes. */
function readNames(reader: Reader, isWide: boolean, sections: Sections): string[] {
  const folders = readTable(reader, isWide, sections).map(({ path }) => path);
  const [home = ''] = folders;
  const files = readTable(reader, isWide, sections);
  return files.map(({ path, folder }) => join(join(home, folders[folder] ?? ''), path));
}

/** The file names before version 5; folder 0, that of the compilation, is not told. */
function readOldNames(reader: Reader): string[] {
  const folders = [''];
  for (let name = reader.text(); name !== ''; name = reader.text()) folders.push(name);
  const files: string[] = [];
  for (let name = reader.text(); name !== ''; name = reader.text()) {
    files.push(join(folders[reader.uleb()] ?? '', name));
    reader.uleb(); // time of the last change
    reader.uleb(); // length
  }
  return files;
}

const PATH = 1;
const DIRECTORY_INDEX = 2;

function readTable(
  reader: Reader,
  isWide: boolean,
  sections: Sections,
): { path: string; folder: number }[] {
  const columns = Array.from({ length: reader.u8() }, () => [reader.uleb(), reader.uleb()]);
  const count = reader.uleb();
  const table: { path: string; folder: number }[] = [];
  // Each entry takes a byte at least, so that a damaged count ends at the end of the section.
  for (let i = 0; i < count && columns.length > 0; i++) {
    let path = '';
    let folder = 0;
    for (const [content, form] of columns) {
      const value = readForm(reader, form!, isWide, sections);
      if (content === PATH) path = String(value);
      if (content === DIRECTORY_INDEX) folder = Number(value);
    }
    table.push({ path, folder });
  }
  return table;
}

/** DW_FORM_*: the ones that a line table may use. */
function readForm(
  reader: Reader,
  form: number,
  isWide: boolean,
  sections: Sections,
): string | number {
  switch (form) {
    case 0x08:
      return reader.text();
    case 0x1f:
      return new Reader(sections('.debug_line_str'), reader.offset(isWide)).text();
    case 0x0e:
      return new Reader(sections('.debug_str'), reader.offset(isWide)).text();
    case 0x0b:
      return reader.u8();
    case 0x05:
      return reader.u16();
    case 0x06:
      return reader.u32();
    case 0x0f:
      return reader.uleb();
    case 0x07:
      return reader.skip(8);
    case 0x1e:
      return reader.skip(16);
    case 0x09:
      return reader.skip(reader.uleb());
    default:
      throw new RangeError(`form ${form} in a line table`);
  }
}

function join(folder: string, name: string): string {
  return folder === '' || name.startsWith('/') ? name : name === '' ? folder : `${folder}/${name}`;
}

/** Where the unit at `at` ends; undefined where the section does first. */
function unitEnd(bytes: Uint8Array, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined;
  const reader = new Reader(bytes, at);
  const length = reader.u32();
  if (length === 0xffff_ffff && at + 12 > bytes.length) return undefined;
  const end = length === 0xffff_ffff ? reader.address(8) + reader.at : length + reader.at;
  return end <= bytes.length ? end : undefined;
}

/** Little-endian values, one after the other. Past the end it throws a RangeError. */
class Reader {
  at: number;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, at: number) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.view.byteLength;
  }

  u8(): number {
    return this.view.getUint8(this.at++);
  }

  u16(): number {
    this.at += 2;
    return this.view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  /** An address of 4 or 8 bytes; exact below 2^53. */
  address(bytes: number): number {
    if (bytes === 4) return this.u32();
    if (bytes !== 8) throw new RangeError(`address of ${bytes} bytes`);
    const low = this.u32();
    return this.u32() * 2 ** 32 + low;
  }

  /** An offset into a section: 8 bytes in the 64-bit format. */
  offset(isWide: boolean): number {
    return this.address(isWide ? 8 : 4);
  }

  uleb(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  sleb(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return byte & 0x40 ? value - factor * 128 : value;
    }
  }

  text(): string {
    let text = '';
    for (let byte = this.u8(); byte !== 0; byte = this.u8()) text += String.fromCharCode(byte);
    return text;
  }

  skip(bytes: number): number {
    this.at += bytes;
    return 0;
  }
}
