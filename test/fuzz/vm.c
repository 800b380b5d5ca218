/*
 * Random sequences of memory calls and accesses in a fixed arena of 64 pages. Everything that a
 * program can observe goes into a digest per seed: results, errors, signals with their addresses,
 * contents. The same program on two systems must print the same.
 *
 *   vm FOLDER FIRST COUNT STEPS    a digest for each of COUNT seeds; FOLDER is on a tmpfs
 *   vm FOLDER SEED trace STEPS     every step of one seed in words
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096L
#define PAGES 64L
#define ARENA ((char *)0x1000000000)
#define ARENA_END (ARENA + PAGES * PAGE)
#define FILE_PAGES 24
#define LOCKABLE_PAGES 40
#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* Random numbers ------------------------------------------------------------------------------- */

static uint64_t state;

static uint64_t next(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (state * 0x2545f4914f6cdd1dULL) >> 20;
}

static long below(long bound) { return (long)(next() % (uint64_t)bound); }
static int chance(long outOf) { return below(outOf) == 0; }

/* What was observed ---------------------------------------------------------------------------- */

static struct {
  uint64_t digest;
} *shared; /* shared with the children */
static int isTraced;
static long step;

static void note(long value) {
  shared->digest = (shared->digest ^ (uint64_t)value) * 0x100000001b3ULL;
  shared->digest ^= shared->digest >> 29;
}

__attribute__((format(printf, 1, 2))) static void trace(const char *format, ...) {
  if (!isTraced) return;
  char line[512];
  int length = format[0] == ' ' ? 0 : snprintf(line, sizeof line, "%ld ", step);
  va_list values;
  va_start(values, format);
  length += vsnprintf(line + length, sizeof line - (size_t)length, format, values);
  va_end(values);
  if (write(1, line, (size_t)length) < 0) _exit(3);
}

static long result(long value) {
  if (value == -1) {
    note(-errno);
    trace(" = %s\n", strerrorname_np(errno));
  } else {
    note(value);
    trace(" = 0x%lx\n", value);
  }
  return value;
}

/* Units: ranges of pages that certainly lie in one region -------------------------------------- */

/* 0 is unmapped, UNKNOWN may be either. Which neighbours are merged is the kernel's own affair, but
   mremap's answer depends on it: so it is only asked about ranges inside a unit, or with a hole. */
#define UNKNOWN (-1L)
static long units[PAGES];
static long lastUnit;

static long pageOf(const char *address) { return (address - ARENA) / PAGE; }

/* Pages [first, end) become a unit of their own, or are unmapped. */
static void setUnit(long first, long end, long unit) {
  if (first < 0) first = 0;
  if (end > PAGES) end = PAGES;
  if (first >= end) return;
  long after = end < PAGES ? units[end] : 0;
  if (end < PAGES && after > 0 && units[end - 1] == after) {
    long fresh = ++lastUnit;
    for (long page = end; page < PAGES && units[page] == after; page++) units[page] = fresh;
  }
  for (long page = first; page < end; page++) units[page] = unit;
}

/* A call changed [first, end), which may split units at both ends. */
static void splitUnits(long first, long end) {
  if (first < 0) first = 0;
  if (end > PAGES) end = PAGES;
  for (long page = first; page < end;) {
    long unit = units[page];
    long to = page;
    while (to < end && units[to] == unit) to++;
    if (unit > 0) setUnit(page, to, ++lastUnit);
    page = to;
  }
}

/* Accesses ------------------------------------------------------------------------------------- */

static sigjmp_buf recovery;
static volatile long faultCode;
static char *volatile faultAddress;

static void onFault(int number, siginfo_t *info, void *context) {
  (void)context;
  faultCode = number * 16 + info->si_code;
  faultAddress = info->si_addr;
  siglongjmp(recovery, 1);
}

static void reportFault(char *at) {
  note(faultCode);
  note(faultAddress - at);
  trace(" signal %ld code %ld at %+ld\n", faultCode / 16, faultCode % 16, faultAddress - at);
}

static void readAt(char *at) {
  if (sigsetjmp(recovery, 0) == 0) {
    long value = *(volatile unsigned char *)at;
    note(value);
    trace(" = %ld\n", value);
  } else {
    reportFault(at);
  }
}

