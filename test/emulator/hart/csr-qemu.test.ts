import { expect, it } from 'vitest';
import { csrName } from '../../../emulator/isa/csr-names.js';
import { Csr } from '../../../emulator/privileged/csr-names.js';
import { runHere, runOnQemu } from '../../support/bare-metal.js';
import { elfImage } from '../../support/elf-image.js';
import { CODE, ProgramCode } from '../../support/program-code.js';
import { describeWith } from '../../support/tools.js';

const LOG = 0x8020_0000;
const ALL = (1n << 64n) - 1n;
const PATTERNS = [ALL, 0n, 0x5555_5555_5555_5555n, 0xaaaa_aaaa_aaaa_aaaan, 1n << 63n];
const FS = 3n << 13n;
const STCE = 1n << 63n;
const MODES = { M: 3n, S: 1n, U: 0n } as const;

/**
 * Registers that are written, and the bits of them that are compared. QEMU 7.2 differs in the others,
 * and the manual is what counts there: it has fields of the vector and hypervisor extensions, which
 * `h=false` does not take away; keeps 64 bits of registers that have 32 (mcounteren and its like) or
 * 54 (pmpaddr); bit 0 of exception pcs; UXL, SXL and MPP = 2; the reserved CBIE = 2; drops a vector
 * with a reserved mode, where any legal value may be read; and knows no ADUE.
 */
const WRITTEN: readonly (readonly [name: keyof typeof Csr, bits: bigint])[] = [
  ['mstatus', 0x007e_61aan],
  ['sstatus', 0x000c_6122n],
  ['medeleg', 0x0000_b3ffn],
  ['mideleg', 0x222n],
  ['mie', 0xaaan],
  ['sie', 0xaaan],
  ['mip', 0x222n],
  ['sip', 0x222n],
  ['mcounteren', 0xffff_ffffn],
  ['scounteren', 0xffff_ffffn],
  ['mcountinhibit', 0xffff_fffdn],
  ['menvcfg', 0xc000_0000_0000_00c1n],
  ['senvcfg', 0xc1n],
  ['mepc', ALL - 1n],
  ['sepc', ALL - 1n],
  ['pmpaddr0', (1n << 54n) - 1n],
  ...(
    ['mscratch', 'sscratch', 'mcause', 'scause', 'mtval', 'stval', 'stimecmp', 'satp'] as const
  ).map((name) => [name, ALL] as const),
  ...(['fflags', 'frm', 'fcsr', 'mhpmevent3', 'mhpmcounter3'] as const).map(
    (name) => [name, ALL] as const,
  ),
];

/** Those that only one of the two has in any mode. */
const QEMU_LACKS = (csr: number) =>
  // 16 entries of PMP, where the manual has 16 or 64 addresses; 16 counters of 29.
  (csr >= 0x3a4 && csr < 0x3b0) ||
  (csr >= 0x3c0 && csr < 0x3f0) ||
  (csr >= 0xb13 && csr < 0xb20) ||
  (csr >= 0xc13 && csr < 0xc20);
/** vstimecmp, though without a hypervisor; tinfo. */
const WE_LACK = [0x24d, 0x7a4];

/** Reads or writes, each followed by two quads in the log: whether it trapped, and the value. */
class Probe extends ProgramCode {
  constructor() {
    super();
    this.parkOtherHarts();
    this.load('s10', BigInt(LOG));
    this.load('t4', ALL);
    this.emit('csrw pmpaddr0,t4', 'li t4,31', 'csrw pmpcfg0,t4', 'auipc t3,0', 'addi t3,t3,16');
    this.emit('csrw mtvec,t3', 'j . + 44');
    // Goes on at s11 after a call from S or U mode, else behind the instruction that trapped.
    this.emit('csrr t3,mcause', 'addi t3,t3,-8', 'sltiu t3,t3,2', 'beqz t3,. + 8', 'jr s11');
    this.emit('li s9,1', 'csrr t3,mepc', 'addi t3,t3,4', 'csrw mepc,t3', 'mret');
  }

