import { Cause } from './cause.js';
import { type DecodedInstruction, DecodedPages } from './code/decoded-pages.js';
import { FETCHED, InstructionFetch, NOT_CACHEABLE } from './code/instruction-fetch.js';
import { Bus, type Device } from './devices/bus.js';
import { Clint, type StepClock } from './devices/clint.js';
import { Plic } from './devices/plic.js';
import { execute } from './execute.js';
import { Exit, type Interpreter } from './interpreter/exit.js';
import { writeSentinels } from './interpreter/predecode.js';
import { RECORD_BITS } from './interpreter/record.js';
import type { InstructionSet } from './isa/decode.js';
import { EXIT_RECORD, EXIT_VA, REMAINING } from './layout.js';
import { faultCause, MemoryAccess, type Misaligned } from './memory-access.js';
import { Mmu, PAGE_FAULT, type TlbMode, type TranslationContext } from './mmu/mmu.js';
import { Counters } from './privileged/counters.js';
import { CsrFile } from './privileged/csr-file.js';
import { CsrState } from './privileged/csr-state.js';
import { type Access, Pmp } from './privileged/pmp.js';
import { MSTATUS_FS, Privilege, SATP_SV39 } from './privileged/status.js';
import { TrapUnit } from './privileged/trap-unit.js';
import { PAGE_SIZE } from './pte.js';
import type { Ram } from './ram.js';
import { Registers } from './registers.js';
import { type RunControl, SlowPath } from './slow-path.js';

const TWO_32 = 2 ** 32;
/**
 * Instructions that the interpreter runs between two returns. WebAssembly has no on-stack
 * replacement: only a new call runs the optimised code once it is ready.
 */
const SLICE = 1_000_000;
/**
 * An instruction needs a few returns at most until its pages are decoded and in the TLB. More is a
 * fault of ours, which must not hang the host.
 */
const MAX_EXITS_IN_VAIN = 1000;
/**
 * The first exception at the first instruction of M mode's handler leaves mstatus as a second one
 * would, and disables interrupts: from then on nothing is different.
 */
const MAX_TRAPS_IN_HANDLER = 3;
/** The instruction ECALL. */
const ECALL = 0x73;
/** What `refill` answers beside NOT_CACHEABLE, PAGE_FAULT and ACCESS_FAULT. */
const REFILLED = 1;
/** The widest load or store. */
const MAX_ACCESS_BYTES = 8;

/**
 * Why `run` returned. 'trap': user code trapped and the host is its supervisor. 'idle': WFI, and
 * nothing that the hart knows of will ever wake it. 'stuck': the first instruction of M mode's trap
 * handler traps, and will for ever.
 */
export type Stop = 'budget' | 'trap' | 'idle' | 'stuck' | 'halted';

/** Who handles a trap from U mode: code in guest memory, or the TypeScript that called `run`. */
export type Supervisor = 'guest' | 'host';

/** One RV64GC hart with its MMU. */
export class Hart implements StepClock, RunControl {
  readonly mmu: Mmu;
  readonly clint: Clint;
  readonly plic: Plic;
  /** Instructions retired since the start. */
  instret = 0;
  /** Traps taken since the start. */
  traps = 0;
  /** The trap that `run` stopped for. */
  trapCause = 0;
  /** Its xtval as a signed number: exact where it is a canonical address. */
  trapValue = 0;
  /** What `trapValue` was rounded from; undefined where it is exact. */
  private roundedValue: bigint | undefined;

  /** Told of every trap, before its handler runs. */
  onTrap: (() => void) | undefined;

  private readonly registers: Registers;
  /** Hart state. */
  private readonly words: Int32Array;
  /** All of linear memory. */
  private readonly words32: Int32Array;
  private readonly view: DataView;
  private readonly ram: Ram;
  private readonly pmp = new Pmp();
  private readonly code: DecodedPages;
  private readonly instructionFetch: InstructionFetch;
  private readonly memory: MemoryAccess;
  private readonly state: CsrState;
  private readonly csrs: CsrFile;
  private readonly trapUnit: TrapUnit;
  private readonly slowPath: SlowPath;
  private readonly interpreter: Interpreter;
  private readonly supervisor: Supervisor;
  private readonly context: TranslationContext;

