/*
 * Random sequences of memory calls and accesses in a fixed arena of 64 pages. Everything that a
 * program can observe goes into a digest per seed: results, errors, signals with their addresses,
 * contents. The same program on two systems must print the same.
 *
 *   vm FOLDER FIRST COUNT STEPS    a digest for each of COUNT seeds; FOLDER is on a tmpfs
 *   vm FOLDER SEED trace STEPS     every step of one seed in words
 */
#include "vm-arena.h"

#include "vm-transfers.h"

/* Calls ---------------------------------------------------------------------------------------- */

static const int prots[] = {PROT_NONE,
                            PROT_READ,
                            PROT_READ | PROT_WRITE,
                            PROT_READ | PROT_WRITE,
                            PROT_READ | PROT_WRITE,
                            PROT_WRITE,
                            PROT_READ | PROT_EXEC,
                            PROT_READ | PROT_WRITE | PROT_EXEC};
static int anyProt(void) { return prots[below(COUNT_OF(prots))]; }

static void doMap(void) {
  struct range range = anyRange();
  int prot = anyProt();
  int flags = chance(6) ? MAP_FIXED_NOREPLACE : MAP_FIXED;
  int fd = -1;
  long offset = 0;
  switch (below(6)) {
    case 0:
    case 1:
      flags |= MAP_PRIVATE | MAP_ANONYMOUS;
      break;
    case 2:
      flags |= MAP_SHARED | MAP_ANONYMOUS;
      break;
    default:
      flags |= chance(2) ? MAP_SHARED : chance(8) ? MAP_SHARED_VALIDATE : MAP_PRIVATE;
      fd = files[below(3)];
      offset = below(FILE_PAGES) * PAGE;
      if (chance(50)) offset += 1 + below(PAGE - 1);
  }
  if (chance(10)) flags |= MAP_POPULATE;
  if (chance(16)) flags |= MAP_NORESERVE;
  if (chance(24)) flags |= MAP_LOCKED;
  if (chance(30)) flags |= MAP_GROWSDOWN;
  if (chance(100)) flags &= ~(MAP_SHARED | MAP_PRIVATE);
  trace("mmap(%p, 0x%zx, %d, 0x%x, %d, 0x%lx)", (void *)range.start, range.length, prot, flags,
        fd < 0 ? -1 : fd == files[0] ? 0 : fd == files[1] ? 1 : 2, offset);
  void *at = mmap(range.start, range.length, prot, flags, fd, offset);
  if (result((long)at) == -1) return;
  setUnit(range.first, range.end, flags & MAP_GROWSDOWN ? UNKNOWN : ++lastUnit);
}

static void doUnmap(void) {
  struct range range = anyRange();
  trace("munmap(%p, 0x%zx)", (void *)range.start, range.length);
  if (result(munmap(range.start, range.length)) == 0) setUnit(range.first, range.end, 0);
}

static void doProtect(void) {
  struct range range = anyRange();
  int prot = chance(80) ? 0x100 : anyProt();
  trace("mprotect(%p, 0x%zx, 0x%x)", (void *)range.start, range.length, prot);
  result(mprotect(range.start, range.length, prot));
  splitUnits(range.first, range.end);
}

/* Whether nothing is mapped there; a stack may have grown over what no call has mapped. */
static int isHole(long page) {
  unsigned char resident;
  return units[page] == 0 && mincore(ARENA + page * PAGE, PAGE, &resident) < 0;
}

/* Moves nothing that mremap put outside the arena back: it is summed and unmapped. */
static void settleMoved(long at, long pages) {
  char *start = (char *)at;
  for (long page = 0; page < pages; page++) {
    long sum = digestPage(start + page * PAGE);
    note(sum);
    trace("  moved page %ld: %lx\n", page, sum);
  }
  munmap(start, (size_t)(pages * PAGE));
}

