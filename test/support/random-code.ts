import {
  type Hart,
  Machine,
  PTE_A,
  PTE_D,
  PTE_V,
  pteLow,
  REGISTER_WORDS,
} from '../../emulator/index.js';
import { instructions } from '../../emulator/isa/extensions.js';
import { Csr } from '../../emulator/privileged/csr-names.js';
import { Privilege } from '../../emulator/privileged/status.js';
import { Random } from './random.js';

const RAM = 0x8000_0000;
const MEMORY_BYTES = 4 << 20;
const FIRST_PPN = RAM / 4096;
/** The first frames hold page tables, those behind them code and data. */
const TABLES = 4;
const USED_FRAMES = 32;
const AD_BITS = PTE_A | PTE_D;
/** satp for Sv39 with the tables at the start of RAM. */
const PAGED = (8n << 60n) | BigInt(FIRST_PPN);

/** What an episode did, so that a run can show that it reached something. */
export interface RandomCodeTally {
  retired: number;
  traps: number;
  /** Steps by the mode in which a slice of them began, such as 'U' or 'S paged'. */
  modes: Map<string, number>;
}

const MODE_NAMES = { 0: 'U', 1: 'S', 3: 'M' } as const;

/**
 * Runs one machine on random code in random modes. Every trap must be precise: epc is the pc, cause
 * and tval belong together, no register and no memory has changed but for A and D bits.
 *
 * @param seed the same seed gives the same run
 * @param steps instructions and traps to run
 * @throws Error when a trap was not precise
 */
export function runRandomCode(seed: number, steps: number): RandomCodeTally {
  const random = new Random(seed);
  const { ram, hart } = Machine.create({ memoryBytes: MEMORY_BYTES, supervisor: 'guest' });
  fillWithCode(random, (pa, bits) => ram.writeU32(pa, bits));
  writeTables(random, (pa, low) => ram.writePte(pa, low, 0));
  scramble(random, hart);
  const isStepped = random.below(4) === 0;
  const image = new Uint8Array(MEMORY_BYTES);
  ram.read(RAM, image);
  ram.drainDirtyFrames();
  const before = new Uint32Array(REGISTER_WORDS);
  const after = new Uint32Array(REGISTER_WORDS);
  // Stepping costs much more than running.
  const end = isStepped ? steps / 50 : steps;
  const modes = new Map<string, number>();
  for (let done = 0; done < end; ) {
    const slice = isStepped ? 1 : 1 + random.below(random.pick([20, 20, 5000]));
    const { traps, instret } = hart;
    const { privilege, levels } = hart.mmu.context;
    const mode = MODE_NAMES[privilege] + (levels > 0 ? ' paged' : '');
    const pc = hart.readPc64();
    hart.saveRegisters(before);
    if (hart.run(slice) === 'idle') break;
    done += slice;
    const took = hart.traps - traps + hart.instret - instret;
    modes.set(mode, (modes.get(mode) ?? 0) + took);
    if (!isStepped) {
      goElsewhere(random, hart);
      continue;
    }
    const isTrap = hart.traps > traps && hart.instret === instret;
    hart.saveRegisters(after);
    for (const ppn of ram.drainDirtyFrames()) {
      const frame = ram.frame(ppn);
      const at = (ppn - FIRST_PPN) * 4096;
      if (isTrap) expectOnlyAd(image.subarray(at, at + 4096), frame, seed);
      image.set(frame, at);
    }
    if (isTrap) {
      expectSameRegisters(before, after, seed);
      expectTold(hart, pc, seed);
    }
    if (random.below(20) === 0) goElsewhere(random, hart);
  }
  return { retired: hart.instret, traps: hart.traps, modes };
}

/** So that neither a tight loop nor a mode that most traps lead to takes the whole run. */
function goElsewhere(random: Random, hart: Hart): void {
  hart.pc = RAM + 4096 * TABLES + random.below(2048 * (USED_FRAMES - TABLES)) * 2;
  hart.mmu.context.privilege = random.pick([
    Privilege.User,
    Privilege.User,
    Privilege.Supervisor,
    Privilege.Machine,
  ]);
  if (random.below(4) > 0) return;
  // What the code itself has made of them mostly lets no other mode run.
  hart.writeCsr(Csr.satp, random.below(3) === 0 ? 0n : PAGED);
  hart.writeCsr(Csr.pmpaddr0, (1n << 54n) - 1n);
  hart.writeCsr(Csr.pmpcfg0, 0x1fn);
}

