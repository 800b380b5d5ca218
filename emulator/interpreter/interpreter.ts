import { emitInterpreter } from './emit.js';
import type { Interpreter } from './exit.js';

export { Exit, type Interpreter } from './exit.js';

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
