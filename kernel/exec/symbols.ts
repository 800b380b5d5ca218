import {
  type ElfSymbol,
  type LineTable,
  parseElf,
  type SourceLine,
  symbolise,
} from '../../emulator/index.js';
import { readFile } from '../files/tree.js';
import type { Program } from '../process/process.js';

/** What a program's file says about its code. */
export interface DebugInfo {
  readonly symbols: readonly ElfSymbol[];
  readonly lines: LineTable | undefined;
}

/** Where in the source an instruction comes from, as far as the file tells. */
export interface CodePlace {
  /** `main+0x1c`. */
  readonly symbol: string | undefined;
  readonly source: SourceLine | undefined;
}

export function placeOf({ debug, file, loadBias }: Program, address: number): CodePlace {
  if (debug.info === undefined) {
    // The file may have been overwritten since it was executed: then there are no names to give.
    try {
      const elf = parseElf(readFile(file));
      debug.info = { symbols: elf.symbols(), lines: elf.lines() };
    } catch {
      debug.info = { symbols: [], lines: undefined };
    }
  }
  const { symbols, lines } = debug.info;
  const at = address - loadBias;
  return { symbol: symbolise(symbols, at), source: lines?.find(at) };
}

/** "main+0x1c, demo.c:12"; undefined where the file tells nothing. */
export function placeText({ symbol, source }: CodePlace): string | undefined {
  const line = source && `${source.file.replace(/^.*\//, '')}:${source.line}`;
  return symbol === undefined || line === undefined ? (symbol ?? line) : `${symbol}, ${line}`;
}

export function symbolOf(program: Program, address: number): string | undefined {
  return placeText(placeOf(program, address));
}
