import { describe, expect, it } from 'vitest';
import { FULL_ISA } from '../../../emulator/index.js';
import { Csr } from '../../../emulator/privileged/csr-names.js';
import { Privilege } from '../../../emulator/privileged/status.js';
import { assembled, CODE, M_HANDLER } from '../../support/assembled.js';

const ALL = (1n << 64n) - 1n;
const SEI = 1n << 9n;
const STCE = 1n << 63n;
const PBMTE = 1n << 62n;
const ADUE = 1n << 61n;
const FS = 3n << 13n;
const INITIAL = 1n << 13n;
const UART = 10;

/** Whether the instruction retires in the given mode, after `prepare`. */
function isLegal(
  line: string,
  privilege: Privilege,
  prepare: readonly (readonly [csr: number, value: bigint])[] = [],
  isa = FULL_ISA,
): boolean {
  const { hart } = assembled([line], { isa, privilege });
  for (const [csr, value] of prepare) hart.writeCsr(csr, value);
  hart.run(1);
  return hart.traps === 0;
}

describe('mip', () => {
  it('sets and clears the SEIP of software, whatever the PLIC signals', () => {
    const { hart } = assembled(['csrsi mip,2', 'csrrc a0,mip,zero', 'csrrw a1,mip,a0']);
    hart.plic.write(4 * UART, 4, 1n);
    hart.plic.write(0x2080, 4, 1n << BigInt(UART));
    hart.plic.setLevel(UART, true);
    hart.run(2);
    expect(hart.readX(10)).toBe(Number(SEI) + 2);
    hart.plic.setLevel(UART, false);
    expect(hart.readCsr(Csr.mip)).toBe(2n);
    // CSRRW is another matter: what is written is all of software's bit.
    hart.run(1);
    expect(hart.readCsr(Csr.mip)).toBe(SEI | 2n);
  });
});

describe('stimecmp', () => {
  it.each([
    ['M', Privilege.Machine, 0n, 0n, true],
    ['S without STCE', Privilege.Supervisor, 0n, 2n, false],
    ['S without TM in mcounteren', Privilege.Supervisor, STCE, 0n, false],
    ['S with both', Privilege.Supervisor, STCE, 2n, true],
    ['U', Privilege.User, STCE, 2n, false],
  ])('in %s mode', (_, privilege, menvcfg, mcounteren, expected) => {
    const prepare = [
      [Csr.menvcfg, menvcfg],
      [Csr.mcounteren, mcounteren],
    ] as const;
    expect(isLegal('csrr a0,stimecmp', privilege, prepare)).toBe(expected);
  });
});

describe('a vectored xtvec', () => {
  it.each([
    [Privilege.Machine, 0n, Csr.mtvec],
    [Privilege.User, 0n, Csr.mtvec],
    [Privilege.User, 0x100n, Csr.stvec],
  ])('sends exceptions to its base: from mode %i with medeleg %i', (privilege, medeleg, vector) => {
    const { hart } = assembled(['ecall'], { privilege });
    hart.writeCsr(Csr.medeleg, medeleg);
    for (const csr of [Csr.mtvec, Csr.stvec]) hart.writeCsr(csr, hart.readCsr(csr)! | 1n);
    hart.run(1);
    expect(BigInt(hart.pc)).toBe(hart.readCsr(vector)! - 1n);
  });
});

describe('counters', () => {
  it.each([
    ['cycle', 0],
    ['time', 1],
    ['instret', 2],
    ['hpmcounter3', 3],
    ['hpmcounter31', 31],
  ])('%s is shown to S by mcounteren, and to U by scounteren too', (name, index) => {
    const bit = 1n << BigInt(index);
    const [m, s] = [[Csr.mcounteren, bit] as const, [Csr.scounteren, bit] as const];
    const line = `csrr a0,${name}`;
    expect(isLegal(line, Privilege.Machine)).toBe(true);
    expect(isLegal(line, Privilege.Supervisor, [s])).toBe(false);
    expect(isLegal(line, Privilege.Supervisor, [m])).toBe(true);
    expect(isLegal(line, Privilege.User, [m])).toBe(false);
    expect(isLegal(line, Privilege.User, [s])).toBe(false);
    expect(isLegal(line, Privilege.User, [m, s])).toBe(true);
    expect(isLegal(`csrw ${name},a0`, Privilege.Machine)).toBe(false);
  });

  it('stand still while inhibited, and go on from there', () => {
    const { hart } = assembled([
      ...['csrwi mcountinhibit,5', 'csrr a0,mcycle', 'csrr a1,minstret'],
      ...['nop', 'csrr a2,mcycle', 'csrr a3,minstret', 'csrwi mcountinhibit,0', 'csrr a4,minstret'],
    ]);
    hart.run(8);
    const [cycle, instret, ...later] = [10, 11, 12, 13, 14].map((index) => hart.readX(index));
    expect(later.slice(0, 2)).toEqual([cycle, instret]);
    expect(later[2]).toBe(instret);
  });

  it('read one less than what a write leaves, one instruction later', () => {
    const { hart } = assembled(['csrw minstret,a0', 'nop', 'csrr a1,minstret', 'csrr a2,instret']);
    hart.writeX(10, 1000);
    hart.run(4);
    expect([hart.readX(11), hart.readX(12)]).toEqual([1001, 1002]);
  });
});

