import { hex } from '../../bytes.js';
import { type Entry, isValid, swapSlotField } from '../decode.js';
import { type Finding, rule } from '../rule.js';
import type { Survey } from '../survey.js';

/** What is said of frames, against what is there. */
export const frameRules = [
  rule('F1', 'a reference count equals leaves, page cache and pins, counted anew', {
    source: 'Linux mm/debug_vm_pgtable.c, check_mm in kernel/fork.c',
    needs: 'kernel',
    *check(survey) {
      const { frames, zeroPpn } = survey.kernel!;
      const cached = new Int32Array(survey.leafCounts.length);
      const tables = new Int32Array(survey.leafCounts.length);
      const { firstPpn, frameCount } = survey.machine;
      for (const file of survey.files) {
        for (const [, frame] of file.pages()) addOne(cached, frame - firstPpn);
      }
      // Each table is referred to once: by its parent, or by the space whose root it is.
      for (const frame of survey.tablePointers.keys()) addOne(tables, frame - firstPpn);
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        if (frame === zeroPpn) continue;
        const counted = frames.refcount(frame);
        const leafCount = survey.leafCounts[frame - firstPpn]!;
        const inCache = cached[frame - firstPpn]!;
        const pins = frames.pins(frame) + tables[frame - firstPpn]!;
        const found = leafCount + inCache + pins;
        if (counted === found) continue;
        const [entry] = survey.leavesOf(frame);
        yield {
          ...(entry === undefined ? {} : { entry }),
          frame,
          observed: `frame ${hex(frame)} (${frames.kind(frame)}) has the count ${counted}`,
          expected: `${found}: ${leafCount} leaves, ${inCache} page cache, ${pins} others`,
          remedy:
            counted > found
              ? 'a reference was not given up: the frame will never be free'
              : 'a reference was not taken, or given up twice: the frame will be free while in use',
        };
      }
    },
  }),

  rule('F2', 'a frame is free exactly when nothing refers to it', {
    source: 'Linux mm/page_alloc.c, check_new_page; WeensyOS',
    needs: 'kernel',
    *check(survey) {
      const { frames } = survey.kernel!;
      const { firstPpn, frameCount } = survey.machine;
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        const count = frames.refcount(frame);
        const isFree = frames.isOnFreeList(frame);
        if (isFree === (count === 0) && isFree === (frames.kind(frame) === 'free')) continue;
        yield {
          frame,
          observed: `frame ${hex(frame)}: kind ${frames.kind(frame)}, count ${count}, ${isFree ? '' : 'not '}on the free list`,
          expected: 'kind free, count 0 and on the free list, or none of the three',
          remedy:
            'PhysicalMemory.release (kernel/memory/physical-memory.ts): the last reference frees a frame, no other',
        };
      }
      for (const frame of survey.mappedFrames()) {
        if (!survey.hasFrame(frame) || !frames.isOnFreeList(frame)) continue;
        const entry = survey.leavesOf(frame)[0]!;
        yield {
          entry,
          frame,
          observed: `the leaf maps frame ${hex(frame)}, which is free`,
          expected: 'a frame in use: the next owner would share it unawares',
          remedy: 'clear the leaf before its frame is released',
        };
      }
      for (const cached of survey.tlb) {
        if (!survey.hasFrame(cached.ppn) || !frames.isOnFreeList(cached.ppn)) continue;
        yield {
          address: cached.vpn * 4096,
          frame: cached.ppn,
          observed: `the TLB (ASID ${cached.asid}) translates to frame ${hex(cached.ppn)}, which is free`,
          expected: 'no cached translation to a free frame',
          remedy: 'issue SFENCE.VMA before the frame is released',
        };
      }
    },
  }),

  rule('F3', 'counters are never negative, and a frame keeps its kind while it is mapped', {
    source: 'Linux mm/page_table_check.c',
    needs: 'kernel',
    when: 'trap',
    *check(survey) {
      const { frames } = survey.kernel!;
      const { firstPpn, frameCount } = survey.machine;
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        const count = frames.refcount(frame);
        const entries = frames.liveEntries?.(frame) ?? 0;
        if (count >= 0 && entries <= 512) continue;
        yield {
          frame,
          observed: `frame ${hex(frame)} has ${count} references and ${entries} entries in use`,
          expected: 'no fewer references than 0, no more entries than 512',
          remedy: 'PhysicalMemory.release and addLiveEntries: once for each reference and entry',
        };
      }
    },
  }),

  rule('F4', 'a page table belongs to a space that is alive', {
    source: 'WeensyOS',
    needs: 'kernel',
    *check(survey) {
      const { frames } = survey.kernel!;
      if (frames.owner === undefined) return;
      const alive = new Set(survey.spaces.map(({ view }) => view?.ownerId));
      const { firstPpn, frameCount } = survey.machine;
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        if (frames.kind(frame) !== 'page-table' || alive.has(frames.owner(frame).id)) continue;
        yield {
          frame,
          observed: `frame ${hex(frame)} is a page table of space ${frames.owner(frame).id}, which is gone`,
          expected: 'the frame free: tables go with their space',
          remedy:
            'PageTable.release and prune free every table of a space (kernel/memory/page-table.ts)',
        };
      }
    },
  }),

  rule('F5', 'free and used frames together are all frames', {
    source: 'Linux mm/show_mem.c',
    needs: 'kernel',
    when: 'scan',
    *check(survey) {
      const { frames } = survey.kernel!;
      const { firstPpn, frameCount } = survey.machine;
      let free = 0;
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        if (frames.isOnFreeList(frame)) free++;
      }
      if (free === frames.freeCount) return;
      yield {
        frame: firstPpn,
        observed: `${frames.freeCount} frames are said to be free`,
        expected: `${free}, as many as the free list has, of ${frameCount}`,
        remedy: 'change the counter where, and only where, the free list changes',
      };
    },
  }),

  rule('F6', 'a freed frame is written by nobody', {
    source: 'xv6 kernel/kalloc.c, junk fill',
    needs: 'kernel',
    when: 'scan',
    *check(survey) {
      const { frames } = survey.kernel!;
      const { firstPpn, frameCount } = survey.machine;
      for (const frame of frames.damaged ?? []) {
        yield {
          frame,
          observed: `frame ${hex(frame)} was free, and was handed out again with its fill pattern overwritten`,
          expected: 'the pattern that freeing left there',
          remedy: 'somebody kept a leaf, a TLB entry or a physical address of the frame',
        };
      }
      for (let frame = firstPpn; frame < firstPpn + frameCount; frame++) {
        if (!frames.isOnFreeList(frame) || frames.isPoisonIntact(frame)) continue;
        yield {
          frame,
          observed: `frame ${hex(frame)} is free, and its fill pattern was overwritten`,
          expected: 'the pattern that freeing left there',
          remedy: 'somebody kept a leaf, a TLB entry or a physical address of the frame',
        };
      }
    },
  }),

  rule('F7', 'a swap slot is named by as many entries as it counts, or by one page of a file', {
    source: 'Linux mm/swapfile.c',
    needs: 'kernel',
    *check(survey) {
      const named = new Map<number, Entry[]>();
      for (const space of survey.spaces) {
        for (const entry of space.entries) {
          if (isValid(entry)) continue;
          const slot = slotNamed(survey, entry);
          if (slot !== undefined) named.set(slot, [...(named.get(slot) ?? []), entry]);
          else yield strayEntry(survey, entry);
        }
      }
      const keepers = pagesInSlots(survey);
      for (const { slot, names, ppn, kept } of survey.kernel!.swap?.uses() ?? []) {
        const entries = named.get(slot) ?? [];
        named.delete(slot);
        if (entries.length !== names) yield miscounted(slot, names, entries);
        const holders = keepers.get(slot) ?? [];
        keepers.delete(slot);
        if (holders.length !== (kept === undefined ? 0 : 1)) yield miskept(slot, holders);
        if (kept !== undefined && names === 0 && ppn === 0) continue;
        const isCopied = ppn !== 0 && survey.kernel!.frames.kind(ppn) === 'anonymous';
        if (names > 0 ? ppn === 0 : isCopied) continue;
        yield {
          frame: ppn,
          observed: `swap slot ${slot} is named by ${names} entries and is the copy of frame ${hex(ppn)}`,
          expected: 'one of the two: all entries that name a slot are brought back together',
          remedy: 'SwapDevice.broughtBack and detach (kernel/memory/swap-device.ts)',
        };
      }
      for (const [slot, entries] of named) yield miscounted(slot, 0, entries);
      for (const [slot, holders] of keepers) yield miskept(slot, holders);
      yield* pagesInTwoPlaces(survey);
    },
  }),
];

