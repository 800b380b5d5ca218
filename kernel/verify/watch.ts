import { type Machine, PAGE_SIZE, type TranslationLog } from '../../emulator/index.js';
import { hex } from '../bytes.js';
import { A, D } from './decode.js';
import type { EventChecks } from './event-checks.js';
import type { Ledger } from './ledger.js';
import type { WatchedMemory } from './shadow.js';

const ACCESSED = A | D;

/** Guest RAM, as words, with the log of stores into chosen frames. */
export function watchedMemory(machine: Machine): WatchedMemory {
  const { ram } = machine;
  return {
    firstPpn: ram.firstPpn,
    frameCount: ram.frameCount,
    word: (pa) => ram.readPteLow(pa),
    frameWords(ppn) {
      const bytes = ram.frame(ppn);
      return new Uint32Array(bytes.buffer, bytes.byteOffset, PAGE_SIZE / 4);
    },
    watch: (ppn, isOn) => ram.watch(ppn, isOn),
    tellOfFills: (filled) => {
      ram.onFill = filled;
    },
    fillCount: (ppn) => ram.fillCounts[ppn - ram.firstPpn]!,
  };
}

/** Tells ledger and checks what the MMU does, and holds the MMU's walk against the ledger's. Rule B1. */
export function listenToMmu(
  machine: Machine,
  ledger: Ledger,
  events: Pick<EventChecks, 'accessMarked' | 'report'>,
): TranslationLog {
  return {
    walking: (va, asid, rootPpn) => ledger.access(va, asid, rootPpn),
    filled(va, leaf) {
      const { found } = ledger;
      const isSame = found.ppn === leaf.ppn && ((found.flags ^ leaf.flags) & ~ACCESSED) === 0;
      // NAPOT ranges and memory types are not for the short walk.
      if (isSame || machine.ram.readPteHigh(leaf.pteAddress) >>> 22 !== 0) return;
      events.report({
        rule: 'B1',
        rootPpn: machine.hart.mmu.context.rootPpn,
        va,
        frame: leaf.ppn,
        observed: `the TLB was filled with frame ${hex(leaf.ppn)}, flags ${hex(leaf.flags)}`,
        expected: `frame ${hex(found.ppn)}, flags ${hex(found.flags)}: what a walk of the tables gives`,
        remedy: 'walk (emulator/mmu/walk.ts), Tlb.insert (emulator/mmu/tlb.ts)',
      });
    },
    marked: (pteAddress, access) => events.accessMarked(pteAddress, access),
    fenced: (va, asid) => ledger.fence(va, asid),
  };
}
