import { beforeEach, describe, expect, it } from 'vitest';
import { Uart } from '../../../emulator/devices/uart.js';
import { BareMetal, type Hart, Machine, type Ram } from '../../../emulator/index.js';
import { assemble } from '../../../emulator/isa/assemble.js';
import { Csr } from '../../../emulator/privileged/csr-names.js';
import { elfImage } from '../../support/elf-image.js';
import { encode } from '../../support/encode.js';

const CODE = 0x8000_0000;
const M_VECTORS = 0x8000_0400;
const S_VECTORS = 0x8000_0800;
/** Codes from the most urgent on. Privileged ISA, "Machine Interrupt (mip and mie) Registers". */
const BY_PRIORITY = [11, 3, 7, 9, 1, 5];
const SUPERVISOR = [9, 1, 5];
const MSTATUS_MIE = 1n << 3n;
const UART_SOURCE = 10;
const FOREVER = encode('jal', { imm: 0 });

const bitsOf = (codes: readonly number[]) =>
  codes.reduce((bits, code) => bits | (1n << BigInt(code)), 0n);

describe('interrupts', () => {
  let hart: Hart;
  let ram: Ram;

  beforeEach(() => {
    ({ hart, ram } = Machine.create({ memoryBytes: 4 << 20, supervisor: 'guest' }));
    for (let at = 0; at < 0x1000; at += 4) ram.writeU32(CODE + at, FOREVER);
    hart.writeCsr(Csr.mtvec, BigInt(M_VECTORS + 1));
    hart.writeCsr(Csr.stvec, BigInt(S_VECTORS + 1));
    hart.writeCsr(0x3b0, (1n << 54n) - 1n);
    hart.writeCsr(0x3a0, 0x1fn);
    hart.pc = CODE;
  });

  /** Software, timer and external interrupts of both modes. */
  function raiseAll(): void {
    hart.clint.write(0, 4, 1n);
    hart.clint.write(0x4000, 8, 0n);
    hart.plic.write(4 * UART_SOURCE, 4, 1n);
    hart.plic.write(0x2000, 4, 1n << BigInt(UART_SOURCE));
    hart.plic.setLevel(UART_SOURCE, true);
    hart.writeCsr(Csr.mip, bitsOf(SUPERVISOR));
    expect(hart.readCsr(Csr.mip)).toBe(bitsOf(BY_PRIORITY));
  }

  it.each(BY_PRIORITY.map((code, i) => [code, BY_PRIORITY.slice(i)]))(
    'take number %i first of %j, at its vector',
    (code, enabled) => {
      raiseAll();
      hart.writeCsr(Csr.mie, bitsOf(enabled));
      hart.writeCsr(Csr.mstatus, MSTATUS_MIE);
      hart.run(1);
      expect(hart.pc).toBe(M_VECTORS + 4 * code);
      expect(hart.readCsr(Csr.mcause)).toBe((1n << 63n) | BigInt(code));
      expect(hart.readCsr(Csr.mepc)).toBe(BigInt(CODE));
    },
  );

  it('wait while MIE is off in M mode', () => {
    raiseAll();
    hart.writeCsr(Csr.mie, bitsOf(BY_PRIORITY));
    hart.run(5);
    expect([hart.pc, hart.traps]).toEqual([CODE, 0]);
  });

  it.each(SUPERVISOR.map((code, i) => [code, SUPERVISOR.slice(i)]))(
    'that are delegated go to S mode: number %i first of %j',
    (code, enabled) => {
      raiseAll();
      hart.writeCsr(Csr.mideleg, bitsOf(SUPERVISOR));
      hart.writeCsr(Csr.mie, bitsOf(enabled));
      hart.writeCsr(Csr.mepc, BigInt(CODE + 64));
      ram.writeU32(CODE, encode('mret')); // to U mode
      hart.run(2);
      expect(hart.pc).toBe(S_VECTORS + 4 * code);
      expect(hart.readCsr(Csr.scause)).toBe((1n << 63n) | BigInt(code));
      expect(hart.readCsr(Csr.sepc)).toBe(BigInt(CODE + 64));
    },
  );

  it('of M mode come before delegated ones, whatever their numbers', () => {
    raiseAll();
    hart.writeCsr(Csr.mideleg, bitsOf(SUPERVISOR));
    hart.writeCsr(Csr.mie, bitsOf([7, ...SUPERVISOR]));
    hart.writeCsr(Csr.mepc, BigInt(CODE + 64));
    ram.writeU32(CODE, encode('mret'));
    hart.run(2);
    expect(hart.pc).toBe(M_VECTORS + 4 * 7);
  });

  it('end a wfi at mtimecmp, and are not taken while MIE is off', () => {
    ram.writeU32(CODE, encode('wfi'));
    hart.clint.write(0x4000, 8, 1000n);
    hart.writeCsr(Csr.mie, bitsOf([7]));
    hart.run(3);
    expect([hart.pc, hart.traps]).toEqual([CODE + 4, 0]);
    expect(hart.elapsedSteps).toBeGreaterThanOrEqual(10_000);
  });

  it('end a wfi at stimecmp, with Sstc on', () => {
    ram.writeU32(CODE, encode('wfi'));
    hart.writeCsr(Csr.menvcfg, 1n << 63n);
    hart.writeCsr(Csr.stimecmp, 500n);
    expect(hart.readCsr(Csr.mip)).toBe(0n);
    hart.writeCsr(Csr.mie, bitsOf([5]));
    hart.run(3);
    expect(hart.pc).toBe(CODE + 4);
    expect(hart.readCsr(Csr.mip)).toBe(bitsOf([5]));
    expect(hart.elapsedSteps).toBeGreaterThanOrEqual(5_000);
    // STIP is the comparator's alone.
    hart.writeCsr(Csr.mip, 0n);
    expect(hart.readCsr(Csr.mip)).toBe(bitsOf([5]));
    hart.writeCsr(Csr.stimecmp, 1_000_000n);
    expect(hart.readCsr(Csr.mip)).toBe(0n);
  });

  it.each([
    ['before it', 100n],
    ['long past', 0n],
  ])('end a wfi at stimecmp, though mtimecmp is %s and its interrupt off', (_, mtimecmp) => {
    ram.writeU32(CODE, encode('wfi'));
    hart.clint.write(0x4000, 8, mtimecmp);
    hart.writeCsr(Csr.menvcfg, 1n << 63n);
    hart.writeCsr(Csr.stimecmp, 500n);
    hart.writeCsr(Csr.mie, bitsOf([5]));
    hart.run(3);
    expect(hart.pc).toBe(CODE + 4);
  });

  it('of the timer are taken at their step while code runs, whatever other timers say', () => {
    hart.clint.write(0x4000, 8, 0n);
    hart.writeCsr(Csr.menvcfg, 1n << 63n);
    hart.writeCsr(Csr.stimecmp, 5n);
    hart.writeCsr(Csr.mie, bitsOf([5]));
    hart.writeCsr(Csr.mstatus, MSTATUS_MIE);
    hart.run(60);
    expect([hart.traps, hart.readCsr(Csr.mepc)]).toEqual([1, BigInt(CODE)]);
    expect(hart.instret).toBe(59);
  });

  it('leave a hart idle that waits for none', () => {
    ram.writeU32(CODE, encode('wfi'));
    expect(hart.run(3)).toBe('idle');
  });
});

