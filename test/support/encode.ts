import { insertOperands, noOperands, type Operands } from '../../emulator/isa/encoding.js';
import { instructions } from '../../emulator/isa/extensions.js';

/** One 32-bit instruction as its word. */
export function encode(name: string, operands: Partial<Operands> = {}): number {
  const instruction = instructions.find((candidate) => candidate.name === name);
  if (instruction === undefined) throw new Error(`no instruction ${name}`);
  const bits = insertOperands(instruction.encoding, { ...noOperands(), ...operands });
  if (bits === undefined) throw new Error(`${name}: the operands do not fit`);
  return bits;
}
