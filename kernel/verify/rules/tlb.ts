import { hex } from '../../bytes.js';
import { A, D, type Entry, G, PAGE_BYTES, R, U, W, X } from '../decode.js';
import { type Finding, rule } from '../rule.js';
import type { Survey, SurveyedSpace } from '../survey.js';
import type { FileView } from '../views.js';

const FENCE_SECTION = 'Privileged ISA, "Supervisor Memory-Management Fence Instruction"';
const PERMISSIONS = R | W | X | U | G;
const SV39 = 8;

/** What is cached of page tables and of code. */
export const tlbRules = [
  rule('B1', 'what the TLB holds is what a walk finds', {
    source: FENCE_SECTION,
    needs: 'machine',
    when: 'trap',
    *check(survey) {
      for (const cached of survey.tlb) {
        const space = spaceOf(survey, cached.asid);
        if (space === undefined) continue;
        const va = cached.vpn * PAGE_BYTES;
        const leaf = survey.leafAt(space.index, va);
        const ppn = leaf === undefined ? 0 : frameAt(leaf, va);
        const lost = cached.flags & PERMISSIONS & ~(leaf?.flags ?? 0);
        if (ppn !== cached.ppn || lost !== 0) {
          yield stale(
            space,
            va,
            `it holds frame ${hex(cached.ppn)}, flags ${hex(cached.flags)}`,
            leaf,
          );
        }
      }
      for (const { access, va, ppn } of survey.machine.fastTlb?.() ?? []) {
        const space = running(survey);
        if (space === undefined) continue;
        const leaf = survey.leafAt(space.index, va);
        const needed = access === 'fetch' ? X : access === 'store' ? W : 0;
        const isSame = leaf !== undefined && (ppn === undefined || frameAt(leaf, va) === ppn);
        if (!isSame || (leaf.flags & needed) !== needed) {
          const where = ppn === undefined ? '' : `, frame ${hex(ppn)}`;
          yield stale(space, va, `the fast array for a ${access} holds it${where}`, leaf);
        }
      }
    },
  }),

  rule('B2', 'an entry that allows less is fenced before the next access', {
    source: FENCE_SECTION,
    needs: 'machine',
    when: 'trap',
    *check() {},
  }),

  rule(
    'B3',
    'a fence covers what changed: tables need rs1 = x0, another owner of an ASID a flush',
    {
      source: FENCE_SECTION,
      needs: 'machine',
      when: 'trap',
      *check(survey) {
        if (survey.kernel === undefined) return;
        for (const cached of survey.tlb) {
          if ((cached.flags & G) !== 0 || spaceOf(survey, cached.asid) !== undefined) continue;
          yield {
            address: cached.vpn * PAGE_BYTES,
            frame: cached.ppn,
            observed: `the TLB holds frame ${hex(cached.ppn)} under ASID ${cached.asid}, which is nobody's`,
            expected: 'nothing of an ASID that was given back: the next owner would inherit it',
            remedy: 'VirtualMemory.release fences the ASID before Asids.giveBack',
          };
        }
      },
    },
  ),

  rule('B4', 'one address has one TLB entry', {
    source: FENCE_SECTION,
    needs: 'machine',
    when: 'scan',
    *check(survey) {
      const seen = new Map<string, number>();
      for (const { vpn, asid, ppn } of survey.tlb) {
        const key = `${asid} ${vpn}`;
        const other = seen.get(key);
        seen.set(key, ppn);
        if (other === undefined) continue;
        yield {
          address: vpn * PAGE_BYTES,
          frame: ppn,
          observed: `two entries for ASID ${asid}: frames ${hex(other)} and ${hex(ppn)}`,
          expected: 'one: which of two is used is unpredictable',
          remedy: 'fence between a superpage and the pages that replace it',
        };
      }
    },
  }),

  rule('B5', 'decoded code is what memory holds', {
    source: 'Unprivileged ISA, "Zifencei"; here fetches are coherent',
    needs: 'machine',
    when: 'trap',
    *check(survey) {
      for (const { pa, bits } of survey.machine.decoded?.() ?? []) {
        const frame = Math.floor(pa / PAGE_BYTES);
        const bytes = survey.machine.frameBytes(frame);
        if (bytes === undefined) continue;
        const isLong = (bits & 3) === 3;
        let actual = 0;
        for (let i = (isLong ? 4 : 2) - 1; i >= 0; i--) {
          actual = actual * 256 + bytes[(pa % PAGE_BYTES) + i]!;
        }
        if (actual === (isLong ? bits : bits & 0xffff)) continue;
        yield {
          address: pa,
          frame,
          observed: `physical ${hex(pa)} would be executed as ${hex(bits)}, and memory holds ${hex(actual)}`,
          expected: 'the instruction as it stands in memory',
          remedy:
            'DecodedPages.codeStored (emulator/code/decoded-pages.ts) on every store into code',
        };
        return;
      }
    },
  }),

  rule('D1', 'A and D stand for accesses that the program made', {
    source: 'Privileged ISA, "Virtual Address Translation Process", step 9',
    needs: 'machine',
    when: 'trap',
    *check(survey) {
      const space = running(survey);
      if (space === undefined) return;
      for (const { access, va } of survey.machine.fastTlb?.() ?? []) {
        const leaf = survey.leafAt(space.index, va);
        const needed = access === 'store' ? A | D : A;
        if (leaf === undefined || (leaf.flags & needed) === needed) continue;
        yield {
          entry: leaf,
          address: va,
          observed: `the hart may ${access} there without a walk, and ${access === 'store' ? 'A or D' : 'A'} is clear`,
          expected: access === 'store' ? 'A and D set' : 'A set',
          remedy: 'SFENCE.VMA after A or D was cleared; Mmu.markUsed before Mmu.allowStores',
        };
      }
    },
  }),

  rule('D3', 'what was written is not lost', {
    source: 'xv6 labs, mmap; Linux mm/vmscan.c',
    needs: 'kernel',
    when: 'trap',
    *check(survey) {
      for (const file of survey.files) {
        if (file.stored === undefined) continue;
        for (const [index, ppn] of file.pages()) {
          const finding = unwritten(survey, file, index, ppn);
          if (finding !== undefined) yield finding;
        }
      }
    },
  }),
];

