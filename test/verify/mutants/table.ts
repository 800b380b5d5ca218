import type { ProgramName } from './programs.js';
import type { Mutant } from './run.js';

const M = 'kernel/memory';
const frames = `${M}/physical-memory.ts`;
const table = `${M}/page-table.ts`;
const bring = `${M}/bring-in.ts`;
const space = `${M}/virtual-memory.ts`;
const fences = `${M}/fences.ts`;
const fork = `${M}/fork.ts`;
const cache = `${M}/page-cache.ts`;
const flags = `${M}/leaf-flags.ts`;
const protect = `${M}/protect.ts`;
const reclaim = `${M}/reclaim.ts`;
const swapDevice = `${M}/swap-device.ts`;
const swapIn = `${M}/swap-in.ts`;
const swapCache = `${M}/swap-cache.ts`;
const reclaimable = `${M}/reclaimable-cache.ts`;
const disk = `${M}/disk-cache.ts`;
const edit = 'mm/edit.ts';
const core = 'mm/core.ts';
const avl = 'mm/trees/avl-tree.ts';
const gaps = 'mm/trees/gap-tree.ts';
const mmu = 'emulator/mmu/mmu.ts';
const tlb = 'emulator/mmu/tlb.ts';
const code = 'emulator/code/decoded-pages.ts';

/** The child's root leads to the parent's tables. */
const SHARED_TABLES = `const [from, to] = [parent.table.rootPpn * 4096, child.table.rootPpn * 4096];
      for (let i = 0; i < 2048; i += 8) ram.writePte(to + i, ram.readPteLow(from + i), 0);`;

/** A page of the old program is mapped in the new one. */
const PASSED_ON = `
  const old = kernel.scheduler.current?.process.memory;
  const leaf = old?.table.find(0x53032) ?? 0;
  if (old !== undefined && leaf !== 0) {
    memory.space.mapAtIfFree(0x53032000, 4096, 1, 0, undefined, 0);
    kernel.frames.retain(old.table.ppn(leaf));
    memory.table.install(memory.table.ensure(0x53032), old.table.ppn(leaf), 0x13);
  }`;

