import { hex } from '../../bytes.js';
import {
  A,
  D,
  type Entry,
  G,
  isLeaf,
  isPointer,
  isValid,
  leafPages,
  napotField,
  pbmtField,
  R,
  reservedField,
  spanOf,
  U,
  W,
} from '../decode.js';
import { type Finding, rule } from '../rule.js';
import type { Survey } from '../survey.js';

const PTE_SECTION = 'Privileged ISA, "Addressing and Memory Protection"';
const WALK_SECTION = 'Privileged ISA, "Virtual Address Translation Process"';
const SV39 = 8;
const TOP = 2 ** 38;

/** Entries of all spaces that satisfy `is`. */
function* entriesWhere(survey: Survey, is: (entry: Entry) => boolean): Generator<Entry> {
  for (const space of survey.spaces) for (const entry of space.entries) if (is(entry)) yield entry;
}

/** How one page-table entry may be written. */
export const encodingRules = [
  rule('E1', 'no entry has W without R', {
    source: PTE_SECTION,
    needs: 'machine',
    *check(survey) {
      for (const entry of entriesWhere(survey, (e) => isValid(e) && (e.flags & (R | W)) === W)) {
        yield {
          entry,
          observed: 'W is set and R is not, an encoding that is reserved',
          expected: 'R wherever W is: a writable page can be read',
          remedy: 'set R too where a protection has PROT_WRITE',
        };
      }
    },
  }),

  rule('E2', 'reserved bits of an entry are zero', {
    source: PTE_SECTION,
    needs: 'machine',
    *check(survey) {
      const { hasSvnapot = false, hasSvpbmt = false } = survey.machine;
      for (const entry of entriesWhere(survey, isValid)) {
        const { value } = entry;
        const isWrong =
          reservedField(value) !== 0 ||
          (!hasSvpbmt && pbmtField(value) !== 0) ||
          (!hasSvnapot && napotField(value) !== 0);
        if (!isWrong) continue;
        yield {
          entry,
          observed: `bits 63 to 54 are ${hex(value >> 54n)}`,
          expected: 'zero: the walk raises a page fault otherwise',
          remedy: 'write the high half of an entry from bits 43 to 22 of the page number alone',
        };
      }
    },
  }),

  rule('E3', 'a pointer to a table has D, A, U, N and PBMT zero', {
    source: WALK_SECTION,
    needs: 'machine',
    *check(survey) {
      for (const entry of entriesWhere(survey, isPointer)) {
        const isWrong =
          (entry.flags & (D | A | U)) !== 0 ||
          pbmtField(entry.value) !== 0 ||
          napotField(entry.value) !== 0;
        if (!isWrong) continue;
        yield {
          entry,
          observed: 'a pointer to the next table has attributes of a leaf',
          expected: 'V alone (G is allowed): the walk raises a page fault otherwise',
          remedy: 'write pointers with V only; attributes belong to leaves',
        };
      }
    },
  }),

  rule('E4', 'no pointer stands at level 0', {
    source: WALK_SECTION,
    needs: 'machine',
    *check(survey) {
      for (const entry of entriesWhere(survey, (e) => isPointer(e) && e.level === 0)) {
        yield {
          entry,
          observed: 'a valid entry of level 0 has R, W and X clear, which makes it a pointer',
          expected: 'a leaf, or an entry that is not valid',
          remedy: 'a page without permissions needs V = 0, or R with U = 0',
        };
      }
    },
  }),

  rule('E5', 'a superpage is aligned to its size', {
    source: WALK_SECTION,
    needs: 'machine',
    *check(survey) {
      for (const entry of entriesWhere(survey, (e) => isLeaf(e) && e.level > 0)) {
        const pages = leafPages(entry.level);
        if (entry.ppn % pages === 0) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `the frame ${hex(entry.ppn)} is no multiple of ${pages} pages`,
          expected: `a frame whose low ${9 * entry.level} bits of page number are zero`,
          remedy: 'allocate aligned blocks for superpages',
        };
      }
    },
  }),

  rule('E6', 'virtual addresses are canonical', {
    source: 'Privileged ISA, "Sv39: Page-Based 39-bit Virtual-Memory System"',
    needs: 'machine',
    when: 'scan',
    *check(survey) {
      for (const cached of survey.tlb) {
        const va = cached.vpn * 4096;
        if (va < -TOP || va >= TOP) yield notCanonical(va, 'the TLB holds a translation for it');
      }
      for (const space of survey.spaces) {
        for (const { start, end } of space.regions) {
          if (start >= 0 && end <= TOP) continue;
          const finding = notCanonical(start, `a region ends at ${hex(end)}`);
          yield { ...finding, space: space.index };
        }
      }
    },
  }),

  rule('E7', 'every page number lies inside RAM', {
    source: WALK_SECTION,
    needs: 'machine',
    *check(survey) {
      for (const { index, rootPpn } of survey.spaces) {
        if (survey.hasFrame(rootPpn)) continue;
        yield {
          space: index,
          address: 0,
          frame: rootPpn,
          observed: `the root table is said to be frame ${hex(rootPpn)}, where there is no RAM`,
          expected: `a frame from ${hex(survey.machine.firstPpn)} on, ${survey.machine.frameCount} frames`,
          remedy: 'satp holds the page number of the root table in bits 43 to 0',
        };
      }
      for (const entry of entriesWhere(survey, isValid)) {
        const pages = isLeaf(entry) ? leafPages(entry.level) : 1;
        if (survey.hasFrame(entry.ppn) && survey.hasFrame(entry.ppn + pages - 1)) continue;
        // An image maps devices, and more than there is with one superpage.
        const isImage = survey.kernel === undefined && isLeaf(entry);
        if (isImage && (pages > 1 || survey.machine.hasDevice?.(entry.ppn))) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `it names frame ${hex(entry.ppn)}, where there is no RAM`,
          expected: `a frame from ${hex(survey.machine.firstPpn)} on, ${survey.machine.frameCount} frames`,
          remedy: 'the page number is the physical address divided by 4096, in bits 53 to 10',
        };
      }
    },
  }),

  rule('E8', 'satp names the root table of the space that runs', {
    source: 'Privileged ISA, "Supervisor Address Translation and Protection (satp) Register"',
    needs: 'kernel',
    *check(survey) {
      const running = survey.spaces.find((space) => space.view?.isRunning);
      if (running === undefined) return;
      const { mode, asid, rootPpn } = survey.machine.satp();
      if (mode === SV39 && asid === running.asid && rootPpn === running.rootPpn) return;
      yield {
        space: running.index,
        frame: rootPpn,
        observed: `satp has mode ${mode}, ASID ${asid}, root ${hex(rootPpn)}`,
        expected: `mode ${SV39}, ASID ${running.asid}, root ${hex(running.rootPpn)} of ${running.name}`,
        remedy: 'write satp whenever another address space is to run',
      };
    },
  }),

  rule('E9', 'a global mapping is the same in every address space', {
    source: PTE_SECTION,
    needs: 'machine',
    when: 'scan',
    *check(survey) {
      for (const entry of entriesWhere(survey, (e) => isLeaf(e) && (e.flags & G) !== 0)) {
        for (const space of survey.spaces) {
          const twin = space.leaves.find((leaf) => leaf.va === entry.va);
          if (twin?.value === entry.value) continue;
          yield {
            entry,
            frame: entry.ppn,
            observed: `G is set, and ${space.name} has ${twin === undefined ? 'no leaf' : 'another leaf'} there`,
            expected: 'one and the same leaf in every space, since G makes the TLB ignore the ASID',
            remedy: `clear G on pages of one process alone (this entry maps ${hex(spanOf(entry.level))} bytes)`,
          };
          break;
        }
      }
    },
  }),
];

function notCanonical(va: number, how: string): Finding {
  return {
    address: va,
    observed: `${how}, and bits 63 to 39 do not equal bit 38`,
    expected: 'an address from -2^38 to 2^38',
    remedy: 'refuse such addresses before they are mapped',
  };
}
