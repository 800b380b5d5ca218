import { type Machine, PAGE_SIZE } from '../../emulator/index.js';
import { hex } from '../bytes.js';
import { machineView } from './adapters.js';
import { A, D, ENTRIES, ENTRY_BYTES } from './decode.js';
import { History, noTrap, type Place, writerOf } from './history.js';
import { Ledger, type StaleUse } from './ledger.js';
import { type Finding, type Violation, violation } from './rule.js';
import { Survey } from './survey.js';
import { rules } from './verify.js';
import type { EntryWrite, MachineView } from './views.js';
import { watchedMemory } from './watch.js';

/** Sv39, as the verifier's own walk reads it. */
const LEVELS = 3;
const MACHINE_MODE = 3;
/** An image that is broken this often is not judged any more. */
const MAX_VIOLATIONS = 100;
/** The ledger judges the TLB: between a change and its fence an image may leave it stale. */
const machineRules = rules.filter(({ needs, id }) => needs === 'machine' && id !== 'B1');

/** An image without a kernel of ours. */
export interface WatchedImage {
  readonly machine: Machine;
  report(violation: Violation): void;
  /** Where the code at an address comes from. */
  place?(pc: number): Place | undefined;
}

/**
 * Trap mode for any S-mode image: the rules that need only the machine. Page tables are judged when a
 * trap is taken out of S or U mode under Sv39 and something has stored into them since, and by `finish`;
 * each access is held against the fences that were made. The stores are told by the machine.
 */
export class ImageMonitor {
  violations = 0;
  private readonly image: WatchedImage;
  private readonly history = new History();
  private readonly ledger: Ledger;
  private readonly view: MachineView;
  private readonly known = new Set<string>();
  /** What stood in each table when somebody last looked, by its frame: pairs of halves. */
  private readonly copies = new Map<number, Uint32Array>();
  private isChanged = true;
  private judgedRoot = -1;

  constructor(image: WatchedImage) {
    this.image = image;
    const { ram, hart } = image.machine;
    const memory = watchedMemory(image.machine);
    const { context } = hart.mmu;
    this.ledger = new Ledger(memory, 'compare');
    const view = machineView(image.machine, this.history);
    const { fastTlb: _unused, ...rest } = view;
    this.view = {
      ...rest,
      hasDevice: (ppn) => ppn < ram.firstPpn,
      lastWriteOf: (pteAddress) => this.lastWriteOf(pteAddress),
      get hasSvnapot() {
        return context.isNapotOn;
      },
      get hasSvpbmt() {
        return context.isPbmtOn;
      },
    };
    ram.onWatchedStore = (pa) => this.stored(pa);
    hart.onTrap = () => {
      if (context.privilege !== MACHINE_MODE) this.look();
    };
    hart.mmu.log = {
      walking: (va, asid, rootPpn) => {
        if (context.levels !== LEVELS) return;
        this.ledger.access(va, asid, rootPpn);
        const { middle, last } = this.ledger.found;
        for (const ppn of [rootPpn, middle, last]) this.watchTable(ppn);
        for (const use of this.ledger.take()) this.reportUse(use);
      },
      filled: () => {},
      marked: (pteAddress, access) => this.checkMark(pteAddress, access),
      fenced: (va, asid) => this.ledger.fence(va, asid),
    };
  }

  /** To be called at the end of the run. */
  finish(): void {
    this.isChanged = true;
    this.look();
    this.stop();
  }

  private look(): void {
    const { context } = this.image.machine.hart.mmu;
    this.image.machine.ram.drainWatchedStores();
    this.image.machine.ram.drainInvalidStores();
    if (context.levels !== LEVELS) return;
    if (!this.isChanged && this.judgedRoot === context.rootPpn) return;
    this.isChanged = false;
    this.judgedRoot = context.rootPpn;
    const survey = new Survey(this.view);
    for (const ppn of survey.tablePointers.keys()) this.watchTable(ppn);
    for (const rule of machineRules) {
      for (const finding of rule.check(survey)) this.add(violation(rule, finding, survey));
    }
  }

