import { parseElf, symbolise } from '../../emulator/index.js';
import { readFile } from '../files/tree.js';
import type { Process } from '../process/process.js';

/** The function that an address of the process's program lies in, as `main+0x1c`. */
export function symbolOf(process: Process, address: number): string | undefined {
  const { program } = process;
  if (program.symbols === undefined) {
    // The file may have been overwritten since it was executed: then there are no names to give.
    try {
      program.symbols = parseElf(readFile(program.file)).symbols();
    } catch {
      program.symbols = [];
    }
  }
  return symbolise(program.symbols, address - program.loadBias);
}