describe('the PLIC', () => {
  it('orders by priority, then number; masks by threshold; hands out and takes back', () => {
    const { hart } = Machine.create({ memoryBytes: 4 << 20, supervisor: 'guest' });
    const { plic } = hart;
    const [threshold, claim, enable] = [0x20_0000, 0x20_0004, 0x2000];
    const [mei, sei] = [1n << 11n, 1n << 9n];
    for (const [source, priority] of [
      [3, 2],
      [7, 5],
      [9, 5],
      [40, 1],
    ] as const) {
      plic.write(4 * source, 4, BigInt(priority));
      plic.setLevel(source, true);
    }
    expect(hart.readCsr(Csr.mip)).toBe(0n);
    plic.write(enable, 4, 0xffff_ffffn);
    plic.write(enable + 4, 4, 1n << 8n);
    expect(plic.read(enable, 4)).toBe(0xffff_fffen); // there is no source 0
    expect(hart.readCsr(Csr.mip)).toBe(mei);
    expect([1, 2, 3, 4, 5].map(() => plic.read(claim, 4))).toEqual([7n, 9n, 3n, 40n, 0n]);
    expect(hart.readCsr(Csr.mip)).toBe(0n);
    // The context of S mode has enabled nothing: its completion is ignored.
    plic.write(0x20_1004, 4, 7n);
    expect(plic.read(0x1000, 4)).toBe(0n);
    plic.write(claim, 4, 7n);
    expect(plic.read(0x1000, 4)).toBe(1n << 7n);
    plic.write(threshold, 4, 5n);
    expect([hart.readCsr(Csr.mip), plic.read(claim, 4)]).toEqual([0n, 0n]);
    plic.write(threshold, 4, 4n);
    expect(hart.readCsr(Csr.mip)).toBe(mei);
    plic.write(enable + 0x80, 4, 1n << 7n);
    expect(hart.readCsr(Csr.mip)).toBe(mei | sei);
    plic.setLevel(7, false);
    expect(hart.readCsr(Csr.mip)).toBe(0n);
  });
});