  record(...lines: string[]): void {
    this.emit('li s9,0', 'li a1,0', ...lines, 'sd s9,0(s10)', 'sd a1,8(s10)', 'addi s10,s10,16');
  }

  run(): { ours: string[]; theirs: string[] } {
    this.emit('mv t3,s10');
    this.emitDump(BigInt(LOG), 't3');
    this.emitPass();
    const image = elfImage({ entry: CODE, segments: [{ address: CODE, bytes: this.bytes() }] });
    const [ours, theirs] = [runHere(image), runOnQemu(image, 'rv64,h=false')].map((output) =>
      Array.from({ length: output.length / 16 }, (_, i) =>
        output.readBigUInt64LE(16 * i) === 1n ? 'trap' : output.readBigUInt64LE(16 * i + 8),
      ),
    );
    const texts = (values: (string | bigint)[]) => values.map((value) => value.toString(16));
    return { ours: texts(ours!), theirs: texts(theirs!) };
  }
}

describeWith(['qemu-system-riscv64'], 'CSRs against QEMU', () => {
  it('keep the same bits of what is written', () => {
    const probe = new Probe();
    const titles: string[] = [];
    // What is looked at is there: FS on, stimecmp, delegated interrupts in sie and sip.
    probe.load('t4', FS);
    probe.emit('csrs mstatus,t4');
    probe.load('t4', STCE);
    probe.emit('csrs menvcfg,t4', 'li t4,0x222', 'csrw mideleg,t4');
    for (const [name, bits] of WRITTEN) {
      for (const [before, after] of PATTERNS.flatMap((p) =>
        [0n, ALL].map((q) => [q, p] as const),
      )) {
        titles.push(`${name}: ${after.toString(16)} over ${before.toString(16)}`);
        probe.load('a2', before);
        probe.load('a3', after);
        probe.load('a5', bits);
        const csr = `0x${Csr[name].toString(16)}`;
        const write = [`csrrw a4,${csr},a2`, `csrw ${csr},a3`, `csrr a1,${csr}`, `csrw ${csr},a4`];
        probe.record(...write, 'and a1,a1,a5');
      }
    }
    const { ours, theirs } = probe.run();
    expect(ours.length).toBe(titles.length);
    // Sv57, which we lack: a mode that is not there leaves satp as it was.
    const isCompared = (_: string, i: number) => !/^satp: a/.test(titles[i]!);
    const list = (values: string[]) => values.map((value, i) => `${titles[i]} reads ${value}`);
    expect(list(ours).filter(isCompared)).toEqual(list(theirs).filter(isCompared));
  });

  it.each(['M', 'S', 'U'] as const)('exist and may be read alike in %s mode', (mode) => {
    const probe = new Probe();
    probe.emit('li t4,-1', 'csrw mcounteren,t4', 'csrw scounteren,t4');
    probe.load('t4', STCE);
    probe.emit('csrs menvcfg,t4');
    const finish = probe.load('s11', 0n);
    probe.load('t4', FS | (MODES[mode] << 11n));
    const enter = probe.load('t3', 0n);
    probe.emit('csrw mepc,t3', 'csrw mstatus,t4', 'mret');
    enter();
    for (let csr = 0; csr < 4096; csr++) probe.record(`csrr a1,0x${csr.toString(16)}`, 'li a1,0');
    probe.emit(mode === 'M' ? 'nop' : 'ecall');
    finish();
    const { ours, theirs } = probe.run();
    const different = ours.flatMap((outcome, csr) => (outcome === theirs[csr] ? [] : [csr]));
    const expected = different.filter(
      (csr) =>
        (QEMU_LACKS(csr) && ours[csr] === '0') || (WE_LACK.includes(csr) && ours[csr] === 'trap'),
    );
    expect(different.map(csrName)).toEqual(expected.map(csrName));
    expect(ours.filter((outcome) => outcome === '0').length).toBeGreaterThan(
      mode === 'U' ? 30 : 45,
    );
  });
});
