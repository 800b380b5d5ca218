/* Address spaces: private, shared and file mappings, the heap, locks, megapages, stacks. */
#include "retry.h"

static void mappings(void) {
  char *at = map(8, PRIVATE, -1);
  fill(at, 8, 'A');
  MUST(mprotect(at + 2 * PAGE, PAGE, PROT_READ));
  MUST(munmap(at + 4 * PAGE, PAGE));
  MUST(mmap(at + 4 * PAGE, PAGE, RW, PRIVATE | MAP_FIXED, -1, 0));
  at[4 * PAGE] = 'E';
  MUST(mprotect(at, 8 * PAGE, RW));
  char *moved = (char *)MUST(mremap(at, 8 * PAGE, 600 * PAGE, MREMAP_MAYMOVE));
  moved[599 * PAGE] = 'Z';
  moved = (char *)MUST(mremap(moved, 600 * PAGE, 5 * PAGE, 0));
  char *far = (char *)0x2000000000;
  moved = (char *)MUST(mremap(moved, 5 * PAGE, 5 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, far));
  char *left = (char *)MUST(
      mremap(moved + PAGE, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL));
  unsigned char vector[5];
  MUST(mincore(moved, 5 * PAGE, vector));
  say("mappings: %u %u %c\n", digest(moved, 5 * PAGE), digest(left, PAGE), moved[2 * PAGE]);
  MUST(munmap(moved, 5 * PAGE));
  MUST(munmap(left, PAGE));
}

static void advice(void) {
  char *at = map(6, PRIVATE, -1);
  MUST(madvise(at, 6 * PAGE, MADV_POPULATE_WRITE));
  fill(at, 6, 'a');
  MUST(madvise(at + PAGE, PAGE, MADV_DONTFORK));
  MUST(madvise(at + 3 * PAGE, PAGE, MADV_WIPEONFORK));
  MUST(madvise(at + 4 * PAGE, PAGE, MADV_COLD));
  MUST(madvise(at + 4 * PAGE, 2 * PAGE, MADV_PAGEOUT));
  MUST(madvise(at, PAGE, MADV_DONTNEED));
  MUST(madvise(at + 5 * PAGE, PAGE, MADV_FREE));
  at[5 * PAGE] = 'f';
  IN_CHILD { say("advice: %d %d %c\n", at[0], at[3 * PAGE], at[4 * PAGE]); }
  MUST(madvise(at, 6 * PAGE, MADV_DOFORK));
  MUST(madvise(at, 6 * PAGE, MADV_KEEPONFORK));
  say("advice: %c %c %c\n", at[2 * PAGE], at[4 * PAGE], at[5 * PAGE]);
  MUST(munmap(at, 6 * PAGE));
}

static void megapages(void) {
  char *at = map(1536, PRIVATE | MAP_NORESERVE, -1);
  char *huge = (char *)(((unsigned long)at + 2 * MIB - 1) & -(2 * MIB));
  MUST(madvise(huge, 2 * MIB, MADV_HUGEPAGE));
  huge[5 * PAGE] = 'H';
  IN_CHILD { huge[6 * PAGE] = 'I'; }
  MUST(mprotect(huge + 7 * PAGE, PAGE, PROT_READ));
  MUST(munmap(huge, 4 * PAGE));
  say("megapages: %d %d\n", huge[5 * PAGE], huge[6 * PAGE]);
  MUST(munmap(at, 1536 * PAGE));
}

static void heapAndLocks(void) {
  char *end = (char *)MUST(sbrk(0));
  MUST(sbrk(3 * PAGE));
  fill(end, 2, 'h');
  MUST(mlock(end, PAGE));
  MUST(mlock2(end + PAGE, PAGE, MLOCK_ONFAULT));
  MUST(munlock(end, 2 * PAGE));
  MUST(mlockall(MCL_FUTURE));
  char *locked = map(2, PRIVATE, -1);
  MUST(munlockall());
  say("heap: %c %d\n", end[PAGE], locked[PAGE]);
  MUST(munmap(locked, 2 * PAGE));
  MUST(sbrk(-3 * PAGE));
}

static int depth(int count) {
  volatile char room[PAGE];
  room[0] = (char)count;
  return count == 0 ? 0 : depth(count - 1) + room[0];
}

static void stacks(void) {
  char *at = (char *)MUST(mmap(NULL, 64 * PAGE, PROT_NONE, PRIVATE, -1, 0));
  MUST(munmap(at, 64 * PAGE));
  char *low = (char *)MUST(
      mmap(at + 60 * PAGE, PAGE, RW, PRIVATE | MAP_FIXED | MAP_GROWSDOWN, -1, 0));
  low[0] = 's';
  say("stacks: %c %d\n", low[0], depth(40));
  MUST(munmap(low, PAGE));
}

static void sharing(void) {
  char *shared = map(3, SHARED, -1);
  char *own = map(3, PRIVATE, -1);
  fill(shared, 2, 'S');
  fill(own, 2, 'P');
  IN_CHILD {
    shared[0] = 's';
    shared[2 * PAGE] = 't';
    own[0] = 'p';
    IN_CHILD { own[PAGE] = 'q'; }
    say("sharing: %u\n", digest(own, 3 * PAGE));
  }
  say("sharing: %u %u\n", digest(shared, 3 * PAGE), digest(own, 3 * PAGE));
  MUST(munmap(shared, 3 * PAGE));
  MUST(munmap(own, 3 * PAGE));
}
