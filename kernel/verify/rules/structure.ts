import { hex } from '../../bytes.js';
import { type Entry, isLeaf, isValid, U } from '../decode.js';
import { rule } from '../rule.js';
import type { Survey } from '../survey.js';

const HALF_OF_ROOT = 256;
const PAGE_TABLES = 'WeensyOS, page-table invariants';

/** How tables hang together. */
export const structureRules = [
  rule('S1', 'page tables form a tree, and no table frame is mapped', {
    source: PAGE_TABLES,
    needs: 'machine',
    *check(survey) {
      const roots = new Map<number, number>();
      for (const space of survey.spaces) {
        roots.set(space.rootPpn, (roots.get(space.rootPpn) ?? 0) + 1);
      }
      for (const [frame, pointers] of survey.tablePointers) {
        const references = pointers.length + (roots.get(frame) ?? 0);
        const last = pointers.at(-1);
        if (references > 1) {
          yield {
            ...(last === undefined ? {} : { entry: last }),
            frame,
            observed: `the table in frame ${hex(frame)} is reached in ${references} ways`,
            expected: 'one entry, or one satp, that names it',
            remedy: 'give each address space tables of its own; a freed table leaves its parent',
          };
        }
        for (const entry of survey.leavesOf(frame)) {
          // Without a kernel that says otherwise, an image may reach its own tables as all of RAM.
          if (entry.flags & U || survey.kernel === undefined) continue;
          yield {
            entry,
            frame,
            observed: `the frame ${hex(frame)} is a page table and is mapped as data`,
            expected: 'a frame that no leaf maps',
            remedy: 'do not hand out a frame for data before it has left the page table',
          };
        }
      }
    },
  }),

  rule('S2', 'no table can be reached from user mode', {
    source: PAGE_TABLES,
    needs: 'machine',
    *check(survey) {
      for (const frame of survey.tablePointers.keys()) {
        for (const entry of survey.leavesOf(frame)) {
          if ((entry.flags & U) === 0) continue;
          yield {
            entry,
            frame,
            observed: `a user page maps frame ${hex(frame)}, which is a page table`,
            expected: 'no leaf with U to a table: user code could map anything for itself',
            remedy: 'the frame was freed or handed out while it still was a table',
          };
        }
      }
    },
  }),

  rule('S3', 'a table without entries is freed', {
    source: 'Linux mm/memory.c, free_pgtables',
    needs: 'kernel',
    *check(survey) {
      for (const space of survey.spaces) {
        for (const { ppn, pointer, used } of space.tables) {
          if (used > 0) continue;
          yield {
            entry: pointer,
            frame: ppn,
            observed: `the table in frame ${hex(ppn)} has 512 entries that are zero`,
            expected: 'no table: its parent entry zero, its frame free',
            remedy: 'free a table when its last entry is cleared',
          };
        }
      }
    },
  }),

  rule('S4', 'the kernel part is the same in every space, without U', {
    source: PAGE_TABLES,
    needs: 'machine',
    when: 'scan',
    *check(survey) {
      const kernelParts = survey.spaces.map((space) =>
        space.entries.filter((entry) => entry.va < 0 && entry.level === 2),
      );
      const first = kernelParts[0] ?? [];
      for (const [index, part] of kernelParts.entries()) {
        const odd = oddOneOut(first, part);
        if (odd === undefined) continue;
        yield {
          entry: odd,
          observed: `root entries ${HALF_OF_ROOT} to 511 of ${survey.spaces[index]!.name} differ from those of ${survey.spaces[0]!.name}`,
          expected: 'equal upper halves of every root table',
          remedy: 'copy the kernel part whenever a root is made, and change it in all roots',
        };
      }
      for (const entry of leavesInUpperHalf(survey)) {
        if ((entry.flags & U) === 0) continue;
        yield {
          entry,
          observed: 'U is set in the kernel part',
          expected: 'no U there',
          remedy: 'map kernel pages without U',
        };
      }
    },
  }),

  rule('S5', 'no user page lies in page 0, below the lowest address, or in the kernel part', {
    source: 'Linux vm.mmap_min_addr; WeensyOS',
    needs: 'machine',
    *check(survey) {
      const lowest = Math.max(survey.kernel?.lowestAddress ?? 0, 4096);
      for (const space of survey.spaces) {
        for (const entry of space.leaves) {
          if ((entry.flags & U) === 0 || entry.va >= lowest) continue;
          yield {
            entry,
            frame: entry.ppn,
            observed: `a user page is mapped at ${hex(entry.va)}`,
            expected: `user pages only from ${hex(lowest)} up to the end of the lower half`,
            remedy: 'refuse such addresses in mmap, with EPERM or ENOMEM',
          };
        }
      }
    },
  }),
];

function oddOneOut(expected: readonly Entry[], actual: readonly Entry[]): Entry | undefined {
  const values = new Map(expected.map((entry) => [entry.va, entry]));
  for (const entry of actual) {
    if (values.get(entry.va)?.value !== entry.value) return entry;
    values.delete(entry.va);
  }
  return [...values.values()][0];
}

function* leavesInUpperHalf(survey: Survey): Generator<Entry> {
  for (const space of survey.spaces) {
    for (const entry of space.entries) {
      if (entry.va < 0 && isValid(entry) && isLeaf(entry)) yield entry;
    }
  }
}
