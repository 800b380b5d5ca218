/** The extensions by name, and sets of them as an ISA string names them. */

import { a } from './a.js';
import { c, cd } from './c.js';
import { zicbom, zicbop, zicboz } from './cache-blocks.js';
import { d } from './d.js';
import { f } from './f.js';
import { zawrs, zihintpause } from './hints.js';
import type { CompressedInstruction, Instruction } from './instruction.js';
import { m } from './m.js';
import { privileged } from './privileged.js';
import { rv64i } from './rv64i.js';
import { svinval } from './svinval.js';
import { zba } from './zba.js';
import { zbb } from './zbb.js';
import { zbc, zbkc } from './zbc.js';
import { zbkb } from './zbkb.js';
import { zbkx } from './zbkx.js';
import { zbs } from './zbs.js';
import { zfh, zfhmin } from './zfh.js';
import { zicond } from './zicond.js';
import { zicsr } from './zicsr.js';
import { zifencei } from './zifencei.js';

/** What every hart here has: RV64GC with its privileged instructions. */
export const baseInstructions: readonly Instruction[] = [
  ...rv64i,
  ...m,
  ...a,
  ...f,
  ...d,
  ...zicsr,
  ...zifencei,
  ...privileged,
];

export const compressedInstructions: readonly CompressedInstruction[] = [...c, ...cd];

/** What an ISA string may add, in the order in which such strings name them. */
export const optionalExtensions: ReadonlyMap<string, readonly Instruction[]> = new Map([
  ['zicbom', zicbom],
  ['zicbop', zicbop],
  ['zicboz', zicboz],
  ['zicond', zicond],
  ['zihintpause', zihintpause],
  ['zawrs', zawrs],
  ['zfhmin', zfhmin],
  ['zfh', zfh],
  ['zba', zba],
  ['zbb', zbb],
  ['zbc', zbc],
  ['zbkb', zbkb],
  ['zbkc', zbkc],
  ['zbkx', zbkx],
  ['zbs', zbs],
  ['svinval', svinval],
]);

/** All 32-bit instructions of all extensions, each once. */
export const instructions: readonly Instruction[] = [
  ...new Set([...baseInstructions, ...[...optionalExtensions.values()].flat()]),
];

/** The ISA string with everything. */
export const FULL_ISA = ['rv64gc', ...optionalExtensions.keys()].join('_');

/**
 * @param isa such as 'rv64gc' or 'rv64gc_zba_zbb'
 * @throws Error naming an extension that does not exist
 */
export function instructionsOf(isa: string): readonly Instruction[] {
  const [base, ...extensions] = isa.toLowerCase().split('_');
  if (base !== 'rv64gc') {
    throw new Error(`unknown ISA '${isa}': it begins with rv64gc, as in rv64gc_zba_zbb`);
  }
  const chosen = extensions.map((name) => {
    const found = optionalExtensions.get(name);
    if (found === undefined) {
      const known = [...optionalExtensions.keys()].join(', ');
      throw new Error(`unknown extension '${name}' in '${isa}': known are ${known}`);
    }
    return found;
  });
  return [...new Set([...baseInstructions, ...chosen.flat()])];
}
