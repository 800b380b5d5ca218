/* Random calls, and after each the whole arena compared with an oracle: one record for each page. */
#include "lab.h"

enum { PAGES = 32 };

typedef struct {
  int is_mapped, prot;
  unsigned char byte;
  int file_page; /* of a shared mapping of the file; -1: anonymous */
} Page;

static char *arena;
static Page pages[PAGES];
static unsigned char contents[PAGES]; /* of the file */
static int fd = -1;

static int is_readable(const Page *page) { return page->is_mapped && (page->prot & PROT_READ); }
static int is_writable(const Page *page) { return page->is_mapped && (page->prot & PROT_WRITE); }
static unsigned char *byte_of(Page *page) {
  return page->file_page == -1 ? &page->byte : &contents[page->file_page];
}

static void begin(int with_file) {
  arena = MAP(NULL, PAGES * PAGE, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
  for (int i = 0; i < PAGES; i++) pages[i] = (Page){1, PROT_NONE, 0, -1};
  if (!with_file) return;
  fd = lab_file(PAGES, O_RDWR);
  for (int i = 0; i < PAGES; i++) contents[i] = (unsigned char)('a' + i);
}

/* What the last call was, for the report. */
static char last_call[120] = "the first mmap";
static void differs(int page, const char *expected, const char *observed) {
  char call[200];
  snprintf(call, sizeof call, "page %d of %p after %s", page, (void *)arena, last_call);
  lab_fail(__FILE__, __LINE__, call, expected, observed);
}

/* write(2) and read(2) tell by EFAULT what may not be touched, without a signal. */
static void check(void) {
  static int ends[2] = {-1, -1};
  if (ends[0] == -1) SUCCEEDS(0, pipe(ends));
  for (int i = 0; i < PAGES; i++) {
    char *at = arena + (size_t)i * PAGE, seen[48], wanted[48];
    unsigned char byte = 0, expected = *byte_of(&pages[i]);
    int is_read = write(ends[1], at, 1) == 1;
    if (is_read) SUCCEEDS(1, read(ends[0], &byte, 1));
    if (is_read != is_readable(&pages[i])) {
      differs(i, is_read ? "not readable" : "readable", is_read ? "readable" : "not readable");
    }
    snprintf(wanted, sizeof wanted, "the byte %d", expected);
    snprintf(seen, sizeof seen, "the byte %d", byte);
    if (is_read && byte != expected) differs(i, wanted, seen);
    SUCCEEDS(1, write(ends[1], &expected, 1));
    int is_written = read(ends[0], at, 1) == 1;
    if (!is_written) SUCCEEDS(1, read(ends[0], &byte, 1));
    if (is_written != is_writable(&pages[i])) {
      differs(i, is_written ? "not writable" : "writable", is_written ? "writable" : "not writable");
    }
  }
}

static void store(void) {
  for (int i = 0; i < PAGES; i++) {
    if (!is_writable(&pages[i]) || lab_random(3) != 0) continue;
    *byte_of(&pages[i]) = (unsigned char)lab_random(256);
    arena[(size_t)i * PAGE] = (char)*byte_of(&pages[i]);
  }
}

static void map(int first, int count) {
  static const int prots[] = {PROT_NONE, PROT_READ, RW};
  int prot = prots[lab_random(3)], from = -1;
  if (fd != -1 && lab_random(2)) from = (int)lab_random((unsigned)(PAGES - count + 1));
  int flags = from == -1 ? ANON | MAP_FIXED : MAP_SHARED | MAP_FIXED;
  char *at = arena + (size_t)first * PAGE;
  snprintf(last_call, sizeof last_call, "mmap of pages %d to %d, %s, file page %d", first,
           first + count - 1, lab_prot(prot), from);
  size_t length = (size_t)count * PAGE;
  off_t offset = from == -1 ? 0 : from * (off_t)PAGE;
  CHECK(MAP(at, length, prot, flags, from == -1 ? -1 : fd, offset) == at);
  for (int i = 0; i < count; i++) pages[first + i] = (Page){1, prot, 0, from == -1 ? -1 : from + i};
}

static void unmap(int first, int count) {
  snprintf(last_call, sizeof last_call, "munmap of pages %d to %d", first, first + count - 1);
  UNMAP(arena + (size_t)first * PAGE, (size_t)count * PAGE);
  for (int i = 0; i < count; i++) pages[first + i] = (Page){0, 0, 0, -1};
}

/* mprotect stops at the first hole, and says so. */
static void protect(int first, int count) {
  static const int prots[] = {PROT_NONE, PROT_READ, RW};
  int prot = prots[lab_random(3)], done = 0;
  char *at = arena + (size_t)first * PAGE;
  snprintf(last_call, sizeof last_call, "mprotect of pages %d to %d, %s", first, first + count - 1,
           lab_prot(prot));
  while (done < count && pages[first + done].is_mapped) pages[first + done++].prot = prot;
  if (done == count) PROTECT(at, (size_t)count * PAGE, prot);
  else FAILS(ENOMEM, mprotect(at, (size_t)count * PAGE, prot));
}

/* MADV_DONTNEED: anonymous pages are zero again, those of a file as the file; a hole is ENOMEM. */
static void forget(int first, int count) {
  int holes = 0;
  snprintf(last_call, sizeof last_call, "MADV_DONTNEED of pages %d to %d", first, first + count - 1);
  for (int i = first; i < first + count; i++) {
    holes += !pages[i].is_mapped;
    if (pages[i].file_page == -1) pages[i].byte = 0;
  }
  char *at = arena + (size_t)first * PAGE;
  if (holes == 0) SUCCEEDS(0, madvise(at, (size_t)count * PAGE, MADV_DONTNEED));
  else FAILS(ENOMEM, madvise(at, (size_t)count * PAGE, MADV_DONTNEED));
}

static void rounds(int count) {
  for (int round = 0; round < count; round++) {
    int length = 1 + (int)lab_random(PAGES / 3), first = (int)lab_random((unsigned)(PAGES - length));
    switch (lab_random(5)) {
      case 0:
      case 1:
        map(first, length);
        break;
      case 2:
        unmap(first, length);
        break;
      case 3:
        protect(first, length);
        break;
      default:
        forget(first, length);
    }
    store();
    check();
  }
}

static void anonymous(void) {
  begin(0);
  rounds(60);
}

static void with_a_file(void) {
  begin(1);
  rounds(60);
  for (int i = 0; i < PAGES; i++) {
    unsigned char byte;
    SUCCEEDS(1, pread(fd, &byte, 1, i * (off_t)PAGE));
    EQUAL(byte, contents[i]);
  }
}

/* Parent and child go different ways; neither may see what the other does. */
static void with_fork(void) {
  begin(0);
  for (int generation = 0; generation < 6; generation++) {
    rounds(6);
    IN_CHILD({
      lab_random_state ^= 0x5bd1e995;
      rounds(6);
    });
    check();
  }
}

/* One grows and shrinks, mostly by brk, and what lies above it is never disturbed. */
static void heap(void) {
  enum { MOST = 64 };
  unsigned char bytes[MOST] = {0};
  uintptr_t now = (uintptr_t)sbrk(0);
  CHECK(sbrk((intptr_t)((PAGE - now % PAGE) % PAGE)) != (void *)-1);
  char *start = sbrk(0);
  int size = 0;
  for (int round = 0; round < 80; round++) {
    int next = (int)lab_random(MOST + 1);
    CHECK(sbrk((next - size) * (intptr_t)PAGE) == start + size * PAGE);
    for (int i = size; i < next; i++) bytes[i] = 0;
    size = next;
    for (int i = 0; i < size; i++) {
      EQUAL((unsigned char)start[i * PAGE], bytes[i]);
      if (lab_random(2)) start[i * PAGE] = (char)(bytes[i] = (unsigned char)lab_random(256));
    }
    READ_FAULTS(SIGSEGV, start + size * PAGE);
  }
}

LAB({"anonymous", anonymous}, {"with-a-file", with_a_file}, {"with-fork", with_fork},
    {"heap", heap})
