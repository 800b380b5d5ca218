import { hex } from '../../bytes.js';
import { type Entry, flagNames, PAGE_BYTES, R, spanOf, U, W, X } from '../decode.js';
import { type Finding, rule } from '../rule.js';
import type { Survey } from '../survey.js';
import type { RegionView } from '../views.js';

const PROT_READ = 1;
const PROT_WRITE = 2;
const PROT_EXEC = 4;
const GVISOR = 'gVisor pkg/sentry/mm, invariants of pmas and vmas';

/** Leaves with the region that their first address lies in. */
function* leavesInRegions(survey: Survey): Generator<{ entry: Entry; region: RegionView }> {
  for (const space of survey.spaces) {
    for (const entry of space.leaves) {
      const region = survey.regionAt(space.index, entry.va);
      if (region !== undefined) yield { entry, region };
    }
  }
}

/** Leaves that lie in no region, with what the space last did there. */
function* strayLeaves(survey: Survey): Generator<{ entry: Entry; lastCall: string | undefined }> {
  for (const space of survey.spaces) {
    for (const entry of space.leaves) {
      if (survey.regionAt(space.index, entry.va) !== undefined) continue;
      yield { entry, lastCall: space.view?.lastCallAbout?.(entry.va) };
    }
  }
}

/** What the page table may say, given the regions. */
export const regionRules = [
  rule('R1', 'every user page lies in a region', {
    source: GVISOR,
    needs: 'kernel',
    *check(survey) {
      for (const { entry, lastCall } of strayLeaves(survey)) {
        if ((entry.flags & U) === 0 || wasUnmapped(lastCall)) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `a leaf is valid (${flagNames(entry.flags)}), and no region is there`,
          expected: 'a region for every leaf: leaves come from mmap, brk, exec or the stack',
          remedy: 'look at who installed the leaf: it did not ask the mapper',
        };
      }
    },
  }),

  rule('R2', 'a leaf allows no more than its region', {
    source: GVISOR,
    needs: 'kernel',
    *check(survey) {
      const { frames, zeroPpn } = survey.kernel!;
      for (const { entry, region } of leavesInRegions(survey)) {
        if ((entry.flags & U) === 0 || region.prot === 0) continue;
        const excess = entry.flags & (R | W | X) & ~allowed(region.prot);
        const isBorrowed =
          (entry.flags & W) !== 0 &&
          !region.isShared &&
          survey.hasFrame(entry.ppn) &&
          (entry.ppn === zeroPpn || frames.kind(entry.ppn) === 'file');
        if (excess === 0 && !isBorrowed) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed:
            excess !== 0
              ? `the leaf has ${flagNames(entry.flags)}, the region only ${protNames(region.prot)}`
              : 'W is set on a frame that a private mapping does not own',
          expected:
            excess !== 0
              ? 'R, W and X only where the protection has them'
              : 'no W before the page was copied',
          remedy:
            excess !== 0
              ? 'mprotect must lower the leaves that are present'
              : 'map the zero frame and file pages of a private mapping without W',
        };
      }
    },
  }),

  rule('R3', 'no page under PROT_NONE is open to user mode', {
    source: GVISOR,
    needs: 'kernel',
    *check(survey) {
      for (const { entry, region } of leavesInRegions(survey)) {
        if (region.prot !== 0 || (entry.flags & U) === 0) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `the leaf is open to user mode (${flagNames(entry.flags)})`,
          expected: 'no leaf, or one without U',
          remedy: 'mprotect(PROT_NONE) takes U, or V, from every leaf in the range',
        };
      }
    },
  }),

  rule('R4', 'a private frame with more than one mapper is writable nowhere', {
    source: 'Linux mm/page_table_check.c',
    needs: 'kernel',
    *check(survey) {
      for (const frame of survey.mappedFrames()) {
        const leaves = survey.leavesOf(frame);
        if (leaves.length < 2 || !survey.hasFrame(frame)) continue;
        if (survey.kernel!.frames.kind(frame) !== 'anonymous') continue;
        for (const entry of leaves) {
          if ((entry.flags & W) === 0) continue;
          const others = leaves.filter((leaf) => leaf !== entry);
          yield {
            entry,
            frame,
            observed: `W is set on a frame that ${others.map((leaf) => where(survey, leaf)).join(', ')} maps too`,
            expected: 'no W until the others have copies of their own',
            remedy:
              'copyLeaves (kernel/memory/fork.ts) takes W from both sides; makeWritable copies while the frame is shared',
          };
        }
      }
    },
  }),

  rule('R5', 'a frame is never anonymous and part of a file at once', {
    source: 'Linux mm/page_table_check.c',
    needs: 'kernel',
    *check(survey) {
      const { frames } = survey.kernel!;
      const holders = new Map<number, string>();
      for (const file of survey.files) {
        for (const [index, frame] of file.pages()) {
          const holder = `page ${index} of ${file.name}`;
          const other = holders.get(frame);
          const kind = frames.kind(frame);
          if (other !== undefined || kind !== 'file') {
            yield mixed(
              frame,
              other === undefined
                ? `frame ${hex(frame)} is ${holder}, and its kind is ${kind}`
                : `frame ${hex(frame)} is ${holder} and ${other}`,
            );
          }
          holders.set(frame, holder);
        }
      }
      for (const { entry, region } of leavesInRegions(survey)) {
        if (region.file !== undefined || !holders.has(entry.ppn)) continue;
        const held = `an anonymous region maps frame ${hex(entry.ppn)}, ${holders.get(entry.ppn)}`;
        yield { ...mixed(entry.ppn, held), entry };
      }
    },
  }),

  rule('R6', 'a leaf of a shared file is the page cache of its offset', {
    source: GVISOR,
    needs: 'kernel',
    *check(survey) {
      for (const { entry, region } of leavesInRegions(survey)) {
        const { file } = region;
        if (file === undefined || !survey.hasFrame(entry.ppn)) continue;
        if (!region.isShared && survey.kernel!.frames.kind(entry.ppn) !== 'file') continue;
        const index = Math.floor((region.fileOffset + entry.va - region.start) / PAGE_BYTES);
        for (let i = 0; i < spanOf(entry.level) / PAGE_BYTES; i++) {
          const cached = file.page(index + i);
          if (cached === entry.ppn + i) continue;
          yield {
            entry,
            frame: entry.ppn,
            observed: `the leaf maps frame ${hex(entry.ppn + i)}`,
            expected:
              cached === 0
                ? `no leaf: page ${index + i} of ${file.name} has no frame`
                : `frame ${hex(cached)}, page ${index + i} of ${file.name}`,
            remedy: 'the page is (offset + address - base) / 4096; truncation drops leaves first',
          };
          break;
        }
      }
    },
  }),

  rule('R7', 'the shared zero frame holds zeros', {
    source: 'Linux mm/memory.c, do_anonymous_page',
    needs: 'kernel',
    when: 'trap',
    *check(survey) {
      const { zeroPpn } = survey.kernel!;
      const at = survey.machine.frameBytes(zeroPpn)?.findIndex((byte) => byte !== 0) ?? -1;
      if (at < 0) return;
      yield {
        frame: zeroPpn,
        observed: `byte ${at} of frame ${hex(zeroPpn)} is not zero`,
        expected: '4096 zeros: every anonymous page that was never written is this frame',
        remedy: 'somebody wrote through a leaf or a physical address that names the zero frame',
      };
    },
  }),

  rule('R8', 'a superpage lies inside one region', {
    source: 'xv6 labs, superpages; Linux mm/huge_memory.c, vma_adjust_trans_huge',
    needs: 'kernel',
    *check(survey) {
      for (const { entry, region } of leavesInRegions(survey)) {
        const end = entry.va + spanOf(entry.level);
        if (entry.level === 0 || end <= region.end) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `a leaf of level ${entry.level} maps up to ${hex(end)}, the region ends at ${hex(region.end)}`,
          expected: 'superpages only inside one region with one protection',
          remedy: 'demote a superpage before part of it is unmapped or protected',
        };
      }
    },
  }),

  rule('R9', 'an unmapped range has no leaf', {
    source: 'xv6 labs, mmap',
    needs: 'kernel',
    *check(survey) {
      for (const { entry, lastCall } of strayLeaves(survey)) {
        if ((entry.flags & U) !== 0 && !wasUnmapped(lastCall)) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `leaf still valid (${flagNames(entry.flags)}, frame ${hex(entry.ppn)})`,
          expected: lastCall === undefined ? 'no leaf' : `no leaf: ${lastCall}`,
          remedy:
            'VirtualMemory.clearUnmapped and PageTable.clear: the callback of unmap did not cover this page',
        };
      }
      for (const cached of survey.tlb) {
        const va = cached.vpn * PAGE_BYTES;
        const space = survey.spaces.find(({ asid }) => asid === cached.asid);
        if (va < 0 || space === undefined) continue;
        if (survey.regionAt(space.index, va) !== undefined) continue;
        yield {
          space: space.index,
          address: va,
          frame: cached.ppn,
          observed: `the TLB still translates it, to frame ${hex(cached.ppn)}`,
          expected: 'an access that faults, since no region is there',
          remedy: 'issue SFENCE.VMA for the range after its leaves are cleared',
        };
      }
    },
  }),

  rule('R10', 'no leaf maps a file page wholly past the end of the file', {
    source: GVISOR,
    needs: 'kernel',
    *check(survey) {
      for (const { entry, region } of leavesInRegions(survey)) {
        const { file } = region;
        if (file === undefined) continue;
        const offset = region.fileOffset + entry.va - region.start;
        if (offset + spanOf(entry.level) - PAGE_BYTES < file.sizeBytes) continue;
        yield {
          entry,
          frame: entry.ppn,
          observed: `the leaf stands for offset ${hex(offset)} of ${file.name}, which has ${file.sizeBytes} bytes`,
          expected: 'no leaf: an access gives SIGBUS',
          remedy: 'truncation drops the leaves past the new end from every mapper',
        };
      }
    },
  }),
];

/** Flags that a protection allows on RISC-V: writable implies readable. */
function allowed(prot: number): number {
  return (
    (prot & (PROT_READ | PROT_WRITE) ? R : 0) |
    (prot & PROT_WRITE ? W : 0) |
    (prot & PROT_EXEC ? X : 0)
  );
}

function protNames(prot: number): string {
  const names = ['PROT_READ', 'PROT_WRITE', 'PROT_EXEC'].filter((_name, bit) => prot & (1 << bit));
  return names.join('|');
}

function wasUnmapped(lastCall: string | undefined): boolean {
  return lastCall?.startsWith('munmap') === true;
}

function where(survey: Survey, leaf: Entry): string {
  return `${hex(leaf.va)} in ${survey.spaces[leaf.space]!.name}`;
}

function mixed(frame: number, observed: string): Finding {
  return {
    frame,
    observed,
    expected: 'one use: a page of one file, or private memory',
    remedy: 'copy a file page into a new frame before it becomes private',
  };
}
