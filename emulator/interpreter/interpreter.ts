import { prebuilt } from '../prebuilt.js';
import { emitInterpreter } from './emit.js';
import type { Interpreter } from './exit.js';
import type { InterpreterOptions } from './record-code.js';

export { Exit, type Interpreter } from './exit.js';

/** What a hart has unless it is told otherwise. */
export const USUAL: InterpreterOptions = { misaligned: 'handled', alignmentBytes: 2 };

/** Compiles the interpreter for the memory of one machine, laid out as layout.ts says. */
export function createInterpreter(
  memory: WebAssembly.Memory,
  options: InterpreterOptions = USUAL,
): Interpreter {
  const { exports } = new WebAssembly.Instance(moduleFor(options), { env: { memory } });
  const { run } = exports;
  if (run === undefined) throw new Error('the interpreter exports no run function');
  return { run };
}

/** A module serves every machine with the same options. */
const modules = new Map<string, WebAssembly.Module>();

function moduleFor(options: InterpreterOptions): WebAssembly.Module {
  const key = moduleKey(options);
  let found = modules.get(key);
  if (found === undefined) {
    found = new WebAssembly.Module(prebuilt?.modules.get(key) ?? emitModule(options));
    modules.set(key, found);
  }
  return found;
}

export function moduleKey({ misaligned, alignmentBytes }: InterpreterOptions): string {
  return `${misaligned} ${alignmentBytes}`;
}

/** The interpreter's code, for a memory of any size. */
export function emitModule(options: InterpreterOptions): Uint8Array<ArrayBuffer> {
  return emitInterpreter({ minimum: 1, maximum: 0x10000 }, options);
}