/** rule, file, what stands there, what the mutant has instead. Empty: the statement is dropped. */
const rows: [rule: string, file: string, find: string, replace: string, program?: ProgramName][] = [
  // mm trees
  ['T1', avl, 'this.setBalance(top, 1);', ''],
  ['T1', gaps, 'return pages > below ? pages : below;', 'return below;'],
  ['T2', edit, 'gaps.set(gaps.before(behind), regions.start(behind) - cursor);', ''],
  [
    'T2',
    edit,
    'gaps.set(gaps.before(node), start - cursor);',
    'gaps.set(gaps.before(node), start - cursor + 1);',
  ],
  ['T3', edit, 'values[last * 4 + 1] === start &&', 'values[last * 4 + 1] === start - 1 &&'],
  ['T3', edit, 'values[last * 4 + 2] === prot &&', 'values[last * 4 + 2] !== prot &&'],
  ['T4', edit, 'core.mappedPages -= this.mappedPages;', ''],
  ['T5', core, 'base: ', 'base: 4096 + '],
  ['T6', core, 'this.journal?.record(kind,', "if (kind === 'map') this.journal?.record(kind,"],
  [
    'T7',
    edit,
    "core.changed(this.frees ? 'unmap' : kind, this.start, this.end);",
    "core.changed(this.frees ? 'unmap' : kind, this.start, this.end + 8);",
  ],
  // PTE encoding
  ['E1', flags, '(prot & (PROT_READ | PROT_WRITE) ? PTE_R : 0)', '(prot & PROT_READ ? PTE_R : 0)'],
  [
    'E2',
    table,
    'install(pteAddress: number, ppn: number, flags: number, level = 0): void {\n    this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn));',
    'install(pteAddress: number, ppn: number, flags: number, level = 0): void {\n    this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn) | ((ppn & 64) << 16));',
  ],
  [
    'E2',
    table,
    'this.ram.readPteHigh(pteAddress));\n    this.fences.owe',
    'low);\n    this.fences.owe',
  ],
  [
    'E3',
    table,
    'this.ram.writePte(entry, pteLow(table, PTE_V), pteHigh(table));',
    'this.ram.writePte(entry, pteLow(table, PTE_V | 0x40), pteHigh(table));',
  ],
  [
    'E4',
    flags,
    'if ((prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) === 0)',
    'if ((prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) < 0)',
  ],
  [
    'E4',
    table,
    'const flags = this.ram.readPteLow(entry) & 0xff;',
    'const flags = this.ram.readPteLow(entry) & PTE_V;',
  ],
  [
    'E5',
    frames,
    'return block * FRAMES_PER_BLOCK + this.ram.firstPpn;',
    'return block * FRAMES_PER_BLOCK + this.ram.firstPpn + 1;',
  ],
  [
    'E7',
    bring,
    'memory.table.install(pteAddress, frames.zeroPpn, flags);',
    'memory.table.install(pteAddress, frames.zeroPpn * 4, flags);',
  ],
  [
    'E8',
    space,
    'this.system.active = this;\n    this.system.hart.setAddressSpace(this.table.rootPpn, this.asid);',
    'this.system.active = this;\n    this.system.hart.setAddressSpace(this.table.rootPpn, 0);',
  ],
  // Structure
  [
    'S2',
    bring,
    'memory.table.install(pteAddress, ppn, leafFlags(region.prot, true) | adBits(memory, access));',
    'memory.table.install(pteAddress, memory.table.rootPpn, leafFlags(region.prot, true) | adBits(memory, access));',
  ],
  [
    'S5',
    `${M}/map.ts`,
    'const at = isFixed\n    ? memory.space.mapAt(',
    'memory.table.install(memory.table.ensure(0), memory.system.frames.zeroPpn, 0x13);\n  const at = isFixed\n    ? memory.space.mapAt(',
  ],
  // Region and PTE
  [
    'R1',
    `${M}/move-leaves.ts`,
    'table.install(table.ensure(page + shift, level), ppn, flags, level);',
    'table.install(table.ensure(page + shift + 64, level), ppn, flags, level);',
  ],
  ['R2', table, ': others) | (low & PTE_USED);', ': others) | (low & 0x3ff);'],
  ['R2', flags, '(prot & PROT_WRITE && isWritable ? PTE_W : 0)', '(isWritable ? PTE_W : 0)'],
  ['R2', flags, '(prot & PROT_EXEC ? PTE_X : 0)', '(prot & PROT_READ ? PTE_X : 0)'],
  [
    'R2',
    bring,
    'const flags = leafFlags(region.prot, false) | adBits(memory, access);',
    'const flags = leafFlags(region.prot, true) | adBits(memory, access);',
  ],
  ['R2', bring, 'leafFlags(region.prot, isShared || isCopy)', 'leafFlags(region.prot, true)'],
  [
    'R3',
    protect,
    'isShared ? writable : leafFlags(prot, false)',
    'isShared ? writable : leafFlags(prot || before.prot, false)',
  ],
  [
    'R3',
    protect,
    'const writable = leafFlags(prot, true);',
    'const writable = leafFlags(prot || before.prot, true);',
  ],
  ['R4', fork, 'flags &= ~PTE_W;', ''],
  ['R4', fork, 'parent.table.setFlags(pteAddress, page, flags);', ''],
  [
    'R4',
    frames,
    'return this.kinds[frame] === ANONYMOUS && this.counts[frame] === 1;',
    'return this.kinds[frame] === ANONYMOUS;',
  ],
  [
    'R5',
    cache,
    'this.frames.allocate(FILE, this.id, index)',
    'this.frames.allocate(1, this.id, index)',
  ],
  [
    'R6',
    bring,
    'return region.offset / PAGE_SIZE + page - region.base / PAGE_SIZE;',
    'return page - region.base / PAGE_SIZE;',
  ],
  ['E1', frames, 'if (ppn !== 0) this.ram.fill(ppn, 0);', ''],
  [
    'R7',
    `${M}/copy.ts`,
    "const pa = reach(memory, at, 'store');",
    "const pa = reach(memory, at, 'load');",
  ],
  ['R8', protect, 'if (!demoteEdges(memory, start, limit)) return -Errno.ENOMEM;', ''],
  [
    'R9',
    table,
    'count += this.clearLeaves(table, from, to);',
    'count += this.clearLeaves(table, from, to - 1);',
  ],
  [
    'R9',
    `${M}/unmap.ts`,
    'memory.space.unmap(start, end - start, memory.clearUnmapped)',
    'memory.space.unmap(start, end - start)',
  ],
  [
    'R10',
    space,
    'Math.max(region.start / PAGE_SIZE, first + shift)',
    'Math.max(region.start / PAGE_SIZE, first + shift + 1)',
  ],
  // Frames
  ['F1', frames, 'this.counts[frame] = this.counts[frame]! + 1;', ''],
  ['F1', bring, 'frames.release(old);', ''],
  ['F1', table, 'frames.release(ppn);', ''],
  ['F2', frames, 'this.setFree(frame);\n    if (this.poisons)', 'if (this.poisons)'],
  ['F2', frames, 'if (count > 0) return;', 'if (count > 1) return;'],
  [
    'F3',
    frames,
    'setOwner(ppn: number, ownerId: number, ownerPage: number): void {',
    'setOwner(ppn: number, ownerId: number, ownerPage: number): void {\n    this.kinds[ppn - this.ram.firstPpn] = FILE;',
  ],
  [
    'F3',
    table,
    'this.frames.addLiveEntries(pageNumber(parentEntry), -1);',
    'this.frames.addLiveEntries(pageNumber(parentEntry), -600);',
  ],
  // Only of a frame that a call gives up and gets back.
  [
    'F3',
    frames,
    'this.dirty[ppn - this.ram.firstPpn] = isDirty ? 1 : 0;',
    'if (this.refcount(ppn) === 2) this.kinds[ppn - this.ram.firstPpn] = ANONYMOUS;',
    'regaining',
  ],
  ['F4', table, 'this.frames.release(this.rootPpn);', ''],
  ['F5', frames, 'this.free++;', ''],
  ['F5', frames, 'this.free--;', 'if (kind !== PAGE_TABLE) this.free--;'],
  [
    'F6',
    cache,
    'this.ppns.delete(index);\n      this.frames.release(ppn);',
    'this.ppns.delete(index);\n      this.frames.release(ppn);\n      this.frames.ram.fill(ppn, 0);',
  ],
  [
    'F6',
    table,
    'this.frames.release(table);\n  }\n}',
    'this.frames.release(table);\n    this.ram.writePte(table * PAGE_SIZE, 0, 0);\n  }\n}',
  ],
  [
    'F7',
    'emulator/ram.ts',
    'this.writePte(RAM_BASE + at * 4, 0, 0);',
    'this.writePte(RAM_BASE + at * 4, words[at]! & ~1, 0);',
  ],
  ['F7', fork, 'swap!.addName(slot);', '', 'swapping'],
  ['F7', table, 'this.swap?.dropName(slot);', '', 'swapping'],
  ['F7', table, 'count += this.clearSwapped(start, end);', '', 'swapping'],
  ['F7', reclaim, 'swap.addName(slot);', '', 'swapping'],
  [
    'F7',
    swapDevice,
    'this.names.set(slot, this.namesOf(slot) + 1);',
    'this.names.set(slot, 1);',
    'swapping',
  ],
  ['F7', swapCache, 'this.giveUpSlot(index);\n      frames', 'frames', 'swapping'],
  ['F7', swapCache, 'this.slots.set(index, slot);', '', 'swapping'],
  [
    'F7',
    swapCache,
    'if (index >= first && index < end) this.giveUpSlot(index);',
    'if (index > first && index < end) this.giveUpSlot(index);',
    'swapping',
  ],
  [
    'R6',
    reclaimable,
    "this.drop(index, index + 1, 'without copies');",
    'this.frames.release(this.page(index));\n    this.ppns.delete(index);',
    'swapping',
  ],
  ['R4', swapIn, 'const isOwn = entries.length === 1;', 'const isOwn = true;', 'swapping'],
  ['D3', swapIn, 'ram.write(ppn * PAGE_SIZE, swap.page(slot));', 'ram.fill(ppn, 0);', 'swapping'],
  [
    'B2',
    table,
    'this.swappedPages++;\n    this.fences.owe(page * PAGE_SIZE);',
    'this.swappedPages++;',
    'swapping',
  ],
  // TLB
  ['B1', tlb, 'this.ppns[slot] = leaf.ppn;', 'this.ppns[slot] = leaf.ppn + 1;'],
  [
    'B2',
    table,
    'this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn));\n    this.fences.owe(page * PAGE_SIZE);',
    'this.ram.writePte(pteAddress, pteLow(ppn, flags), pteHigh(ppn));',
  ],
  [
    'B2',
    table,
    'this.ram.readPteHigh(pteAddress));\n    this.fences.owe(page * PAGE_SIZE);',
    'this.ram.readPteHigh(pteAddress));',
  ],
  ['B2', protect, '  memory.fences.settle();\n  // A locked', '  // A locked'],
  ['B2', fork, 'parent.fences.settle();', ''],
  [
    'B2',
    fences,
    'this.hart.fence({ va: this.pages[i]!, asid: this.asid })',
    'this.hart.fence({ va: this.pages[i]!, asid: this.asid + 1 })',
  ],
  ['B2', table, 'if (changed > 0) this.fences.oweRange(from * PAGE_SIZE, to * PAGE_SIZE);', ''],
  ['B3', space, 'this.system.hart.fence({ asid: this.asid });', ''],
  ['B3', `${M}/asids.ts`, 'this.next++', 'this.next'],
  [
    'B2',
    fences,
    'this.hart.fence({ asid: this.asid });',
    'this.hart.fence({ va: this.pages[0]!, asid: this.asid });',
  ],
  ['B5', code, 'this.ops[(records + slot * RECORD_BYTES) / 2] = 0;', ''],
  ['B5', code, 'Math.max(0, (offset >> 1) - 1)', 'Math.max(0, (offset >> 1) + 1)'],
  // A, D, writeback
  [
    'D1',
    mmu,
    'this.ram.setPteBits(this.tlb.pteAddress(slot), needed);',
    'this.ram.setPteBits(this.tlb.pteAddress(slot), PTE_A);',
  ],
  [
    'D1',
    mmu,
    'PTE_A | PTE_D : PTE_A;\n    if ((this.tlb.flagsOf',
    'PTE_A | PTE_D : PTE_A | PTE_D;\n    if ((this.tlb.flagsOf',
  ],
  ['D1', flags, '    PTE_V |\n    PTE_U |', '    0xc1 |\n    PTE_U |'],
  // Only in a leaf that a call gives up and gets back.
  [
    'D1',
    bring,
    'memory.table.install(pteAddress, cached, flags)',
    'memory.table.install(pteAddress, cached, frames.isDirty(cached) ? flags | PTE_D : flags)',
    'regaining',
  ],
  ['D3', table, 'const PTE_USED = PTE_A | PTE_D;', 'const PTE_USED = PTE_A;'],
  ['D3', bring, 'flags | (low & (PTE_A | PTE_D))', 'flags'],
  ['D3', bring, 'else frames.ram.copyFrame(source, ppn);', 'else frames.ram.fill(ppn, 0);'],
  ['D3', 'kernel/memory/write-back.ts', 'file.pages.writePages(dirty);', '', 'writing'],
  ['D3', disk, 'this.store.write(index, page);', '', 'writing'],
  ['D3', disk, 'page.subarray(0, bytes)', 'page', 'writing'],
  ['D3', disk, 'if (size > this.sizeBytes) this.zeroPastEnd();', '', 'writing'],
  ['D3', table, 'if (low & PTE_D) frames.setDirty(ppn, true);', '', 'writing'],
  ['D3', reclaim, 'low & PTE_D || ', '', 'pressure'],
  ['D3', `${M}/unmap.ts`, 'if (!demoteEdges(memory, start, end)) return -Errno.ENOMEM;', ''],
  // Lifecycle
  ['L1', space, 'this.clearPages(0, USER_PAGES);', ''],
  [
    'L1',
    'kernel/process/exit.ts',
    'if (shared.users === 0) shared.memory.release();',
    'if (shared.users !== 0) shared.memory.release();',
  ],
  ['L1', 'kernel/process/exit.ts', 'shared.users--;', ''],
  [
    'L2',
    table,
    'this.frames.addLiveEntries(pageNumber(pteAddress), 1);\n    this.countResident',
    'this.countResident',
  ],
  ['L2', table, 'frames.addLiveEntries(table, -count);', ''],
  ['L2', table, 'this.frames.addLiveEntries(table, PTES_PER_TABLE);', ''],
  ['L3', fork, '  leaveOut(child);\n', ''],
  [
    'L3',
    fork,
    'const isCopied = (region.flags & REGION_WIPE_ON_FORK) === 0;',
    'const isCopied = true;',
  ],
  [
    'L3',
    fork,
    'if (isComplete && isCopied) isComplete',
    'if (isComplete && isCopied && region.file) isComplete',
  ],
  [
    'L5',
    `${M}/map.ts`,
    'memory.countMapped(backing, lengthBytes);',
    'memory.countMapped(backing, PAGE_SIZE);',
  ],
  [
    'L6',
    `${M}/maps-text.ts`,
    "(region.prot & PROT_WRITE ? 'w' : '-')",
    "(region.prot & PROT_READ ? 'w' : '-')",
  ],
  ['L6', `${M}/maps-text.ts`, 'address(end)} ', 'address(end - 1)} '],
  [
    'S1',
    fork,
    'const target = child.table.ensure(page, level);',
    `${SHARED_TABLES}\n      const target = child.table.ensure(page, level);`,
  ],
  ['S3', table, 'if (this.frames.liveEntries(table) === 0) this.freeTable(entry, table);', ''],
  ['F4', table, 'if (this.frames.liveEntries(middle) === 0) this.freeTable(inRoot, middle);', ''],
  ['B2', table, 'fences.owe(page * PAGE_SIZE);\n      frames.release', 'frames.release'],
  // A second one each, elsewhere
  [
    'R1',
    `${M}/break.ts`,
    'if (memory.unmap(newEnd, oldEnd - newEnd) < 0)',
    'if (memory.space.unmap(newEnd, oldEnd - newEnd) < 0)',
  ],
  ['R6', bring, 'frames.allocate(ANONYMOUS, ownerId, page)', 'frames.allocate(2, ownerId, page)'],
  [
    'R7',
    bring,
    'frames.allocateZeroed(ANONYMOUS, memory.id, page)',
    'frames.allocate(ANONYMOUS, memory.id, page)',
  ],
  [
    'R8',
    `${M}/megapage.ts`,
    '(first + MEGAPAGE_PAGES) * PAGE_SIZE <= region.end',
    'first * PAGE_SIZE <= region.end',
  ],
  [
    'R10',
    cache,
    'this.punch(Math.ceil(size / PAGE_SIZE), ',
    'this.punch(Math.ceil(size / PAGE_SIZE) + 1, ',
  ],
  ['L5', fork, 'child.countMapped(region.file, region.end - region.start);', ''],
  ['L5', space, 'this.countUnmapped(region.file, length);', ''],
  ['B1', tlb, 'this.flags[slot] = leaf.flags;', 'this.flags[slot] = leaf.flags | 4;'],
  ['L7', 'kernel/random.ts', 'let mixer = (seed ^', 'let mixer = (Date.now() ^', 'recorded'],
  [
    'L7',
    'kernel/process/scheduler.ts',
    'this.random.below(SLICE_INSTRUCTIONS / 2)',
    'Math.floor(Math.random() * 1000)',
    'recorded',
  ],
  [
    'L7',
    'kernel/clock.ts',
    'return this.steps * NANOSECONDS_PER_STEP + this.jumpedNanoseconds;',
    'return Math.round(performance.now() * 1e6) + this.jumpedNanoseconds;',
    'recorded',
  ],
  [
    'L7',
    'kernel/tty/tty.ts',
    'this.host.hostAct(act, () => this.setWindow({ rows, columns }));',
    'this.setWindow({ rows, columns });',
    'recorded',
  ],
  ['L7', 'kernel/snapshot/replay.ts', 'recorder!.time = act.now;', '', 'recorded'],
  ['L7', 'kernel/snapshot/snapshot.ts', 'seed: o.seed ?? 0,', 'seed: 0,', 'recorded'],
  ['L4', 'kernel/exec/load.ts', '  memory.activate();', `  memory.activate();${PASSED_ON}`],
  [
    'L8',
    `${M}/copy.ts`,
    "const pa = hart.translate(va, access, 'user');",
    "const pa = hart.translate(va, 'load', 'user');",
  ],
  // One more each
  ['T3', core, 'if (!this.mergesAdjacent) return false;', 'if (this.mergesAdjacent) return false;'],
  ['T4', edit, 'if (!this.frees) core.mappedPages += this.end - this.start;', ''],
  [
    'T5',
    core,
    'length: (this.mergesAdjacent ? end - start',
    'length: (!this.mergesAdjacent ? end - start',
  ],
  ['T7', 'mm/operations/change.ts', "edit.commit('change');", "edit.commit('unmap');"],
  ['R1', `${M}/move-leaves.ts`, 'if (shift % 512 !== 0) {', 'if (shift % 512 === 0) {'],
  [
    'E5',
    `${M}/megapage.ts`,
    'frames.allocateMegapage(ANONYMOUS, memory.id, first)',
    'frames.allocate(ANONYMOUS, memory.id, first)',
  ],
  [
    'E7',
    table,
    'pteHigh(ppn));\n    this.fences.owe(page * PAGE_SIZE);\n  }\n\n  /** Changes only',
    'pteHigh(ppn) + 1);\n    this.fences.owe(page * PAGE_SIZE);\n  }\n\n  /** Changes only',
  ],
  [
    'E8',
    'emulator/hart.ts',
    'context.levels === 3 && context.rootPpn === rootPpn && context.asid === asid',
    'context.levels === 3',
  ],
  [
    'S1',
    table,
    'const made = this.frames.allocateZeroed(PAGE_TABLE, this.ownerId, page);',
    'const made = this.cachedTable / PAGE_SIZE || this.frames.allocateZeroed(PAGE_TABLE, this.ownerId, page);',
  ],
  [
    'S2',
    bring,
    'memory.table.install(pteAddress, ppn, flags);',
    'memory.table.install(pteAddress, Math.floor(pteAddress / PAGE_SIZE), flags);',
  ],
  ['S3', table, 'if (count > 0) this.prune(start, end);', 'if (count > 2) this.prune(start, end);'],
  ['S5', `${M}/layout.ts`, 'MMAP_MIN_ADDRESS = ', 'MMAP_MIN_ADDRESS = 0 * '],
  ['R4', fork, 'if (isPrivate && flags & PTE_W) {', 'if (!isPrivate && flags & PTE_W) {'],
  ['R5', frames, 'this.kinds[frame] = kind;', ''],
  ['R7', frames, '      this.ram.fill(frame + this.ram.firstPpn, 0);\n', ''],
  [
    'R9',
    table,
    'if ((low & PTE_V) === 0) continue;\n      const ppn',
    'if ((low & PTE_V) !== 0) continue;\n      const ppn',
  ],
  ['F1', bring, '  frames.retain(cached);\n', ''],
  ['F6', frames, 'this.ram.fill(ppn, POISON);', ''],
  ['L2', table, '      this.frames.addLiveEntries(table, 1);\n', ''],
  [
    'L4',
    'kernel/exec/load.ts',
    '  memory.setBreakStart(range.end + bias);',
    `  memory.setBreakStart(range.end + bias);${PASSED_ON}`,
  ],
  [
    'L8',
    mmu,
    "if (access === 'store') return (flags & PTE_W) !== 0;",
    "if (access === 'store') return true;",
  ],
];

export const mutants: readonly Mutant[] = rows.map(([rule, file, find, replace, program]) => ({
  rule,
  file,
  find,
  replace,
  ...(program === undefined ? {} : { program }),
}));
