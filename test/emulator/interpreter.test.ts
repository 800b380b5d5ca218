import { describe, expect, it } from 'vitest';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import type { Encoding } from '../../emulator/isa/encoding.js';
import { compressedInstructions, instructions } from '../../emulator/isa/extensions.js';
import {
  BareHart,
  CODE_VA,
  cloneState,
  DATA_VA,
  difference,
  Exit,
  execute,
  type HartState,
  PlainContext,
} from '../support/bare-hart.js';
import { Random } from '../support/random.js';

const INTERESTING = [
  0n,
  1n,
  2n,
  0x7fn,
  0x80n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0x7fff_ffff_ffff_ffffn,
  0x8000_0000_0000_0000n,
  0xffff_ffff_8000_0000n,
  0xffff_ffff_ffff_fffen,
  0xffff_ffff_ffff_ffffn,
];
// Zeros, ones, small integers, halves, limits, infinities and NaNs of both formats.
const FLOATS = [
  0x0000000000000000n,
  0x8000000000000000n,
  0x3ff0000000000000n,
  0xbff0000000000000n,
  0x4008000000000000n,
  0x3fe0000000000000n,
  0x3fb999999999999an,
  0x41dfffffffc00000n,
  0x41e0000000000000n,
  0x43e0000000000000n,
  0x7fefffffffffffffn,
  0x0010000000000000n,
  0x0000000000000001n,
  0x36a0000000000000n,
  0x47efffffe0000000n,
  0x7ff0000000000000n,
  0xfff0000000000000n,
  0x7ff8000000000000n,
  0x7ff0000000000001n,
  ...[
    0x00000000n,
    0x80000000n,
    0x3f800000n,
    0xbf800000n,
    0x40400000n,
    0x3dcccccdn,
    0x4effffffn,
    0x4f000000n,
    0x7f7fffffn,
    0x00800000n,
    0x00000001n,
    0x7f800000n,
    0xff800000n,
    0x7fc00000n,
    0x7f800001n,
  ].map((bits) => 0xffff_ffff_0000_0000n | bits),
];

const DATA = Buffer.from(Uint8Array.from({ length: 8192 }, (_, i) => (i * 181) ^ (i >> 5)));

function randomWord(random: Random, encoding: Encoding): number {
  const bits = (random.u32() & ~encoding.mask) | encoding.match;
  return encoding.lengthBytes === 2 ? bits & 0xffff : bits | 0;
}

function randomState(random: Random): HartState {
  const x = Array.from({ length: 32 }, () => {
    const pick = random.below(4);
    if (pick === 0) return random.pick(INTERESTING);
    if (pick === 1) return random.u64();
    if (pick === 2) return BigInt.asUintN(64, BigInt(random.u32() | 0));
    return DATA_VA + BigInt(random.below(8) * 1000);
  });
  x[0] = 0n;
  return {
    pc: CODE_VA + 0x800n,
    x,
    f: Array.from({ length: 32 }, () => {
      const pick = random.below(6);
      if (pick === 0) return random.u64();
      // Small integers are often exact, also as f32.
      if (pick === 1) return doubleBits(random.below(4096) - 2048);
      if (pick === 2) return 0xffff_ffff_0000_0000n | floatBits(random.below(4096) - 2048);
      return random.pick(FLOATS);
    }),
    fflags: random.pick([0, 1, 0x1f, 0x10]),
    frm: random.pick([0, 0, 0, 1, 2, 3, 4, 5, 7]),
    reservation: random.pick([-1n, DATA_VA, DATA_VA + 1000n]),
    data: DATA,
  };
}

const scratch = new DataView(new ArrayBuffer(8));
function doubleBits(value: number): bigint {
  scratch.setFloat64(0, value);
  return scratch.getBigUint64(0);
}
function floatBits(value: number): bigint {
  scratch.setFloat32(0, value);
  return BigInt(scratch.getUint32(0));
}

describe('the interpreter against the exact evaluator', () => {
  const hart = new BareHart();
  const slowShares = new Map<string, number>();

  it.each([...instructions, ...compressedInstructions].map((entry) => [entry.name, entry]))(
    '%s: does the same or leaves without a trace',
    (name, { encoding }) => {
      const random = new Random(name);
      let slow = 0;
      const rounds = 100;
      for (let round = 0; round < rounds; round++) {
        const bits = randomWord(random, encoding);
        if (fullInstructionSet.decode(bits) === undefined) continue;
        const before = randomState(random);
        const expected = cloneState(before);
        hart.load(before);
        hart.writeCode([bits], 0x800);
        const { exit, retired } = hart.run(1);
        const actual = hart.save(before.frm);
        const trap = execute(bits, new PlainContext(expected));
        const what = `${name} 0x${(bits >>> 0).toString(16)} round ${round}`;
        if (retired === 0) {
          expect(difference(actual, before), what).toBeUndefined();
          expect(
            [Exit.Slow, Exit.Load, Exit.Store].some((code) => code === exit),
            what,
          ).toBe(true);
          slow++;
        } else {
          expect(trap, what).toBeUndefined();
          expect(difference(actual, expected), what).toBeUndefined();
        }
      }
      slowShares.set(name, slow / rounds);
    },
  );

  it('executes every integer instruction natively but carry-less products', () => {
    const integer = instructions.filter(
      ({ name, effect }) => !name.startsWith('f') && ['rd', 'jump', 'branch'].includes(effect.kind),
    );
    const leaving = integer.filter(({ name }) => slowShares.get(name)! > 0.9);
    expect(leaving.map(({ name }) => name)).toEqual(['clmul', 'clmulh', 'clmulr']);
  });
});
