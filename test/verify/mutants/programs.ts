import { Random } from '../../support/random.js';
import {
  BRK,
  CLOCK_GETTIME,
  EXECVE,
  FSYNC,
  FTRUNCATE,
  GETRANDOM,
  IOCTL,
  MADVISE,
  MMAP,
  MPROTECT,
  MREMAP,
  MSYNC,
  MUNMAP,
  OPENAT,
  PREAD,
  PWRITE,
  READ,
  Script,
} from './script.js';

const PAGE = 4096;
const A = 0x4000_0000;
const B = 0x5000_0000;
const C = 0x5100_0000;
const D = 0x5200_0000;
const E = 0x5300_0000;
const HUGE = 0x6000_0000;
const MEGAPAGE = 2 ** 21;
const ANONYMOUS = 0x22;
const FIXED = 0x10;
const POPULATE = 0x8000;
const SHARED = 1;
const PRIVATE = 2;
const AT_FDCWD = -100;
const CREATE = 0o102;
const FD = 3;
const MS_SYNC = 4;
const TIOCGWINSZ = 0x5413;
const [DONTNEED, FREE, DONTFORK, HUGEPAGE, WIPEONFORK, PAGEOUT] = [4, 8, 10, 14, 18, 21];
/** addi a0, a0, 1 and 2, and ret. */
const [ADD_1, ADD_2, RET] = [0x0015_0513, 0x0025_0513, 0x0000_8067];

function mapAnonymous(s: Script, address: number, pages: number, prot = 3, flags = 0): Script {
  return s.call(MMAP, address, pages * PAGE, prot, ANONYMOUS | FIXED | flags, -1, 0);
}

/** Private memory: faults, unmap, protect, move, advice, heap, superpages. */
function memory(s: Script): void {
  mapAnonymous(s, A, 8);
  for (const page of [0, 1, 2, 3, 4, 5, 7]) s.store(A + page * PAGE, page + 1);
  s.load(A + 6 * PAGE);
  s.call(MUNMAP, A + 2 * PAGE, 2 * PAGE);
  mapAnonymous(s, A + 2 * PAGE, 2)
    .load(A + 2 * PAGE)
    .load(A + 3 * PAGE)
    .store(A + 3 * PAGE);
  s.call(MPROTECT, A + 4 * PAGE, PAGE, 1).load(A + 4 * PAGE);
  s.call(MPROTECT, A + 5 * PAGE, PAGE, 0).call(MPROTECT, A + 5 * PAGE, PAGE, 3);
  s.load(A + 5 * PAGE).store(A + 5 * PAGE);
  s.call(MPROTECT, A + 6 * PAGE, PAGE, 0).call(MPROTECT, A + 6 * PAGE, PAGE, 3);
  s.call(MREMAP, A, 2 * PAGE, 2 * PAGE, 3, D)
    .load(D + PAGE)
    .store(D);
  s.call(MADVISE, A + 7 * PAGE, PAGE, DONTNEED)
    .load(A + 7 * PAGE)
    .store(A + 7 * PAGE);
  mapAnonymous(s, E, 2)
    .store(E)
    .store(E + PAGE)
    .call(MUNMAP, E, 2 * PAGE);
  mapAnonymous(s, E, 2)
    .load(E)
    .store(E + PAGE, 2);
  mapAnonymous(s, E + 16 * PAGE, 1, 2).store(E + 16 * PAGE);
  mapAnonymous(s, 0, 1, 3, POPULATE);
  mapAnonymous(s, HUGE, 1024).call(MADVISE, HUGE, 2 * MEGAPAGE, HUGEPAGE);
  s.store(HUGE).store(HUGE + MEGAPAGE);
  s.call(MPROTECT, HUGE, 16 * PAGE, 1)
    .load(HUGE)
    .store(HUGE + 16 * PAGE);
  s.call(MUNMAP, HUGE + MEGAPAGE, 16 * PAGE).load(HUGE + MEGAPAGE + 16 * PAGE);
  mapAnonymous(s, HUGE + 4 * MEGAPAGE, 64).call(MADVISE, HUGE + 4 * MEGAPAGE, 64 * PAGE, HUGEPAGE);
  s.store(HUGE + 4 * MEGAPAGE);
  const moved = HUGE + 8 * MEGAPAGE;
  mapAnonymous(s, moved, 512).call(MADVISE, moved, MEGAPAGE, HUGEPAGE).store(moved);
  s.call(MREMAP, moved, MEGAPAGE, MEGAPAGE, 3, HUGE + 12 * MEGAPAGE + PAGE);
  s.call(MUNMAP, HUGE + 12 * MEGAPAGE + PAGE, MEGAPAGE);
  mapAnonymous(s, moved, 512).call(MADVISE, moved, MEGAPAGE, HUGEPAGE).store(moved);
  s.call(MUNMAP, moved, MEGAPAGE);
  s.call(BRK, 0x3_0000).call(BRK, 0x3_4000).store(0x3_3000).call(BRK, 0x3_0000);
}