  /** From now on every store into the table is seen. Those of other roots stay watched too. */
  private watchTable(ppn: number): void {
    const { ram } = this.image.machine;
    if (!ram.hasFrame(ppn) || this.copies.has(ppn)) return;
    this.copies.set(ppn, wordsOf(ram.frame(ppn)).slice());
    ram.watch(ppn, true);
  }

  private stored(pa: number): void {
    const { ram, hart } = this.image.machine;
    const ppn = Math.floor(pa / PAGE_SIZE);
    const copy = this.copies.get(ppn);
    if (copy === undefined) return;
    const at = ((pa / ENTRY_BYTES) & (ENTRIES - 1)) * 2;
    const [oldLow, oldHigh] = [copy[at]!, copy[at + 1]!];
    const [low, high] = [ram.readPteLow(pa), ram.readPteHigh(pa)];
    if (low === oldLow && high === oldHigh) return;
    copy[at] = low;
    copy[at + 1] = high;
    if (high === oldHigh && ((low ^ oldLow) & ~(A | D)) === 0) return;
    this.isChanged = true;
    const { pc } = hart;
    this.history.event = {
      ...noTrap('store', 'a store'),
      instruction: hart.instret,
      pc,
      place: () => this.image.place?.(pc),
    };
    this.history.entryChanged(pa, oldLow, oldHigh, low, high);
  }

  private lastWriteOf(pteAddress: number): EntryWrite | undefined {
    const change = this.history.ofEntry(pteAddress);
    if (change === undefined) return undefined;
    return {
      before: (BigInt(change.oldHigh) << 32n) | BigInt(change.oldLow),
      after: (BigInt(change.high) << 32n) | BigInt(change.low),
      by: writerOf(change.by),
    };
  }

  private reportUse(use: StaleUse): void {
    const { va, pteAddress, observed, expected } = use;
    const { pc } = this.image.machine.hart;
    const remedy = 'SFENCE.VMA between the store to the entry and the next access';
    this.report(use.rule, {
      space: 0,
      address: va,
      pteAddress,
      observed: `at pc ${this.placeText(pc)} ${observed}`,
      expected,
      remedy,
    });
  }

  /** Rule D1. */
  private checkMark(pteAddress: number, access: 'fetch' | 'load' | 'store'): void {
    const needed = access === 'store' ? A | D : A;
    const low = this.image.machine.ram.readPteLow(pteAddress);
    if ((low & needed) === needed) return;
    this.report('D1', {
      address: pteAddress,
      observed: `after a ${access} the entry at ${hex(pteAddress)} is ${hex(low)}`,
      expected: access === 'store' ? 'A and D set' : 'A set',
      remedy: 'the hart sets them in memory with the access',
    });
  }

  private placeText(pc: number): string {
    const place = this.image.place?.(pc);
    const line = place?.source && `${place.source.file}:${place.source.line}`;
    const names = [place?.symbol, line].filter((text) => text !== undefined).join(', ');
    return names === '' ? hex(pc) : `${hex(pc)} (${names})`;
  }

  private report(id: string, finding: Finding): void {
    const of = machineRules.find((rule) => rule.id === id)!;
    this.add(violation(of, finding, new Survey(this.view)));
  }

  private add(found: Violation): void {
    const entry = found.chain.at(-1);
    const key = `${found.rule} ${found.address} ${found.frame} ${entry?.pteAddress} ${entry?.value}`;
    if (this.known.has(key) || this.known.size >= MAX_VIOLATIONS) return;
    this.known.add(key);
    this.violations++;
    this.image.report(found);
    if (this.known.size >= MAX_VIOLATIONS) this.stop();
  }

  private stop(): void {
    const { ram, hart } = this.image.machine;
    hart.mmu.log = undefined;
    hart.onTrap = undefined;
    ram.onWatchedStore = undefined;
  }
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, PAGE_SIZE / 4);
}
