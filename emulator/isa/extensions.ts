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
import { zfh, zfhDouble, zfhmin, zfhminDouble } from './zfh.js';
import { zicond } from './zicond.js';
import { zicsr } from './zicsr.js';
import { zifencei } from './zifencei.js';

/** What a name in an ISA string brings. */
interface Extension {
  readonly instructions: readonly Instruction[];
  /** What it needs, and so brings along. */
  readonly implies?: readonly string[];
  /** Instructions that exist where D does too. */
  readonly withDouble?: readonly Instruction[];
}

const none: readonly Instruction[] = [];

/**
 * All extensions by their names, in the order in which ISA strings name them. Those without
 * instructions change what the hart does otherwise: see `Hart` and `CsrState`.
 */
export const extensions: ReadonlyMap<string, Extension> = new Map<string, Extension>([
  // Counters were once a part of the base, and CSR instructions are one of the privileged
  // architecture, so both are always there.
  ['i', { instructions: [...rv64i, ...privileged], implies: ['zicsr', 'zicntr', 'zihpm'] }],
  ['m', { instructions: m }],
  ['a', { instructions: a }],
  ['f', { instructions: f }],
  ['d', { instructions: d, implies: ['f'] }],
  ['c', { instructions: none }],
  ['zicbom', { instructions: zicbom }],
  ['zicbop', { instructions: zicbop }],
  ['zicboz', { instructions: zicboz }],
  // Fetches see stores at once, named or not.
  ['ziccid', { instructions: none }],
  ['zicntr', { instructions: none }],
  ['zicond', { instructions: zicond }],
  ['zicsr', { instructions: zicsr }],
  ['zifencei', { instructions: zifencei }],
  ['zihintpause', { instructions: zihintpause }],
  ['zihpm', { instructions: none }],
  ['zawrs', { instructions: zawrs }],
  ['zfh', { instructions: zfh, withDouble: zfhDouble, implies: ['zfhmin'] }],
  ['zfhmin', { instructions: zfhmin, withDouble: zfhminDouble, implies: ['f'] }],
  ['zba', { instructions: zba }],
  ['zbb', { instructions: zbb }],
  ['zbc', { instructions: zbc, implies: ['zbkc'] }],
  ['zbkb', { instructions: zbkb }],
  ['zbkc', { instructions: zbkc }],
  ['zbkx', { instructions: zbkx }],
  ['zbs', { instructions: zbs }],
  ['sstc', { instructions: none }],
  ['svade', { instructions: none }],
  ['svadu', { instructions: none }],
  ['svinval', { instructions: svinval }],
  ['svnapot', { instructions: none }],
  ['svpbmt', { instructions: none }],
]);

/** Letters that stand for several extensions. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  g: ['i', 'm', 'a', 'f', 'd', 'zicsr', 'zifencei'],
  b: ['zba', 'zbb', 'zbs'],
};

export const compressedInstructions: readonly CompressedInstruction[] = [...c, ...cd];

/** All 32-bit instructions of all extensions, each once. */
export const instructions: readonly Instruction[] = instructionsIn(new Set(extensions.keys()));

/**
 * The ISA string with everything, as /proc/cpuinfo spells it. Svade is left out: Svadu makes that a
 * choice of software.
 */
export const FULL_ISA = [
  'rv64imafdc',
  ...[...extensions.keys()].filter((name) => name.length > 1 && name !== 'svade'),
].join('_');

/**
 * The extensions that an ISA string names, with those that they need.
 *
 * @param isa such as 'rv64gc', 'rv64imac_zba_zbb' or, with versions, 'rv64i2p1_m2p0'
 * @throws Error naming an extension that does not exist
 */
export function extensionsOf(isa: string): ReadonlySet<string> {
  const [base = '', ...names] = isa
    .toLowerCase()
    .replace(/(?<=.{4})\d+p\d+/g, '')
    .split('_');
  if (!/^rv64[ig]/.test(base)) {
    throw new Error(`unknown ISA '${isa}': it begins with rv64i or rv64g, as in rv64gc_zba_zbb`);
  }
  const found = new Set<string>();
  const add = (name: string) => {
    const extension = extensions.get(name);
    if (extension === undefined) {
      const known = [...extensions.keys(), ...Object.keys(GROUPS)].join(', ');
      throw new Error(`unknown extension '${name}' in '${isa}': known are ${known}`);
    }
    found.add(name);
    for (const implied of extension.implies ?? []) add(implied);
  };
  for (const name of [...base.slice('rv64'.length), ...names]) {
    for (const member of GROUPS[name] ?? [name]) add(member);
  }
  return found;
}

/** The 32-bit instructions of some extensions, each once. */
export function instructionsIn(names: ReadonlySet<string>): readonly Instruction[] {
  const found = new Set<Instruction>();
  for (const [name, extension] of extensions) {
    if (!names.has(name)) continue;
    for (const instruction of extension.instructions) found.add(instruction);
    if (!names.has('d')) continue;
    for (const instruction of extension.withDouble ?? []) found.add(instruction);
  }
  return [...found];
}

/** The 32-bit instructions that an ISA string names; see `extensionsOf`. */
export function instructionsOf(isa: string): readonly Instruction[] {
  return instructionsIn(extensionsOf(isa));
}
