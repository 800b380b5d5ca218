/* Copy on write: what fork shares must part at the first write, whoever writes. */
#include "lab.h"

static void simple(void) {
  size_t pages = 4 + lab_random(12);
  char *p = MAP(NULL, pages * PAGE, RW, ANON, -1, 0);
  for (size_t i = 0; i < pages; i++) p[i * PAGE] = (char)(i + 1);
  IN_CHILD({
    for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i + 1);
    for (size_t i = 0; i < pages; i++) p[i * PAGE] = 'c';
    for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], 'c');
  });
  for (size_t i = 0; i < pages; i++) EQUAL(p[i * PAGE], i + 1);
}

static void parent_writes(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  int go[2];
  SUCCEEDS(0, pipe(go));
  p[0] = 'o';
  pid_t pid = fork();
  if (pid == 0) {
    char byte;
    SUCCEEDS(1, read(go[0], &byte, 1));
    EQUAL(p[0], 'o');
    lab_child_end();
  }
  p[0] = 'n';
  SUCCEEDS(1, write(go[1], "g", 1));
  lab_join(__FILE__, __LINE__, pid);
  EQUAL(p[0], 'n');
}

/* The kernel's own stores, as in read(2), must part the page, too. */
static void copyout(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  memset(p, 'o', PAGE);
  IN_CHILD({
    SUCCEEDS(10, read(fd, p, 10));
    EQUAL(p[9], 'a');
    EQUAL(p[10], 'o');
  });
  EQUAL(p[0], 'o');
  EQUAL(p[9], 'o');
}

static void copyout_across_pages(void) {
  int fd = lab_file(1, O_RDWR);
  char *p = MAP(NULL, 3 * PAGE, RW, ANON, -1, 0);
  memset(p, 'o', 3 * PAGE);
  unsigned from = 1 + lab_random(PAGE - 1);
  IN_CHILD({
    SUCCEEDS(PAGE, read(fd, p + from, PAGE));
    EQUAL(p[from - 1], 'o');
    for (unsigned i = 0; i < PAGE; i++) EQUAL(p[from + i], 'a');
    EQUAL(p[from + PAGE], 'o');
  });
  for (unsigned i = 0; i < 3 * PAGE; i++) EQUAL(p[i], 'o');
}

static void pipe_into_a_shared_page(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  int ends[2];
  memset(p, 'o', PAGE);
  SUCCEEDS(0, pipe(ends));
  IN_CHILD({
    SUCCEEDS(3, write(ends[1], "abc", 3));
    SUCCEEDS(3, read(ends[0], p, 3));
    EQUAL(p[2], 'c');
    SUCCEEDS(3, write(ends[1], p, 3));
  });
  char bytes[3];
  SUCCEEDS(3, read(ends[0], bytes, 3));
  EQUAL(bytes[2], 'c');
  EQUAL(p[2], 'o');
}

/* A write to what was never writable is no copy on write. */
static void read_only_stays_fatal(void) {
  char *text = (char *)(uintptr_t)&simple;
  IN_CHILD(WRITE_FAULTS(SIGSEGV, text));
  WRITE_FAULTS(SIGSEGV, text);
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  p[0] = 'o';
  PROTECT(p, PAGE, PROT_READ);
  IN_CHILD({
    WRITE_FAULTS(SIGSEGV, p);
    PROTECT(p, PAGE, RW);
    p[0] = 'c';
  });
  EQUAL(p[0], 'o');
  WRITE_FAULTS(SIGSEGV, p);
}

static void three_processes(void) {
  char *p = MAP(NULL, 2 * PAGE, RW, ANON, -1, 0);
  p[0] = '1';
  IN_CHILD({
    IN_CHILD({
      EQUAL(p[0], '1');
      p[0] = '3';
      EQUAL(p[0], '3');
    });
    EQUAL(p[0], '1');
    p[0] = '2';
    IN_CHILD(EQUAL(p[0], '2'));
  });
  EQUAL(p[0], '1');
  p[0] = '4';
  EQUAL(p[0], '4');
}

/* When the child is gone its copy is too, and the page is written in place. */
static void last_owner(void) {
  char *p = MAP(NULL, PAGE, RW, ANON, -1, 0);
  char flags[12];
  unsigned long before, shared, after;
  p[0] = 'o';
  lab_walk(p, flags, &before);
  IN_CHILD({
    lab_walk(p, flags, &shared);
    EQUAL(shared, before);
    CHECK(!strchr(flags, 'W'));
    p[0] = 'c';
    lab_walk(p, flags, &after);
    CHECK(after != before);
    CHECK(strchr(flags, 'W'));
  });
  p[0] = 'n';
  lab_walk(p, flags, &after);
  EQUAL(after, before);
}

