import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.js';
import { InstructionSet } from '../../emulator/isa/decode.js';
import {
  extensions,
  FULL_ISA,
  instructions,
  instructionsOf,
} from '../../emulator/isa/extensions.js';
import { encode } from '../support/encode.js';

const CODE = 0x8000_0000;

/** Runs one instruction in M mode; whether it was retired. */
function retires(isa: string, bits: number): boolean {
  const machine = Machine.create({ memoryBytes: 4 * 1024 * 1024, supervisor: 'guest', isa });
  machine.ram.writeU32(CODE, bits);
  machine.hart.pc = CODE;
  machine.hart.writeX(6, CODE + 0x1000);
  machine.hart.run(1);
  return machine.hart.pc === CODE + 4;
}

describe('InstructionSet', () => {
  it('knows every instruction by name, and no two by the same', () => {
    const names = instructions.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  const added = (isa: string, base: string) => {
    const before = new Set(instructionsOf(base));
    return instructionsOf(isa).filter((instruction) => !before.has(instruction));
  };

  it.each(['m', 'a', 'f', 'd', ...[...extensions.keys()].filter((name) => name.length > 1)])(
    'knows what %s adds only when it is named',
    (name) => {
      const base = new InstructionSet('rv64i');
      const other = new InstructionSet(`rv64i_${name}`);
      // Hints are something else, and harmless, to whoever does not know them.
      const brought = added(`rv64i_${name}`, 'rv64i').filter(
        ({ encoding }) => base.decode(encoding.match) === undefined,
      );
      for (const { encoding } of brought) expect(other.decode(encoding.match)).toBeDefined();
      const isEmpty = extensions.get(name)!.instructions.length === 0;
      expect(brought.length > 0).toBe(
        !isEmpty && !['zicsr', 'zihintpause', 'zicbop'].includes(name),
      );
    },
  );

  it.each([
    ['rv64gc', 'rv64imafdc_zicsr_zifencei'],
    ['rv64gcb', 'RV64GC_zba_zbb_zbs'],
    ['rv64id', 'rv64i_f_d'],
    ['rv64i2p1_m2p0_a2p1_f2p2_d2p2_c2p0_zicsr2p0_zifencei2p0', 'rv64gc'],
  ])('takes %s for %s', (one, other) => {
    expect(new Set(instructionsOf(one))).toEqual(new Set(instructionsOf(other)));
  });

  it('has of Zfh and C what needs D only beside D', () => {
    const names = (isa: string) => added(isa, isa.replace('_zfh', '')).map(({ name }) => name);
    expect(names('rv64if_zfh')).not.toContain('fcvt.d.h');
    expect(names('rv64ifd_zfh')).toContain('fcvt.d.h');
    const cFld = 0x2000;
    expect(new InstructionSet('rv64ifc').decode(cFld)).toBeUndefined();
    expect(new InstructionSet('rv64ic_d').decode(cFld)?.instruction.name).toBe('fld');
  });

  it('knows no compressed instruction without C', () => {
    const cNop = 1;
    expect(new InstructionSet('rv64g').decode(cNop)).toBeUndefined();
    expect(new InstructionSet('rv64gc').decode(cNop)).toBeDefined();
  });

  it('refuses a base or an extension that it does not know', () => {
    expect(() => new InstructionSet('rv32gc')).toThrow(/^unknown ISA 'rv32gc': /);
    expect(() => new InstructionSet('rv64mac')).toThrow(/^unknown ISA 'rv64mac': /);
    expect(() => new InstructionSet('rv64gc_zba_zfoo')).toThrow(/^unknown extension 'zfoo'/);
    expect(() => new InstructionSet('rv64gcv')).toThrow(/^unknown extension 'v'/);
    expect(() => new InstructionSet('rv64gc_')).toThrow(/^unknown extension ''/);
  });
});

describe('a machine', () => {
  const sh1add = encode('sh1add', { rd: 5, rs1: 6, rs2: 7 });

  it('takes an instruction of an extension that it lacks for illegal', () => {
    expect(retires('rv64gc', sh1add)).toBe(false);
    expect(retires('rv64gc_zba', sh1add)).toBe(true);
    expect(retires(FULL_ISA, sh1add)).toBe(true);
  });

  it('clears the whole block around an address with cbo.zero', () => {
    const machine = Machine.create({ memoryBytes: 4 * 1024 * 1024, supervisor: 'guest' });
    const at = CODE + 0x1000;
    machine.ram.write(at - 64, new Uint8Array(192).fill(0xff));
    machine.ram.writeU32(CODE, encode('cbo.zero', { rs1: 6 }));
    machine.hart.pc = CODE;
    machine.hart.writeX(6, at + 37);
    machine.hart.run(1);
    const after = new Uint8Array(192);
    machine.ram.read(at - 64, after);
    expect(Array.from(after)).toEqual(
      Array.from({ length: 192 }, (_, i) => (i >= 64 && i < 128 ? 0 : 0xff)),
    );
  });

  it('grants cache-block instructions to less privileged modes through menvcfg', () => {
    const run = (menvcfg: bigint) => {
      const machine = Machine.create({ memoryBytes: 4 * 1024 * 1024, supervisor: 'guest' });
      const { hart, ram } = machine;
      hart.writeCsr(0x3b0, (1n << 54n) - 1n);
      hart.writeCsr(0x3a0, 0x1fn);
      hart.writeCsr(0x30a, menvcfg);
      hart.writeCsr(0x300, 1n << 11n);
      hart.writeCsr(0x341, BigInt(CODE + 4));
      ram.writeU32(CODE, encode('mret'));
      ram.writeU32(CODE + 4, encode('cbo.zero', { rs1: 6 }));
      hart.pc = CODE;
      hart.writeX(6, CODE + 0x1000);
      hart.run(2);
      return hart.readCsr(0x342);
    };
    expect(run(0n)).toBe(2n);
    expect(run(0x80n)).toBe(0n);
  });
});