/** By slot: the pages of files that are said to stand there. */
function pagesInSlots(survey: Survey): Map<number, string[]> {
  const found = new Map<number, string[]>();
  for (const file of survey.files) {
    for (const [index, slot] of file.swapped?.() ?? []) {
      found.set(slot, [...(found.get(slot) ?? []), `page ${index} of ${file.name}`]);
    }
  }
  return found;
}

/** A page that had come back and kept its slot would one day be overwritten by what is there. */
function* pagesInTwoPlaces(survey: Survey): Generator<Finding> {
  for (const file of survey.files) {
    for (const [index, slot] of file.swapped?.() ?? []) {
      const frame = file.page(index);
      if (frame === 0) continue;
      yield {
        frame,
        observed: `page ${index} of ${file.name} is in frame ${hex(frame)} and in swap slot ${slot}`,
        expected: 'one of the two',
        remedy: 'SwapCache.save and fill (kernel/memory/swap-cache.ts)',
      };
    }
  }
}

function miskept(slot: number, holders: readonly string[]): Finding {
  return {
    observed: `swap slot ${slot} is named by ${holders.join(' and ') || 'no page of a file'}`,
    expected:
      holders.length === 0 ? 'the one that it keeps' : 'one page, of which the device knows',
    remedy: 'SwapDevice.keep and giveUp beside SwapCache.slots (kernel/memory/swap-cache.ts)',
  };
}