static void bigger_than_half_of_memory(void) {
  size_t length = 24UL << 20;
  char *p = MAP(NULL, length, RW, ANON, -1, 0);
  for (size_t at = 0; at < length; at += PAGE) p[at] = 'o';
  for (int round = 0; round < 4; round++) {
    IN_CHILD({
      for (size_t at = 0; at < length; at += 64 * PAGE) {
        EQUAL(p[at], 'o');
        p[at] = 'c';
      }
    });
  }
  for (size_t at = 0; at < length; at += PAGE) EQUAL(p[at], 'o');
}

/* Together they need more than half of 64 MiB, so that each must share what it does not write. */
static void three_big_processes(void) {
  size_t length = 16UL << 20;
  char *p = MAP(NULL, length, RW, ANON, -1, 0);
  for (size_t at = 0; at < length; at += PAGE) p[at] = '1';
  IN_CHILD({
    IN_CHILD({
      for (size_t at = 0; at < length / 5 * 4; at += PAGE) p[at] = '3';
      for (size_t at = 0; at < length; at += PAGE) EQUAL(p[at], at < length / 5 * 4 ? '3' : '1');
    });
    for (size_t at = 0; at < length / 2; at += PAGE) p[at] = '2';
    for (size_t at = 0; at < length; at += PAGE) EQUAL(p[at], at < length / 2 ? '2' : '1');
  });
  for (size_t at = 0; at < length; at += PAGE) EQUAL(p[at], '1');
}

/* Four children and the parent part the same pages at the same time, in no fixed order. */
static void refcount_races(void) {
  enum { CHILDREN = 4, PAGES = 16, ROUNDS = 8 };
  char *p = MAP(NULL, PAGES * PAGE, RW, ANON, -1, 0);
  pid_t pids[CHILDREN];
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < PAGES; i++) p[i * PAGE] = 'o';
    for (int child = 0; child < CHILDREN; child++) {
      fflush(stdout);
      pids[child] = fork();
      if (pids[child] != 0) continue;
      unsigned first = lab_random(PAGES) + (unsigned)child;
      for (unsigned i = 0; i < PAGES; i++) {
        char *page = p + (first + i) % PAGES * PAGE;
        EQUAL(*page, 'o');
        *page = (char)('0' + child);
        if (i % 3 == 0) usleep(1);
      }
      for (int i = 0; i < PAGES; i++) EQUAL(p[i * PAGE], '0' + child);
      lab_child_end();
    }
    for (int i = 0; i < PAGES; i += 2) p[i * PAGE] = 'n';
    for (int child = 0; child < CHILDREN; child++) lab_join(__FILE__, __LINE__, pids[child]);
    for (int i = 0; i < PAGES; i++) EQUAL(p[i * PAGE], i % 2 ? 'o' : 'n');
  }
}

/* What fork, copies and exit took must all be given back: no reference too many, none too few. */
static void free_frames_as_before(void) {
  enum { PAGES = 64 };
  char *p = MAP(NULL, PAGES * PAGE, RW, ANON, -1, 0);
  memset(p, 'o', PAGES * PAGE);
  IN_CHILD(p[0] = 'c');
  long before = lab_free_pages();
  for (int round = 0; round < 3; round++) {
    IN_CHILD({
      IN_CHILD(p[PAGE] = 'g');
      for (int i = 0; i < PAGES; i += 2) p[i * PAGE] = 'c';
      UNMAP(p + 8 * PAGE, 8 * PAGE);
    });
  }
  EQUAL(lab_free_pages(), before);
}

LAB({"simple", simple}, {"parent-writes", parent_writes}, {"copyout", copyout},
    {"copyout-across-pages", copyout_across_pages}, {"pipe", pipe_into_a_shared_page},
    {"read-only-stays-fatal", read_only_stays_fatal}, {"three-processes", three_processes},
    {"last-owner", last_owner}, {"big", bigger_than_half_of_memory},
    {"three-big-processes", three_big_processes},
    {"refcount-races", refcount_races},
    {"free-frames-as-before", free_frames_as_before})