/** Files: shared and private mappings, offsets, truncation. */
function files(s: Script): void {
  s.call(OPENAT, AT_FDCWD, '/tmp/file', CREATE, 0o600);
  for (const page of [0, 1, 2, 3]) s.call(PWRITE, FD, 'contents', 8, page * PAGE);
  s.call(FTRUNCATE, FD, 4 * PAGE);
  s.call(MMAP, B, 5 * PAGE, 3, SHARED | FIXED, FD, 0)
    .store(B)
    .load(B + PAGE)
    .store(B + 3 * PAGE);
  s.call(MMAP, B + 16 * PAGE, 2 * PAGE, 3, SHARED | FIXED, FD, PAGE).load(B + 16 * PAGE);
  s.call(MMAP, C, 3 * PAGE, 3, PRIVATE | FIXED, FD, 0)
    .load(C)
    .store(C + PAGE)
    .store(C);
  s.call(MPROTECT, B, PAGE, 1).load(B);
  s.call(MUNMAP, B + 16 * PAGE, PAGE).load(B + 17 * PAGE);
  s.call(MMAP, B + 32 * PAGE, 3 * PAGE, 1, PRIVATE | FIXED, FD, PAGE);
  s.call(MPROTECT, B + 33 * PAGE, 2 * PAGE, 3).load(B + 34 * PAGE);
  s.call(FTRUNCATE, FD, PAGE + 100).load(B + PAGE);
  s.call(MMAP, B + 48 * PAGE, 2 * PAGE, 1, SHARED | FIXED | POPULATE, FD, 0);
  s.call(FTRUNCATE, FD, PAGE);
}

/** fork: copy on write from either side, regions with advice, ASIDs used again. */
function processes(s: Script): void {
  mapAnonymous(s, E + 32 * PAGE, 1)
    .store(E + 32 * PAGE)
    .call(MADVISE, E + 32 * PAGE, PAGE, DONTFORK);
  mapAnonymous(s, E + 40 * PAGE, 1)
    .store(E + 40 * PAGE)
    .call(MADVISE, E + 40 * PAGE, PAGE, WIPEONFORK);
  mapAnonymous(s, E + 48 * PAGE, 3);
  for (const page of [48, 49, 50]) s.store(E + page * PAGE, page);
  const shared = E + 48 * PAGE;
  s.fork(
    (child) => {
      child
        .load(shared)
        .store(shared, 1)
        .load(shared + PAGE);
      child
        .call(PREAD, FD, shared + 2 * PAGE, 4, 0)
        .load(shared + PAGE)
        .load(E + 40 * PAGE);
      child.call(MPROTECT, shared + 2 * PAGE, PAGE, 1).call(MPROTECT, shared + 2 * PAGE, PAGE, 3);
      child
        .load(shared + 2 * PAGE)
        .store(shared + 2 * PAGE)
        .call(MUNMAP, shared, PAGE);
    },
    (parent) =>
      parent
        .load(shared + PAGE)
        .store(shared + PAGE, 2)
        .store(shared, 3),
  );
  s.load(shared)
    .store(shared, 4)
    .store(shared + 2 * PAGE, 5);
  s.fork((child) =>
    child
      .store(shared)
      .store(shared + PAGE)
      .load(A + 4 * PAGE),
  );
  s.fork((child) => child.call(EXECVE, '/bin/other', 0, 0));
}

/** Code that is written, executed, and written again. */
function code(s: Script): void {
  mapAnonymous(s, E + 64 * PAGE, 1, 7);
  s.store(E + 64 * PAGE, ADD_1)
    .store(E + 64 * PAGE + 4, RET)
    .jump(E + 64 * PAGE);
  s.store(E + 64 * PAGE, ADD_2);
}

/** Everything, in a few hundred instructions. */
function everything(): Uint8Array {
  const s = new Script();
  memory(s);
  files(s);
  processes(s);
  code(s);
  return s.elf();
}

