/* The arena of vm.c: random numbers, what is observed of it, which parts of it are one region. */
#ifndef VM_ARENA_H
#define VM_ARENA_H
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

static int files[3]; /* two to read and write, the first again read-only */
static int pipeEnds[2];
static char buffer[3 * PAGE];

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
#endif
