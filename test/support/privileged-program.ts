import { PTE_A, PTE_D, PTE_G, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from '../../emulator/index.js';
import { elfImage } from './elf-image.js';
import { CODE, ProgramCode } from './program-code.js';
import type { Random } from './random.js';

/*
 * A bare-metal program of many steps. Each one sets mstatus, satp, medeleg and a few registers in M
 * mode, goes to a random mode, executes some instructions there and ends with an ecall. The handlers
 * of M and S mode append a record to the log, and M goes on with the next step (its address is in
 * s11). At the end log, page tables and data go to the UART, and the finisher ends the run.
 *
 *   0x80000000  code; also, for user code under translation, at 0xc0000000
 *   0x80100000  log
 *   0x80180000  page tables: two roots, two of level 1, four of level 0
 *   0x80200000  16 frames of data; at 0xf00 of each stands an ecall
 */
const LOG = 0x8010_0000;
const TABLES = 0x8018_0000;
const DATA = 0x8020_0000;
const TABLE_COUNT = 8;
const DATA_FRAMES = 16;
const PAGE = 4096;
const USER_ALIAS = 0x4000_0000;
const LANDING = 0xf00;
const ECALL = 0x73;

/** What stands behind the log in the output. */
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
  code.emit('li t3,-1', 'csrw pmpaddr0,t3', 'li t3,31', 'csrw pmpcfg0,t3', 'csrw mie,zero');
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

  constructor(random: Random, code: ProgramCode) {
    this.random = random;
    this.code = code;
    this.isTranslated = random.below(4) > 0;
  }

  emit(): void {
    const { random, code } = this;
    const finish = code.load('s11', 0n);
    const mode = random.pick(['m', 's', 's', 'u', 'u'] as const);
    this.write('satp', this.isTranslated ? this.root() : 0n);
    this.write('medeleg', random.u64() & DELEGABLE);
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
    code.load('a6', this.isTranslated && mode !== 'm' ? this.address() & ~7n : this.dataAddress());
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
    return (8n << 60n) | (BigInt(random.below(4)) << 44n) | BigInt(TABLES / PAGE + random.below(2));
  }

  /** An entry of a table of levels 1 and 0 gets another value, and is fenced. */
  private changeEntry(): void {
    const { random, code } = this;
    const table = 2 + random.below(TABLE_COUNT - 2);
    code.load('t3', BigInt(TABLES + table * PAGE + 8 * random.below(16)));
    code.load('t4', randomEntry(random, table < 4 ? 1 : 0));
    code.emit('sd t4,0(t3)', 'sfence.vma');
  }

  /** A virtual address, or one of the data. */
  private address(): bigint {
    const { random } = this;
    const offset = 8 * random.below(LANDING / 8);
    const frame = random.below(DATA_FRAMES);
    const inFrame = Math.min(offset, LANDING - 16);
    // In Bare mode these are physical addresses where QEMU has nothing either.
    const [l2, l1] = [random.pick([0, 0, 0, 4, 5, 511]), 1 + random.below(5)];
    const va = BigInt(l2) * 2n ** 30n + BigInt(l1 * 2 ** 21 + frame * PAGE + inFrame);
    const pick = random.below(12);
    if (pick < 2) return this.dataAddress();
    // Not canonical.
    if (pick === 2) return va | (1n << BigInt(38 + random.below(26)));
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

  private instruction(): void {
    const { random, code } = this;
    const pick = random.below(20);
    if (pick < 8) code.emit(random.pick(ACCESSES));
    else if (pick < 9) code.emit('jr a4');
    else if (pick < 14) code.emit(random.pick(CSR_OPERATIONS));
    else if (pick < 17) code.emit(random.pick(this.isMprv ? SYSTEM : [...SYSTEM, 'mret', 'sret']));
    else if (pick < 18) code.word(random.pick(ILLEGAL));
    else code.emit(random.pick(FLOAT));
  }
}

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

/** None that faults: FS may become Dirty then, and does so here. */
const FLOAT = ['fmv.d.x fa0,a0', 'fadd.d fa0,fa0,fa1,rne', 'fmv.w.x fa1,a5'];

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
  for (let table = 4; table < TABLE_COUNT; table++) {
    for (let index = 0; index < DATA_FRAMES; index++) set(table, index, randomEntry(random, 0));
  }
  return new Uint8Array(entries.buffer);
}

/** A leaf, mostly valid, now and then with an encoding that is reserved. Its frame is one of data. */
function randomEntry(random: Random, level: 0 | 1 | 2): bigint {
  const frame = random.below(DATA_FRAMES);
  let ppn = BigInt((level === 2 ? CODE : DATA) / PAGE + (level === 0 ? frame : 0));
  // A superpage that is misaligned.
  if (level > 0 && random.below(6) === 0) ppn |= 1n << BigInt(random.below(9 * level));
  let flags = PTE_V | (random.u32() & 0xfe);
  if (random.below(2) === 0) flags |= PTE_R | PTE_A;
  if (random.below(12) === 0) flags &= ~PTE_V;
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