/** The slot that the entry may name: of the device, at level 0, for a page of a private region. */
function slotNamed(survey: Survey, entry: Entry): number | undefined {
  const slot = swapSlotField(entry.value);
  const region = survey.regionAt(entry.space, entry.va);
  const { slotCount = 0 } = survey.kernel!.swap ?? {};
  const isFit = entry.level === 0 && region !== undefined && !region.isShared;
  return slot !== undefined && slot <= slotCount && isFit ? slot : undefined;
}

function strayEntry(survey: Survey, entry: Entry): Finding {
  const hasSwap = survey.kernel!.swap !== undefined;
  return {
    entry,
    observed: `V is 0, and the rest is ${hex(entry.value)}`,
    expected: hasSwap
      ? 'zero, or a slot of the swap device for a page of a private region'
      : 'zero: nothing is swapped out',
    remedy: 'clear an entry by writing all 64 bits (PageTable.erase, eraseSwapped)',
  };
}

function miscounted(slot: number, names: number, entries: readonly Entry[]): Finding {
  const [entry] = entries;
  return {
    ...(entry === undefined ? {} : { entry }),
    observed: `swap slot ${slot} counts ${names} entries that name it`,
    expected: `${entries.length}, as many as there are`,
    remedy:
      names > entries.length
        ? 'SwapDevice.dropName beside each entry that is cleared: the slot will never be free'
        : 'SwapDevice.addName beside each entry that is copied: the page will be lost',
  };
}

function addOne(counts: Int32Array, index: number): void {
  if (index >= 0 && index < counts.length) counts[index] = counts[index]! + 1;
}