  private skippedSteps = 0;
  private isWaiting = false;
  private isHalted = false;
  /** Exceptions in a row at the first instruction of the handler that they lead to. */
  private trapsInHandler = 0;
  /** `instret` at the last exception. */
  private instretInHandler = -1;
  private mayInterrupt = true;
  /** Elapsed steps at which a timer interrupt may become pending. */
  private timerAt = Number.POSITIVE_INFINITY;

  /**
   * @param buffer linear memory, laid out as layout.ts says
   * @param interpreter one for that memory
   */
  constructor(
    buffer: ArrayBuffer,
    interpreter: Interpreter,
    ram: Ram,
    options: {
      supervisor: Supervisor;
      devices: readonly Device[];
      isa: InstructionSet;
      tlb: TlbMode;
      misaligned: Misaligned;
    },
  ) {
    this.words32 = new Int32Array(buffer);
    this.view = new DataView(buffer);
    this.ram = ram;
    this.supervisor = options.supervisor;
    this.words = new Int32Array(buffer, 0, 0x400 / 4);
    this.registers = new Registers(buffer);
    const { isa } = options;
    const isHost = options.supervisor === 'host';
    // As the firmware of a user program would: all of memory is for all modes.
    if (isHost) this.pmp.allowAll();
    this.context = {
      privilege: isHost ? Privilege.User : Privilege.Machine,
      statusLow: isHost && isa.has('f') ? MSTATUS_FS : 0,
      levels: 0,
      asid: 0,
      rootPpn: 0,
      isAdUpdated: !isa.has('svade'),
      isPbmtOn: false,
      isNapotOn: isa.has('svnapot'),
    };
    this.state = new CsrState(buffer, this.registers, this.context, isa);
    const changed = () => this.interruptsChanged();
    this.clint = new Clint(this, changed);
    this.plic = new Plic(changed);
    this.mmu = new Mmu(buffer, ram, this.pmp, this.context, options.tlb);
    this.code = new DecodedPages(
      buffer,
      ram,
      (records) => writeSentinels(this.view, records),
      () => this.mmu.forbidAllFetches(),
    );
    const bus = new Bus([...options.devices, this.clint, this.plic]);
    this.memory = new MemoryAccess(buffer, ram, this.mmu, this.pmp, bus, options.misaligned);
    this.csrs = new CsrFile(this.state, isa, {
      registers: this.registers,
      pmp: this.pmp,
      counters: new Counters(() => this.instret),
      clint: this.clint,
      plic: this.plic,
      effects: {
        satpWritten: () => this.mmu.dropFast(),
        translationRulesChanged: () => this.mmu.dropAll(),
        interruptsChanged: changed,
      },
    });
    this.trapUnit = new TrapUnit(this.state, this.csrs, this.registers);
    this.slowPath = new SlowPath(
      this.registers,
      this.state,
      this.csrs,
      this.memory,
      this.mmu,
      this.trapUnit,
      this,
      isa,
    );
    this.interpreter = interpreter;
    this.instructionFetch = new InstructionFetch(this.view, {
      ram,
      mmu: this.mmu,
      pmp: this.pmp,
      memory: this.memory,
      code: this.code,
      registers: this.registers,
      isa,
    });
    ram.connect(
      {
        codeStored: (frame, pa, size) => this.code.codeStored(frame, pa, size),
        validPteStored: (frame, index) => this.mmu.validPteStored(frame, index),
        validPtesStored: (frame, first, end) => this.mmu.validPtesStored(frame, first, end),
        tableOverwritten: (frame) => this.mmu.tableOverwritten(frame),
        storesWatched: (ppn) => this.mmu.forbidStores(ppn),
      },
      () => this.mmu.forbidAllStores(),
    );
  }

  // What a kernel in TypeScript uses. ------------------------------------------------------------