/** A page of a file that is neither dirty nor equal to its block, or a block that goes past the end. */
function unwritten(
  survey: Survey,
  file: FileView,
  index: number,
  ppn: number,
): Finding | undefined {
  const bytes = survey.machine.frameBytes(ppn)!;
  const block = file.stored!(index);
  const end = Math.max(0, Math.min(PAGE_BYTES, file.sizeBytes - index * PAGE_BYTES));
  const [entry] = survey.leavesOf(ppn);
  const about = { ...(entry === undefined ? {} : { entry }), frame: ppn };
  const tail = block?.findIndex((byte, at) => at >= end && byte !== 0) ?? -1;
  if (tail >= 0) {
    return {
      ...about,
      observed: `the block of page ${index} of ${file.name} has byte ${hex(block![tail]!)} at ${tail}, past the end of the file`,
      expected: 'zeros there: what a mapping stores past the end never lengthens a file',
      remedy: 'DiskCache.writePages (kernel/memory/disk-cache.ts) writes up to the end of the file',
    };
  }
  const isDirty =
    survey.kernel!.frames.isDirty?.(ppn) || survey.leavesOf(ppn).some(({ flags }) => flags & D);
  if (isDirty) return undefined;
  const at = bytes.subarray(0, end).findIndex((byte, i) => byte !== (block?.[i] ?? 0));
  if (at < 0) return undefined;
  return {
    ...about,
    observed: `page ${index} of ${file.name} differs from its block at byte ${at}, and nothing says that it is dirty`,
    expected: 'D in a leaf, a frame marked as dirty, or the page written to the disk',
    remedy: 'write a page before its D is cleared or its leaf goes (write-back.ts, disk-cache.ts)',
  };
}

function spaceOf(survey: Survey, asid: number): SurveyedSpace | undefined {
  return survey.spaces.find((space) => space.asid === asid);
}

function running(survey: Survey): SurveyedSpace | undefined {
  const { mode, rootPpn } = survey.machine.satp();
  return mode === SV39 ? survey.spaces.find((space) => space.rootPpn === rootPpn) : undefined;
}

function frameAt(leaf: Entry, va: number): number {
  return leaf.ppn + Math.floor((va - leaf.va) / PAGE_BYTES);
}

function stale(
  space: SurveyedSpace,
  va: number,
  observed: string,
  leaf: Entry | undefined,
): Finding {
  return {
    space: space.index,
    address: va,
    observed: `the TLB is stale: ${observed}`,
    expected:
      leaf === undefined
        ? 'nothing: the walk finds no leaf'
        : `frame ${hex(frameAt(leaf, va))}, flags ${hex(leaf.flags)}`,
    remedy:
      'SFENCE.VMA after the entry changed (Fences.owe, Fences.settle in kernel/memory/fences.ts)',
  };
}