/** Runs out of frames after MADV_FREE of pages of which one is written again. */
function pressure(): Uint8Array {
  const s = new Script();
  mapAnonymous(s, A, 4);
  for (const page of [0, 1, 2, 3]) s.store(A + page * PAGE, page + 1);
  s.call(MADVISE, A, 4 * PAGE, FREE).store(A + PAGE);
  mapAnonymous(s, B, 900, 3, POPULATE);
  mapAnonymous(s, C, 120);
  for (let page = 0; page < 120; page++) s.store(C + page * PAGE);
  return s.elf();
}

/** A file on the disk: mapped, written through, synchronised, cut off, unmapped. */
function writing(): Uint8Array {
  const s = new Script();
  s.call(OPENAT, AT_FDCWD, '/disk/file', CREATE, 0o600);
  for (const page of [0, 1, 2, 3]) s.call(PWRITE, FD, 'contents', 8, page * PAGE);
  s.call(FSYNC, FD).call(FTRUNCATE, FD, 3 * PAGE + 100);
  s.call(MMAP, B, 4 * PAGE, 3, SHARED | FIXED, FD, 0);
  s.store(B, 1)
    .store(B + 3 * PAGE + 96, 2)
    .store(B + 3 * PAGE + 104, 3)
    .load(B + PAGE);
  s.call(MSYNC, B, 4 * PAGE, MS_SYNC);
  s.call(FTRUNCATE, FD, 4 * PAGE).load(B + 3 * PAGE);
  s.store(B + PAGE, 4).store(B + 2 * PAGE, 5);
  s.call(MUNMAP, B + PAGE, PAGE).call(MADVISE, B + 2 * PAGE, PAGE, DONTNEED);
  s.call(MMAP, B + 16 * PAGE, 4 * PAGE, 3, SHARED | FIXED, FD, 0)
    .store(B + 18 * PAGE, 6)
    .load(B + 17 * PAGE);
  s.fork((child) => child.store(B + 16 * PAGE, 7));
  s.store(B, 8).call(MADVISE, B, PAGE, DONTNEED);
  s.call(OPENAT, AT_FDCWD, '/disk/short', CREATE, 0o600).call(PWRITE, FD + 1, 'contents', 8, 0);
  s.call(MMAP, C, PAGE, 3, SHARED | FIXED, FD + 1, 0).store(C + 104, 9);
  s.call(MSYNC, C, PAGE, MS_SYNC);
  return s.elf();
}

/** Maps pages over themselves: one call gives frames up and gets them back. */
function regaining(): Uint8Array {
  const s = new Script();
  s.call(OPENAT, AT_FDCWD, '/disk/file', CREATE, 0o600).call(PWRITE, FD, 'contents', 8, 0);
  s.call(FSYNC, FD)
    .call(MMAP, B, PAGE, 3, SHARED | FIXED, FD, 0)
    .store(B);
  s.call(MMAP, B, PAGE, 3, SHARED | FIXED | POPULATE, FD, 0)
    .load(B)
    .store(B + 8, 2);
  mapAnonymous(s, A, 2).store(A, 1);
  mapAnonymous(s, A, 2, 3, POPULATE)
    .load(A)
    .store(A + PAGE, 2);
  s.call(MMAP, A, 2 * PAGE, 3, SHARED | ANONYMOUS | FIXED | POPULATE, -1, 0).store(A, 3);
  mapAnonymous(s, A, 2, 3, POPULATE).store(A, 4);
  return s.elf();
}

/** Pages that go to the swap device and come back, in one process and in two. */
function swapping(): Uint8Array {
  const s = new Script();
  mapAnonymous(s, A, 8);
  for (let page = 0; page < 8; page++) s.store(A + page * PAGE, page + 1);
  s.call(MADVISE, A, 6 * PAGE, PAGEOUT)
    .load(A)
    .store(A + PAGE);
  s.call(MADVISE, A, 2 * PAGE, PAGEOUT)
    .load(A)
    .load(A + PAGE);
  s.call(MPROTECT, A, PAGE, 1).call(MADVISE, A, 6 * PAGE, PAGEOUT);
  s.call(MREMAP, A + 4 * PAGE, PAGE, PAGE, 3, D).load(D);
  s.fork((child) =>
    child
      .load(A + PAGE)
      .store(A + 2 * PAGE, 9)
      .load(A + 3 * PAGE),
  );
  s.load(A)
    .load(A + PAGE)
    .store(A + PAGE, 7)
    .load(A + 2 * PAGE);
  s.call(MADVISE, A, 8 * PAGE, PAGEOUT).call(MUNMAP, A + 5 * PAGE, 3 * PAGE);
  s.call(MADVISE, A + PAGE, PAGE, DONTNEED).load(A + PAGE);
  mapAnonymous(s, HUGE, 512).call(MADVISE, HUGE, MEGAPAGE, HUGEPAGE).store(HUGE, 1);
  s.call(MADVISE, HUGE, 4 * PAGE, PAGEOUT).load(HUGE);
  swapShared(s);
  return s.elf();
}