static void doRemap(void) {
  long first = below(PAGES);
  for (int attempt = 0; attempt < 8 && units[first] <= 0; attempt++) first = below(PAGES);
  long unit = units[first];
  if (unit == UNKNOWN || (unit == 0 && !isHole(first))) return;
  long oldPages = 1 + below(6);
  long newPages = chance(3) ? oldPages : 1 + below(8);
  long inUnit = 0;
  int hasHole = unit == 0;
  while (unit > 0 && first + inUnit < PAGES && units[first + inUnit] == unit) inUnit++;
  if (inUnit > 0 && oldPages > inUnit) {
    hasHole = first + inUnit < PAGES && isHole(first + inUnit);
    if (hasHole && newPages > inUnit && newPages != oldPages && newPages > oldPages) {
      oldPages = inUnit + 1;
      if (newPages <= oldPages) newPages = oldPages + 1;
    } else {
      hasHole = 0;
      oldPages = inUnit;
    }
  }
  int flags = below(4) == 0 ? 0 : MREMAP_MAYMOVE;
  char *to = ARENA + below(PAGES) * PAGE;
  if (flags && chance(2)) flags |= MREMAP_FIXED;
  if (flags && chance(5)) {
    flags |= MREMAP_DONTUNMAP;
    if (!chance(6)) newPages = oldPages;
    if (hasHole) return;
  }
  if (flags & MREMAP_FIXED && to + newPages * PAGE > ARENA_END) to = ARENA_END - newPages * PAGE;
  /* A move over several regions or none is a matter of the kernel's version. */
  if (hasHole && unit == 0 && oldPages == newPages) newPages++;
  /* So is whether a missing region or a bad target is found first. */
  if (unit == 0) flags &= MREMAP_MAYMOVE;
  long target = pageOf(to);
  if (flags & MREMAP_FIXED && target < first + oldPages && first < target + newPages) return;
  size_t oldLength = (size_t)(oldPages * PAGE), newLength = (size_t)(newPages * PAGE);
  char *from = ARENA + first * PAGE;
  if (chance(60) && !(flags & MREMAP_FIXED)) oldLength = 0;
  if (chance(100)) newLength = 0;
  if (chance(100)) flags |= 16;
  if (chance(60)) from += 8;
  if (chance(60)) to += 8;
  trace("mremap(%p, 0x%zx, 0x%zx, %d, %p)", (void *)from, oldLength, newLength, flags, (void *)to);
  /* Linux miscounts what is locked when parts of it move, or stay behind with MREMAP_DONTUNMAP. */
  munlock(ARENA + first * PAGE, (size_t)(oldPages * PAGE));
  splitUnits(first, first + oldPages);
  /* Not every libc hands on the last argument without MREMAP_FIXED. */
  long at = syscall(SYS_mremap, from, oldLength, newLength, flags, to);
  int isFixed = (flags & MREMAP_FIXED) != 0;
  char *address = (char *)at;
  if (at != -1 && (address < ARENA || address >= ARENA_END)) {
    note(1);
    trace(" = elsewhere\n");
    if (oldLength && !(flags & MREMAP_DONTUNMAP)) setUnit(first, first + oldPages, 0);
    else splitUnits(first, first + oldPages);
    settleMoved(at, newPages);
    return;
  }
  if (result(at) == -1) {
    /* Whether what stood in the way of a failed move is gone is a matter of the kernel's version. */
    if (isFixed) {
      munmap(from, (size_t)(oldPages * PAGE));
      munmap(to, (size_t)(newPages * PAGE));
      setUnit(first, first + oldPages, (long)from % PAGE ? UNKNOWN : 0);
      setUnit(pageOf(to), pageOf(to) + newPages, (long)to % PAGE ? UNKNOWN : 0);
    }
    return;
  }
  if (at != (long)from) {
    if (oldLength && !(flags & MREMAP_DONTUNMAP)) setUnit(first, first + oldPages, 0);
    else splitUnits(first, first + oldPages);
    setUnit(pageOf(address), pageOf(address) + newPages, ++lastUnit);
  } else if (newPages < oldPages) {
    setUnit(first + newPages, first + oldPages, 0);
  } else if (newPages > oldPages) {
    setUnit(first + oldPages, first + newPages, ++lastUnit);
  }
}

static void doAdvise(void) {
  static const int advices[] = {
      MADV_NORMAL,     MADV_RANDOM,      MADV_SEQUENTIAL, MADV_WILLNEED,  MADV_DONTNEED,
      MADV_DONTNEED,   MADV_DONTNEED,    MADV_REMOVE,     MADV_REMOVE,    MADV_FREE,
      MADV_DONTFORK,   MADV_DOFORK,      MADV_DOFORK,     MADV_WIPEONFORK, MADV_KEEPONFORK,
      MADV_COLD,       MADV_PAGEOUT,     MADV_HUGEPAGE,   MADV_NOHUGEPAGE, MADV_DONTDUMP,    MADV_DODUMP,     MADV_POPULATE_READ,
      MADV_POPULATE_READ, MADV_POPULATE_WRITE, MADV_POPULATE_WRITE, 24 /* DONTNEED_LOCKED */,
      12345};
  struct range range = anyRange();
  int advice = advices[below(COUNT_OF(advices))];
  trace("madvise(%p, 0x%zx, %d)", (void *)range.start, range.length, advice);
  result(madvise(range.start, range.length, advice));
  /* When the pages go is the kernel's choice. */
  if (advice == MADV_FREE) madvise(range.start, range.length, MADV_DONTNEED);
  splitUnits(range.first, range.end);
}

static void doSynchronise(void) {
  static const int flags[] = {MS_SYNC, MS_ASYNC, MS_INVALIDATE, MS_SYNC | MS_INVALIDATE,
                              MS_SYNC | MS_ASYNC, 0, 8};
  struct range range = anyRange();
  int flag = flags[below(COUNT_OF(flags))];
  trace("msync(%p, 0x%zx, %d)", (void *)range.start, range.length, flag);
  result(msync(range.start, range.length, flag));
}

static void doLock(void) {
  struct range range = anyRange();
  long kind = below(5);
  const char *names[] = {"mlock", "munlock", "mlock2 onfault", "munlock", "munlockall"};
  trace("%s(%p, 0x%zx)", names[kind], (void *)range.start, range.length);
  if (kind == 0) result(mlock(range.start, range.length));
  else if (kind == 2) result(syscall(SYS_mlock2, range.start, range.length, 1));
  else if (kind == 4) result(munlockall());
  else result(munlock(range.start, range.length));
  /* An address inside a page may reach one page further. */
  splitUnits(range.first, range.end);
  splitUnits(range.end, range.end + 1);
}