/** The trap that was just taken at `pc` says so, and its xtval fits its cause. */
function expectTold(hart: Hart, pc: bigint, seed: number): void {
  const isMachine = hart.privilege === Privilege.Machine;
  const [epc, cause, tval] = (
    isMachine ? ['mepc', 'mcause', 'mtval'] : ['sepc', 'scause', 'stval']
  ).map((name) => hart.readCsr(Csr[name as keyof typeof Csr])!);
  const isExpected =
    epc === pc &&
    (cause! >> 63n === 1n || ![8n, 9n, 11n].includes(cause!) || tval === 0n) &&
    (cause !== 3n || tval === pc) &&
    (![1n, 12n].includes(cause!) || tval === pc || tval === BigInt.asUintN(64, pc + 2n));
  if (isExpected) return;
  const told = `cause ${cause} epc ${epc?.toString(16)} tval ${tval?.toString(16)}`;
  throw new Error(`seed ${seed}: the trap at ${pc.toString(16)} has ${told}`);
}

/** Half of it is instructions with random operands, the rest any bits. */
function fillWithCode(random: Random, write: (pa: number, bits: number) => void): void {
  for (let pa = RAM + 4096 * TABLES; pa < RAM + 4096 * USED_FRAMES; pa += 4) {
    const { mask, match } = instructions[random.below(instructions.length)]!.encoding;
    const bits = random.u32();
    write(pa, random.below(4) === 0 ? bits : ((bits & ~mask) | match) >>> 0);
  }
}

/** Pages at 0 and at the top of the address space, over the used frames and beyond. */
function writeTables(random: Random, write: (pa: number, low: number) => void): void {
  for (const slot of [0, 2, 511]) {
    write(RAM + slot * 8, pteLow(FIRST_PPN + 1, PTE_V));
    write(RAM + 4096 + slot * 8, pteLow(FIRST_PPN + 2, PTE_V));
  }
  for (let slot = 0; slot < 512; slot++) {
    const flags = random.below(3) === 0 ? random.below(1024) : PTE_V | random.below(256);
    write(RAM + 2 * 4096 + slot * 8, pteLow(FIRST_PPN + random.below(USED_FRAMES + 8), flags));
  }
}

/** Registers that often point into the used memory; trap vectors into code; a random mode. */
function scramble(random: Random, hart: Hart): void {
  for (let i = 1; i < 32; i++) {
    const kind = random.below(4);
    if (kind === 0) hart.writeXHalves(i, random.u32(), random.u32());
    else if (kind === 1) hart.writeX(i, random.below(1 << 21));
    else hart.writeX(i, RAM + random.below(4096 * (USED_FRAMES + 8)));
  }
  const code = () => BigInt(RAM + 4096 * (TABLES + random.below(USED_FRAMES - TABLES)));
  const csrs = {
    mtvec: code(),
    stvec: code(),
    medeleg: BigInt(random.below(0x10000)),
    satp: random.below(3) === 0 ? 0n : PAGED,
    mstatus: BigInt(random.u32()) | 0x6000n,
    mepc: code(),
    // All of memory for every mode, most of the time.
    pmpaddr0: (1n << 54n) - 1n,
    pmpcfg0: random.below(8) === 0 ? BigInt(random.u32()) : 0x1fn,
  };
  for (const [name, value] of Object.entries(csrs))
    hart.writeCsr(Csr[name as keyof typeof Csr], value);
  hart.mmu.context.privilege = random.pick([
    Privilege.User,
    Privilege.Supervisor,
    Privilege.Machine,
  ]);
  hart.pc = Number(code());
}

function expectOnlyAd(before: Uint8Array, after: Uint8Array, seed: number): void {
  for (let i = 0; i < 4096; i++) {
    const allowed = i % 8 === 0 ? AD_BITS : 0;
    if ((before[i]! ^ after[i]!) & ~allowed) {
      throw new Error(`seed ${seed}: a trapping instruction changed memory`);
    }
  }
}

function expectSameRegisters(before: Uint32Array, after: Uint32Array, seed: number): void {
  for (let i = 0; i < REGISTER_WORDS; i++) {
    const isPc = i === 62 || i === 63;
    if (!isPc && before[i] !== after[i]) {
      throw new Error(`seed ${seed}: a trapping instruction changed register word ${i}`);
    }
  }
}
