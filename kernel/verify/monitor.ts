import type { Machine } from '../../emulator/index.js';
import type { MemorySystem } from '../memory/memory-system.js';
import type { VirtualMemory } from '../memory/virtual-memory.js';
import type { EventFinding } from './event-checks.js';
import { History, noTrap, type TrapEvent } from './history.js';
import { Incremental } from './incremental.js';
import { Ledger, type StaleUse } from './ledger.js';
import { type Rule, rule, type Violation, violation } from './rule.js';
import { Survey } from './survey.js';
import { judge, rules } from './verify.js';
import type { KernelView, MachineView } from './views.js';
import { listenToMmu, watchedMemory } from './watch.js';

/** Rules that ask about one space and nothing else. */
const spaceRules = rules.filter(({ id }) => /^(T[1-5]|L[256])$/.test(id));
/** What needs a scan is looked at once in so many traps. */
const TRAPS_PER_SCAN = 10_000;
/** A kernel that is broken this often is not judged any more. */
const MAX_VIOLATIONS = 100;

/** What the monitor needs of a kernel. */
export interface Monitored {
  readonly machine: Machine;
  readonly memorySystem: MemorySystem;
  /** The whole state, as a full pass sees it. */
  view(history: History): { machine: MachineView; kernel: KernelView };
  report(violation: Violation): void;
  /** How many address spaces processes have. */
  spaceCount(): number;
}

/**
 * Trap mode: after every trap the rules are checked on what the trap has touched. The increments come
 * from below the kernel: RAM logs every store into a frame that was found to be a page table, mm keeps
 * a journal, the MMU tells of walks and fences.
 */
export class Monitor {
  /** Full passes that were made because something looked wrong and was not. */
  falseAlarms = 0;
  readonly history = new History();
  private readonly kernel: Monitored;
  private readonly ledger: Ledger;
  private readonly incremental: Incremental;
  private readonly known = new Set<string>();
  private traps = 0;
  private isOn = true;
  readonly mode: 'exit' | 'trap';

  constructor(mode: 'exit' | 'trap', kernel: Monitored) {
    this.mode = mode;
    this.kernel = kernel;
    const { machine, memorySystem } = kernel;
    const memory = watchedMemory(machine);
    this.ledger = new Ledger(memory);
    this.incremental = new Incremental(
      memory,
      machine.hart.mmu.context,
      memorySystem,
      this.history,
    );
    if (mode === 'trap') {
      this.incremental.start();
      machine.hart.mmu.log = listenToMmu(machine, this.ledger, this.incremental.events);
    }
  }

  /** A trap begins: what the hart itself has stored until now is not the kernel's doing. */
  begin(event: TrapEvent): void {
    this.look(undefined);
    this.history.event = event;
  }

  /** The trap has been handled. `current`: the address space that it came from. */
  end(current: VirtualMemory | undefined): void {
    this.traps++;
    this.look(current);
    this.history.event = BETWEEN;
    if (this.traps % TRAPS_PER_SCAN === 0) this.scan();
  }

  /** A full pass over everything. @returns what was not known yet */
  scan(): Violation[] {
    const { machine, kernel } = this.kernel.view(this.history);
    const survey = new Survey(machine, kernel);
    return this.add(judge(survey));
  }

  /** The space with this root is about to go: the rules that need it alone, and a scan of it. */
  leaving(rootPpn: number): void {
    if (!this.isOn) return;
    const { machine, kernel } = this.kernel.view(this.history);
    const spaces = [...kernel.spaces()].filter((space) => space.rootPpn === rootPpn);
    const survey = new Survey(machine, { ...kernel, spaces: () => spaces });
    this.add(judge(survey, spaceRules));
  }

  private look(current: VirtualMemory | undefined): void {
    if (!this.isOn) return;
    const { ram } = this.kernel.machine;
    this.incremental.check(ram.drainWatchedStores(), ram.drainInvalidStores(), current);
    this.checkSpaceCount();
    const changes = this.incremental.events.take();
    const uses = this.ledger.take();
    if (changes.length === 0 && uses.length === 0 && !this.incremental.isSuspect) return;
    const events: readonly (EventFinding | StaleUse)[] = [...changes, ...uses];
    const { machine, kernel } = this.kernel.view(this.history);
    const survey = new Survey(machine, kernel);
    const found = this.add(events.map((event) => eventViolation(event, survey)));
    if (this.incremental.isSuspect) {
      const more = this.add(judge(survey));
      if (found.length + more.length === 0) this.falseAlarms++;
      this.incremental.rebuild();
    }
  }

  /** Whether a space is left that no process has any more. Rules F4 and L1. */
  private checkSpaceCount(): void {
    // After a fault nobody waits for: the next call tells.
    if (this.history.event.name === 'fault') return;
    const { kernel } = this;
    if (kernel.spaceCount() !== kernel.memorySystem.spaces.size) this.incremental.suspect();
  }

  /** Reports what was not reported before. */
  private add(violations: readonly Violation[]): Violation[] {
    const fresh = violations.filter(({ rule: id, space, address, frame }) => {
      const key = `${id} ${space} ${address} ${frame}`;
      if (this.known.has(key)) return false;
      this.known.add(key);
      return true;
    });
    for (const found of fresh) this.kernel.report(found);
    if (this.known.size >= MAX_VIOLATIONS) this.stop();
    return fresh;
  }

  private stop(): void {
    this.isOn = false;
    this.kernel.machine.hart.mmu.log = undefined;
  }
}

const BETWEEN = noTrap('between', 'the hart or the kernel between two traps');

function eventViolation(event: EventFinding | StaleUse, survey: Survey): Violation {
  const space = survey.spaces.findIndex(({ rootPpn }) => rootPpn === event.rootPpn);
  const of: Rule = rules.find(({ id }) => id === event.rule) ?? UNKNOWN;
  return violation(
    of,
    {
      ...(space < 0 ? {} : { space }),
      ...('frame' in event && event.frame !== undefined ? { frame: event.frame } : {}),
      ...('pteAddress' in event && event.pteAddress ? { pteAddress: event.pteAddress } : {}),
      address: event.va,
      observed: event.observed,
      expected: event.expected,
      remedy: event.remedy,
    },
    survey,
  );
}

const UNKNOWN = rule('?', 'an event that no rule names', {
  source: 'none',
  needs: 'machine',
  *check() {},
});
