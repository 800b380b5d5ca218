import { describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.js';
import { InstructionSet } from '../../emulator/isa/decode.js';
import { FULL_ISA, instructions, optionalExtensions } from '../../emulator/isa/extensions.js';
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

  it.each([...optionalExtensions.keys()])('knows what %s adds only when it is named', (name) => {
    const isa = `rv64gc_${name}`;
    const added = optionalExtensions.get(name)!.filter(
      // Hints are something else, and harmless, to whoever does not know them.
      (instruction) =>
        new InstructionSet('rv64gc').decode(instruction.encoding.match) === undefined,
    );
    for (const { encoding } of added) {
      expect(new InstructionSet(isa).decode(encoding.match)).toBeDefined();
    }
    expect(added.length > 0 || ['zihintpause', 'zicbop'].includes(name)).toBe(true);
  });

  it('refuses a base or an extension that it does not know', () => {
    expect(() => new InstructionSet('rv32gc')).toThrow(/^unknown ISA 'rv32gc': /);
    expect(() => new InstructionSet('rv64gc_zba_zfoo')).toThrow(/^unknown extension 'zfoo'/);
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
