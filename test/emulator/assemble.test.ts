import { describe, expect, it } from 'vitest';
import { aliases } from '../../emulator/isa/aliases.js';
import { assemble } from '../../emulator/isa/assemble.js';
import { fullInstructionSet } from '../../emulator/isa/decode.js';
import { disassemble } from '../../emulator/isa/disassemble.js';
import { compressedInstructions, instructions } from '../../emulator/isa/extensions.js';
import { Random } from '../support/random.js';

const PC = 0x8000_0000;

/** The base instruction and its operands. */
function meaningOf(bits: number): string | undefined {
  const decoded = fullInstructionSet.decode(bits);
  return decoded && JSON.stringify([decoded.instruction.name, decoded.operands]);
}

describe('assemble', () => {
  it.each(instructions.map((instruction) => [instruction.name, instruction]))(
    'gives back the word of %s that disassemble shows',
    (name, { encoding }) => {
      const random = new Random(name);
      for (let i = 0; i < 200; i++) {
        const bits = (random.u32() & ~encoding.mask) | encoding.match | 0;
        // Reserved fields of fences, and reserved rounding modes, have no text.
        const text = disassemble(bits, PC);
        if (text.includes('unknown') || /^fence/.test(name)) continue;
        expect(assemble(text, { pc: PC }), text).toBe(bits);
      }
    },
  );

  it('finds the compressed encoding, when asked, of all that disassemble shows', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const meaning = (bits & 3) === 3 ? undefined : meaningOf(bits);
      if (meaning === undefined) continue;
      const text = disassemble(bits, PC);
      const again = assemble(text, { pc: PC, isCompressed: true });
      // The same instruction, or, among the ways to change nothing, the same text.
      expect(meaningOf(again) === meaning || disassemble(again, PC) === text, text).toBe(true);
      expect((again & 3) !== 3, text).toBe(true);
    }
  });

  it('knows every pseudo-instruction', () => {
    const bases = new Set(instructions.map(({ name }) => name));
    const compressed = new Set(compressedInstructions.map(({ name }) => name));
    for (const { base, name } of aliases) {
      expect(bases.has(base) || compressed.has(base), name).toBe(true);
    }
    expect(assemble('li a0,-1')).toBe(assemble('addi a0,zero,-1'));
    expect(assemble('ret')).toBe(assemble('jalr x0,0(x1)'));
    expect(assemble('fabs.d fa0,fa1')).toBe(assemble('fsgnjx.d f10,f11,f11'));
    expect(assemble('csrw satp,t0')).toBe(assemble('csrrw zero,0x180,t0'));
    expect(assemble('lr.w.aqrl a0,(a1)')).toBe(0x1605a52f);
    expect(assemble('fcvt.w.d a0,fa0,rtz')).toBe(assemble('fcvt.w.d a0,fa0') ^ (6 << 12));
  });

  it('measures targets from the pc, also to labels', () => {
    const addressOf = (label: string) => (label === 'loop' ? PC - 8 : undefined);
    expect(assemble('bnez a0,loop', { pc: PC, addressOf })).toBe(assemble('bne a0,x0,. - 8'));
    expect(assemble('j 0x80000008', { pc: PC })).toBe(assemble('j . + 8'));
  });

  it.each(['frobnicate a0', 'addi a0,a1', 'addi a0,a1,2048', 'lw a0,4(q1)', 'j nowhere', 'add a0'])(
    'refuses %s by name',
    (text) => {
      expect(() => assemble(text, { pc: PC })).toThrow(`cannot assemble '${text}'`);
    },
  );
});
