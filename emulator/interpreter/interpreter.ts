import { emitInterpreter } from './emit.js';

export { Exit } from './exit.js';

export interface Interpreter {
  /**
   * Runs from ENTRY_RECORD or PC until it must leave; returns an Exit. Retires at most REMAINING
   * instructions, and REMAINING and PC are exact afterwards.
   */
  run(): number;
}

/** Compiles the interpreter for the memory of one machine, laid out as layout.ts says. */
export function createInterpreter(memory: WebAssembly.Memory): Interpreter {
  interpreterModule ??= new WebAssembly.Module(emitInterpreter({ minimum: 1, maximum: 0x10000 }));
  const { exports } = new WebAssembly.Instance(interpreterModule, { env: { memory } });
  const { run } = exports;
  if (run === undefined) throw new Error('the interpreter exports no run function');
  return { run };
}

/** The module is the same for every machine. */
let interpreterModule: WebAssembly.Module | undefined;