describe('mstatus.FS', () => {
  /** FS after one instruction, from Initial; a0 points to a place that cannot be read. */
  function outcomeOf(line: string): { fs: bigint; traps: number } {
    const { hart } = assembled([line]);
    hart.writeCsr(Csr.mstatus, INITIAL);
    hart.writeX(11, CODE);
    hart.run(1);
    return { fs: hart.readCsr(Csr.mstatus)! & FS, traps: hart.traps };
  }

  it.each([
    'fsd fa0,64(a1)',
    'fmv.x.d a2,fa0',
    'feq.d a2,fa0,fa0',
    'csrr a2,fcsr',
    'fclass.s a2,fa0',
  ])('stays as it was over %s, which changes no floating-point state', (line) =>
    expect(outcomeOf(line)).toEqual({ fs: INITIAL, traps: 0 }),
  );

  it.each([
    ...['fld fa0,0(a1)', 'fmv.d.x fa0,a1', 'fadd.d fa0,fa0,fa0', 'fsgnj.d fa0,fa0,fa0'],
    ...['csrw fcsr,zero', 'csrwi frm,0', 'csrci fflags,1', 'fcvt.w.s a2,fa0'],
  ])('is Dirty after %s', (line) => expect(outcomeOf(line)).toEqual({ fs: FS, traps: 0 }));

  it('stays as it was when a load faults', () => {
    expect(outcomeOf('fld fa0,0(a0)')).toEqual({ fs: INITIAL, traps: 1 });
    expect(outcomeOf('flw fa0,0(a0)')).toEqual({ fs: INITIAL, traps: 1 });
  });
});

describe('a hart without an extension', () => {
  const letters = (isa: string) =>
    [...'abcdefghijklmnopqrstuvwxyz'].filter(
      (_, index) => (assembled([], { isa }).hart.readCsr(Csr.misa)! >> BigInt(index)) & 1n,
    );

  it('says so in misa, which cannot be written', () => {
    expect(letters('rv64i').join('')).toBe('isu');
    expect(letters('rv64imac').join('')).toBe('acimsu');
    expect(letters('rv64gc').join('')).toBe('acdfimsu');
    expect(letters('rv64gc_zba_zbb').join('')).toBe('acdfimsu');
    expect(letters(FULL_ISA).join('')).toBe('abcdfimsu');
    const { hart } = assembled([]);
    const before = hart.readCsr(Csr.misa)!;
    hart.writeCsr(Csr.misa, 0n);
    expect(hart.readCsr(Csr.misa)).toBe(before);
    expect(before >> 62n).toBe(2n);
  });

  it.each([
    ['sstc', STCE],
    ['svpbmt', PBMTE],
    ['svadu', ADUE],
    ['zicboz', 0x80n],
    ['zicbom', 0x70n],
  ])('%s has no field in menvcfg, and with it alone just that one and FIOM', (name, bits) => {
    const written = (isa: string) => {
      const { hart } = assembled([], { isa });
      hart.writeCsr(Csr.menvcfg, ALL);
      return hart.readCsr(Csr.menvcfg);
    };
    expect(written('rv64gc')).toBe(1n);
    expect(written(`rv64gc_${name}`)).toBe(bits | 1n);
  });

  it('F has no fcsr, and FS reads 0', () => {
    expect(isLegal('csrr a0,fcsr', Privilege.Machine, [[Csr.mstatus, FS]], 'rv64imac')).toBe(false);
    const { hart } = assembled([], { isa: 'rv64imac' });
    hart.writeCsr(Csr.mstatus, FS);
    expect(hart.readCsr(Csr.mstatus)! & FS).toBe(0n);
    hart.writeCsr(Csr.sstatus, FS);
    expect(hart.readCsr(Csr.sstatus)! & FS).toBe(0n);
  });

  it('Sstc has no stimecmp', () => {
    expect(isLegal('csrr a0,stimecmp', Privilege.Machine, [], 'rv64gc')).toBe(false);
  });

  it.each(['svade', 'svade_svadu'])('starts with A and D left to faults under %s', (names) => {
    const { hart } = assembled([], { isa: `rv64gc_${names}` });
    expect(hart.mmu.context.isAdUpdated).toBe(false);
    hart.writeCsr(Csr.menvcfg, ADUE);
    expect(hart.mmu.context.isAdUpdated).toBe(names === 'svade_svadu');
  });

  it.each([
    ['jal ra,. + 6', CODE + 6],
    ['beq zero,zero,. + 10', CODE + 10],
    ['jr a1', CODE + 0x102],
    ['jalr ra,2(a2)', CODE + 0x102],
  ])('C traps on %s, whose target is no multiple of 4', (line, target) => {
    for (const isa of ['rv64g', 'rv64gc']) {
      const { hart } = assembled(['nop', line].slice(1), { isa });
      hart.writeX(11, CODE + 0x102);
      hart.writeX(12, CODE + 0x100);
      hart.writeX(1, 7);
      hart.run(1);
      if (isa === 'rv64gc') {
        expect(hart.pc).toBe(target);
        continue;
      }
      const csrs = [Csr.mcause, Csr.mepc, Csr.mtval].map((csr) => Number(hart.readCsr(csr)));
      expect([hart.pc, hart.readX(1), ...csrs]).toEqual([M_HANDLER, 7, 0, CODE, target]);
    }
  });

  it('C keeps two bits of mepc and sepc zero', () => {
    const { hart } = assembled([], { isa: 'rv64g' });
    for (const csr of [Csr.mepc, Csr.sepc]) {
      hart.writeCsr(csr, ALL);
      expect(hart.readCsr(csr)).toBe(ALL - 3n);
    }
  });
});
