import { expect, it } from 'vitest';
import { instructionsOf } from '../../emulator/isa/extensions.js';
import type { Instruction } from '../../emulator/isa/instruction.js';
import { someExpression, usesFloat } from '../../emulator/isa/properties.js';
import { type Case, differences, onFixedRegisters } from '../support/qemu-oracle.js';
import { Random } from '../support/random.js';
import { describeWith } from '../support/tools.js';

// What the oracle's release knows; Zicond came later.
const ISA = 'rv64gc_zba_zbb_zbc_zbs_zbkb_zbkx';
const CPU = 'rv64,zba=true,zbb=true,zbc=true,zbs=true,zbkb=true,zbkx=true';

/** Instructions on registers alone. */
const subjects = instructionsOf(ISA).filter(
  (instruction) =>
    instruction.effect.kind === 'rd' &&
    !usesFloat(instruction) &&
    !someExpression(instruction.effect, ({ op }) => op === 'load' || op === 'pc'),
);

const SPECIAL = [0, 1, 7, 8, 15, 16, 31, 32, 33, 47, 63].flatMap((bit) =>
  [-1n, 0n, 1n].flatMap((delta) => {
    const value = (1n << BigInt(bit)) + delta;
    return [BigInt.asUintN(64, value), BigInt.asUintN(64, -value)];
  }),
);

function immediates({ encoding }: Instruction, random: Random): number[] {
  const field = encoding.fields.find(({ operands }) => operands.includes('imm'));
  if (field === undefined) return [0];
  const all = field.pieces.flatMap(({ to, width }) => [to, to + width]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const values = [0, 1, 31, 2 ** (high - low) - 1, 2 ** (high - low - 1), random.u32()];
  return values.map((value) => {
    const bits = (value & (2 ** (high - low) - 1)) << low;
    return field.signedBits > 0 ? (bits << (32 - high)) >> (32 - high) : bits;
  });
}

/** QEMU 7.2 counts on into the upper half when the lower one is zero. */
function isRightInQemu({ name, operands }: Case): boolean {
  return name !== 'ctzw' || BigInt.asUintN(32, operands[0]) !== 0n;
}

describeWith(
  ['riscv64-linux-gnu-gcc', 'qemu-riscv64-static'],
  'integer instructions against QEMU',
  () => {
    it('agree on every result', () => {
      const random = new Random('integer');
      const cases = subjects.flatMap((instruction) =>
        immediates(instruction, random).flatMap((imm) => {
          const bits = onFixedRegisters(instruction, imm);
          return Array.from({ length: 400 }, (): Case => {
            const value = () =>
              random.below(2) === 0
                ? random.pick(SPECIAL)
                : random.u64() >> BigInt(random.below(64));
            return { name: instruction.name, bits, frm: 0, operands: [value(), value(), 0n] };
          });
        }),
      );
      const found = differences(cases.filter(isRightInQemu), CPU);
      expect(found.slice(0, 10), `${found.length} of ${cases.length}`).toEqual([]);
    });
  },
);
