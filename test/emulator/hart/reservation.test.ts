import { describe, expect, it } from 'vitest';
import {
  PTE_A,
  PTE_D,
  PTE_R,
  PTE_U,
  PTE_V,
  PTE_W,
  PTE_X,
  pteLow,
} from '../../../emulator/index.js';
import { Csr } from '../../../emulator/privileged/csr-names.js';
import { Privilege } from '../../../emulator/privileged/status.js';
import { assembled, CODE } from '../../support/assembled.js';

const DATA = CODE + 0x1000;
const SUCCESS = 0;
const FAILURE = 1;

/** What the SC at the end answers; a1 holds the address of data. */
function lastOf(lines: readonly string[]): number {
  const { hart } = assembled(lines);
  hart.writeX(11, DATA);
  hart.writeX(10, 77);
  hart.run(lines.length);
  expect(hart.traps).toBe(0);
  return hart.readX(10);
}

describe('a load reservation', () => {
  it.each([
    [['lr.d a2,(a1)', 'sc.d a0,a3,(a1)'], SUCCESS],
    [['lr.w a2,(a1)', 'sc.w a0,a3,(a1)'], SUCCESS],
    [['lr.d a2,(a1)', 'ld a4,0(a1)', 'addi a4,a4,1', 'sc.d a0,a4,(a1)'], SUCCESS],
    [['sc.d a0,a3,(a1)'], FAILURE],
    // Any SC gives it up, and so does another LR.
    [['lr.d a2,(a1)', 'sc.d a3,a3,(a1)', 'sc.d a0,a3,(a1)'], FAILURE],
    [['lr.d a2,(a1)', 'addi a4,a1,8', 'sc.d a3,a3,(a4)', 'sc.d a0,a3,(a1)'], FAILURE],
    [['lr.d a2,(a1)', 'addi a4,a1,8', 'lr.d a3,(a4)', 'sc.d a0,a3,(a1)'], FAILURE],
    // The address may mean another place afterwards.
    [['lr.d a2,(a1)', 'csrw satp,zero', 'sc.d a0,a3,(a1)'], FAILURE],
    [['lr.d a2,(a1)', 'sfence.vma', 'sc.d a0,a3,(a1)'], FAILURE],
  ])('after %j: %i', (lines, expected) => {
    expect(lastOf(lines)).toBe(expected);
  });

  it('does not outlive a return to another mode, where the address is another place', () => {
    const { hart, ram } = assembled(['lr.d a2,(a1)', 'mret', 'sc.d a0,a3,(a1)']);
    // DATA is the page of CODE + 0x2000 to user code.
    const leaf = PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
    const tables = CODE + 0x4000;
    const ppn = (pa: number) => pa / 4096;
    ram.writePte(tables + 2 * 8, pteLow(ppn(tables) + 1, PTE_V), 0);
    ram.writePte(tables + 0x1000, pteLow(ppn(tables) + 2, PTE_V), 0);
    ram.writePte(tables + 0x2000, pteLow(ppn(CODE), leaf), 0);
    ram.writePte(tables + 0x2000 + 8, pteLow(ppn(CODE) + 2, leaf), 0);
    hart.writeCsr(Csr.satp, (8n << 60n) | BigInt(ppn(tables)));
    hart.writeCsr(Csr.mepc, BigInt(CODE + 8));
    hart.writeX(11, DATA);
    hart.run(3);
    expect([hart.traps, hart.privilege, hart.readX(10)]).toEqual([0, Privilege.User, FAILURE]);
  });
});

describe('cache-block instructions', () => {
  it.each(['cbo.zero (a1)', 'cbo.clean (a1)', 'cbo.flush (a1)', 'cbo.inval (a1)'])(
    '%s faults on a device, and does not touch it',
    (line) => {
      const { hart } = assembled([line]);
      const clint = 0x200_0000;
      hart.clint.write(0, 4, 1n);
      hart.writeX(11, clint + 5);
      hart.run(1);
      expect([hart.readCsr(Csr.mcause), hart.readCsr(Csr.mtval)]).toEqual([7n, BigInt(clint + 5)]);
      expect(hart.clint.isSoftwarePending).toBe(true);
    },
  );

  it('cbo.zero changes nothing where PMP protects a part of the block', () => {
    const { hart, ram } = assembled(['cbo.zero (a1)']);
    ram.write(DATA, new Uint8Array(64).fill(0xff));
    hart.writeCsr(Csr.pmpaddr0, BigInt(DATA + 32) >> 2n);
    hart.writeCsr(Csr.pmpcfg0, 0x91n); // NA4, read, locked
    hart.writeX(11, DATA);
    hart.run(1);
    const after = new Uint8Array(64);
    ram.read(DATA, after);
    expect([hart.readCsr(Csr.mcause), new Set(after)]).toEqual([7n, new Set([0xff])]);
  });
});