static void writeAt(char *at, int value) {
  if (sigsetjmp(recovery, 0) == 0) {
    *(volatile unsigned char *)at = (unsigned char)value;
    note(value);
    trace(" done\n");
  } else {
    reportFault(at);
  }
}

/* Sums a page; a fault counts as its code. */
static long digestPage(char *page) {
  if (sigsetjmp(recovery, 0) != 0) return faultCode * 1000 + (faultAddress - page);
  volatile uint64_t *words = (volatile uint64_t *)page;
  uint64_t sum = 0;
  for (int i = 0; i < 512; i += 4) {
    uint64_t first = words[i];
    uint64_t second = words[i + 1];
    uint64_t third = words[i + 2];
    uint64_t fourth = words[i + 3];
    sum = sum * 31 + first + 7 * second + 11 * third + 13 * fourth;
  }
  return (long)(sum >> 1);
}

static void digestPages(long first, long end) {
  for (long page = first; page < end; page++) {
    long sum = digestPage(ARENA + page * PAGE);
    note(sum);
    trace("  page %ld: %lx\n", page, sum);
  }
}

/* Calls ---------------------------------------------------------------------------------------- */

static const int prots[] = {PROT_NONE,
                            PROT_READ,
                            PROT_READ | PROT_WRITE,
                            PROT_READ | PROT_WRITE,
                            PROT_READ | PROT_WRITE,
                            PROT_WRITE,
                            PROT_READ | PROT_EXEC,
                            PROT_READ | PROT_WRITE | PROT_EXEC};
static int files[3]; /* two to read and write, the first again read-only */
static int pipeEnds[2];
static char buffer[3 * PAGE];

static int anyProt(void) { return prots[below(COUNT_OF(prots))]; }

struct range {
  char *start;
  size_t length;
  long first, end; /* pages */
};

/* Mostly a few whole pages; now and then something that a call must round or refuse. */
static struct range anyRange(void) {
  long first = below(PAGES);
  long pages = 1 + (chance(4) ? below(PAGES - first) : below(6));
  if (first + pages > PAGES) pages = PAGES - first;
  struct range range = {ARENA + first * PAGE, (size_t)(pages * PAGE), first, first + pages};
  if (chance(12)) range.length -= (size_t)below(PAGE);
  if (chance(40)) range.start += 1 + below(PAGE - 1);
  if (chance(60)) range.length = 0;
  if (chance(100)) range.length = (size_t)-1 - (size_t)below(3 * PAGE);
  return range;
}

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

static void doTruncate(void) {
  int file = (int)below(3);
  long size = below(FILE_PAGES * PAGE);
  if (chance(2)) size -= size % PAGE;
  trace("ftruncate(%d, 0x%lx)", file, size);
  result(ftruncate(files[file], size));
}

static void doAllocate(void) {
  int file = (int)below(3);
  long offset = below(FILE_PAGES * PAGE), length = below(4 * PAGE);
  if (chance(2)) offset -= offset % PAGE;
  static const int modes[] = {3, 3, 3, 3, 0, 0, 2, 4};
  int mode = modes[below(COUNT_OF(modes))];
  trace("fallocate(%d, %d, 0x%lx, 0x%lx)", file, mode, offset, length);
  if (result(fallocate(files[file], mode, offset, length)) < 0 || mode != 0) return;
  /* mincore does not tell of what fallocate took before it is used. */
  size_t end = (size_t)(offset + length);
  char *pages = mmap(NULL, end, PROT_READ, MAP_SHARED, files[file], 0);
  madvise(pages, end, MADV_POPULATE_READ);
  munmap(pages, end);
}

/* Before 6.13 a write that copies nothing leaves an empty buffer behind: the pipe is always drained. */
static void drainPipe(void) {
  char bytes[256];
  while (read(pipeEnds[0], bytes, sizeof bytes) > 0) {
  }
}

/* A byte, or -1 where a load is refused. */
static int peekAt(char *at) {
  if (sigsetjmp(recovery, 0) != 0) return -1;
  return *(volatile unsigned char *)at;
}

/*
 * Whether a page of the memory is a page that is read or written of the file: what a copy onto
 * itself leaves behind depends on the processor's copying loop. A byte of the file is changed to see.
 */