/* Only the result: what is resident is not part of what memory means. */
static void doMincore(void) {
  struct range range = anyRange();
  unsigned char resident[PAGES + 4];
  trace("mincore(%p, 0x%zx)", (void *)range.start, range.length);
  result(mincore(range.start, range.length, resident));
}

static void touch(void) {
  char *at = ARENA + below(PAGES) * PAGE + (chance(2) ? 0 : below(PAGE));
  if (chance(2)) {
    trace("read(%p)", (void *)at);
    readAt(at);
  } else {
    int value = (int)below(256);
    trace("write(%p, %d)", (void *)at, value);
    writeAt(at, value);
  }
}

static void doStep(int isChild);

/* In a child MADV_DONTFORK has left holes. */
static void findHoles(void) {
  unsigned char resident;
  for (long page = 0; page < PAGES; page++) {
    if (mincore(ARENA + page * PAGE, PAGE, &resident) < 0) setUnit(page, page + 1, 0);
  }
}

static void doFork(void) {
  uint64_t seed = next() | 1;
  trace("fork\n");
  pid_t child = fork();
  if (child == 0) {
    state = seed;
    findHoles();
    long steps = 1 + below(12);
    for (long i = 0; i < steps; i++) doStep(1);
    if (chance(4)) digestPages(0, PAGES);
    _exit(0);
  }
  int status;
  if (child < 0 || waitpid(child, &status, 0) != child) status = -1;
  note(status);
  trace("child %d\n", status);
}

static void doStep(int isChild) {
  long kind = below(100);
  if (kind < 36) touch();
  else if (kind < 50) doMap();
  else if (kind < 55) doUnmap();
  else if (kind < 64) doProtect();
  else if (kind < 72) doRemap();
  else if (kind < 80) doAdvise();
  else if (kind < 82) doSynchronise();
  else if (kind < 85) doLock();
  else if (kind < 87) doTruncate();
  else if (kind < 89) doAllocate();
  else if (kind < 93) doTransfer();
  else if (kind < 94) doVector();
  else if (kind < 95) doPipe();
  else if (kind < 97) doMincore();
  else if (kind < 98 && !isChild) doFork();
  else {
    long first = below(PAGES - 8);
    trace("digest\n");
    digestPages(first, first + 8);
  }
}

static void runSeed(uint64_t seed, long steps) {
  state = (seed + 1) * 0x9e3779b97f4a7c15ULL | 1;
  shared->digest = 0xcbf29ce484222325ULL;
  munmap(ARENA, (PAGES + 16) * PAGE);
  memset(units, 0, sizeof units);
  for (int file = 0; file < 2; file++) {
    if (ftruncate(files[file], 0) < 0 || ftruncate(files[file], 12 * PAGE) < 0) _exit(3);
  }
  for (int i = 0; i < 16; i++) next();
  for (step = 0; step < steps; step++) doStep(0);
  trace("at the end\n");
  digestPages(0, PAGES);
}

static int openFile(const char *folder, const char *name, int flags) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s-%d", folder, name, (int)getpid());
  int fd = open(path, flags, 0600);
  if (fd < 0) perror(path);
  return fd;
}

static void removeFile(const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s-%d", folder, name, (int)getpid());
  unlink(path);
}

int main(int count, char **arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: vm FOLDER FIRST COUNT STEPS | vm FOLDER SEED trace STEPS\n");
    return 2;
  }
  const char *folder = arguments[1];
  uint64_t first = strtoull(arguments[2], NULL, 10);
  isTraced = strcmp(arguments[3], "trace") == 0;
  long seeds = isTraced ? 1 : strtol(arguments[3], NULL, 10);
  long steps = strtol(arguments[4], NULL, 10);

  shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  files[0] = openFile(folder, "first", O_RDWR | O_CREAT);
  files[1] = openFile(folder, "second", O_RDWR | O_CREAT);
  files[2] = openFile(folder, "first", O_RDONLY);
  removeFile(folder, "first");
  removeFile(folder, "second");
  struct rlimit lockable = {LOCKABLE_PAGES * PAGE, LOCKABLE_PAGES * PAGE};
  if (shared == MAP_FAILED || files[0] < 0 || files[1] < 0 || files[2] < 0 ||
      pipe2(pipeEnds, O_NONBLOCK) < 0 || setrlimit(RLIMIT_MEMLOCK, &lockable) < 0) {
    perror("vm");
    return 3;
  }
  struct sigaction action = {.sa_sigaction = onFault};
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, NULL);
  sigaction(SIGBUS, &action, NULL);

  for (long i = 0; i < seeds; i++) {
    runSeed(first + (uint64_t)i, steps);
    printf("%llu %016llx\n", (unsigned long long)first + (unsigned long long)i,
           (unsigned long long)shared->digest);
  }
  return 0;
}