/** Waits for ever; the handler claims the UART's interrupt, echoes one byte and completes it. */
const echo = [
  ...['lui a2,0x10000', 'li t0,1', 'sb t0,1(a2)', 'lui a3,0xc000', 'sw t0,40(a3)'],
  ...['lui a4,0xc002', 'li t1,1024', 'sw t1,0(a4)', 'li t2,1', 'slli t2,t2,11', 'csrw mie,t2'],
  ...['auipc t3,0', 'addi t3,t3,24', 'csrw mtvec,t3', 'csrsi mstatus,8', 'wfi', 'j . - 4'],
  ...['lui a5,0xc200', 'lw a6,4(a5)', 'lbu a7,0(a2)', 'sb a7,0(a2)', 'sw a6,4(a5)', 'mret'],
];

describe('the registers of the UART', () => {
  const made = () => {
    const output: number[] = [];
    return {
      output,
      uart: new Uart(
        (byte) => output.push(byte),
        () => {},
      ),
    };
  };
  const [data, enable, identity, control, status, scratch] = [0, 1, 2, 3, 5, 7];

  it('take and give bytes, whatever the width of the access', () => {
    const { uart, output } = made();
    uart.write(data, 1, 0x41n);
    uart.write(data, 4, 0x12_42n);
    uart.receive(Uint8Array.of(7, 8));
    expect(output).toEqual([0x41, 0x42]);
    expect([uart.read(status), uart.read(data), uart.read(data), uart.read(status)]).toEqual([
      ...[0x61n, 7n, 8n, 0x60n],
    ]);
  });

  it('tell the interrupt: data first, then an empty transmitter, once', () => {
    const { uart } = made();
    expect(uart.read(identity)).toBe(1n);
    uart.write(enable, 1, 3n);
    uart.receive(Uint8Array.of(7));
    expect(uart.read(identity)).toBe(4n);
    uart.read(data);
    expect([uart.isInterruptPending, uart.read(identity), uart.read(identity)]).toEqual([
      ...[true, 2n, 1n],
    ]);
    uart.write(data, 1, 0x41n);
    expect(uart.read(identity)).toBe(2n);
    uart.write(identity, 1, 1n); // FCR: the FIFOs on
    expect(uart.read(identity)).toBe(0xc1n);
  });

  it('show the divisor in place of data and enable while LCR says so', () => {
    const { uart, output } = made();
    uart.write(enable, 1, 1n);
    uart.write(control, 1, 0x83n);
    uart.write(data, 1, 13n);
    expect([uart.read(data), uart.read(enable)]).toEqual([13n, 0n]);
    uart.write(control, 1, 3n);
    uart.write(scratch, 1, 0x5an);
    expect([uart.read(enable), uart.read(control), uart.read(scratch)]).toEqual([1n, 3n, 0x5an]);
    expect(output).toEqual([]);
  });
});

describe('input of the UART', () => {
  it('wakes a waiting hart through the PLIC, once for each byte', () => {
    const bytes = new Uint8Array(Int32Array.from(echo, (line) => assemble(line)).buffer);
    const output: number[] = [];
    const machine = BareMetal.load(
      elfImage({ entry: CODE, segments: [{ address: CODE, bytes }] }),
      {
        memoryBytes: 4 << 20,
        onOutput: (out) => output.push(...out),
      },
    );
    expect(machine.run(1000)).toBe('waiting');
    machine.input(Buffer.from('a'));
    expect(machine.run(1000)).toBe('waiting');
    expect(Buffer.from(output).toString()).toBe('a');
    machine.input(Buffer.from('bc'));
    expect(machine.run(1000)).toBe('waiting');
    expect(Buffer.from(output).toString()).toBe('abc');
    expect(machine.machine.hart.traps).toBe(3);
  });
});
