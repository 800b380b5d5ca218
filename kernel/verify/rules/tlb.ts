import { type Entry, flagNames, G, isLeaf, R, spanOf, U, V, W, X } from '../decode.js';
import { hex, rule } from '../rule.js';
import type { SurveyedSpace } from '../survey.js';
import type { TlbEntryView } from '../views.js';

const PAGE_BYTES = 4096;
/** What a cached entry must have in common with the one in memory; A and D are the walk's affair. */
const COMPARED = V | R | W | X | U | G;

/** What the TLB holds, against a fresh walk. */
export const tlbRules = [
  rule('B1', 'a cached translation equals a fresh walk once the fences owed are issued', {
    source: 'Privileged ISA, "Supervisor Memory-Management Fence Instruction"',
    needs: 'machine',
    *check(survey) {
      for (const cached of survey.tlb) {
        const space = survey.spaces.find(({ asid }) => asid === cached.asid);
        if (space === undefined || (cached.flags & G) !== 0) continue;
        const va = cached.vpn * PAGE_BYTES;
        const leaf = leafAt(space, va);
        const isRight =
          leaf !== undefined &&
          isLeaf(leaf) &&
          leaf.ppn + (va - leaf.va) / PAGE_BYTES === cached.ppn &&
          (leaf.flags & COMPARED) === (cached.flags & COMPARED);
        if (isRight) continue;
        yield {
          ...(leaf === undefined ? { space: space.index } : { entry: leaf }),
          address: va,
          frame: cached.ppn,
          observed: `the TLB has frame ${hex(cached.ppn)} (${flagNames(cached.flags)}), memory ${inMemory(leaf)}`,
          expected: 'the same in both: whatever was lowered, moved or unmapped has been fenced',
          remedy: 'issue SFENCE.VMA for the page after its entry is written',
        };
      }
    },
  }),

  rule('B4', 'an address has one translation per address space', {
    source: 'Privileged ISA, "Supervisor Memory-Management Fence Instruction"',
    needs: 'machine',
    *check(survey) {
      const seen = new Map<string, TlbEntryView>();
      for (const cached of survey.tlb) {
        const key = `${cached.asid}:${cached.vpn}`;
        const other = seen.get(key);
        seen.set(key, cached);
        if (other === undefined) continue;
        yield {
          address: cached.vpn * PAGE_BYTES,
          frame: cached.ppn,
          observed: `the TLB has frames ${hex(other.ppn)} and ${hex(cached.ppn)} for ASID ${cached.asid}`,
          expected: 'one entry at most for an address and ASID',
          remedy: 'fence a superpage before it is split, and an ASID before it is used again',
        };
      }
    },
  }),
];

/** The leaf that maps `va`. */
function leafAt(space: SurveyedSpace, va: number): Entry | undefined {
  return space.leafByPage.get(va) ?? space.superpages.find((leaf) => covers(leaf, va));
}

function covers(leaf: Entry, va: number): boolean {
  return leaf.va <= va && va < leaf.va + spanOf(leaf.level);
}

function inMemory(leaf: Entry | undefined): string {
  return leaf === undefined ? 'no leaf' : `frame ${hex(leaf.ppn)} (${flagNames(leaf.flags)})`;
}