  /** `trapValue` in full, unsigned: beyond 2^53 that one is rounded. */
  get trapValue64(): bigint {
    return BigInt.asUintN(64, this.roundedValue ?? BigInt(this.trapValue));
  }

  get pc(): number {
    return this.registers.pc;
  }

  set pc(value: number) {
    this.registers.pc = value;
  }

  /** Goes on behind an instruction of this length. */
  advancePc(bytes: number): void {
    this.registers.advancePc(bytes);
  }

  /** Address of the next instruction, unsigned. */
  readPc64(): bigint {
    return this.registers.pc64;
  }

  /** x`index` as a signed 64-bit value: exact up to 2^53, beyond that rounded and still as large. */
  readX(index: number): number {
    return this.registers.readX(index);
  }

  /** @param value a safe integer of either sign */
  writeX(index: number, value: number): void {
    this.registers.writeX(index, value);
  }

  readXLow(index: number): number {
    return this.registers.readXLow(index);
  }

  readXHigh(index: number): number {
    return this.registers.readXHigh(index);
  }

  writeXHalves(index: number, low: number, high: number): void {
    this.registers.writeXHalves(index, low, high);
  }

  /** Copies REGISTER_WORDS words: x1..x31, pc, f0..f31, fcsr. */
  saveRegisters(target: Uint32Array): void {
    this.registers.save(target);
  }

  /** The reverse of `saveRegisters`; a load reservation does not survive it. */
  loadRegisters(source: Uint32Array): void {
    this.registers.load(source);
    this.state.updateFpMode();
    this.memory.clearReservation();
  }

  /** Writes satp for Sv39. Owes no fence by itself. */
  setAddressSpace(rootPpn: number, asid: number): void {
    const { context } = this;
    if (context.levels === 3 && context.rootPpn === rootPpn && context.asid === asid) return;
    this.state.writeSatp((BigInt(SATP_SV39) << 60n) | (BigInt(asid) << 44n) | BigInt(rootPpn));
    this.mmu.dropFast();
  }

  /** satp, unsigned. */
  get satp(): bigint {
    return this.state.satp;
  }

  /** A CSR by its number as M mode would read it; undefined if there is none. */
  readCsr(csr: number): bigint | undefined {
    return this.csrs.has(csr) ? this.csrs.read(csr) : undefined;
  }

  /** Writes a CSR as M mode would, with its WARL rules; one that does not exist is ignored. */
  writeCsr(csr: number, value: bigint): void {
    if (this.csrs.has(csr)) this.csrs.write(csr, value);
  }

  /** Instructions as they stand decoded, for the verifier. */
  decodedInstructions(): IterableIterator<DecodedInstruction> {
    return this.code.decoded();
  }

  /** The privilege and every CSR that is state of its own, in a fixed order. */
  csrValues(): bigint[] {
    return [BigInt(this.context.privilege), ...this.csrs.stateValues()];
  }

  /** SFENCE.VMA in its four forms; an absent operand stands for x0. */
  fence(operands: { va?: number; asid?: number } = {}): void {
    this.mmu.fence(operands.va, operands.asid);
  }

  /**
   * Translates an address as an access of user code would: the same TLB, checks and update of A and D.
   *
   * @returns the physical address, or the kind of fault
   */
  translate(
    va: number,
    access: Access,
    _privilege: 'user',
  ): number | 'page-fault' | 'access-fault' {
    const pa = this.memory.physicalAddress(va, 1, access, Privilege.User);
    if (pa >= 0) {
      this.mmu.markUsed(va, access, Privilege.User);
      return pa;
    }
    return pa === PAGE_FAULT ? 'page-fault' : 'access-fault';
  }

  // The run loop. --------------------------------------------------------------------------------

  /** Steps since the start, those included that were skipped while the hart waited. */
  get elapsedSteps(): number {
    return this.instret + this.traps + this.skippedSteps;
  }

  get privilege(): Privilege {
    return this.context.privilege;
  }

  /** Ends the run after the present instruction. */
  halt(): void {
    this.isHalted = true;
  }

