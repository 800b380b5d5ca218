import type { Misaligned } from '../memory-access.js';
import { emitInterpreter } from './emit.js';
import type { Interpreter } from './exit.js';

export { Exit, type Interpreter } from './exit.js';

/** Compiles the interpreter for the memory of one machine, laid out as layout.ts says. */
export function createInterpreter(
  memory: WebAssembly.Memory,
  misaligned: Misaligned = 'handled',
): Interpreter {
  const { exports } = new WebAssembly.Instance(moduleFor(misaligned), { env: { memory } });
  const { run } = exports;
  if (run === undefined) throw new Error('the interpreter exports no run function');
  return { run };
}

/** A module serves every machine with the same options. */
const modules = new Map<Misaligned, WebAssembly.Module>();

function moduleFor(misaligned: Misaligned): WebAssembly.Module {
  let found = modules.get(misaligned);
  if (found === undefined) {
    const code = emitInterpreter({ minimum: 1, maximum: 0x10000 }, misaligned);
    found = new WebAssembly.Module(code);
    modules.set(misaligned, found);
  }
  return found;
}