static int isOntoItself(int file, long offset, long length, char *memory) {
  int fd = files[file == 2 ? 0 : file];
  int isAlias = 0;
  for (long at = offset - offset % PAGE; at < offset + length && !isAlias; at += PAGE) {
    unsigned char old, changed;
    if (pread(fd, &old, 1, at) != 1) break;
    changed = (unsigned char)~old;
    char *end = memory + length < ARENA_END ? memory + length : ARENA_END;
    for (char *page = memory - (long)memory % PAGE; page < end; page += PAGE) {
      int before = peekAt(page);
      if (pwrite(fd, &changed, 1, at) != 1) _exit(3);
      isAlias |= peekAt(page) != before;
      if (pwrite(fd, &old, 1, at) != 1) _exit(3);
    }
  }
  return isAlias;
}

/* Reads and writes, from memory of the program's or from the arena, which may be bad. */
static void doTransfer(void) {
  int file = (int)below(3);
  int isWrite = chance(2);
  int inArena = chance(2);
  long offset = below(FILE_PAGES * PAGE);
  long length = chance(2) ? below(64) : below(3 * PAGE);
  char *memory = inArena ? ARENA + below(PAGES * PAGE - length) : buffer;
  if (!inArena && isWrite) memset(buffer, (int)below(256), (size_t)length);
  trace("%s(%d, %p, %ld, 0x%lx)", isWrite ? "pwrite" : "pread", file,
        inArena ? (void *)memory : NULL, length, offset);
  if (inArena && isOntoItself(file, offset, length, memory)) {
    trace(" is left out\n");
    return;
  }
  /* Since 6.15 a write past the end that copies nothing leaves the file longer. */
  if (isWrite && inArena && write(pipeEnds[1], memory, 1) != 1) {
    trace(" is left out\n");
    drainPipe();
    return;
  }
  if (isWrite) {
    drainPipe();
    result(pwrite(files[file], memory, (size_t)length, offset));
    return;
  }
  long count = result(pread(files[file], memory, (size_t)length, offset));
  if (inArena) return;
  long sum = 0;
  for (long i = 0; i < count; i++) sum = sum * 31 + (unsigned char)buffer[i];
  note(sum);
}

/* preadv and pwritev of two parts, one after the other, in the arena. */
static void doVector(void) {
  int file = (int)below(3);
  int isWrite = chance(2);
  long offset = below(FILE_PAGES * PAGE);
  struct iovec parts[2];
  for (int i = 0; i < 2; i++) {
    parts[i].iov_len = (size_t)(chance(2) ? below(64) : below(2 * PAGE));
    parts[i].iov_base = ARENA + below(PAGES * PAGE - (long)parts[i].iov_len);
  }
  trace("%s(%d, {%p, %zu}, {%p, %zu}, 0x%lx)", isWrite ? "pwritev" : "preadv", file,
        parts[0].iov_base, parts[0].iov_len, parts[1].iov_base, parts[1].iov_len, offset);
  long whole = (long)(parts[0].iov_len + parts[1].iov_len);
  if (isOntoItself(file, offset, whole, parts[0].iov_base) ||
      isOntoItself(file, offset, whole, parts[1].iov_base)) {
    trace(" is left out\n");
    return;
  }
  if (!isWrite) {
    result(preadv(files[file], parts, 2, offset));
    return;
  }
  /* As above: each part must begin with what can be read. */
  for (int i = 0; i < 2; i++) {
    if (parts[i].iov_len > 0 && write(pipeEnds[1], parts[i].iov_base, 1) == 1) continue;
    trace(" is left out\n");
    drainPipe();
    return;
  }
  drainPipe();
  result(pwritev(files[file], parts, 2, offset));
}

static void doPipe(void) {
  long length = 1 + below(3 * PAGE);
  char *from = ARENA + below(PAGES * PAGE - length), *to = ARENA + below(PAGES * PAGE - length);
  trace("write(pipe, %p, %ld)", (void *)from, length);
  long count = result(write(pipeEnds[1], from, (size_t)length));
  if (count <= 0) {
    drainPipe();
    return;
  }
  trace("  read(pipe, %p, %ld)", (void *)to, length);
  result(read(pipeEnds[0], to, (size_t)length));
  drainPipe();
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