  /**
   * Runs until `maxInstructions` have retired (a trap taken by guest code counts as one, so that a
   * guest that only traps comes to an end) or something else stops the hart.
   *
   * @param maxInstructions a safe integer
   */
  run(maxInstructions: number): Stop {
    const trapsAtStart = this.traps;
    const end = this.instret + maxInstructions;
    this.isHalted = false;
    let stepsBefore = -1;
    let exitsInVain = 0;
    for (;;) {
      const left = end - this.instret - (this.traps - trapsAtStart);
      if (this.elapsedSteps !== stepsBefore) exitsInVain = 0;
      else if (++exitsInVain > MAX_EXITS_IN_VAIN) {
        throw new Error(`the hart makes no progress at pc 0x${this.readPc64().toString(16)}`);
      }
      stepsBefore = this.elapsedSteps;
      if (this.mayInterrupt || this.elapsedSteps >= this.timerAt) this.checkInterrupts();
      if (this.isWaiting && !this.wakeUp()) return 'idle';
      if (left <= 0) return 'budget';
      const slice = Math.min(left, SLICE, Math.max(1, this.timerAt - this.elapsedSteps));
      this.mmu.enter();
      this.words[REMAINING / 4] = slice;
      const exit = this.interpreter.run();
      this.instret += slice - this.words[REMAINING / 4]!;
      if (exit === Exit.Budget) continue;
      if (!this.handleExit(exit)) return 'trap';
      if (this.isHalted) return 'halted';
      if (this.trapsInHandler === MAX_TRAPS_IN_HANDLER) return 'stuck';
    }
  }

  waitForInterrupt(): void {
    this.isWaiting = true;
    this.mayInterrupt = true;
  }

  interruptsChanged(): void {
    this.mayInterrupt = true;
  }

  flushInstructions(): void {
    this.code.dropAll();
  }

  /** Answers whether the hart goes on by itself: no trap for the host. */
  private handleExit(exit: number): boolean {
    switch (exit) {
      case Exit.Fetch:
        return this.afterFetch(this.instructionFetch.enterPage());
      case Exit.Decode:
        return this.afterFetch(this.instructionFetch.decodeAt(this.words[EXIT_RECORD / 4]!));
      case Exit.Load:
        return this.handleMiss('load');
      case Exit.Store:
        return this.handleMiss('store');
      default:
        return this.handleSlow(this.bitsAtExit());
    }
  }

  /** Goes on from what a fetch or a decoding came to. */
  private afterFetch(outcome: number): boolean {
    if (outcome === FETCHED) return true;
    if (outcome !== NOT_CACHEABLE) {
      const tval = this.registers.pc64 + BigInt(this.instructionFetch.faultOffset);
      return this.trap(faultCause(outcome, 'fetch'), tval);
    }
    const read = this.instructionFetch.readUncached();
    return read === FETCHED
      ? this.executeSlowly(this.instructionFetch.bits)
      : this.afterFetch(read);
  }

  /** The page of a load or store is not in the fast TLB: puts it there, or makes the access slowly. */
  private handleMiss(access: 'load' | 'store'): boolean {
    const va = this.words[EXIT_VA / 4 + 1]! * TWO_32 + (this.words[EXIT_VA / 4]! >>> 0);
    // It missed although its page is there: it crosses into the next one, or is misaligned and atomic.
    if (this.mmu.isFast(va, access)) return this.executeSlowly(this.bitsAtExit());
    // It may cross into the next page and fault there, and A or D of this one must not be set then.
    if ((va & (PAGE_SIZE - 1)) > PAGE_SIZE - MAX_ACCESS_BYTES) {
      const { traps } = this;
      const goesOn = this.executeSlowly(this.bitsAtExit());
      if (this.traps === traps) this.refill(va, access);
      return goesOn;
    }
    const outcome = this.refill(va, access);
    if (outcome === REFILLED) return true;
    if (outcome === NOT_CACHEABLE) return this.executeSlowly(this.bitsAtExit());
    return this.trapAt(faultCause(outcome, access), va);
  }

