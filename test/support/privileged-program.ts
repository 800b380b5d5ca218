import { PTE_A, PTE_D, PTE_G, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from '../../emulator/index.js';
import { elfImage } from './elf-image.js';
import { CODE, ProgramCode } from './program-code.js';
import type { Random } from './random.js';

/*
 * A bare-metal program of many steps. Each one sets mstatus, satp, PMP, delegation, pending interrupts
 * and a few registers in M mode, goes to a random mode, executes some instructions there and ends with
 * an ecall. The handlers of M and S mode append a record to the log, and M goes on with the next step
 * (its address is in s11). At the end log, page tables and data go to the UART, and the finisher ends
 * the run.
 *
 *   0x80000000  code; also, for user code under translation, at 0xc0000000
 *   0x80100000  log
 *   0x80180000  page tables: two roots, two of level 1, four of level 0, two roots for Sv48
 *   0x80200000  16 frames of data; at 0xf00 of each stands an ecall
 */
const LOG = 0x8010_0000;
const TABLES = 0x8018_0000;
const DATA = 0x8020_0000;
const TABLE_COUNT = 10;
const SV48_ROOTS = 8;
const DATA_FRAMES = 16;
const PAGE = 4096;
const USER_ALIAS = 0x4000_0000;
const LANDING = 0xf00;
const ECALL = 0x73;

/** What stands behind the log in the output: tables, then data. */
export const TABLE_BYTES = TABLE_COUNT * PAGE;
export const MEMORY_BYTES = (TABLE_COUNT + DATA_FRAMES) * PAGE;
/** Cause, epc, tval, status, a0, and the handler's mode: 3 for M, 1 for S. */
export const RECORD_QUADS = 6;

const LEAF = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
const MPRV = 1n << 17n;
const MPP = [0n, 1n, 3n];
const MPP_SHIFT = 11n;
/** UXL and SXL as they are: QEMU lets UXL be changed. */
const XL = 10n << 32n;
/** All but calls from S and M mode, by which steps end. */
const DELEGABLE = 0xb1ffn;
/** The interrupts that software can make pending. */
const INTERRUPTS = [2n, 0x20n, 0x200n] as const;
const PMP = { NA4: 2 << 3, NAPOT: 3 << 3, TOR: 1 << 3, RWX: 7 } as const;
/** No right, R, RW, X, RX, RWX: W without R is reserved. */
const PMP_RIGHTS = [0, 1, 3, 4, 5, 7] as const;
/** The last entry of pmpcfg0 leaves everything else to all modes. */
const PMP_REST = BigInt(PMP.NAPOT | PMP.RWX) << 56n;

/** @returns an ELF image; the same random numbers give the same image */
export function privilegedProgram(random: Random, steps: number): Uint8Array {
  const code = new ProgramCode();
  emitStart(code);
  for (let step = 0; step < steps; step++) new Step(random, code).emit();
  emitEnd(code);
  return elfImage({
    entry: CODE,
    segments: [
      { address: CODE, bytes: code.bytes() },
      { address: TABLES, bytes: randomTables(random), flags: 'rw-' },
      { address: DATA, bytes: randomData(random), flags: 'rw-' },
    ],
  });
}

function emitStart(code: ProgramCode): void {
  code.parkOtherHarts();
  const toFirstStep = code.load('s11', 0n);
  code.load('s10', BigInt(LOG));
  code.emit('li t3,-1', 'csrw pmpaddr7,t3');
  code.emit('auipc t3,0', 'addi t3,t3,24', 'csrw mtvec,t3', 'addi t3,t3,52', 'csrw stvec,t3');
  code.emit('jr s11');
  emitHandler(code, 'm', ['jr s11']);
  emitHandler(code, 's', ['ecall']);
  toFirstStep();
}

/** 13 instructions that log one trap. */
function emitHandler(code: ProgramCode, mode: 'm' | 's', end: string[]): void {
  const logged = [`${mode}cause`, `${mode}epc`, `${mode}tval`, `${mode}status`];
  for (const [i, csr] of logged.entries()) code.emit(`csrr t3,${csr}`, `sd t3,${8 * i}(s10)`);
  code.emit('sd a0,32(s10)', `li t3,${mode === 'm' ? 3 : 1}`, 'sd t3,40(s10)');
  code.emit('addi s10,s10,48', ...end);
}

/** Writes [LOG, s10), the tables and the data to the UART, and ends the run. */
function emitEnd(code: ProgramCode): void {
  code.emit('mv t3,s10');
  code.emitDump(BigInt(LOG), 't3');
  for (const [at, count] of [
    [TABLES, TABLE_COUNT],
    [DATA, DATA_FRAMES],
  ] as const) {
    code.load('t3', BigInt(at + count * PAGE));
    code.emitDump(BigInt(at), 't3');
  }
  code.emitPass();
}

class Step {
  private readonly random: Random;
  private readonly code: ProgramCode;
  private readonly isTranslated: boolean;
  /** QEMU 7.2 does not clear MPRV in MRET and SRET, so that neither may follow. */
  private isMprv = false;
  /** An interrupt is pending and enabled in mie, so that WFI does not wait. */
  private isWakeUpPending = false;
  private hasComeBySret = false;
  private readonly isSv48: boolean;
  private delegable = DELEGABLE;

  constructor(random: Random, code: ProgramCode) {
    this.random = random;
    this.code = code;
    this.isTranslated = random.below(4) > 0;
    this.isSv48 = random.below(3) === 0;
  }

  emit(): void {
    const { random, code } = this;
    const finish = code.load('s11', 0n);
    const mode = random.pick(['m', 's', 's', 'u', 'u'] as const);
    this.interrupt();
    this.protect();
    this.write('satp', this.isTranslated ? this.root() : 0n);
    this.write('medeleg', random.u64() & this.delegable);
    this.write('sepc', this.landing());
    if (random.below(4) === 0) this.changeEntry();
    if (random.below(2) === 0) code.emit(random.pick(['sfence.vma', 'sfence.vma zero,zero']));
    // Operands of what is executed in the other mode.
    code.load('a0', random.u64());
    code.load('a1', this.address());
    code.load('a2', this.status());
    code.load('a3', random.pick([this.root(), 7n << 60n]));
    code.load('a4', this.landing());
    code.load('a5', random.u64() & ~1n);
    // An AMO outside of RAM is a load to QEMU, and has the cause of one.
    const isAnywhere = this.isTranslated && mode !== 'm';
    code.load('a6', isAnywhere ? this.address('atomic') & ~7n : this.dataAddress());
    this.enter(mode);
    for (let count = 1 + random.below(4); count > 0; count--) this.instruction();
    code.word(ECALL);
    finish();
  }

  private write(csr: string, value: bigint): void {
    this.code.load('t3', value);
    this.code.emit(`csrw ${csr},t3`);
  }

  private root(): bigint {
    const { random } = this;
    const [mode, table] = this.isSv48 ? [9n, SV48_ROOTS] : [8n, 0];
    const ppn = BigInt(TABLES / PAGE + table + random.below(2));
    return (mode << 60n) | (BigInt(random.below(4)) << 44n) | ppn;
  }

  /** Makes interrupts pending, or none: what is pending, enabled and delegated is random. */
  private interrupt(): void {
    const { random } = this;
    const some = () => INTERRUPTS.reduce((bits, bit) => (random.below(2) ? bits | bit : bits), 0n);
    const isQuiet = random.below(3) > 0;
    const delegated = some();
    let [enabled, pending] = [0n, 0n];
    do {
      if (!isQuiet) [enabled, pending] = [some(), some()];
      // QEMU takes those of one mode by number, not by priority, so that there may be only one.
    } while (isSeveral(enabled & pending & delegated) || isSeveral(enabled & pending & ~delegated));
    this.isWakeUpPending = (enabled & pending) !== 0n;
    this.write('mideleg', delegated);
    this.write('mip', pending);
    this.write('mie', enabled);
  }

  /** PMP over some of the data and tables, fenced; or everything open. */
  private protect(): void {
    const { random, code } = this;
    const configs = [0, 0, 0];
    if (random.below(3) === 0) {
      configs[0] = this.protectOne();
      // A range between two addresses, now and then an empty one.
      const ends = [random.below(DATA_FRAMES), random.below(DATA_FRAMES + 1)];
      if (random.below(8) > 0) ends.sort((a, b) => a - b);
      const inFrame = random.pick([0, 0, 8 * random.below(LANDING / 8)]);
      this.write('pmpaddr1', BigInt(DATA + ends[0]! * PAGE) >> 2n);
      this.write('pmpaddr2', BigInt(DATA + ends[1]! * PAGE + inFrame) >> 2n);
      configs[2] = random.pick([0, PMP.TOR | random.pick(PMP_RIGHTS)]);
    }
    const bits = configs.reduce((all, config, i) => all | (BigInt(config) << BigInt(8 * i)), 0n);
    this.write('pmpcfg0', PMP_REST | bits);
    code.emit('sfence.vma');
  }

  /** Sets pmpaddr0, and answers what belongs into its configuration. */
  private protectOne(): number {
    const { random } = this;
    const pick = random.below(4);
    const frame = DATA + random.below(DATA_FRAMES) * PAGE;
    if (pick === 0) {
      // Where code may be out of reach, S mode's handler is too.
      this.delegable &= ~2n;
      // The walk's update of A and D is no store to QEMU.
      const table = TABLES + random.below(TABLE_COUNT) * PAGE;
      this.write('pmpaddr0', BigInt(table + PAGE / 2 - 4) >> 2n);
      return PMP.NAPOT | random.pick([0, PMP.RWX]);
    }
    const rights = random.pick(PMP_RIGHTS);
    if (pick === 1) {
      this.write('pmpaddr0', BigInt(frame + 4 * random.below(LANDING / 4)) >> 2n);
      return PMP.NA4 | rights;
    }
    const size = pick === 2 ? PAGE : 8 << random.below(5);
    const at = frame + (pick === 2 ? 0 : size * random.below(LANDING / size));
    this.write('pmpaddr0', BigInt(at + size / 2 - 4) >> 2n);
    return PMP.NAPOT | rights;
  }

  /** An entry of a table of levels 1 and 0 gets another value, and is fenced. */
  private changeEntry(): void {
    const { random, code } = this;
    const table = 2 + random.below(SV48_ROOTS - 2);
    code.load('t3', BigInt(TABLES + table * PAGE + 8 * random.below(16)));
    code.load('t4', randomEntry(random, table < 4 ? 1 : 0));
    code.emit('sd t4,0(t3)', 'sfence.vma');
  }

  /** A virtual address, or one of the data. */
  private address(use: 'any' | 'atomic' = 'any'): bigint {
    const { random } = this;
    const offset = 8 * random.below(LANDING / 8);
    const frame = random.below(DATA_FRAMES);
    const inFrame = Math.min(offset, LANDING - 16);
    // In Bare mode these are physical addresses where QEMU has nothing either.
    const [l2, l1] = [random.pick([0, 0, 0, 4, 5, 511]), 1 + random.below(5)];
    const l3 =
      this.isSv48 && this.isTranslated ? random.pick([0, 0, 0, use === 'any' ? 1 : 0, 255]) : 0;
    const top = BigInt(l3) * 2n ** 39n + BigInt(l2) * 2n ** 30n;
    const va = top + BigInt(l1 * 2 ** 21 + frame * PAGE + inFrame);
    const pick = random.below(12);
    if (pick < 2) return this.dataAddress();
    // Not canonical, or somewhere else.
    if (pick === 2) return va | (1n << BigInt(use === 'any' ? 38 + random.below(26) : 63));
    if (l3 !== 0) return va;
    return l2 === 511 ? va | ((-1n << 39n) & (2n ** 64n - 1n)) : va;
  }

  private dataAddress(): bigint {
    const { random } = this;
    const offset = 8 * random.below(LANDING / 8 - 2) + random.pick([0, 0, 1, 2, 4]);
    return BigInt(DATA + random.below(DATA_FRAMES) * PAGE + offset);
  }

  private landing(): bigint {
    const { random } = this;
    const at = BigInt(DATA + random.below(DATA_FRAMES) * PAGE + LANDING);
    if (random.below(3) === 0) return (this.address() & ~0xfffn) + BigInt(LANDING);
    return random.below(2) === 0 ? at : at + BigInt(USER_ALIAS);
  }

  /** mstatus: MPP 2 is reserved, and no interrupt is enabled in mie. */
  private status(): bigint {
    const { random } = this;
    const fields = 0x7c_61aan & random.u64();
    return (fields & ~(3n << MPP_SHIFT)) | (random.pick(MPP) << MPP_SHIFT) | XL;
  }

  /** From M mode into the mode that the instructions are meant for. */
  private enter(mode: 'm' | 's' | 'u'): void {
    const { random, code } = this;
    const status = this.status() & ~(3n << MPP_SHIFT);
    if (mode === 'm') {
      this.isMprv = random.below(2) === 0;
      code.load('t4', status | (random.pick(MPP) << MPP_SHIFT) | (this.isMprv ? MPRV : 0n));
      code.emit('csrw mstatus,t4');
      return;
    }
    const isSret = random.below(3) === 0;
    this.hasComeBySret = isSret;
    const privilege = mode === 's' ? 1n : 0n;
    const setTarget = code.load('t3', 0n);
    const spp = isSret ? (status & ~0x100n) | (privilege << 8n) : status;
    code.load('t4', spp | (privilege << MPP_SHIFT));
    if (mode === 'u' && this.isTranslated) {
      code.emit('lui t5,0x40000', 'add t3,t3,t5');
    }
    code.emit(`csrw ${isSret ? 'sepc' : 'mepc'},t3`, 'csrw mstatus,t4', isSret ? 'sret' : 'mret');
    setTarget();
  }

  private system(): string[] {
    return [
      ...SYSTEM,
      // To where SRET has come from it might go for ever.
      ...(this.isMprv ? [] : ['mret', this.hasComeBySret ? 'nop' : 'sret']),
      ...(this.isWakeUpPending ? ['wfi', 'wfi', 'wfi'] : []),
    ];
  }

  private instruction(): void {
    const { random, code } = this;
    const pick = random.below(20);
    if (pick === 0 && random.below(2) === 0) code.emit(...random.pick(CONDITIONAL));
    else if (pick < 8) code.emit(random.pick(ACCESSES));
    else if (pick < 9) code.emit('jr a4');
    else if (pick < 14) code.emit(random.pick(CSR_OPERATIONS));
    else if (pick < 17) code.emit(random.pick(this.system()));
    else if (pick < 18) code.word(random.pick(ILLEGAL));
    else code.emit(random.pick(FLOAT));
  }
}

function isSeveral(bits: bigint): boolean {
  return (bits & (bits - 1n)) !== 0n;
}

/** An SC that fails does not fault in QEMU, so it always has its reservation. */
const CONDITIONAL = ['w', 'd'].flatMap((size) => [
  [`lr.${size} a0,(a6)`, `sc.${size} a0,a5,(a6)`],
  [`lr.${size} a0,(a6)`, 'ld t5,0(a6)', `sc.${size} a0,t5,(a6)`],
]);

const ACCESSES = [
  ...['lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld'].map((name) => `${name} a0,0(a1)`),
  ...['sb', 'sh', 'sw', 'sd', 'sd'].map((name) => `${name} a0,0(a1)`),
  ...['amoadd.w', 'amoadd.d', 'amoswap.d', 'amomaxu.w', 'amoor.d'].map((n) => `${n} a0,a0,(a6)`),
  ...['lr.w a0,(a1)', 'lr.d a0,(a1)'],
];

const CSR_OPERATIONS = [
  ...['csrrw', 'csrrs', 'csrrc'].flatMap((name) => [
    ...['sscratch', 'mscratch', 'sepc', 'mepc', 'scause', 'mcause'].map(
      (csr) => `${name} a0,${csr},a5`,
    ),
    ...['sstatus', 'mstatus'].map((csr) => `${name} a0,${csr},zero`),
  ]),
  // The handlers log these; QEMU 7.2 has 0 there after a breakpoint, as the manual allows.
  ...['stval', 'mtval'].map((csr) => `csrrw zero,${csr},a5`),
  ...['sstatus', 'mstatus'].map((csr) => `csrrw a0,${csr},a2`),
  ...['csrrw a0,satp,a3', 'csrr a0,satp', 'csrr a0,stvec', 'csrr a0,mtvec', 'csrr a0,mhartid'],
  ...['csrr a0,fcsr', 'csrrw a0,fcsr,a5', 'csrrwi a0,frm,3', 'csrrsi a0,fflags,5'],
  ...['csrrw a0,0x5c0,a5', 'csrrw a0,mvendorid,a5', 'csrrs a0,mhartid,a5', 'csrrci a0,sscratch,9'],
];

const SYSTEM = [
  ...['ecall', 'ebreak', 'fence.i', 'fence', 'sfence.vma', 'sfence.vma a1'],
  ...['sfence.vma a1,zero', 'sfence.vma zero,a5', 'sfence.vma a1,a5'],
];

/** Zeros and ones, c.ebreak, custom-0, an AMO of 2 bytes, a reserved compressed instruction. */
const ILLEGAL = [0, -1, 0x9002, 0x0000000b, 0x0000102f, 0x00002000 | 0x6001, 0xc0001073 | 0];

/** All change a register: QEMU makes FS Dirty for flags alone only when they are written as a CSR. */
const FLOAT = [
  ...['fmv.d.x fa0,a0', 'fadd.d fa0,fa0,fa1,rne', 'fmv.w.x fa1,a5'],
  ...['fld fa0,0(a1)', 'flw fa1,0(a1)', 'fsd fa0,0(a1)', 'fmv.x.d a0,fa0'],
];

function randomTables(random: Random): Uint8Array {
  const entries = new BigUint64Array((TABLE_COUNT * PAGE) / 8);
  const ppn = (table: number) => BigInt(TABLES / PAGE + table) << 10n;
  const set = (table: number, index: number, entry: bigint) => {
    entries[table * 512 + index] = entry;
  };
  const identity = BigInt(CODE / PAGE) << 10n;
  for (const root of [0, 1]) {
    set(root, 0, ppn(2 + root) | BigInt(PTE_V));
    set(root, 1, randomEntry(random, 2));
    set(root, 2, identity | BigInt(LEAF | random.pick([0, PTE_G])));
    set(root, 3, identity | BigInt(LEAF | PTE_U));
    set(root, 4, randomEntry(random, 2));
    set(root, 511, ppn(3 - root) | BigInt(PTE_V | random.pick([0, 0, PTE_G, PTE_A, PTE_U])));
    for (let index = 0; index < 16; index++) {
      const table = ppn(4 + 2 * root + random.below(2)) | BigInt(PTE_V);
      set(2 + root, index, index < 3 ? table : randomEntry(random, 1));
    }
  }
  for (const root of [0, 1]) {
    set(SV48_ROOTS + root, 0, ppn(root) | BigInt(PTE_V));
    set(SV48_ROOTS + root, 1, randomEntry(random, 3));
    set(SV48_ROOTS + root, 255, ppn(1 - root) | BigInt(PTE_V | random.pick([0, PTE_G, PTE_D])));
    set(SV48_ROOTS + root, 511, ppn(1 - root) | BigInt(PTE_V));
  }
  for (let table = 4; table < SV48_ROOTS; table++) {
    for (let index = 0; index < DATA_FRAMES; index++) set(table, index, randomEntry(random, 0));
  }
  return new Uint8Array(entries.buffer);
}

/** A leaf, mostly valid, now and then with an encoding that is reserved. Its frame is one of data. */
function randomEntry(random: Random, level: 0 | 1 | 2 | 3): bigint {
  const frame = random.below(DATA_FRAMES);
  // The 512 GiB from 0 on: what addresses reach of them is holes.
  let ppn =
    level === 3 ? 0n : BigInt((level === 2 ? CODE : DATA) / PAGE + (level === 0 ? frame : 0));
  // A superpage that is misaligned.
  if (level > 0 && random.below(6) === 0) ppn |= 1n << BigInt(random.below(9 * level));
  let flags = PTE_V | (random.u32() & 0xfe);
  if (random.below(2) === 0) flags |= PTE_R | PTE_A;
  if (random.below(12) === 0) flags &= ~PTE_V;
  // A table in a hole is a page fault to QEMU.
  if (level === 3 && (flags & (PTE_R | PTE_X)) === 0) ppn = BigInt(TABLES / PAGE + 2);
  let entry = (ppn << 10n) | BigInt(flags | (random.below(4) << 8));
  // Not N: QEMU 7.2 with Svnapot does not look at the reserved bits.
  if (random.below(12) === 0) entry |= 1n << BigInt(54 + random.below(9));
  return entry;
}

function randomData(random: Random): Uint8Array {
  const bytes = Uint8Array.from({ length: DATA_FRAMES * PAGE }, () => random.below(256));
  const view = new DataView(bytes.buffer);
  for (let at = LANDING; at < bytes.length; at += PAGE) view.setUint32(at, ECALL, true);
  return bytes;
}