/** Shared memory, whose pages go from all who map it and come back one by one. */
function swapShared(s: Script): void {
  s.call(MMAP, B, 4 * PAGE, 3, SHARED | 0x20 | FIXED, -1, 0);
  for (let page = 0; page < 4; page++) s.store(B + page * PAGE, page + 1);
  s.call(MADVISE, B, 3 * PAGE, PAGEOUT)
    .load(B)
    .store(B + PAGE, 9);
  s.call(MADVISE, B, 3 * PAGE, PAGEOUT);
  s.fork((child) =>
    child
      .load(B)
      .store(B + 2 * PAGE, 5)
      .call(MUNMAP, B, 4 * PAGE),
  );
  s.load(B)
    .load(B + 2 * PAGE)
    .call(MADVISE, B, 4 * PAGE, PAGEOUT);
  s.call(MUNMAP, B, 4 * PAGE);
}

/** Asks for all that comes from outside: random bytes, the time, the window, what is typed. */
function recorded(): Uint8Array {
  const s = new Script();
  mapAnonymous(s, A, 1);
  s.call(GETRANDOM, A, 16, 0).call(CLOCK_GETTIME, 0, A + 16);
  s.call(READ, 0, A + 32, 32)
    .call(IOCTL, 0, TIOCGWINSZ, A + 64)
    .call(CLOCK_GETTIME, 0, A + 80);
  s.fork(
    (child) => child.call(CLOCK_GETTIME, 1, A + 96).spin(),
    (parent) => parent.spin(),
  );
  return s.elf();
}

/** Memory calls of no plan, in a few pages, that read and write them from within the kernel. */
export function randomProgram(seed: number): Uint8Array {
  const random = new Random(seed);
  const s = new Script();
  s.call(OPENAT, AT_FDCWD, '/tmp/file', CREATE, 0o600).call(FTRUNCATE, FD, 4 * PAGE + 50);
  const act = (on: Script): void => {
    const first = random.below(8);
    const at = A + first * PAGE;
    const length = (1 + random.below(8 - first)) * PAGE;
    const prot = random.below(8);
    const mapped = () => random.pick([SHARED, PRIVATE]) | FIXED | random.pick([0, POPULATE]);
    const acts: (() => unknown)[] = [
      () => mapAnonymous(on, at, length / PAGE, prot, random.pick([0, POPULATE])),
      () => on.call(MMAP, at, length, prot, mapped(), FD, random.below(5) * PAGE),
      () => on.call(MUNMAP, at, length),
      () => on.call(MPROTECT, at, length, prot),
      () => on.call(MADVISE, at, length, random.pick([DONTNEED, FREE, DONTFORK, WIPEONFORK])),
      () => on.call(MREMAP, at, PAGE, length, 3, random.pick([C, A + 12 * PAGE])),
      () => on.call(FTRUNCATE, FD, random.below(6) * PAGE + 9),
      () => on.call(PWRITE, FD, A + random.below(8) * PAGE, 8, random.below(5) * PAGE),
      () => on.call(PREAD, FD, at, 8, random.below(5) * PAGE),
    ];
    random.pick(acts)();
  };
  for (let i = 0; i < 60; i++) act(s);
  s.fork(
    (child) => {
      for (let i = 0; i < 12; i++) act(child);
    },
    (parent) => {
      for (let i = 0; i < 12; i++) act(parent);
    },
  );
  return s.elf();
}

/** The programs by their names. */
export const programs = {
  everything: everything(),
  pressure: pressure(),
  swapping: swapping(),
  writing: writing(),
  regaining: regaining(),
  recorded: recorded(),
};

export type ProgramName = keyof typeof programs;

/** The machine that a program needs. */
export function memoryOf(name: ProgramName) {
  return {
    memoryBytes: (name === 'pressure' ? 4 : 16) * 2 ** 20,
    swapBytes: name === 'swapping' ? 2 ** 20 : 0,
    diskBytes: name === 'writing' || name === 'regaining' ? 2 ** 20 : 0,
  };
}