  /** Puts the page into the fast TLB: REFILLED, NOT_CACHEABLE, PAGE_FAULT or ACCESS_FAULT. */
  private refill(va: number, access: 'load' | 'store'): number {
    const privilege = this.mmu.dataPrivilege();
    const ppn = this.mmu.translatePage(va, access, privilege);
    if (ppn < 0) return ppn;
    if (!this.ram.hasFrame(ppn) || !this.isWholePage(ppn, access, privilege)) return NOT_CACHEABLE;
    if (access === 'load') {
      this.mmu.markUsed(va, access, privilege);
      this.mmu.allowLoads(va, ppn);
      return REFILLED;
    }
    if (this.ram.frameFlags[ppn - this.ram.firstPpn] !== 0) return NOT_CACHEABLE;
    this.mmu.markUsed(va, access, privilege);
    this.mmu.allowStores(va, ppn);
    return REFILLED;
  }

  private handleSlow(bits: number): boolean {
    // A system call for the host is by far the most frequent of these: it needs no evaluator.
    if (bits === ECALL && this.supervisor === 'host') return this.trapAt(Cause.EcallFromUser, 0);
    return this.executeSlowly(bits);
  }

  /** PMP allows the access everywhere in the page, so that it may be cached. */
  private isWholePage(ppn: number, access: Access, privilege: Privilege): boolean {
    return (
      this.pmp.isUniform(ppn) && this.pmp.allows(ppn * PAGE_SIZE, PAGE_SIZE, access, privilege)
    );
  }

  /** The instruction that the interpreter stopped at. */
  private bitsAtExit(): number {
    return this.words32[(this.words[EXIT_RECORD / 4]! + RECORD_BITS) >>> 2]!;
  }

  private executeSlowly(bits: number): boolean {
    const trap = execute(bits, this.slowPath);
    if (trap !== undefined) return this.trap(trap.cause, trap.tval);
    this.instret++;
    return true;
  }

  /** Takes an exception with a 64-bit xtval; false when it is the host's. */
  private trap(cause: number, tval: bigint): boolean {
    if (this.supervisor === 'host')
      return this.trapAt(cause, Number(BigInt.asIntN(64, tval)), tval);
    this.enterTrap();
    const isInHandler = this.trapUnit.raise(cause, tval);
    if (!isInHandler || this.instret !== this.instretInHandler) this.trapsInHandler = 0;
    if (isInHandler) this.trapsInHandler++;
    this.instretInHandler = this.instret;
    this.mayInterrupt = true;
    return true;
  }

  /** The same where xtval is at hand as a number; a rounded one is read again in full. */
  private trapAt(cause: number, tval: number, tval64?: bigint): boolean {
    const isExact = Number.isSafeInteger(tval);
    const rounded = isExact ? undefined : (tval64 ?? this.exitVa64());
    if (this.supervisor === 'guest') {
      return this.trap(cause, rounded ?? BigInt.asUintN(64, BigInt(tval)));
    }
    this.enterTrap();
    this.trapCause = cause;
    this.trapValue = tval;
    this.roundedValue = rounded;
    return false;
  }

  private enterTrap(): void {
    this.onTrap?.();
    this.traps++;
    this.memory.clearReservation();
  }

  /** The address of the access that missed, unsigned. */
  private exitVa64(): bigint {
    return this.view.getBigUint64(EXIT_VA, true);
  }

  private checkInterrupts(): void {
    this.mayInterrupt = false;
    this.timerAt = Number.POSITIVE_INFINITY;
    if (this.supervisor === 'host') return;
    if (this.isWaiting && this.trapUnit.isWakeUpPending) this.isWaiting = false;
    if (this.trapUnit.takeInterrupt()) this.enterTrap();
    this.timerAt = this.elapsedSteps + this.csrs.stepsUntilTimer();
  }

  /** While the hart waits, time jumps to the next timer; false if there is none that wakes it. */
  private wakeUp(): boolean {
    if (this.timerAt === Number.POSITIVE_INFINITY) return false;
    this.skippedSteps += Math.max(0, this.timerAt - this.elapsedSteps);
    this.checkInterrupts();
    return !this.isWaiting;
  }
}
